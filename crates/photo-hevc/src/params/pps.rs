//! The picture parameter set (H.265 section 7.3.2.3).

use super::scaling::ScalingLists;
use crate::bits::BitReader;
use crate::error::{Result, unsupported};

/// A picture parameter set.
#[derive(Default)]
pub(crate) struct Pps {
    pub(crate) id: u32,
    pub(crate) sps: u32,
    pub(crate) dependent_slices: bool,
    pub(crate) output_flag_present: bool,
    pub(crate) extra_slice_header_bits: u32,
    pub(crate) sign_hiding: bool,
    pub(crate) init_qp: i32,
    pub(crate) transform_skip: bool,
    /// The depth of quantization groups, where QP differences are coded.
    pub(crate) qp_delta_depth: Option<u32>,
    pub(crate) cb_qp_offset: i32,
    pub(crate) cr_qp_offset: i32,
    pub(crate) slice_chroma_qp_offsets: bool,
    pub(crate) transquant_bypass: bool,
    pub(crate) tiles: Option<TileSizes>,
    pub(crate) wavefront: bool,
    pub(crate) filter_across_tiles: bool,
    pub(crate) filter_across_slices: bool,
    pub(crate) deblocking: Deblocking,
    pub(crate) deblocking_override: bool,
    pub(crate) scaling: Option<ScalingLists>,
    pub(crate) slice_extension: bool,
    pub(crate) range: RangeExtension,
}

/// How the deblocking filter works in a picture or slice.
#[derive(Clone, Copy, Default)]
pub(crate) struct Deblocking {
    pub(crate) disabled: bool,
    pub(crate) beta_offset: i32,
    pub(crate) tc_offset: i32,
}

/// The columns and rows of tiles; explicit sizes leave the last one out.
pub(crate) struct TileSizes {
    pub(crate) columns: u32,
    pub(crate) rows: u32,
    pub(crate) explicit: Option<(Vec<u32>, Vec<u32>)>,
}

/// pps_range_extension().
#[derive(Default)]
pub(crate) struct RangeExtension {
    /// Zero where nothing says more than 4x4.
    pub(crate) log2_max_transform_skip_minus2: u32,
    pub(crate) cross_component_prediction: bool,
    pub(crate) chroma_qp_offsets: Option<ChromaQpOffsets>,
    pub(crate) sao_shift_luma: u32,
    pub(crate) sao_shift_chroma: u32,
}

/// Offsets (Cb, Cr) that a coding unit can choose from.
pub(crate) struct ChromaQpOffsets {
    pub(crate) depth: u32,
    pub(crate) list: Vec<(i32, i32)>,
}

impl Deblocking {
    /// Reads what an override or the PPS says.
    pub(crate) fn read(bits: &mut BitReader<'_>) -> Result<Self> {
        const REASON: &str = "a deblocking offset is out of range";
        let disabled = bits.flag()?;
        if disabled {
            return Ok(Self { disabled, ..Self::default() });
        }
        let beta_offset = 2 * bits.se_in(-6, 6, REASON)?;
        Ok(Self { disabled, beta_offset, tc_offset: 2 * bits.se_in(-6, 6, REASON)? })
    }
}

const QP_OFFSET: &str = "a chroma QP offset is out of range";

impl Pps {
    pub(crate) fn read(payload: &[u8]) -> Result<Self> {
        let bits = &mut BitReader::new(payload);
        let mut pps = Self {
            id: bits.ue_max(63, "a PPS number is over 63")?,
            sps: bits.ue_max(15, "an SPS number is over 15")?,
            dependent_slices: bits.flag()?,
            output_flag_present: bits.flag()?,
            extra_slice_header_bits: bits.bits(3)?,
            sign_hiding: bits.flag()?,
            ..Self::default()
        };
        bits.skip(1)?;
        bits.ue()?;
        bits.ue()?;
        pps.init_qp = 26 + bits.se_in(-74, 25, "a PPS has an impossible QP")?;
        bits.skip(1)?;
        pps.transform_skip = bits.flag()?;
        if bits.flag()? {
            pps.qp_delta_depth = Some(bits.ue_max(3, "a PPS has too small quantization groups")?);
        }
        pps.cb_qp_offset = bits.se_in(-12, 12, QP_OFFSET)?;
        pps.cr_qp_offset = bits.se_in(-12, 12, QP_OFFSET)?;
        pps.slice_chroma_qp_offsets = bits.flag()?;
        bits.skip(2)?;
        pps.transquant_bypass = bits.flag()?;
        pps.read_partition_and_filters(bits)?;
        bits.skip(1)?;
        bits.ue()?;
        pps.slice_extension = bits.flag()?;
        pps.read_extensions(bits)?;
        Ok(pps)
    }

    fn read_partition_and_filters(&mut self, bits: &mut BitReader<'_>) -> Result<()> {
        let tiles = bits.flag()?;
        self.wavefront = bits.flag()?;
        self.filter_across_tiles = true;
        if tiles {
            self.tiles = Some(TileSizes::read(bits)?);
            self.filter_across_tiles = bits.flag()?;
        }
        self.filter_across_slices = bits.flag()?;
        if bits.flag()? {
            self.deblocking_override = bits.flag()?;
            self.deblocking = Deblocking::read(bits)?;
        }
        if bits.flag()? {
            self.scaling = Some(ScalingLists::read(bits)?);
        }
        Ok(())
    }

    fn read_extensions(&mut self, bits: &mut BitReader<'_>) -> Result<()> {
        if !bits.flag()? {
            return Ok(());
        }
        let (range, multilayer, three_d, screen) = (bits.flag()?, bits.flag()?, bits.flag()?, bits.flag()?);
        bits.skip(4)?;
        if range {
            self.range = RangeExtension::read(bits, self.transform_skip)?;
        }
        if multilayer || three_d {
            return unsupported("multilayer and 3D extensions");
        }
        if screen { unsupported("screen content coding") } else { Ok(()) }
    }
}

impl TileSizes {
    fn read(bits: &mut BitReader<'_>) -> Result<Self> {
        const REASON: &str = "a PPS has too many tiles";
        // More than level 6.2 allows (Table A.8); the size of the picture is checked when the PPS is used.
        let columns = 1 + bits.ue_max(4095, REASON)?;
        let rows = 1 + bits.ue_max(4095, REASON)?;
        let mut explicit = None;
        if !bits.flag()? {
            let mut sizes = |count: u32| (1..count).map(|_| Ok(bits.ue_max(4095, REASON)? + 1)).collect();
            let widths: Result<Vec<u32>> = sizes(columns);
            explicit = Some((widths?, { sizes(rows) as Result<Vec<u32>> }?));
        }
        Ok(Self { columns, rows, explicit })
    }
}

impl RangeExtension {
    fn read(bits: &mut BitReader<'_>, transform_skip: bool) -> Result<Self> {
        let mut range = Self::default();
        if transform_skip {
            range.log2_max_transform_skip_minus2 =
                bits.ue_max(3, "a PPS has impossible transform skip blocks")?;
        }
        range.cross_component_prediction = bits.flag()?;
        if bits.flag()? {
            let depth = bits.ue_max(3, "a PPS has too small chroma QP groups")?;
            let mut list = Vec::new();
            for _ in 0..=bits.ue_max(5, "a PPS has too many chroma QP offsets")? {
                list.push((bits.se_in(-12, 12, QP_OFFSET)?, bits.se_in(-12, 12, QP_OFFSET)?));
            }
            range.chroma_qp_offsets = Some(ChromaQpOffsets { depth, list });
        }
        range.sao_shift_luma = bits.ue_max(6, "a PPS has impossible SAO shifts")?;
        range.sao_shift_chroma = bits.ue_max(6, "a PPS has impossible SAO shifts")?;
        Ok(range)
    }
}
