//! The header at the start of the first partition (RFC 6386, sections 9.3 to 9.11 and 19.2).

use crate::bool_decoder::{BoolDecoder, Probability};
use crate::parsed::LoopFilter;
use crate::tables::{coefficients, quantizers};
use crate::tokens::BlockProbabilities;

/// Probabilities of tokens, by type of block, position of the coefficient, context and node of the token
/// tree. Probabilities are the same for all positions of a band; by position, none has to look up its band.
/// There is a position behind the last, so that a next one can always be taken.
pub(crate) type Probabilities = [BlockProbabilities; 4];

/// Dequantization factors of a segment: of the DC and the AC coefficients of each type of block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Quantizer {
    pub(crate) luma: [i32; 2],
    pub(crate) second_order: [i32; 2],
    pub(crate) chroma: [i32; 2],
}

/// What applies to a whole frame.
pub(crate) struct FrameHeader {
    pub(crate) segmentation: Segmentation,
    pub(crate) tokens: TokenHeader,
}

/// What applies to the modes of a frame.
pub(crate) struct Segmentation {
    /// The probabilities of the tree of segments, if macroblocks tell theirs.
    pub(crate) map: Option<[u8; 3]>,
    /// The probability that a macroblock has coefficients, if macroblocks tell.
    pub(crate) skip: Option<u8>,
}

/// What applies to the coefficients of a frame, and to its filters.
pub(crate) struct TokenHeader {
    pub(crate) quantizers: [Quantizer; 4],
    /// By segment, and by whether subblocks are predicted one by one.
    pub(crate) loop_filters: [[LoopFilter; 2]; 4],
    /// Whether the loop filter is the simple one.
    pub(crate) simple_filter: bool,
    /// How many partitions hold tokens: 1, 2, 4 or 8.
    pub(crate) partitions: usize,
    pub(crate) probabilities: Box<Probabilities>,
}

#[derive(Default)]
struct Segments {
    enabled: bool,
    absolute: bool,
    quantizer: [i32; 4],
    filter_level: [i32; 4],
    map: Option<[u8; 3]>,
}

impl FrameHeader {
    /// Reads the header. Behind the end of `decoder` are zeros.
    pub(crate) fn read(decoder: &mut BoolDecoder<'_>) -> Self {
        // The color space, and whether values can leave their range, which is taken care of anyway.
        decoder.literal(2);
        let segments = Segments::read(decoder);
        let simple_filter = decoder.flag();
        let loop_filters = loop_filters(decoder, &segments);
        let partitions = 1 << decoder.literal(2);
        let quantizers = quantizers(decoder, &segments);
        // Whether probabilities are kept for the next frame.
        decoder.flag();
        let probabilities = probabilities(decoder);
        let skip = decoder.flag().then(|| decoder.literal(8));
        Self {
            segmentation: Segmentation { map: segments.map, skip },
            tokens: TokenHeader { quantizers, loop_filters, simple_filter, partitions, probabilities },
        }
    }
}

impl Segments {
    /// Reads what macroblocks of a segment have in common (RFC 6386, section 9.3).
    fn read(decoder: &mut BoolDecoder<'_>) -> Self {
        let mut segments = Self { enabled: decoder.flag(), absolute: true, ..Self::default() };
        if !segments.enabled {
            return segments;
        }
        let has_map = decoder.flag();
        if decoder.flag() {
            segments.absolute = decoder.flag();
            segments.quantizer = std::array::from_fn(|_| decoder.optional_signed(7));
            segments.filter_level = std::array::from_fn(|_| decoder.optional_signed(6));
        }
        if has_map {
            let mut probability = || if decoder.flag() { decoder.literal(8) } else { 255 };
            segments.map = Some(std::array::from_fn(|_| probability()));
        }
        segments
    }

    /// The value of segment `number` for a `base` of the frame.
    fn value(&self, number: usize, values: &[i32; 4], base: i32) -> i32 {
        match (self.enabled, self.absolute) {
            (false, _) => base,
            (true, true) => values[number],
            (true, false) => values[number] + base,
        }
    }
}

/// Reads the strengths of the loop filter (RFC 6386, sections 9.3, 9.6 and 15.2 to 15.4).
///
/// The RFC limits the level of a segment before differences are added to it, libwebp only after that. This is
/// as libwebp does it; encoders don't get there.
fn loop_filters(decoder: &mut BoolDecoder<'_>, segments: &Segments) -> [[LoopFilter; 2]; 4] {
    let base = i32::from(decoder.literal(6));
    let sharpness = decoder.literal(3);
    let (mut intra, mut by_subblocks) = (0, 0);
    if decoder.flag() && decoder.flag() {
        let references: [i32; 4] = std::array::from_fn(|_| decoder.optional_signed(6));
        let modes: [i32; 4] = std::array::from_fn(|_| decoder.optional_signed(6));
        (intra, by_subblocks) = (references[0], modes[0]);
    }
    if base == 0 {
        return Default::default();
    }
    std::array::from_fn(|segment| {
        let level = segments.value(segment, &segments.filter_level, base) + intra;
        [level, level + by_subblocks].map(|level| LoopFilter::new(level.clamp(0, 63) as u8, sharpness))
    })
}

/// Reads the quantizer indices (RFC 6386, sections 9.6 and 14.1).
fn quantizers(decoder: &mut BoolDecoder<'_>, segments: &Segments) -> [Quantizer; 4] {
    let base = i32::from(decoder.literal(7));
    let [luma_dc, second_dc, second_ac, chroma_dc, chroma_ac] =
        std::array::from_fn(|_| decoder.optional_signed(4));
    std::array::from_fn(|segment| {
        let index = segments.value(segment, &segments.quantizer, base);
        let dc = |delta: i32| i32::from(quantizers::DC[(index + delta).clamp(0, 127) as usize]);
        let ac = |delta: i32| i32::from(quantizers::AC[(index + delta).clamp(0, 127) as usize]);
        Quantizer {
            luma: [dc(luma_dc), ac(0)],
            second_order: [dc(second_dc) * 2, (ac(second_ac) * 155 / 100).max(8)],
            chroma: [dc(chroma_dc).min(132), ac(chroma_ac)],
        }
    })
}

/// Reads the changes to the probabilities of tokens (RFC 6386, section 13.4).
fn probabilities(decoder: &mut BoolDecoder<'_>) -> Box<Probabilities> {
    /// The bands of positions (RFC 6386, section 13.3), and one for the position behind the last.
    const BANDS: [usize; 17] = [0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 7];
    let mut by_position = Box::new([[[[Probability::default(); 11]; 3]; 17]; 4]);
    for (kind, by_position) in by_position.iter_mut().enumerate() {
        let mut by_band = coefficients::DEFAULT[kind];
        let updates = coefficients::UPDATE[kind].as_flattened().as_flattened();
        for (probability, update) in by_band.as_flattened_mut().as_flattened_mut().iter_mut().zip(updates) {
            if decoder.bool(*update) {
                *probability = decoder.literal(8);
            }
        }
        *by_position = BANDS.map(|band| by_band[band].map(|nodes| nodes.map(Probability::new)));
    }
    by_position
}
