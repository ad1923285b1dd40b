//! Undoing the filters of PNG rows (W3C PNG, third edition, section 9).

/// Undoes the filter of type `filter` in `row`, whose pixels have `pixel` bytes: 1, 2, 3, 4, 6 or 8. `above`
/// is the finished row before it, or zeros. `None` for a filter type that PNG does not have.
pub(super) fn unfilter(filter: u8, pixel: usize, above: &[u8], row: &mut [u8]) -> Option<()> {
    match pixel {
        1 => undo::<1>(filter, above, row),
        2 => undo::<2>(filter, above, row),
        3 => undo::<3>(filter, above, row),
        4 => undo::<4>(filter, above, row),
        6 => undo::<6>(filter, above, row),
        8 => undo::<8>(filter, above, row),
        _ => None,
    }
}

fn undo<const N: usize>(filter: u8, above: &[u8], row: &mut [u8]) -> Option<()> {
    match filter {
        0 => {}
        1 => by_pixels::<N>(above, row, |left, _, _| left),
        2 => row.iter_mut().zip(above).for_each(|(byte, above)| *byte = byte.wrapping_add(*above)),
        3 => by_pixels::<N>(above, row, |left, above, _| left.midpoint(above)),
        4 => by_pixels::<N>(above, row, paeth),
        _ => return None,
    }
    Some(())
}

/// Adds to each byte what `predict` makes of the bytes to its left, above, and above to its left.
#[inline(always)]
fn by_pixels<const N: usize>(above: &[u8], row: &mut [u8], predict: impl Fn(u8, u8, u8) -> u8) {
    let (mut left, mut corner) = ([0; N], [0; N]);
    for (pixel, above) in row.as_chunks_mut::<N>().0.iter_mut().zip(above.as_chunks::<N>().0) {
        for i in 0..N {
            left[i] = pixel[i].wrapping_add(predict(left[i], above[i], corner[i]));
        }
        (*pixel, corner) = (left, *above);
    }
}

/// Of the three, the one that is nearest to `left + above - corner`; in a tie, the first of them. With the
/// larger and the smaller of `left` and `above` there are few operations on the way from `left` to the result,
/// for which the next pixel waits. `paeth_as_specified` in the tests is the specification's own procedure.
#[inline(always)]
fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let [a, b, c] = [left, above, corner].map(i16::from);
    let (low, high) = (a.min(b), a.max(b));
    // Twice the corner's distance: how far `3 c - (a + b)` lies beyond one of them decides.
    let threshold = 3 * c - (a + b);
    let inner = if high <= threshold { low } else { c };
    let nearest = if threshold <= low { high } else { inner };
    nearest as u8
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
        for (a, b) in (0..=255).flat_map(|a| (0..=255).map(move |b| (a, b))) {
            for c in 0..=255 {
                assert_eq!(paeth(a, b, c), paeth_as_specified(a, b, c), "{a} {b} {c}");
            }
        }
    }

    #[test]
    fn each_filter_takes_its_neighbors() {
        let above = [10, 20, 9, 60, 50, 5];
        for (filter, want) in [
            (0, [100, 2, 3, 4, 5, 6]),
            (1, [100, 2, 103, 6, 108, 12]),
            (2, [110, 22, 12, 64, 55, 11]),
            (3, [105, 12, 60, 40, 60, 28]),
            (4, [110, 22, 113, 64, 118, 11]),
        ] {
            let mut row = [100, 2, 3, 4, 5, 6];
            unfilter(filter, 2, &above, &mut row).unwrap();
            assert_eq!(row, want, "filter {filter}");
        }
        assert_eq!(unfilter(5, 2, &above, &mut [0; 6]), None);
    }
}
