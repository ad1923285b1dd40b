//! PNG's five filters: for each row the one whose differences are smallest in sum, as libpng chooses.

/// Which filters rows are under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filter {
    None,
    Left,
    Up,
    Average,
    Paeth,
    /// For each row the one whose differences are smallest in sum.
    Smallest,
}

impl Filter {
    pub(super) const ALL: [Self; 6] =
        [Self::None, Self::Left, Self::Up, Self::Average, Self::Paeth, Self::Smallest];
}

/// Rows of a picture, and what a filter needs to know of them.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    /// The samples, row after row.
    pub(super) data: &'a [u8],
    /// Bytes of a row, without its filter type.
    pub(super) row: usize,
    /// Bytes from a sample to the same sample of the next pixel; `None` where rows are not filtered:
    /// differences of indices mean nothing.
    pub(super) step: Option<usize>,
}

impl Rows<'_> {
    pub(super) fn count(&self) -> usize {
        self.data.len() / self.row.max(1)
    }

    /// The rows `rows` as PNG stores them: the filter's type, then the row.
    pub(super) fn filtered(&self, rows: std::ops::Range<usize>, filter: Filter) -> Vec<u8> {
        let mut out = Vec::with_capacity(rows.len() * (self.row + 1));
        let zeros = vec![0; self.row];
        let row = |y: usize| self.data.get(y * self.row..(y + 1) * self.row).unwrap_or_default();
        let mut tries = [const { Vec::new() }; 5];
        for y in rows {
            let above = if y == 0 { &zeros[..] } else { row(y - 1) };
            let kind = match (self.step, filter) {
                (None, _) | (_, Filter::None) => {
                    out.push(0);
                    out.extend_from_slice(row(y));
                    continue;
                }
                (Some(step), Filter::Smallest) => best(row(y), above, step, &mut tries),
                (Some(step), filter) => {
                    let kind = filter as usize;
                    tries[kind].resize(self.row, 0);
                    apply(kind, row(y), above, step, &mut tries[kind]);
                    kind
                }
            };
            out.push(kind as u8);
            out.extend_from_slice(&tries[kind]);
        }
        out
    }
}

/// Fills `tries` with the row under each filter; which of them is best.
fn best(row: &[u8], above: &[u8], step: usize, tries: &mut [Vec<u8>; 5]) -> usize {
    for (kind, out) in tries.iter_mut().enumerate() {
        out.resize(row.len(), 0);
        apply(kind, row, above, step, out);
    }
    let sums = tries.each_ref().map(|out| sum_beyond(out, 0));
    (0..5).min_by_key(|&kind| sums[kind]).unwrap_or(0)
}

/// The sum of the differences, each taken as a signed number, as far as they are larger than `bound`.
pub(super) fn sum_beyond(row: &[u8], bound: u8) -> u64 {
    // Part by part, so that the inner sum fits 16 bits and is done in vectors of those.
    let beyond = |v: &u8| u16::from((*v as i8).unsigned_abs().saturating_sub(bound));
    row.chunks(256).map(|part| u64::from(part.iter().map(beyond).sum::<u16>())).sum()
}

/// Puts a row under a filter, 0 to 4.
pub(super) fn apply(kind: usize, row: &[u8], above: &[u8], step: usize, out: &mut [u8]) {
    let step = step.min(row.len());
    // The first pixel has nothing to its left.
    let (first, rest) = out.split_at_mut(step);
    match kind {
        0 => out.copy_from_slice(row),
        1 => {
            first.copy_from_slice(&row[..step]);
            let pairs = row[step..].iter().zip(row);
            rest.iter_mut().zip(pairs).for_each(|(o, (v, a))| *o = v.wrapping_sub(*a));
        }
        2 => {
            let pairs = row.iter().zip(above);
            out.iter_mut().zip(pairs).for_each(|(o, (v, b))| *o = v.wrapping_sub(*b));
        }
        3 => {
            let pairs = row.iter().zip(above);
            first.iter_mut().zip(pairs).for_each(|(o, (v, b))| *o = v.wrapping_sub(b / 2));
            let around = row.iter().zip(&above[step..]);
            for ((o, v), (a, b)) in rest.iter_mut().zip(&row[step..]).zip(around) {
                *o = v.wrapping_sub(((u16::from(*a) + u16::from(*b)) / 2) as u8);
            }
        }
        _ => {
            let pairs = row.iter().zip(above);
            first.iter_mut().zip(pairs).for_each(|(o, (v, b))| *o = v.wrapping_sub(*b));
            let around = row.iter().zip(above[step..].iter().zip(above));
            for ((o, v), (a, (b, c))) in rest.iter_mut().zip(&row[step..]).zip(around) {
                *o = v.wrapping_sub(paeth(*a, *b, *c));
            }
        }
    }
}

/// Which of left, above and above left is nearest to `a + b - c`; in eight bits, so that vectors hold twice
/// as many.
pub(super) fn paeth(a: u8, b: u8, c: u8) -> u8 {
    let (to_a, to_b) = (b.abs_diff(c), a.abs_diff(c));
    // Where both lie on one side of c, it is the farthest.
    let to_c = if (a < c) == (b > c) { to_a.abs_diff(to_b) } else { u8::MAX };
    let a_or_b = if to_a <= to_b { a } else { b };
    if to_a.min(to_b) <= to_c { a_or_b } else { c }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition (W3C PNG, 9.4).
    fn predictor(a: i32, b: i32, c: i32) -> i32 {
        let p = a + b - c;
        let (pa, pb, pc) = ((p - a).abs(), (p - b).abs(), (p - c).abs());
        if pa <= pb && pa <= pc {
            a
        } else if pb <= pc {
            b
        } else {
            c
        }
    }

    #[test]
    fn paeth_is_the_definition() {
        for a in 0..=255u8 {
            for (b, c) in (0..=255u8).flat_map(|b| (0..=255u8).step_by(3).map(move |c| (b, c))) {
                assert_eq!(i32::from(paeth(a, b, c)), predictor(a.into(), b.into(), c.into()), "{a} {b} {c}");
            }
        }
    }

    proptest! {
        #[test]
        fn filters_are_the_definition(
            row in proptest::collection::vec(any::<u8>(), 1..80),
            above in proptest::collection::vec(any::<u8>(), 80),
            step in 1usize..5
        ) {
            let mut out = vec![0; row.len()];
            for kind in 0..5 {
                apply(kind, &row, &above[..row.len()], step, &mut out);
                for i in 0..row.len() {
                    let left = |r: &[u8]| if i < step { 0 } else { i32::from(r[i - step]) };
                    let (a, b, c) = (left(&row), i32::from(above[i]), left(&above));
                    let guess = [0, a, b, (a + b) / 2, predictor(a, b, c)][kind];
                    prop_assert_eq!(i32::from(out[i]), (i32::from(row[i]) - guess) & 255, "kind {}", kind);
                }
            }
        }
    }
}
