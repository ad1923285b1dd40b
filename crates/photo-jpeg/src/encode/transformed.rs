//! Planes become coefficients that are not yet coded.

use fearless_simd::Simd;
use rayon::prelude::*;

use super::EncodeOptions;
use super::frame::{Frame, FrameComponent};
use super::samples::Samples;
use super::source::Source;
use crate::coefficients::{CodedComponent, Coefficients};
use crate::dct::forward;
use crate::error::{Error, Result};
use crate::geometry::component_side;
use crate::header::Component;
use crate::simd::{Level, dispatch};
use crate::transform::BlockTurn;
use crate::{Orientation, Planes};

impl Coefficients {
    /// The upright coefficients that [`encode`](crate::encode) writes with these options, of which the quality or the tables
    /// and the orientation count. With all divisors 1 (quality 100) they can then be requantised with any tables, so that
    /// tables can be tried without transforming the picture again.
    ///
    /// Works on all threads of the current rayon pool. Memory: 128 bytes a block.
    ///
    /// # Errors
    /// [`Error::Argument`] as [`encode`](crate::encode).
    pub fn of_planes(planes: &Planes, options: &EncodeOptions<'_>) -> Result<Self> {
        Self::transformed(planes, options, Level::new())
    }

    fn transformed(planes: &Planes, options: &EncodeOptions<'_>, level: Level) -> Result<Self> {
        if !(1..=100).contains(&options.quality) {
            return Err(Error::Argument("a JPEG's quality must be 1 to 100"));
        }
        let frame = Frame::new(planes, options.orientation, options.quant_tables())?;
        let components =
            frame.components.iter().map(|c| component(&frame, c, level)).collect::<Option<Vec<_>>>();
        let components = components.ok_or(Error::Argument("the picture is too large"))?;
        Ok(Self { width: frame.width, height: frame.height, color: frame.color, components })
    }
}

fn component(
    frame: &Frame<Samples<'_>>,
    from: &FrameComponent<Samples<'_>>,
    level: Level,
) -> Option<CodedComponent> {
    let largest = |side: fn(&FrameComponent<Samples<'_>>) -> u8| frame.components.iter().map(side).max();
    let facts = Component {
        id: from.id,
        h: from.h,
        v: from.v,
        width: component_side(frame.width, from.h, largest(|c| c.h)?),
        height: component_side(frame.height, from.v, largest(|c| c.v)?),
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

/// A row of blocks; those that show nothing remain zero.
#[inline(always)]
fn transform<S: Simd>(simd: S, source: &Samples<'_>, turn: &BlockTurn, y: usize, blocks: &mut [[i16; 64]]) {
    source.fetch(y, 1);
    let mut out = forward::Coefficients { values: [0; 64], nonzero: 0 };
    for (x, block) in blocks.iter_mut().enumerate() {
        if source.contains(x, y) {
            source.block(simd, x, y, &mut out);
            // Column by column; the columns of that are rows.
            turn.columns(simd, &out.values, block);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Plane, QuantTable, TranscodeOptions, encode, transcode};
    use proptest::prelude::*;

    fn planes(width: u32, height: u32, sampling: &[(u8, u8)], seed: u64) -> Planes {
        let picture = photo_testkit::photo_like(width, height, seed);
        let rgb: Vec<u8> = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .flat_map(|(x, y)| {
                let [r, g, b, _] = picture.rgba(x, y);
                [r, g, b]
            })
            .collect();
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
        // At 1 and 100 luma and chroma have the same table, which `transcode` writes once.
        fn what_is_transformed_first_is_written_as_what_is_encoded(
            width in 1u32..70, height in 1u32..70, kind in 0usize..5, turn in 0usize..8, quality in 2u8..100, seed in any::<u64>(),
        ) {
            let sampling: &[&[(u8, u8)]] =
                &[&[(1, 1)], &[(1, 1), (1, 1), (1, 1)], &[(2, 1), (1, 1), (1, 1)], &[(1, 2), (1, 1), (1, 1)], &[(2, 2), (1, 1), (1, 1)]];
            let planes = planes(width, height, sampling[kind], seed);
            let orientation = Orientation::ALL[turn];
            let options = EncodeOptions::default().quality(quality).orientation(orientation);
            let expected = encode(&planes, &options).unwrap();
            for level in Level::all() {
                let picture = Coefficients::transformed(&planes, &options, level).unwrap();
                let written = transcode(&picture, &TranscodeOptions::default()).unwrap();
                prop_assert!(written == expected);
            }
        }
    }

    #[test]
    fn what_can_not_be_encoded_is_refused() {
        let good = planes(20, 10, &[(1, 1)], 1);
        let refused = Coefficients::of_planes(&good, &EncodeOptions::default().quality(0));
        assert!(matches!(refused, Err(Error::Argument(_))));
        let tables = EncodeOptions::default().tables(QuantTable::luma(100), QuantTable::chroma(100));
        let facts = Coefficients::of_planes(&good, &tables).unwrap().components.remove(0).facts;
        assert_eq!((facts.width, facts.height, facts.blocks_wide, facts.blocks_high), (20, 10, 3, 2));
        let odd = Planes { width: 21, ..good };
        assert!(matches!(Coefficients::of_planes(&odd, &EncodeOptions::default()), Err(Error::Argument(_))));
    }
}
