//! Predictors undone (TIFF 6.0, section 14; Adobe's technical note 3 for floating point).

use super::header::Predictor;

/// Undoes the predictor in each row. `samples` lie side by side, `bytes` each; floating point is left in the
/// order of the file's numbers.
pub(super) fn undo(
    predictor: Predictor,
    data: &mut [u8],
    row_bytes: usize,
    samples: usize,
    bytes: usize,
    little: bool,
) {
    if row_bytes == 0 || samples == 0 || bytes == 0 {
        return;
    }
    let mut scratch = Vec::new();
    for row in data.chunks_exact_mut(row_bytes) {
        match (predictor, bytes) {
            (Predictor::None, _) => {}
            (Predictor::Difference, 1) => bytewise(row, samples),
            (Predictor::Difference, 2) => differences::<2>(row, samples, little),
            (Predictor::Difference, 4) => differences::<4>(row, samples, little),
            (Predictor::Difference, _) => differences::<8>(row, samples, little),
            (Predictor::Float, _) => float(row, &mut scratch, samples, bytes, little),
        }
    }
}

fn bytewise(row: &mut [u8], samples: usize) {
    match samples {
        1 => running::<1>(row),
        3 => running::<3>(row),
        4 => running::<4>(row),
        _ => {
            for i in samples..row.len() {
                row[i] = row[i].wrapping_add(row[i - samples]);
            }
        }
    }
}

fn running<const N: usize>(row: &mut [u8]) {
    let mut sum = [0u8; N];
    for pixel in row.as_chunks_mut::<N>().0 {
        for (value, sum) in pixel.iter_mut().zip(&mut sum) {
            *sum = sum.wrapping_add(*value);
            *value = *sum;
        }
    }
}

/// Sums of numbers of `N` bytes; what is carried out of the highest is lost.
fn differences<const N: usize>(row: &mut [u8], samples: usize, little: bool) {
    let number = |bytes: [u8; N]| {
        let ordered = bytes.iter().rev();
        let fold = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        if little { ordered.fold(0, fold) } else { bytes.iter().fold(0, fold) }
    };
    let words = row.as_chunks_mut::<N>().0;
    for i in samples..words.len() {
        let sum = number(words[i]).wrapping_add(number(words[i - samples]));
        let all = sum.to_le_bytes();
        for (k, byte) in words[i].iter_mut().enumerate() {
            *byte = all[if little { k } else { N - 1 - k }];
        }
    }
}

/// Differences of bytes, then the bytes of a number, the highest first, from as many parts of the row.
fn float(row: &mut [u8], scratch: &mut Vec<u8>, samples: usize, bytes: usize, little: bool) {
    for i in samples..row.len() {
        row[i] = row[i].wrapping_add(row[i - samples]);
    }
    scratch.clear();
    scratch.extend_from_slice(row);
    let count = row.len() / bytes;
    for (i, number) in row.chunks_exact_mut(bytes).enumerate() {
        for (k, byte) in number.iter_mut().enumerate() {
            let part = if little { bytes - 1 - k } else { k };
            *byte = scratch[part * count + i];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_add_up_in_both_orders() {
        let mut row = [1, 2, 3, 1, 1, 255];
        undo(Predictor::Difference, &mut row, 6, 3, 1, true);
        assert_eq!(row, [1, 2, 3, 2, 3, 2]);
        let mut row = [0xFF, 0x00, 0x02, 0x00, 0xFF, 0xFF];
        undo(Predictor::Difference, &mut row, 6, 1, 2, true);
        assert_eq!(row, [0xFF, 0x00, 0x01, 0x01, 0x00, 0x01]);
        let mut row = [0x00, 0xFF, 0x00, 0x02, 0xFF, 0xFF];
        undo(Predictor::Difference, &mut row, 6, 1, 2, false);
        assert_eq!(row, [0x00, 0xFF, 0x01, 0x01, 0x01, 0x00]);
    }

    #[test]
    fn bytes_of_floats_come_back_together() {
        // 1.0 and 0.5 are 3F800000 and 3F000000: high bytes first, then differences.
        let parts = [0x3F_u8, 0x3F, 0x80, 0x00, 0, 0, 0, 0];
        let mut row = parts;
        for i in (1..8).rev() {
            row[i] = parts[i].wrapping_sub(parts[i - 1]);
        }
        for (little, want) in
            [(true, [0, 0, 0x80, 0x3F, 0, 0, 0, 0x3F]), (false, [0x3F, 0x80, 0, 0, 0x3F, 0, 0, 0])]
        {
            let mut row = row;
            undo(Predictor::Float, &mut row, 8, 1, 4, little);
            assert_eq!(row, want);
        }
    }
}
