//! Undoing the filters of PNG rows (W3C PNG, third edition, section 9).

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, i16x8, u8x16, u16x8};

/// Bytes that slices have behind a row, whose values don't matter: vectors reach so far.
pub(super) const SLACK: usize = 16;

/// Undoes the filter of type `filter` of a row of `length` bytes, whose pixels have `pixel` bytes, 1 to 8. `above` is the finished row before it, or zeros; `to` becomes the finished row. All three slices
/// are longer by [`SLACK`]. `None` for a filter type that PNG does not have.
pub(super) fn unfilter(
    filter: u8,
    pixel: usize,
    length: usize,
    above: &[u8],
    row: &[u8],
    to: &mut [u8],
) -> Option<()> {
    match filter {
        0 => to.get_mut(..length)?.copy_from_slice(row.get(..length)?),
        2 => {
            let rows = row.iter().zip(above).take(length);
            to.iter_mut().zip(rows).for_each(|(to, (byte, above))| *to = byte.wrapping_add(*above));
        }
        1 | 3 | 4 => undo(filter, pixel, length, above, row, to),
        _ => return None,
    }
    Some(())
}

/// Undoes a filter that looks to the left.
fn undo(filter: u8, step: usize, length: usize, above: &[u8], row: &[u8], to: &mut [u8]) {
    let level = Level::new();
    // AVX-512 compares into masks, for whose use the next pixel waits longer.
    let level = level.as_avx2().map_or(level, Level::Avx2);
    dispatch!(level, simd => match filter {
        1 => by_pixels(simd, step, length, above, row, to, |left, _, _| left),
        3 => by_pixels(simd, step, length, above, row, to, |left, above, _| (left + above) >> 1),
        _ => by_pixels(simd, step, length, above, row, to, paeth),
    });
}

/// Adds to each byte what `predict` makes of the bytes to its left, above, and above to its left. A vector
/// holds one pixel of `step` bytes, since each waits for the one before it.
#[inline(always)]
fn by_pixels<S: Simd>(
    simd: S,
    step: usize,
    length: usize,
    above: &[u8],
    row: &[u8],
    to: &mut [u8],
    predict: impl Fn(i16x8<S>, i16x8<S>, i16x8<S>) -> i16x8<S>,
) {
    let zero = i16x8::splat(simd, 0);
    let (mut left, mut corner) = (zero, zero);
    for at in (0..length).step_by(step) {
        let over = pixel(simd, &above[at..at + SLACK]);
        left = (predict(left, over, corner) + pixel(simd, &row[at..at + SLACK])) & 0xFF;
        corner = over;
        let bytes: u16x8<S> = left.bitcast();
        // What is behind the pixel is written over by the next.
        bytes.narrow(bytes).store_slice(&mut to[at..at + SLACK]);
    }
}

#[inline(always)]
fn pixel<S: Simd>(simd: S, bytes: &[u8]) -> i16x8<S> {
    u8x16::from_slice(simd, bytes).widen().0.bitcast()
}

/// Of the three, the one that is nearest to `left + above - corner`; in a tie, the first of them. With the
/// larger and the smaller of `left` and `above` there are few operations on the way from `left` to the result,
/// for which the next pixel waits. `paeth_as_specified` in the tests is the specification's own procedure.
#[inline(always)]
fn paeth<S: Simd>(left: i16x8<S>, above: i16x8<S>, corner: i16x8<S>) -> i16x8<S> {
    let (low, high) = (left.min(above), left.max(above));
    // How far three times the corner lies beyond the sum of both decides.
    let threshold = (corner + corner + corner - above) - left;
    let inner = high.simd_le(threshold).select(low, corner);
    threshold.simd_le(low).select(high, inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paeth_as_specified(a: u8, b: u8, c: u8) -> u8 {
        let [left, above, corner] = [a, b, c].map(i32::from);
        let estimate = left + above - corner;
        let [to_left, to_above, to_corner] = [left, above, corner].map(|value| (estimate - value).abs());
        if to_left <= to_above && to_left <= to_corner {
            a
        } else if to_above <= to_corner {
            b
        } else {
            c
        }
    }

    #[test]
    fn paeth_is_the_specification_s_for_all_values() {
        let all: Vec<i16> = (0..256).collect();
        for (a, c) in (0..=255u8).flat_map(|a| (0..=255u8).map(move |c| (a, c))) {
            for above in all.chunks_exact(8) {
                let found = dispatch!(Level::new(), simd => {
                    let splat = |v: u8| i16x8::splat(simd, i16::from(v));
                    let mut found = [0i16; 8];
                    paeth(splat(a), i16x8::from_slice(simd, above), splat(c)).store_slice(&mut found);
                    found
                });
                for (b, found) in above.iter().zip(found) {
                    assert_eq!(found, i16::from(paeth_as_specified(a, *b as u8, c)), "{a} {b} {c}");
                }
            }
        }
    }

    #[test]
    fn each_filter_takes_its_neighbors() {
        let padded = |row: [u8; 6]| {
            let mut all = [77; 6 + SLACK];
            all[..6].copy_from_slice(&row);
            all
        };
        let above = padded([10, 20, 9, 60, 50, 5]);
        for (filter, want) in [
            (0, [100, 2, 3, 4, 5, 6]),
            (1, [100, 2, 103, 6, 108, 12]),
            (2, [110, 22, 12, 64, 55, 11]),
            (3, [105, 12, 60, 40, 60, 28]),
            (4, [110, 22, 113, 64, 118, 11]),
        ] {
            let mut to = [0; 6 + SLACK];
            unfilter(filter, 2, 6, &above, &padded([100, 2, 3, 4, 5, 6]), &mut to).unwrap();
            assert_eq!(to[..6], want, "filter {filter}");
        }
        assert_eq!(unfilter(5, 2, 6, &above, &above, &mut [0; 6 + SLACK]), None);
    }
}
