//! The slice segment header (H.265 section 7.3.6), of slices that refer to no other picture.

use crate::bits::BitReader;
use crate::error::{Error, Result, malformed, unsupported};
use crate::info::Chroma;
use crate::params::{Deblocking, ParameterSets, Pps, RefPics, Sps};

/// What a slice segment header says; a dependent one has taken over what its slice says.
#[derive(Clone)]
pub(crate) struct SliceHeader {
    pub(crate) first: bool,
    pub(crate) dependent: bool,
    pub(crate) pps: u32,
    /// The first coding tree block, in raster order.
    pub(crate) address: u32,
    pub(crate) sao_luma: bool,
    pub(crate) sao_chroma: bool,
    pub(crate) qp: i32,
    pub(crate) cb_qp_offset: i32,
    pub(crate) cr_qp_offset: i32,
    pub(crate) chroma_qp_offsets: bool,
    pub(crate) deblocking: Deblocking,
    pub(crate) filter_across: bool,
    /// Where the data begin in the payload.
    pub(crate) data: usize,
}

const INTRA_SLICE: u32 = 2;

/// The types of NAL units of pictures that can be decoded without others.
fn is_irap(nal_type: u8) -> bool {
    (16..=23).contains(&nal_type)
}

fn is_idr(nal_type: u8) -> bool {
    (19..=20).contains(&nal_type)
}

impl SliceHeader {
    /// Reads a header; `slice` is that of the independent segment before it.
    pub(crate) fn read(
        payload: &[u8],
        nal_type: u8,
        sets: &ParameterSets,
        slice: Option<&Self>,
    ) -> Result<Self> {
        let bits = &mut BitReader::new(payload);
        let first = bits.flag()?;
        if is_irap(nal_type) {
            bits.skip(1)?;
        }
        let id = bits.ue()?;
        let (pps, sps) = sets.active(id)?;
        let dependent = !first && pps.dependent_slices && bits.flag()?;
        let address = if first { 0 } else { bits.bits(address_bits(sps))? };
        let mut header = if dependent {
            let slice = slice.ok_or(Error::Malformed("a dependent slice segment comes first"))?;
            Self { first, dependent, address, ..slice.clone() }
        } else {
            Self::read_independent(bits, nal_type, pps, sps, (first, address))?
        };
        if header.pps != id {
            return malformed("slice segments of a slice name different parameter sets");
        }
        if pps.tiles.is_some() || pps.wavefront {
            skip_entry_points(bits)?;
        }
        if pps.slice_extension {
            let bytes = bits.ue_max(256, "a slice header extension is too long")?;
            bits.skip(8 * bytes)?;
        }
        header.data = bits.after_alignment()?;
        Ok(header)
    }

    fn read_independent(
        bits: &mut BitReader<'_>,
        nal_type: u8,
        pps: &Pps,
        sps: &Sps,
        (first, address): (bool, u32),
    ) -> Result<Self> {
        bits.skip(pps.extra_slice_header_bits)?;
        if bits.ue()? != INTRA_SLICE {
            return unsupported("slices that are predicted from other pictures (P and B slices)");
        }
        if pps.output_flag_present {
            bits.skip(1)?;
        }
        if !is_idr(nal_type) {
            skip_picture_order(bits, sps)?;
        }
        let sao_luma = sps.sao && bits.flag()?;
        let sao_chroma = sps.sao && sps.info.chroma != Chroma::Monochrome && bits.flag()?;
        let (qp, [cb_qp_offset, cr_qp_offset]) = read_qp(bits, pps, sps)?;
        let chroma_qp_offsets = pps.range.chroma_qp_offsets.is_some() && bits.flag()?;
        let own = pps.deblocking_override && bits.flag()?;
        let deblocking = if own { Deblocking::read(bits)? } else { pps.deblocking };
        let filters = sao_luma || sao_chroma || !deblocking.disabled;
        let filter_across =
            if pps.filter_across_slices && filters { bits.flag()? } else { pps.filter_across_slices };
        Ok(Self {
            first,
            dependent: false,
            pps: pps.id,
            address,
            sao_luma,
            sao_chroma,
            qp,
            cb_qp_offset,
            cr_qp_offset,
            chroma_qp_offsets,
            deblocking,
            filter_across,
            data: 0,
        })
    }
}

/// QP of a slice, and the offsets of Cb and Cr.
fn read_qp(bits: &mut BitReader<'_>, pps: &Pps, sps: &Sps) -> Result<(i32, [i32; 2])> {
    let qp = pps.init_qp + bits.se_in(-200, 200, "a slice has an impossible QP")?;
    if qp > 51 || qp < -6 * (i32::from(sps.info.bit_depth_luma) - 8) {
        return malformed("a slice has an impossible QP");
    }
    let mut offsets = [0; 2];
    if pps.slice_chroma_qp_offsets {
        for offset in &mut offsets {
            *offset = bits.se_in(-12, 12, "a chroma QP offset is out of range")?;
        }
    }
    Ok((qp, offsets))
}

/// Bits of a slice address: enough for every coding tree block.
fn address_bits(sps: &Sps) -> u32 {
    let blocks = |side: u32| side.div_ceil(1 << sps.log2_ctb);
    let count = blocks(sps.info.coded_width) * blocks(sps.info.coded_height);
    u32::BITS - (count - 1).leading_zeros()
}

/// Picture order count and reference pictures, which pictures other than IDR tell even where nothing refers
/// to them.
fn skip_picture_order(bits: &mut BitReader<'_>, sps: &Sps) -> Result<()> {
    bits.skip(sps.log2_max_poc_lsb)?;
    let sets = sps.ref_pics.len() as u32;
    if !bits.flag()? {
        RefPics::read(bits, &sps.ref_pics, true)?;
    } else if sets > 1 {
        bits.skip(u32::BITS - (sets - 1).leading_zeros())?;
    }
    if let Some(known) = sps.long_term {
        skip_long_term(bits, sps, known)?;
    }
    if sps.temporal_mvp {
        bits.skip(1)?;
    }
    Ok(())
}

fn skip_long_term(bits: &mut BitReader<'_>, sps: &Sps, known: u32) -> Result<()> {
    const REASON: &str = "a slice has too many long-term pictures";
    let from_sps = if known > 0 { bits.ue_max(32, REASON)? } else { 0 };
    let own = bits.ue_max(32, REASON)?;
    for at in 0..from_sps + own {
        if at >= from_sps {
            bits.skip(sps.log2_max_poc_lsb + 1)?;
        } else if known > 1 {
            bits.skip(u32::BITS - (known - 1).leading_zeros())?;
        }
        if bits.flag()? {
            bits.ue()?;
        }
    }
    Ok(())
}

/// Where substreams begin is known when the one before them has ended; the offsets are not needed.
fn skip_entry_points(bits: &mut BitReader<'_>) -> Result<()> {
    let count = bits.ue_max(1 << 22, "a slice has too many entry points")?;
    if count > 0 {
        let width = 1 + bits.ue_max(31, "a slice has too long entry points")?;
        bits.skip(count * width)?;
    }
    Ok(())
}
