//! Transforms planes into coefficients that are not quantized yet.

use fearless_simd::Simd;
use rayon::prelude::*;

use super::block_source::BlockSource;
use super::coefficient_source::CoefficientSource;
use super::draft::Draft;
use super::encoder::{Encoder, groups};
use super::frame::{Frame, FrameComponent};
use super::options::TranscodeOptions;
use super::sample_source::SampleSource;
use crate::coefficients::{CodedComponent, Coefficients};
use crate::dct::forward::{self, FRACTION_BITS};
use crate::error::{Error, Result};
use crate::header::Component;
use crate::orientation::Orientation;
use crate::planes::Planes;
use crate::quant::QuantTable;
use crate::simd::{Level, dispatch};
use crate::syntax::MaxSampling;
use crate::transform::BlockTurn;

/// The DCT coefficients of a picture before they are quantized, to a sixteenth. Any tables can be tried on
/// them without transforming the picture again.
#[derive(Debug)]
pub struct UnquantizedCoefficients(Coefficients);

impl UnquantizedCoefficients {
    /// Transforms planes, on all threads of the current rayon pool. `orientation` is how the planes must be
    /// turned to be upright. The result takes 128 bytes per block.
    ///
    /// # Errors
    /// [`Error::Argument`] for planes that [`encode`](crate::encode) refuses.
    pub fn new(planes: &Planes, orientation: Orientation) -> Result<Self> {
        Self::at(planes, orientation, Level::new())
    }

    fn at(planes: &Planes, orientation: Orientation, level: Level) -> Result<Self> {
        let mut frame = Frame::new(planes, orientation, QuantTable::standard(100))?;
        frame.components = frame
            .components
            .into_iter()
            .map(|c| FrameComponent { source: c.source.with_fraction(), ..c })
            .collect();
        let components =
            frame.components.iter().map(|c| component(&frame, c, level)).collect::<Option<Vec<_>>>();
        let components = components.ok_or(Error::Argument("the picture is too large"))?;
        Ok(Self(Coefficients { width: frame.width, height: frame.height, color: frame.color, components }))
    }

    /// Width of the upright picture in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.0.width
    }

    /// Height of the upright picture in pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.0.height
    }

    /// The number of components: one or three.
    #[must_use]
    pub fn components(&self) -> usize {
        self.0.components.len()
    }

    /// The sampling factors of each component.
    pub fn sampling(&self) -> impl Iterator<Item = (u8, u8)> {
        self.0.components.iter().map(|component| (component.facts.h, component.facts.v))
    }

    /// Drafts the file that [`encode`](crate::encode) writes with these tables. Only coefficients within a
    /// 32nd of the middle between two multiples of their divisor may be rounded differently. Without tables,
    /// all divisors are 1.
    ///
    /// # Errors
    /// Returns the errors of [`transcode`](crate::transcode).
    pub fn draft(&self, options: &TranscodeOptions<'_>) -> Result<Draft> {
        self.encoder(options)?.draft(Level::new(), groups())
    }

    /// Predicts the number of bytes of the file that [`draft`](Self::draft) drafts, with the accuracy of
    /// [`encoded_len`](crate::encoded_len).
    ///
    /// # Errors
    /// Returns the errors of [`transcode`](crate::transcode), and [`Error::Argument`] if `sample_every` is 0.
    pub fn encoded_len(&self, options: &TranscodeOptions<'_>, sample_every: u32) -> Result<u64> {
        self.encoder(options)?.encoded_len(Level::new(), sample_every)
    }

    fn encoder<'a>(&'a self, options: &TranscodeOptions<'a>) -> Result<Encoder<'a, CoefficientSource<'a>>> {
        Encoder::of_fractions(&self.0, FRACTION_BITS, options)
    }
}

fn component(
    frame: &Frame<SampleSource<'_>>,
    from: &FrameComponent<SampleSource<'_>>,
    level: Level,
) -> Option<CodedComponent> {
    let max = MaxSampling::of(frame.components.iter().map(|c| (c.h, c.v)));
    let (width, height) = max.component_size(frame.width, frame.height, (from.h, from.v));
    let facts = Component {
        id: from.id,
        h: from.h,
        v: from.v,
        width,
        height,
        blocks_wide: frame.mcus_wide * u32::from(from.h),
        blocks_high: frame.mcus_high * u32::from(from.v),
        quant: frame.quant.get(from.quant)?.clone(),
    };
    let row = (facts.blocks_wide as usize).checked_mul(64)?;
    let mut data = vec![0; row.checked_mul(facts.blocks_high as usize)?];
    let turn = BlockTurn::new(Orientation::Upright);
    data.par_chunks_mut(row).enumerate().for_each(|(y, blocks)| {
        dispatch!(level, simd => transform(simd, &from.source, &turn, y, blocks.as_chunks_mut().0));
    });
    Some(CodedComponent { facts, data })
}

/// Transforms a row of blocks. Blocks without samples stay zero.
#[inline(always)]
fn transform<S: Simd>(
    simd: S,
    source: &SampleSource<'_>,
    turn: &BlockTurn,
    y: usize,
    blocks: &mut [[i16; 64]],
) {
    source.fetch(y, 1);
    let mut out = forward::QuantizedBlock { values: [0; 64], nonzero: 0 };
    for (x, block) in blocks.iter_mut().enumerate() {
        if source.contains(x, y) {
            source.block(simd, x, y, &mut out);
            // These are column by column; their columns are rows.
            turn.columns(simd, &out.values, block);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EncodeOptions, Plane, ReadOptions, encode};
    use proptest::prelude::*;

    fn planes(width: u32, height: u32, sampling: &[(u8, u8)], seed: u64) -> Planes {
        let rgb =
            photo_testkit::photo_like(width, height, seed).convert(photo_testkit::Layout::Rgb).into_data();
        match sampling {
            [_] => {
                let gray = rgb.chunks_exact(3).map(|p| p[1]).collect();
                let plane = Plane::new(width, height, gray).unwrap();
                let color = crate::ColorModel::Gray;
                Planes { width, height, color, sampling: sampling.to_vec(), planes: vec![plane] }
            }
            _ => Planes::from_rgb(width, height, &rgb, sampling[0]).unwrap(),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(120))]

        #[test]
        fn tables_give_what_encoding_with_them_gives(
            width in 1u32..70, height in 1u32..70, kind in 0usize..5, turn in 0usize..8,
            quality in 1u8..=100, seed in any::<u64>(),
        ) {
            let sampling: &[&[(u8, u8)]] =
                &[
                    &[(1, 1)],
                    &[(1, 1), (1, 1), (1, 1)],
                    &[(2, 1), (1, 1), (1, 1)],
                    &[(1, 2), (1, 1), (1, 1)],
                    &[(2, 2), (1, 1), (1, 1)],
                ];
            let planes = planes(width, height, sampling[kind], seed);
            let orientation = Orientation::ALL[turn];
            let tables: Vec<_> = (0..planes.planes.len())
                .map(|index| if index > 0 { QuantTable::chroma(quality) } else { QuantTable::luma(quality) })
                .collect();
            let encoding = EncodeOptions::default().quality(quality).orientation(orientation);
            let encoded = encode(&planes, &encoding).unwrap();
            let expected = Coefficients::read(&encoded, &ReadOptions::default()).unwrap();
            let options = TranscodeOptions::default().tables(tables);
            for level in Level::all() {
                let picture = UnquantizedCoefficients::at(&planes, orientation, level).unwrap();
                let written = picture.draft(&options).unwrap().write();
                let found = Coefficients::read(&written, &ReadOptions::default()).unwrap();
                prop_assert_eq!((found.width, found.height), (expected.width, expected.height));
                let (mut other, mut all) = (0, 0);
                for (a, b) in found.components.iter().zip(&expected.components) {
                    prop_assert_eq!(&a.facts, &b.facts);
                    for (a, b) in a.data.iter().zip(&b.data) {
                        prop_assert!(a.abs_diff(*b) <= 1, "{} {}", a, b);
                        other += usize::from(a != b);
                        all += 1;
                    }
                }
                // A 32nd on one side of each half, at divisor 1.
                prop_assert!(other <= 3 + all / 16, "{} of {}", other, all);
            }
        }
    }

    #[test]
    fn what_can_not_be_encoded_is_refused() {
        let good = planes(20, 10, &[(1, 1)], 1);
        let facts =
            UnquantizedCoefficients::new(&good, Orientation::Rotate90).unwrap().0.components.remove(0).facts;
        assert_eq!((facts.width, facts.height, facts.blocks_wide, facts.blocks_high), (10, 20, 2, 3));
        let odd = Planes { width: 21, ..good };
        assert!(matches!(UnquantizedCoefficients::new(&odd, Orientation::Upright), Err(Error::Argument(_))));
    }
}
