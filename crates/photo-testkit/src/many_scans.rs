//! Progressive JPEGs of as many scans as are wanted, all of them legal.

/// The bit position from which each coefficient is refined.
const TOP: u8 = 9;

/// A gray progressive JPEG of so many scans, each of which adds one bit of one AC coefficient (T.81, G.1.2).
/// The first coefficient is 512 in every block, so that each of its refinements has a bit for every block;
/// all others are zero and said in runs.
///
/// # Panics
/// Unless there are 1 to 631 scans, and sides of at most 65,535.
pub fn many_scans(width: u32, height: u32, scans: usize) -> Vec<u8> {
    assert!((1..=1 + 63 * (usize::from(TOP) + 1)).contains(&scans), "a file of 1 to 631 scans");
    let side = |side: u32| u16::try_from(side).expect("a side of at most 65,535").to_be_bytes();
    let blocks = width.div_ceil(8) * height.div_ceil(8);
    let frame = [&[8], &side(height)[..], &side(width), &[1, 1, 0x11, 0]].concat();
    let mut file =
        [&[0xFF, 0xD8], &segment(0xDB, &[&[0], &[1; 64][..]].concat())[..], &segment(0xC2, &frame)].concat();
    file.extend(segment(0xC4, &dc_table()));
    file.extend(segment(0xC4, &ac_table()));
    file.extend(scan([0, 0, 0], |bits| (0..blocks).for_each(|_| bits.put(0, 1))));
    let coefficients = (1..=63).flat_map(|k| (0..=TOP).rev().map(move |low| (k, low)));
    for (k, low) in coefficients.take(scans - 1) {
        let first = low == TOP;
        let positions = if first { low } else { (low + 1) << 4 | low };
        file.extend(scan([k, k, positions], |bits| match (k, first) {
            (1, true) => (0..blocks).for_each(|_| bits.put(0b01, 2)),
            (1, false) => runs(bits, blocks, 1),
            _ => runs(bits, blocks, 0),
        }));
    }
    file.extend([0xFF, 0xD9]);
    file
}

/// The same with the frame header of arithmetic coding, by which the data mean something else, if anything.
///
/// # Panics
/// As [`many_scans`].
pub fn many_arithmetic_scans(width: u32, height: u32, scans: usize) -> Vec<u8> {
    let mut file = many_scans(width, height, scans);
    let frame = file.windows(2).position(|pair| pair == [0xFF, 0xC2]).expect("a progressive frame");
    file[frame + 1] = 0xCA;
    file
}

fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(2 + data.len()).unwrap_or(u16::MAX).to_be_bytes();
    [&[0xFF, marker], &length[..], data].concat()
}

/// One code, `0`, for no difference.
fn dc_table() -> Vec<u8> {
    [&[0, 1], &[0; 15][..], &[0]].concat()
}

/// `0` for a coefficient of one new bit, `1000` to `1110` and a fifth bit for the ends of 2^0 to 2^14 blocks'
/// bands.
fn ac_table() -> Vec<u8> {
    let mut lengths = [0; 16];
    (lengths[0], lengths[4]) = (1, 15);
    let ends = (0..15).map(|run| run << 4);
    [0x10].into_iter().chain(lengths).chain([0x01]).chain(ends).collect()
}

/// Runs of blocks without a new coefficient, each of which corrects so many by no more.
fn runs(bits: &mut Bits, blocks: u32, corrections: u32) {
    let mut left = blocks;
    while left > 0 {
        let order = left.ilog2().min(14);
        let run = left.min((2 << order) - 1);
        bits.put(0b10000 + order, 5);
        bits.put(run - (1 << order), order);
        (0..run * corrections).for_each(|_| bits.put(0, 1));
        left -= run;
    }
}

/// The scan of the only component; `band` is the end of its header.
fn scan(band: [u8; 3], data: impl FnOnce(&mut Bits)) -> Vec<u8> {
    let mut bits = Bits { bytes: segment(0xDA, &[&[1, 1, 0], &band[..]].concat()), held: 0, count: 0 };
    data(&mut bits);
    let fill = bits.count.next_multiple_of(8) - bits.count;
    bits.put((1 << fill) - 1, fill);
    bits.bytes
}

/// Bits of a scan, the first one highest.
struct Bits {
    bytes: Vec<u8>,
    held: u32,
    count: u32,
}

impl Bits {
    /// The lowest `count` bits of `value`, at most 14.
    fn put(&mut self, value: u32, count: u32) {
        self.held = self.held << count | value;
        self.count += count;
        while self.count >= 8 {
            self.count -= 8;
            let byte = (self.held >> self.count & 0xFF) as u8;
            self.bytes.push(byte);
            if byte == 0xFF {
                self.bytes.push(0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_independent_decoder_sees_the_first_coefficient() {
        for scans in [1, 2, 5, 11, 100] {
            let bytes = many_scans(40, 24, scans);
            assert_eq!(bytes.windows(2).filter(|w| w == &[0xFF, 0xDA]).count(), scans);
            let picture = image::load_from_memory(&bytes).unwrap().into_luma8();
            // The basis function falls from left to right: 512 of it is 512 / 8 * sqrt(2) * cos((2x + 1) * pi
            // / 16).
            let wave = |x: u32| 90.5 * (f64::from(2 * (x % 8) + 1) * std::f64::consts::PI / 16.0).cos();
            for (x, _, pixel) in picture.enumerate_pixels() {
                let want = 128.0 + if scans > 1 { wave(x) } else { 0.0 };
                assert!((f64::from(pixel[0]) - want).abs() <= 1.0, "{scans} scans, {x}: {} {want}", pixel[0]);
            }
        }
    }
}
