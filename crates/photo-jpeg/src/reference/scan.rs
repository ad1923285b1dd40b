//! Decodes one scan, sequential (T.81, annex F) or progressive (annex G).

use super::ReferenceImage;
use super::bit_reader::{ReferenceBitReader, ReferenceFault};
use crate::error;
use crate::header::{Component, Process, Scan};
use crate::huffman::HuffmanSpec;
use crate::quant::ZIGZAG;

/// The state that lasts from block to block, up to a restart marker.
#[derive(Debug, Default)]
struct Memory {
    predictions: [i32; 4],
    /// The number of blocks of the current run that are still to come.
    end_of_block_run: u32,
}

/// Decodes the data of `scan` into the picture.
pub(super) fn decode(bytes: &[u8], picture: &mut ReferenceImage, scan: &Scan) -> error::Result<()> {
    let mut bits = ReferenceBitReader::new(bytes, scan.data_start);
    let mut memory = Memory::default();
    let units = units(picture, scan);
    let total = units.len() as u64;
    for (number, unit) in units.into_iter().enumerate() {
        let interval = scan.restart_interval as usize;
        let restart = interval > 0 && number > 0 && number % interval == 0;
        let mut mcu = || {
            if restart {
                finish(&memory)?;
                memory = Memory::default();
                bits.restart((number / interval - 1) as u32)?;
            }
            unit.iter().try_for_each(|&place| block(&mut bits, picture, scan, &mut memory, place))
        };
        mcu().map_err(|stop: ReferenceFault| stop.into_error(bits.at, number as u64, total))?;
    }
    finish(&memory).map_err(|stop| stop.into_error(bits.at, total, total))
}

fn finish(memory: &Memory) -> Result<(), ReferenceFault> {
    match memory.end_of_block_run {
        0 => Ok(()),
        _ => Err(ReferenceFault::Bad("a run of empty blocks goes on behind the last block")),
    }
}

/// The blocks of every MCU in order (T.81, A.2): index into the scan's components and number of the block.
fn units(picture: &ReferenceImage, scan: &Scan) -> Vec<Vec<(usize, usize)>> {
    let facts: Vec<&Component> =
        scan.components.iter().map(|c| &picture.header.components[c.index]).collect();
    if let [one] = facts.as_slice() {
        let places =
            |y| (0..one.width.div_ceil(8)).map(move |x| vec![(0, (y * one.blocks_wide + x) as usize)]);
        return (0..one.height.div_ceil(8)).flat_map(places).collect();
    }
    let mcu = |x, y| {
        let mut places = Vec::new();
        for (part, c) in facts.iter().enumerate() {
            for row in 0..u32::from(c.v) {
                for column in 0..u32::from(c.h) {
                    let (bx, by) = (x * u32::from(c.h) + column, y * u32::from(c.v) + row);
                    places.push((part, (by * c.blocks_wide + bx) as usize));
                }
            }
        }
        places
    };
    let (wide, high) = (picture.header.mcus_wide, picture.header.mcus_high);
    (0..high).flat_map(|y| (0..wide).map(move |x| (x, y))).map(|(x, y)| mcu(x, y)).collect()
}

fn block(
    bits: &mut ReferenceBitReader<'_>,
    picture: &mut ReferenceImage,
    scan: &Scan,
    memory: &mut Memory,
    (part, number): (usize, usize),
) -> Result<(), ReferenceFault> {
    let component = &scan.components[part];
    let block = &mut picture.components[component.index].blocks[number];
    let prediction = &mut memory.predictions[part];
    let run = &mut memory.end_of_block_run;
    if picture.header.process == Process::Sequential {
        dc_first(bits, component.dc.as_deref(), prediction, 0, block)?;
        return ac_first(bits, component.ac.as_deref(), scan, &mut 0, block);
    }
    match (scan.spectral_start, scan.approx_high) {
        (0, 0) => dc_first(bits, component.dc.as_deref(), prediction, scan.approx_low, block),
        (0, _) => {
            block[0] |= (bits.bit()? as i16) << scan.approx_low;
            Ok(())
        }
        (_, 0) => ac_first(bits, component.ac.as_deref(), scan, run, block),
        _ => ac_refine(bits, component.ac.as_deref(), scan, run, block),
    }
}

/// F.2.2.1 and G.1.2.1.
fn dc_first(
    bits: &mut ReferenceBitReader<'_>,
    table: Option<&HuffmanSpec>,
    prediction: &mut i32,
    low: u8,
    block: &mut [i16; 64],
) -> Result<(), ReferenceFault> {
    let size = bits.symbol(table.expect("header checks tables"))?;
    *prediction += bits.value(size.into())?;
    block[0] = (*prediction << low) as i16;
    Ok(())
}

/// F.2.2.2, and with runs of empty blocks G.1.2.2.
fn ac_first(
    bits: &mut ReferenceBitReader<'_>,
    table: Option<&HuffmanSpec>,
    scan: &Scan,
    run: &mut u32,
    block: &mut [i16; 64],
) -> Result<(), ReferenceFault> {
    if *run > 0 {
        *run -= 1;
        return Ok(());
    }
    let mut k = scan.spectral_start.max(1);
    while k <= scan.spectral_end {
        let symbol = bits.symbol(table.expect("header checks tables"))?;
        let (zeros, size) = (symbol >> 4, symbol & 15);
        if size == 0 && zeros < 15 {
            *run = (1 << zeros) - 1 + bits.bits(zeros.into())?;
            break;
        }
        k += zeros;
        let value = bits.value(size.into())?;
        if k > scan.spectral_end {
            return Err(ReferenceFault::Bad("a coefficient behind the last one"));
        }
        block[usize::from(ZIGZAG[usize::from(k)])] = (value << scan.approx_low) as i16;
        k += 1;
    }
    Ok(())
}

/// G.1.2.3, figures G.7 to G.9.
fn ac_refine(
    bits: &mut ReferenceBitReader<'_>,
    table: Option<&HuffmanSpec>,
    scan: &Scan,
    run: &mut u32,
    block: &mut [i16; 64],
) -> Result<(), ReferenceFault> {
    let step = 1i16 << scan.approx_low;
    let mut k = usize::from(scan.spectral_start);
    let end = usize::from(scan.spectral_end);
    while *run == 0 && k <= end {
        let symbol = bits.symbol(table.expect("header checks tables"))?;
        let new = match (symbol >> 4, symbol & 15) {
            (15, 0) => 0,
            (length, 0) => {
                *run = (1 << length) + bits.bits(length.into())?;
                break;
            }
            (_, 1) => [-step, step][bits.bit()? as usize],
            _ => return Err(ReferenceFault::Bad("a new coefficient of more than one bit")),
        };
        k = refine_up_to_new(bits, k, end, (symbol >> 4, new), step, block)?;
    }
    if *run > 0 {
        *run -= 1;
        for &place in &ZIGZAG[k..=end] {
            correct(bits, step, &mut block[usize::from(place)])?;
        }
    }
    Ok(())
}

/// Corrects coefficients from `from` on until `zeros` zeros are passed, and puts `new` in the place of the
/// next. Returns the index behind it.
fn refine_up_to_new(
    bits: &mut ReferenceBitReader<'_>,
    from: usize,
    end: usize,
    (mut zeros, new): (u8, i16),
    step: i16,
    block: &mut [i16; 64],
) -> Result<usize, ReferenceFault> {
    for k in from..=end {
        let value = &mut block[usize::from(ZIGZAG[k])];
        match (*value, zeros) {
            (0, 0) => {
                *value = new;
                return Ok(k + 1);
            }
            (0, _) => zeros -= 1,
            _ => correct(bits, step, value)?,
        }
    }
    Err(ReferenceFault::Bad("a coefficient behind the last one"))
}

/// Moves a coefficient that isn't zero away from zero by `step` if the next bit says so.
fn correct(bits: &mut ReferenceBitReader<'_>, step: i16, value: &mut i16) -> Result<(), ReferenceFault> {
    if *value != 0 && bits.bit()? == 1 {
        *value = value.wrapping_add(step * value.signum());
    }
    Ok(())
}
