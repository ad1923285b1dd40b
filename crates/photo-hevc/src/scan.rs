//! Scan orders (H.265 section 6.5.3 to 6.5.5).

/// Positions `(x, y)` of a 2x2 block, up-right diagonally.
pub(crate) const DIAGONAL_2: [(u8, u8); 4] = diagonal();
/// Positions of a 4x4 block, up-right diagonally.
pub(crate) const DIAGONAL_4: [(u8, u8); 16] = diagonal();
/// Positions of an 8x8 block, up-right diagonally.
pub(crate) const DIAGONAL_8: [(u8, u8); 64] = diagonal();
/// Positions of a 2x2 block, row by row.
pub(crate) const HORIZONTAL_2: [(u8, u8); 4] = raster(false);
/// Positions of a 4x4 block, row by row.
pub(crate) const HORIZONTAL_4: [(u8, u8); 16] = raster(false);
/// Positions of a 2x2 block, column by column.
pub(crate) const VERTICAL_2: [(u8, u8); 4] = raster(true);
/// Positions of a 4x4 block, column by column.
pub(crate) const VERTICAL_4: [(u8, u8); 16] = raster(true);

/// From the lower left to the upper right of each anti-diagonal.
const fn diagonal<const N: usize>() -> [(u8, u8); N] {
    let side = side(N);
    let mut order = [(0, 0); N];
    let (mut at, mut sum) = (0, 0);
    while at < N {
        let mut x = 0;
        while x <= sum {
            if x < side && sum - x < side {
                order[at] = (x as u8, (sum - x) as u8);
                at += 1;
            }
            x += 1;
        }
        sum += 1;
    }
    order
}

const fn raster<const N: usize>(vertical: bool) -> [(u8, u8); N] {
    let side = side(N);
    let mut order = [(0, 0); N];
    let mut at = 0;
    while at < N {
        let (slow, fast) = ((at / side) as u8, (at % side) as u8);
        order[at] = if vertical { (slow, fast) } else { (fast, slow) };
        at += 1;
    }
    order
}

const fn side(area: usize) -> usize {
    let mut side = 1;
    while side * side < area {
        side += 1;
    }
    side
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diagonals_go_up_and_right() {
        assert_eq!(DIAGONAL_4[..6], [(0, 0), (0, 1), (1, 0), (0, 2), (1, 1), (2, 0)]);
        assert_eq!(DIAGONAL_4[15], (3, 3));
        assert_eq!(VERTICAL_4[1], (0, 1));
    }
}
