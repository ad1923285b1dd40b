//! The sequence parameter set (H.265 section 7.3.2.2).

use super::profile::skip_profile_tier_level;
use super::ref_pics::RefPics;
use super::scaling::ScalingLists;
use super::vui::Vui;
use crate::bits::BitReader;
use crate::error::{Error, Result, malformed, unsupported};
use crate::info::{Chroma, Info};

/// A sequence parameter set, checked.
pub(crate) struct Sps {
    pub(crate) id: u32,
    pub(crate) info: Info,
    /// Left and top of the conformance window, in luma samples.
    pub(crate) window: (u32, u32),
    pub(crate) log2_max_poc_lsb: u32,
    pub(crate) log2_min_cb: u32,
    pub(crate) log2_ctb: u32,
    pub(crate) log2_min_tb: u32,
    pub(crate) log2_max_tb: u32,
    pub(crate) max_transform_depth: u32,
    /// Whether scaling lists are used; the lists are those of the SPS or the default ones.
    pub(crate) scaling: Option<ScalingLists>,
    pub(crate) sao: bool,
    pub(crate) pcm: Option<Pcm>,
    pub(crate) ref_pics: Vec<RefPics>,
    pub(crate) long_term: Option<u32>,
    pub(crate) temporal_mvp: bool,
    pub(crate) strong_smoothing: bool,
    pub(crate) range: RangeExtension,
}

/// How blocks of plain samples are coded.
#[derive(Clone, Copy)]
pub(crate) struct Pcm {
    pub(crate) bits_luma: u32,
    pub(crate) bits_chroma: u32,
    pub(crate) log2_min: u32,
    pub(crate) log2_max: u32,
    pub(crate) no_loop_filter: bool,
}

/// sps_range_extension(), without what is refused.
#[derive(Clone, Copy, Default)]
pub(crate) struct RangeExtension {
    pub(crate) transform_skip_rotation: bool,
    pub(crate) transform_skip_context: bool,
    pub(crate) implicit_rdpcm: bool,
    pub(crate) intra_smoothing_disabled: bool,
    pub(crate) persistent_rice: bool,
}

impl Sps {
    pub(crate) fn read(payload: &[u8]) -> Result<Self> {
        let bits = &mut BitReader::new(payload);
        bits.skip(4)?;
        let sub_layers = bits.bits(3)?;
        if sub_layers > 6 {
            return malformed("an SPS has too many sub-layers");
        }
        bits.skip(1)?;
        skip_profile_tier_level(bits, sub_layers)?;
        let id = bits.ue_max(15, "an SPS number is over 15")?;
        let (mut info, window) = read_size(bits)?;
        let log2_max_poc_lsb = 4 + bits.ue_max(12, "an SPS has a picture order count of over 16 bits")?;
        let first = if bits.flag()? { 0 } else { sub_layers };
        for _ in 0..3 * (sub_layers - first + 1) {
            bits.ue()?;
        }
        let mut sps = Self::read_blocks(bits, id, info, window, log2_max_poc_lsb)?;
        sps.read_tools(bits)?;
        if bits.flag()? {
            let vui = Vui::read(bits, sub_layers)?;
            (info.signal, info.chroma_location) = (vui.signal, vui.chroma_location);
            sps.info = info;
        }
        sps.read_extensions(bits)?;
        Ok(sps)
    }

    /// Block sizes; what follows in the SPS is still to be read.
    fn read_blocks(
        bits: &mut BitReader<'_>,
        id: u32,
        info: Info,
        window: (u32, u32),
        log2_max_poc_lsb: u32,
    ) -> Result<Self> {
        let [log2_min_cb, log2_ctb, log2_min_tb, log2_max_tb, max_transform_depth] =
            read_block_sizes(bits, &info)?;
        Ok(Self {
            id,
            info,
            window,
            log2_max_poc_lsb,
            log2_min_cb,
            log2_ctb,
            log2_min_tb,
            log2_max_tb,
            max_transform_depth,
            scaling: None,
            sao: false,
            pcm: None,
            ref_pics: Vec::new(),
            long_term: None,
            temporal_mvp: false,
            strong_smoothing: false,
            range: RangeExtension::default(),
        })
    }

    fn read_tools(&mut self, bits: &mut BitReader<'_>) -> Result<()> {
        if bits.flag()? {
            self.scaling =
                Some(if bits.flag()? { ScalingLists::read(bits)? } else { ScalingLists::default() });
        }
        bits.skip(1)?;
        self.sao = bits.flag()?;
        if bits.flag()? {
            self.pcm = Some(self.read_pcm(bits)?);
        }
        for _ in 0..bits.ue_max(64, "an SPS has too many reference picture sets")? {
            let set = RefPics::read(bits, &self.ref_pics, false)?;
            self.ref_pics.push(set);
        }
        if bits.flag()? {
            let count = bits.ue_max(32, "an SPS has too many long-term pictures")?;
            bits.skip(count * (self.log2_max_poc_lsb + 1))?;
            self.long_term = Some(count);
        }
        self.temporal_mvp = bits.flag()?;
        self.strong_smoothing = bits.flag()?;
        Ok(())
    }

    fn read_pcm(&self, bits: &mut BitReader<'_>) -> Result<Pcm> {
        const REASON: &str = "an SPS has impossible PCM blocks";
        let (bits_luma, bits_chroma) = (bits.bits(4)? + 1, bits.bits(4)? + 1);
        let log2_min = 3 + bits.ue_max(2, REASON)?;
        let log2_max = log2_min + bits.ue_max(2, REASON)?;
        let pcm = Pcm { bits_luma, bits_chroma, log2_min, log2_max, no_loop_filter: bits.flag()? };
        let too_deep = bits_luma > u32::from(self.info.bit_depth_luma)
            || self.info.chroma != Chroma::Monochrome && bits_chroma > u32::from(self.info.bit_depth_chroma);
        if too_deep || log2_max > self.log2_ctb.min(5) || log2_min < self.log2_min_cb.min(5) {
            return malformed(REASON);
        }
        Ok(pcm)
    }

    fn read_extensions(&mut self, bits: &mut BitReader<'_>) -> Result<()> {
        if !bits.flag()? {
            return Ok(());
        }
        let (range, multilayer, three_d, screen) = (bits.flag()?, bits.flag()?, bits.flag()?, bits.flag()?);
        bits.skip(4)?;
        if range {
            self.range = RangeExtension::read(bits)?;
        }
        if multilayer {
            bits.skip(1)?;
        }
        match (three_d, screen) {
            (false, false) => Ok(()),
            (true, _) => unsupported("3D extensions"),
            (_, true) => unsupported("screen content coding"),
        }
    }
}

impl RangeExtension {
    fn read(bits: &mut BitReader<'_>) -> Result<Self> {
        let mut flags = [false; 9];
        for flag in &mut flags {
            *flag = bits.flag()?;
        }
        let [rotation, context, implicit_rdpcm, _explicit_rdpcm, extended, smoothing, _offsets, rice, align] =
            flags;
        if extended {
            return unsupported("extended precision processing");
        }
        if align {
            return unsupported("CABAC bypass alignment (the high throughput profile)");
        }
        Ok(Self {
            transform_skip_rotation: rotation,
            transform_skip_context: context,
            implicit_rdpcm,
            intra_smoothing_disabled: smoothing,
            persistent_rice: rice,
        })
    }
}

/// Sizes of the smallest and largest coding and transform blocks as logarithms, and the depth of transform
/// trees.
fn read_block_sizes(bits: &mut BitReader<'_>, info: &Info) -> Result<[u32; 5]> {
    const REASON: &str = "an SPS has impossible block sizes";
    let log2_min_cb = 3 + bits.ue_max(3, REASON)?;
    let log2_ctb = log2_min_cb + bits.ue_max(3, REASON)?;
    let log2_min_tb = 2 + bits.ue_max(3, REASON)?;
    let log2_max_tb = log2_min_tb + bits.ue_max(3, REASON)?;
    bits.ue_max(4, REASON)?;
    let depth = bits.ue_max(log2_ctb.saturating_sub(log2_min_tb), REASON)?;
    let mask = (1 << log2_min_cb) - 1;
    if !(4..=6).contains(&log2_ctb)
        || log2_min_tb >= log2_min_cb
        || log2_max_tb > log2_ctb.min(5)
        || (info.coded_width | info.coded_height) & mask != 0
    {
        return malformed(REASON);
    }
    Ok([log2_min_cb, log2_ctb, log2_min_tb, log2_max_tb, depth])
}

/// Chroma format, size, conformance window and bit depths.
fn read_size(bits: &mut BitReader<'_>) -> Result<(Info, (u32, u32))> {
    let chroma = match bits.ue()? {
        0 => Chroma::Monochrome,
        1 => Chroma::C420,
        2 => Chroma::C422,
        3 => Chroma::C444,
        _ => return malformed("an SPS has an unknown chroma format"),
    };
    if chroma == Chroma::C444 && bits.flag()? {
        return unsupported("separately coded color planes");
    }
    let (coded_width, coded_height) = (bits.ue()?, bits.ue()?);
    if coded_width == 0 || coded_height == 0 {
        return malformed("an SPS has an empty picture");
    }
    if coded_width > 65_535 || coded_height > 65_535 {
        return unsupported("a picture with a side of more than 65,535");
    }
    let [left, right, top, bottom] = read_window(bits, chroma)?;
    let width = u64::from(coded_width).checked_sub(left + right).filter(|&width| width > 0);
    let height = u64::from(coded_height).checked_sub(top + bottom).filter(|&height| height > 0);
    let (Some(width), Some(height)) = (width, height) else {
        return malformed("a conformance window leaves nothing");
    };
    let [luma, coded_chroma] = read_depths(bits)?;
    let info = Info {
        width: width as u32,
        height: height as u32,
        coded_width,
        coded_height,
        bit_depth_luma: luma,
        bit_depth_chroma: if chroma == Chroma::Monochrome { luma } else { coded_chroma },
        chroma,
        signal: None,
        chroma_location: None,
    };
    Ok((info, (left as u32, top as u32)))
}

/// The conformance window's distances from the left, right, top and bottom, in luma samples.
fn read_window(bits: &mut BitReader<'_>, chroma: Chroma) -> Result<[u64; 4]> {
    let mut window = [0; 4];
    if bits.flag()? {
        let (x, y) = chroma.shifts();
        for (distance, shift) in window.iter_mut().zip([x, x, y, y]) {
            *distance = u64::from(bits.ue()?) << shift;
        }
    }
    Ok(window)
}

fn read_depths(bits: &mut BitReader<'_>) -> Result<[u8; 2]> {
    let mut depths = [0; 2];
    for depth in &mut depths {
        let above_8 = bits.ue_max(8, "an SPS has samples of more than 16 bits")?;
        *depth =
            u8::try_from(8 + above_8).map_err(|_| Error::Malformed("an SPS has impossible bit depths"))?;
    }
    Ok(depths)
}
