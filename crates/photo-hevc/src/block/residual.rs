//! Residual coding (H.265 sections 7.3.8.11 and 8.6.3): from syntax elements to scaled coefficients.

use crate::error::{Result, malformed};
use crate::scan::{DIAGONAL_2, DIAGONAL_4, DIAGONAL_8, HORIZONTAL_2, HORIZONTAL_4, VERTICAL_2, VERTICAL_4};
use crate::slice::cabac::Bins;
use crate::slice::contexts::{
    CODED_SUB_BLOCK, GREATER_1, GREATER_2, LAST_X, LAST_Y, SIGNIFICANT, TRANSFORM_SKIP,
};

/// What is known of a block before its coefficients are read.
pub(super) struct Block<'a> {
    pub(super) log2: u32,
    pub(super) component: usize,
    /// Diagonal, horizontal or vertical.
    pub(super) scan: usize,
    pub(super) bypass: bool,
    pub(super) may_skip: bool,
    /// Whether its residual is coded as differences in the direction of prediction, if it is not transformed.
    pub(super) straight: bool,
    pub(super) sign_hiding: bool,
    pub(super) persistent_rice: bool,
    /// Whether blocks that are not transformed have a context of their own.
    pub(super) skip_context: bool,
    /// Whether the block is turned by 180 degrees, if it is not transformed.
    pub(super) rotation: bool,
    pub(super) factors: Option<&'a [u8]>,
    pub(super) qp: i32,
    pub(super) depth: u32,
}

/// Coefficients of a block, and the residual that is made of them.
pub(super) struct Residual {
    /// Scaled coefficients row by row; zeros outside of `columns` and `rows`.
    pub(super) coefficients: [i16; 1024],
    /// How many columns and rows have coefficients, in multiples of four.
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) samples: [i32; 1024],
    /// StatCoeff.
    pub(super) rice: [u8; 4],
}

impl Default for Residual {
    fn default() -> Self {
        Self { coefficients: [0; 1024], columns: 0, rows: 0, samples: [0; 1024], rice: [0; 4] }
    }
}

/// Positions of significant coefficients in a sub-block, as places in its scan, from the last to the first.
struct Found {
    places: [u8; 16],
    count: usize,
}

/// What goes on from sub-block to sub-block.
struct Walk<'a> {
    block: &'a Block<'a>,
    skipped: bool,
    positions: &'static [(u8, u8); 16],
    /// Whether no coefficient was over 1 in the sub-block before: greater1Ctx is not 0.
    small: bool,
    scale: Scale<'a>,
}

/// How levels become coefficients.
struct Scale<'a> {
    factor: i64,
    shift: u32,
    factors: Option<&'a [u8]>,
    bypass: bool,
}

impl<'a> Scale<'a> {
    fn new(block: &Block<'a>, skipped: bool) -> Self {
        const LEVELS: [i64; 6] = [40, 45, 51, 57, 64, 72];
        let qp = block.qp.max(0) as usize;
        Self {
            factor: LEVELS[qp % 6] << (qp / 6),
            shift: block.depth + block.log2 - 5,
            factors: block.factors.filter(|_| !skipped || block.log2 == 2),
            bypass: block.bypass,
        }
    }

    #[inline]
    fn apply(&self, level: i32, at: usize) -> i16 {
        let scaled = if self.bypass {
            i64::from(level)
        } else {
            let factor = self.factors.map_or(16, |factors| i64::from(factors[at]));
            (i64::from(level) * factor * self.factor + (1 << (self.shift - 1))) >> self.shift
        };
        scaled.clamp(-32768, 32767) as i16
    }
}

impl Residual {
    /// Reads a block; tells whether it is not transformed.
    pub(super) fn read<B: Bins>(&mut self, bins: &mut B, block: &Block<'_>) -> Result<bool> {
        let skipped = block.may_skip && bins.bin(TRANSFORM_SKIP + usize::from(block.component > 0));
        let (mut last_x, mut last_y) = last_position(bins, block);
        if block.scan == 2 {
            (last_x, last_y) = (last_y, last_x);
        }
        let (sub_blocks, positions) = scans(block);
        let mut walk = Walk { block, skipped, positions, small: true, scale: Scale::new(block, skipped) };
        let is =
            |x: u32, y: u32| move |&(at_x, at_y): &(u8, u8)| (u32::from(at_x), u32::from(at_y)) == (x, y);
        let last = sub_blocks.iter().position(is(last_x >> 2, last_y >> 2)).unwrap_or(0);
        let last_place = positions.iter().position(is(last_x & 3, last_y & 3)).unwrap_or(0);
        (self.columns, self.rows) = (0, 0);
        // Bit 8 * y + x of each sub-block that has coefficients.
        let mut coded = 0u64;
        for number in (0..=last).rev() {
            let (x, y) = sub_blocks[number];
            let bit = u32::from(x) + 8 * u32::from(y);
            let right = x < 7 && coded >> (bit + 1) & 1 == 1;
            let below = y < 7 && coded >> (bit + 8) & 1 == 1;
            let neighbors = usize::from(right) + 2 * usize::from(below);
            let ends = if number == last { Some(last_place) } else { None };
            let context =
                CODED_SUB_BLOCK + usize::from(neighbors > 0) + if block.component > 0 { 2 } else { 0 };
            if ends.is_none() && number > 0 && !bins.bin(context) {
                continue;
            }
            coded |= 1 << bit;
            let found = walk.significant(bins, number, neighbors, ends);
            if found.count > 0 {
                self.levels(bins, &mut walk, &found, number > 0, (x, y))?;
            }
        }
        Ok(skipped)
    }

    /// Reads the values of a sub-block's coefficients and stores them.
    fn levels<B: Bins>(
        &mut self,
        bins: &mut B,
        walk: &mut Walk<'_>,
        found: &Found,
        not_first: bool,
        (sub_x, sub_y): (u8, u8),
    ) -> Result<()> {
        let count = found.count;
        let (mut levels, third) = walk.small_levels(bins, count, not_first);
        let spread = found.places[0] - found.places[count - 1];
        let hides = walk.block.sign_hiding
            && !walk.block.bypass
            && !(walk.block.straight && walk.skipped)
            && spread > 3;
        let signs = count as u32 - u32::from(hides);
        let signs = bins.bypass(signs) << (32 - signs);
        self.large_levels(bins, walk, &mut levels[..count], third)?;
        let parity = levels[..count].iter().fold(0, |sum, &level| sum ^ level) & 1;
        let side = 1usize << walk.block.log2;
        let corner = sub_y as usize * 4 * side + sub_x as usize * 4;
        for (k, (&place, &level)) in found.places.iter().zip(&levels).take(count).enumerate() {
            let negative = if hides && k + 1 == count { parity == 1 } else { signs << k >> 31 == 1 };
            let (x, y) = walk.positions[usize::from(place & 15)];
            let at = corner + y as usize * side + x as usize;
            self.coefficients[at & 1023] = walk.scale.apply(if negative { -level } else { level }, at & 1023);
        }
        self.columns = self.columns.max(sub_x as usize * 4 + 4);
        self.rows = self.rows.max(sub_y as usize * 4 + 4);
        Ok(())
    }

    /// Adds coeff_abs_level_remaining where levels have one; `third` is the only level that may be 3 so far.
    fn large_levels<B: Bins>(
        &mut self,
        bins: &mut B,
        walk: &Walk<'_>,
        levels: &mut [i32],
        third: usize,
    ) -> Result<()> {
        let plain = usize::from(walk.skipped || walk.block.bypass);
        let statistic = &mut self.rice[usize::from(walk.block.component == 0) * 2 + plain];
        let mut rice = if walk.block.persistent_rice { u32::from(*statistic / 4) } else { 0 };
        let most_rice = if walk.block.persistent_rice { 31 } else { 4 };
        let mut first = walk.block.persistent_rice;
        for (k, level) in levels.iter_mut().enumerate() {
            let base = match k {
                8.. => 1,
                _ if k == third => 3,
                _ => 2,
            };
            if *level != base {
                continue;
            }
            let more = remaining(bins, rice)?;
            *level += more;
            if *level > 3 << rice {
                rice = (rice + 1).min(most_rice);
            }
            if first {
                first = false;
                let scale = 1i32 << (*statistic / 4);
                if more >= 3 * scale {
                    *statistic += 1;
                } else if 2 * more < scale && *statistic > 0 {
                    *statistic -= 1;
                }
            }
        }
        Ok(())
    }
}

impl Walk<'_> {
    /// Reads which coefficients of a sub-block are not zero; `last` is where the block's last one stands.
    fn significant<B: Bins>(
        &self,
        bins: &mut B,
        number: usize,
        neighbors: usize,
        last: Option<usize>,
    ) -> Found {
        let mut found = Found { places: [0; 16], count: 0 };
        let mut next = 16;
        if let Some(last) = last {
            (found.places[0], found.count, next) = (last as u8, 1, last);
        }
        let (contexts, base, first) = self.contexts(number, neighbors);
        for place in (1..next.max(1)).rev() {
            if bins.bin(base + usize::from(contexts[place & 15])) {
                found.places[found.count & 15] = place as u8;
                found.count += 1;
            }
        }
        // The first one of a sub-block that has no other is not zero.
        let implied = last.is_none() && number > 0 && found.count == 0;
        if next > 0 && (implied || bins.bin(first)) {
            found.places[found.count & 15] = 0;
            found.count += 1;
        }
        found
    }

    /// For the places of a sub-block: numbers of contexts, what to add to them, and the context of the first
    /// place.
    fn contexts(&self, number: usize, neighbors: usize) -> (&'static [u8; 16], usize, usize) {
        let block = self.block;
        let chroma = block.component > 0;
        let start = SIGNIFICANT + if chroma { 27 } else { 0 };
        if block.skip_context && (self.skipped || block.bypass) {
            let only = SIGNIFICANT + if chroma { 43 } else { 42 };
            return (&[0; 16], only, only);
        }
        if block.log2 == 2 {
            let contexts = &SMALL_CONTEXTS[block.scan];
            return (contexts, start, start + usize::from(contexts[0]));
        }
        let contexts = &PATTERN_CONTEXTS[block.scan][neighbors & 3];
        let offset = match (chroma, block.log2 == 3) {
            (false, true) => (if block.scan == 0 { 9 } else { 15 }) + if number > 0 { 3 } else { 0 },
            (false, false) => 21 + if number > 0 { 3 } else { 0 },
            (true, true) => 9,
            (true, false) => 12,
        };
        let first = if number == 0 { 0 } else { offset + usize::from(contexts[0]) };
        (contexts, start + offset, start + first)
    }

    /// Reads which of the first eight levels are over 1 and whether the first of these is over 2. Returns
    /// levels, and which one that is.
    fn small_levels<B: Bins>(&mut self, bins: &mut B, count: usize, not_first: bool) -> ([i32; 16], usize) {
        let chroma = self.block.component > 0;
        let set = usize::from(not_first && !chroma) * 2 + usize::from(!self.small);
        let base = GREATER_1 + 4 * set + if chroma { 16 } else { 0 };
        let mut levels = [1; 16];
        let (mut context, mut third) = (1, usize::MAX);
        for (k, level) in levels.iter_mut().enumerate().take(count.min(8)) {
            if bins.bin(base + context) {
                *level = 2;
                context = 0;
                third = third.min(k);
            } else if context > 0 {
                context = (context + 1).min(3);
            }
        }
        self.small = context > 0;
        if let Some(level) = levels.get_mut(third) {
            *level += i32::from(bins.bin(GREATER_2 + set + if chroma { 4 } else { 0 }));
        }
        (levels, third)
    }
}

/// coeff_abs_level_remaining (section 9.3.3.11).
#[inline]
fn remaining<B: Bins>(bins: &mut B, rice: u32) -> Result<i32> {
    let mut prefix = 0;
    while prefix < 32 && bins.bypass(1) == 1 {
        prefix += 1;
    }
    if prefix < 4 {
        return Ok((prefix << rice | bins.bypass(rice)) as i32);
    }
    let bits = prefix - 3 + rice;
    if bits > 20 {
        return malformed("a coefficient is too large");
    }
    let more = (((1 << (prefix - 3)) + 3 - 1) << rice) + bins.bypass(bits);
    if more < 1 << 15 { Ok(more as i32) } else { malformed("a coefficient is too large") }
}

/// The column and row of the last coefficient, as they are coded.
fn last_position<B: Bins>(bins: &mut B, block: &Block<'_>) -> (u32, u32) {
    let log2 = block.log2;
    let (offset, shift) = match block.component {
        0 => (3 * (log2 - 2) + ((log2 - 1) >> 2), (log2 + 1) >> 2),
        _ => (15, log2 - 2),
    };
    let mut prefix = |first: usize| {
        let mut count = 0;
        while count < 2 * log2 - 1 && bins.bin(first + (offset + (count >> shift)) as usize) {
            count += 1;
        }
        count
    };
    let (x, y) = (prefix(LAST_X), prefix(LAST_Y));
    let mut position = |prefix: u32| match prefix {
        0..4 => prefix,
        _ => {
            let bits = (prefix >> 1) - 1;
            ((2 + (prefix & 1)) << bits) + bins.bypass(bits)
        }
    };
    let x = position(x);
    (x, position(y))
}

/// A column and a row.
type Position = (u8, u8);

/// The scans of sub-blocks and of the coefficients in one.
fn scans(block: &Block<'_>) -> (&'static [Position], &'static [Position; 16]) {
    let sub_blocks: &[(u8, u8)] = match (block.log2, block.scan) {
        (2, _) => &[(0, 0)],
        (3, 0) => &DIAGONAL_2,
        (3, 1) => &HORIZONTAL_2,
        (3, _) => &VERTICAL_2,
        (4, _) => &DIAGONAL_4,
        _ => &DIAGONAL_8,
    };
    (sub_blocks, SCANS[block.scan])
}

static SCANS: [&[(u8, u8); 16]; 3] = [&DIAGONAL_4, &HORIZONTAL_4, &VERTICAL_4];

/// Numbers of the contexts of sig_coeff_flag in a 4x4 block, in the order of each scan (Table 9-50).
static SMALL_CONTEXTS: [[u8; 16]; 3] = {
    const BY_POSITION: [u8; 16] = [0, 1, 4, 5, 2, 3, 4, 5, 6, 6, 8, 8, 7, 7, 8, 8];
    [
        in_order(&DIAGONAL_4, &BY_POSITION),
        in_order(&HORIZONTAL_4, &BY_POSITION),
        in_order(&VERTICAL_4, &BY_POSITION),
    ]
};

/// The same in larger blocks, by whether the sub-blocks to the right (1) and below (2) have coefficients
/// (9.3.4.2.5).
static PATTERN_CONTEXTS: [[[u8; 16]; 4]; 3] = {
    const BY_POSITION: [[u8; 16]; 4] = [
        [2, 1, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0],
        [2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0],
        [2, 1, 0, 0, 2, 1, 0, 0, 2, 1, 0, 0, 2, 1, 0, 0],
        [2; 16],
    ];
    let mut contexts = [[[0; 16]; 4]; 3];
    let mut pattern = 0;
    while pattern < 4 {
        contexts[0][pattern] = in_order(&DIAGONAL_4, &BY_POSITION[pattern]);
        contexts[1][pattern] = in_order(&HORIZONTAL_4, &BY_POSITION[pattern]);
        contexts[2][pattern] = in_order(&VERTICAL_4, &BY_POSITION[pattern]);
        pattern += 1;
    }
    contexts
};

const fn in_order(scan: &[(u8, u8); 16], by_position: &[u8; 16]) -> [u8; 16] {
    let mut ordered = [0; 16];
    let mut place = 0;
    while place < 16 {
        let (x, y) = scan[place];
        ordered[place] = by_position[(y * 4 + x) as usize];
        place += 1;
    }
    ordered
}
