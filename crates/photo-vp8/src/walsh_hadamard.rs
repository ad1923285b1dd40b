//! The inverse Walsh-Hadamard transform (RFC 6386, section 14.3).

/// The DC coefficients of the luma blocks of a macroblock from its second-order block, both in raster order.
#[inline(always)]
pub(crate) fn inverse(block: &[i16; 16]) -> [i16; 16] {
    let mut columns = [0; 16];
    for i in 0..4 {
        let [a, b, c, d] = [0, 4, 8, 12].map(|row| i32::from(block[row + i]));
        (columns[i], columns[4 + i], columns[8 + i], columns[12 + i]) = butterfly(a, b, c, d);
    }
    let mut to = [0; 16];
    for i in 0..4 {
        let [a, b, c, d] = [0, 1, 2, 3].map(|column| columns[4 * i + column]);
        let row = butterfly(a + 3, b, c, d);
        let row = [row.0, row.1, row.2, row.3];
        for (to, value) in to[4 * i..].iter_mut().zip(row) {
            *to = (value >> 3) as i16;
        }
    }
    to
}

#[inline(always)]
fn butterfly(a: i32, b: i32, c: i32, d: i32) -> (i32, i32, i32, i32) {
    let (outer, inner) = (a + d, b + c);
    let (outer_difference, inner_difference) = (a - d, b - c);
    (outer + inner, outer_difference + inner_difference, outer - inner, outer_difference - inner_difference)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dc_alone_is_the_same_everywhere() {
        let mut block = [0; 16];
        block[0] = -37;
        assert_eq!(inverse(&block), [(-37 + 3) >> 3; 16]);
    }

    #[test]
    fn each_coefficient_has_its_pattern() {
        let mut block = [0; 16];
        block[4] = 80;
        let rows = inverse(&block);
        assert_eq!([rows[0], rows[4], rows[8], rows[12]], [10, 10, -10, -10]);
        let mut block = [0; 16];
        block[2] = 80;
        assert_eq!(inverse(&block)[..4], [10, -10, -10, 10]);
    }
}
