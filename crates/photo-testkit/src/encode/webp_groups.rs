//! Lossless WebPs of many groups of Huffman codes (RFC 9649, 3.7), each of which takes a decoder much more
//! memory than bytes of the file.

/// A square picture of `blocks * blocks` blocks of 4x4 pixels, one group after the other in use. Green has
/// 2048 codes of 11 bits in each: 136 bytes of the file, 70 KB of tables in `image-webp` 0.2.4.
///
/// # Panics
/// If there are fewer blocks than groups, or more than 65,536 groups or 4,095 blocks on a side.
pub fn many_groups(blocks: u32, groups: u32) -> Vec<u8> {
    assert!(groups <= blocks * blocks && groups <= 65_536 && blocks < 4_096);
    let mut bits = Bits::default();
    let side = 4 * blocks;
    bits.put(0x2F, 8);
    bits.put(side - 1, 14);
    bits.put(side - 1, 14);
    bits.put(0, 1 + 3); // No alpha, version 0.
    bits.put(0, 1); // No transforms.
    bits.put(1 | 11 << 1, 1 + 4); // 2,048 colors in the cache.
    bits.put(1, 1 + 3); // Groups of codes, for blocks of 4x4.
    group_image(&mut bits, blocks, groups);
    for _ in 0..groups {
        even_code(&mut bits, 11, 343);
        (0..4).for_each(|_| single(&mut bits));
    }
    (0..side * side).for_each(|place| bits.code(place % 256, 11));
    webp(&bits.bytes)
}

/// The number of each block's group, in its red and green.
fn group_image(bits: &mut Bits, blocks: u32, groups: u32) {
    bits.put(0, 1); // No cache.
    even_code(bits, 8, 44);
    even_code(bits, 8, 44);
    (0..3).for_each(|_| single(bits));
    for place in 0..blocks * blocks {
        let group = place % groups;
        bits.code(group & 0xFF, 8);
        bits.code(group >> 8, 8);
    }
}

/// A code of one symbol, 0.
fn single(bits: &mut Bits) {
    bits.put(1, 4);
}

/// A code in which the first symbols have `length` bits, and as many as that allows; their lengths take
/// `said` symbols.
fn even_code(bits: &mut Bits, length: u32, said: u32) {
    /// The order of the codes of lengths.
    const ORDER: [u32; 15] = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11];
    bits.put(0, 1);
    bits.put(15 - 4, 4);
    // One bit each for this length and for repeating it.
    ORDER.into_iter().for_each(|own| bits.put(u32::from(own == length || own == 16), 3));
    bits.put(1, 1);
    bits.put(4, 3);
    bits.put(said - 2, 10);
    bits.put(0, 1);
    let mut left = (1 << length) - 1;
    while left > 0 {
        match left {
            1 | 2 => bits.put(0, 1),
            _ => bits.put(1 | (left.min(6) - 3) << 1, 1 + 2),
        }
        left -= if left > 2 { left.min(6) } else { 1 };
    }
}

fn webp(stream: &[u8]) -> Vec<u8> {
    let length = |bytes: usize| (bytes as u32).to_le_bytes();
    let padded = stream.len().next_multiple_of(2);
    let mut file =
        [b"RIFF", &length(4 + 8 + padded)[..], b"WEBPVP8L", &length(stream.len()), stream].concat();
    file.resize(20 + padded, 0);
    file
}

/// Bits, the lowest of a byte first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    count: u32,
}

impl Bits {
    /// The lowest `count` bits, the lowest first.
    fn put(&mut self, value: u32, count: u32) {
        for place in 0..count {
            if self.count.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= ((value >> place & 1) as u8) << (self.count % 8);
            }
            self.count += 1;
        }
    }

    /// A Huffman code, its highest bit first.
    fn code(&mut self, code: u32, count: u32) {
        self.put(code.reverse_bits() >> (32 - count), count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_independent_decoder_reads_the_pixels() {
        let picture = image::load_from_memory(&many_groups(6, 36)).unwrap().into_rgb8();
        assert_eq!(picture.dimensions(), (24, 24));
        for (place, pixel) in (0..).zip(picture.pixels()) {
            assert_eq!(u32::from(pixel[1]), place % 256);
            assert_eq!((pixel[0], pixel[2]), (0, 0));
        }
    }
}
