//! The properties of items (ISO/IEC 23008-12, 6.5; ISO/IEC 14496-12, 12.1.5).

use super::boxes::{Box4, Reader};
use crate::Result;

/// A property that an item can have.
#[derive(Debug)]
pub(super) enum Property<'a> {
    /// `ispe`: width and height before turning and cropping.
    Size(u32, u32),
    /// `hvcC`: how the picture is coded.
    Hevc(HevcConfig<'a>),
    /// `colr` with numbers.
    Nclx(Nclx),
    /// `colr` with an ICC profile.
    Icc(&'a [u8]),
    /// `irot`: quarter turns counter-clockwise.
    Rotation(u8),
    /// `imir`: whether left and right are exchanged, else top and bottom.
    Mirror {
        /// Left and right.
        horizontal: bool,
    },
    /// `clap`: the part that is shown.
    Crop(CleanAperture),
    /// `auxC`: what an auxiliary picture is for.
    Auxiliary(&'a [u8]),
    /// What says nothing about how the picture looks.
    Harmless,
    /// Anything else.
    Unknown([u8; 4]),
}

/// Code points of ITU-T H.273.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Nclx {
    pub(super) primaries: u8,
    pub(super) transfer: u8,
    pub(super) matrix: u8,
    pub(super) full_range: bool,
}

/// The clean aperture: a size, and the offset of its center from that of the picture, as fractions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CleanAperture {
    pub(super) width: (u32, u32),
    pub(super) height: (u32, u32),
    pub(super) x: (i32, u32),
    pub(super) y: (i32, u32),
}

/// The decoder's configuration (ISO/IEC 14496-15, 8.3.3.1).
#[derive(Debug)]
pub(super) struct HevcConfig<'a> {
    /// NAL units of VPS, SPS and PPS.
    pub(super) parameter_sets: Vec<&'a [u8]>,
    /// Bytes of the length before each NAL unit of the picture.
    pub(super) length_bytes: usize,
}

pub(super) fn property(one: Box4<'_>) -> Result<Property<'_>> {
    let mut r = one.content;
    Ok(match &one.kind {
        b"ispe" => {
            r.version()?;
            Property::Size(r.u32()?, r.u32()?)
        }
        b"hvcC" => Property::Hevc(hevc_config(r)?),
        b"colr" => color(r)?,
        b"irot" => Property::Rotation(r.u8()? & 3),
        b"imir" => Property::Mirror { horizontal: r.u8()? & 1 == 1 },
        b"clap" => {
            let (width, height) = ((r.u32()?, r.u32()?), (r.u32()?, r.u32()?));
            let (x, y) = ((r.u32()? as i32, r.u32()?), (r.u32()? as i32, r.u32()?));
            Property::Crop(CleanAperture { width, height, x, y })
        }
        b"auxC" => {
            r.version()?;
            Property::Auxiliary(r.text()?)
        }
        // Depths (the coded picture tells them), pixel shape, layers, light levels (they are measured),
        // titles, rights, times, a camera's place: nothing of it changes a sample.
        b"pixi" | b"clli" | b"pasp" | b"lsel" | b"rloc" | b"udes" | b"crtt" | b"mdft" | b"altt" | b"aebr"
        | b"afbr" | b"wbbr" | b"fobr" | b"dobr" | b"pano" | b"mdcv" | b"cclv" | b"amve" | b"ndwt"
        | b"cmin" | b"cmex" | b"free" | b"oinf" | b"tols" | b"uuid" => Property::Harmless,
        _ => Property::Unknown(one.kind),
    })
}

fn color(mut r: Reader<'_>) -> Result<Property<'_>> {
    let kind = r.four()?;
    Ok(match &kind {
        b"nclx" | b"nclc" => {
            let code = |n: u16| u8::try_from(n).unwrap_or(u8::MAX);
            let (primaries, transfer, matrix) = (code(r.u16()?), code(r.u16()?), code(r.u16()?));
            // QuickTime's `nclc` has no flag of the range.
            let full_range = kind == *b"nclx" && r.u8()? & 0x80 != 0;
            Property::Nclx(Nclx { primaries, transfer, matrix, full_range })
        }
        b"prof" | b"rICC" => Property::Icc(r.rest()),
        _ => Property::Harmless,
    })
}

fn hevc_config(mut r: Reader<'_>) -> Result<HevcConfig<'_>> {
    if r.take(21)?.rest().first() != Some(&1) {
        return Err(r.malformed("the decoder's configuration is of an unknown version"));
    }
    let length_bytes = usize::from(r.u8()? & 3) + 1;
    let arrays = r.u8()?;
    let mut parameter_sets = Vec::new();
    for _ in 0..arrays {
        let kind = r.u8()? & 0x3F;
        let count = r.u16()?;
        for _ in 0..count {
            let length = r.u16()?.into();
            let unit = r.take(length)?.rest();
            // VPS, SPS and PPS; the rest (SEI) doesn't change the picture.
            if matches!(kind, 32..=34) {
                parameter_sets.push(unit);
            }
        }
    }
    Ok(HevcConfig { parameter_sets, length_bytes })
}
