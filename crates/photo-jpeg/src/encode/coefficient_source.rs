//! Takes blocks from coefficients, turned upright and requantized on their way.

use fearless_simd::Simd;

use crate::coefficients::{CodedComponent, Coefficients};
use crate::dct::forward;
use crate::encode::block_source::BlockSource;
use crate::encode::frame::{Frame, FrameComponent, check_size, class, ids, upright_factors};
use crate::encode::options::TranscodeOptions;
use crate::encode::rate_distortion::RateDistortion;
use crate::error::{Error, Result};
use crate::quant::QuantTable;
use crate::requantize::Divisors;
use crate::transform::{BlockTurn, KeptArea};

/// The coefficients of a component, and how to turn and requantize them.
#[derive(Debug)]
pub(crate) struct CoefficientSource<'a> {
    blocks: &'a [[i16; 64]],
    /// Blocks in a stored row.
    stride: usize,
    /// The numbers of columns and rows of stored blocks that are kept.
    kept: [usize; 2],
    /// The numbers of columns and rows of upright blocks that hold samples.
    shown: [usize; 2],
    turn: BlockTurn,
    divisors: Option<Divisors>,
    rate_distortion: Option<RateDistortion>,
}

/// The frame of a picture whose coefficients have `fraction_bits` bits of fraction.
pub(crate) fn frame<'a>(
    picture: &'a Coefficients,
    fraction_bits: u32,
    options: &TranscodeOptions<'_>,
) -> Result<Frame<CoefficientSource<'a>>> {
    let kept = picture.kept(options.orientation, options.edges).ok_or(Error::Argument(
        "the picture can't be turned without cutting off its partial MCUs, or nothing would be left of it",
    ))?;
    let upright = kept.upright(options.orientation);
    check_size(upright.0, upright.1)?;
    let tables = tables(picture, options)?;
    let sampling: Vec<_> = picture.components.iter().map(|c| (c.facts.h, c.facts.v)).collect();
    let factors = upright_factors(&sampling, options.orientation);
    let mut quant = Vec::new();
    let mut components = Vec::new();
    for (index, (component, table)) in picture.components.iter().zip(tables).enumerate() {
        let class = class(picture.color, index);
        let source = CoefficientSource::new(component, fraction_bits, &kept, options, (&table, class));
        let table = if options.orientation.swaps_sides() { table.transposed() } else { table };
        let place = quant.iter().position(|known| *known == table).unwrap_or(quant.len());
        if place == quant.len() {
            quant.push(table);
        }
        let (id, (h, v)) = (ids(picture.color)[index], factors[index]);
        components.push(FrameComponent { id, h, v, class, quant: place, source });
    }
    Ok(Frame::laid_out(upright, picture.color, components, quant))
}

/// The table of each component in the file, before it is turned.
fn tables(picture: &Coefficients, options: &TranscodeOptions<'_>) -> Result<Vec<QuantTable>> {
    let stored = || picture.components.iter().map(|c| c.facts.quant.clone()).collect();
    let tables: Vec<_> = options.tables.clone().unwrap_or_else(stored);
    if picture.color.channels() == 4 {
        return Err(Error::Unsupported("writing a picture of inks"));
    }
    let count = picture.color.channels();
    if tables.len() == picture.components.len() && tables.len() == count {
        Ok(tables)
    } else {
        Err(Error::Argument("as many quantization tables as components are needed"))
    }
}

impl<'a> CoefficientSource<'a> {
    fn new(
        component: &'a CodedComponent,
        fraction_bits: u32,
        kept: &KeptArea,
        options: &TranscodeOptions<'_>,
        (table, class): (&QuantTable, usize),
    ) -> Self {
        let facts = kept.facts(&component.facts);
        let shown = [facts.width, facts.height].map(|side| side.div_ceil(8) as usize);
        let swap = options.orientation.swaps_sides();
        let from = &component.facts.quant;
        let turned = |table: &QuantTable| if swap { table.transposed() } else { table.clone() };
        let (changes, from, to) = (from != table, turned(from), turned(table));
        let divisors =
            (fraction_bits > 0 || changes).then(|| Divisors::new(&from, &to).with_fraction(fraction_bits));
        let rate_distortion = (changes && options.rate_distortion > 0)
            .then(|| RateDistortion::new(class, &from, &to, fraction_bits, options.rate_distortion));
        Self {
            blocks: component.blocks(),
            stride: component.facts.blocks_wide as usize,
            kept: [facts.blocks_wide as usize, facts.blocks_high as usize],
            shown: if swap { [shown[1], shown[0]] } else { shown },
            turn: BlockTurn::new(options.orientation),
            divisors,
            rate_distortion,
        }
    }
}

impl BlockSource for CoefficientSource<'_> {
    #[inline(always)]
    fn contains(&self, x: usize, y: usize) -> bool {
        x < self.shown[0] && y < self.shown[1]
    }

    fn fetch(&self, _: usize, _: usize) {}

    #[inline(always)]
    fn block<S: Simd>(&self, simd: S, x: usize, y: usize, out: &mut forward::QuantizedBlock) {
        let (x, y) = self.turn.stored(x, y, self.kept);
        match self.blocks.get(y * self.stride + x) {
            Some(stored) => self.turn.columns(simd, stored, &mut out.values),
            None => out.values = [0; 64],
        }
        let unchanged = out.values;
        if let Some(divisors) = &self.divisors {
            divisors.apply(simd, &mut out.values);
        }
        out.find_nonzero(simd);
        if let Some(rate_distortion) = &self.rate_distortion {
            rate_distortion.apply(&unchanged, out);
        }
    }
}
