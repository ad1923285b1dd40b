//! Small files that ask for much: memory by what they claim, time by what they repeat.

use std::io::Write;

use flate2::{Compression, write::ZlibEncoder};

use crate::encode::png::{self, Chunk, PngImage, PngOptions};
use crate::encode::{bmp, gif, jpeg, tiff, webp, webp_groups};
use crate::{Indexed, many_arithmetic_scans, many_scans, mutate, pattern, photo_like, sample};

/// All bombs with their names, each of at most 20 MB.
pub fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    let mut all = jpegs();
    all.extend(pngs());
    all.extend(others());
    all
}

fn jpegs() -> Vec<(&'static str, Vec<u8>)> {
    let plain = sample::jpeg(64, 48, &sample::phone());
    let progressive = sample::jpeg(1500, 1000, &jpeg::JpegOptions { progressive: true, ..sample::phone() });
    let huge = mutate::with_dimensions(&progressive, 16_000, 16_000).unwrap_or_default();
    vec![
        ("JPEG of 5 million empty comments", behind_start(&plain, b"\xFF\xFE\0\x02", 4_900_000)),
        ("JPEG of 300 full segments", behind_start(&plain, &application_segment(), 300)),
        ("JPEG of 19 MB of fill bytes", behind_start(&plain, b"\xFF", 19_000_000)),
        ("JPEG of thousands of scans", repeat_last_scan(&progressive, 5_000)),
        ("JPEG of 256 MP and thousands of scans", repeat_last_scan(&huge, 5_000)),
        ("JPEG of 144 MP and as many scans as are allowed", many_scans(12_000, 12_000, 256)),
        ("arithmetic JPEG of 64 MP and 256 scans", many_arithmetic_scans(8_000, 8_000, 256)),
        ("JPEG of 16000x16000 with the data of a small one", huge),
        ("JPEG of 10,000 restart markers in a row", restart_markers(&plain)),
    ]
}

fn behind_start(jpeg: &[u8], what: &[u8], count: usize) -> Vec<u8> {
    let (start, rest) = jpeg.split_at(2);
    [start, &what.repeat(count), rest].concat()
}

fn application_segment() -> Vec<u8> {
    [b"\xFF\xEF\xFF\xFF".as_slice(), &[7; 65_533]].concat()
}

fn repeat_last_scan(jpeg: &[u8], count: usize) -> Vec<u8> {
    let start = jpeg.windows(2).rposition(|w| w == [0xFF, 0xDA]).unwrap_or_default();
    let (head, tail) = jpeg.split_at(start);
    let scan = tail.strip_suffix(&[0xFF, 0xD9]).unwrap_or(tail);
    // Its header and no more than the first bytes of its data.
    let scan = scan.get(..1_000).unwrap_or(scan);
    [head, tail.strip_suffix(&[0xFF, 0xD9]).unwrap_or(tail), &scan.repeat(count), &[0xFF, 0xD9]].concat()
}

fn restart_markers(jpeg: &[u8]) -> Vec<u8> {
    let (head, end) = jpeg.split_at(jpeg.len().saturating_sub(20));
    let markers: Vec<u8> = (0..10_000_u32).flat_map(|n| [0xFF, 0xD0 + (n % 8) as u8]).collect();
    [head, &markers, end].concat()
}

fn pngs() -> Vec<(&'static str, Vec<u8>)> {
    let small = PngImage::from_picture(&photo_like(40, 30, 1), 8);
    let with = |before: Vec<Chunk>| png::encode(&small, &PngOptions { before, ..PngOptions::default() });
    let zeros = zlib_of_zeros(200_000_000);
    let packed = |prefix: &[u8]| [prefix, &zeros].concat();
    vec![
        ("PNG of 256 MP of zeros", zero_png(16_000, 16_000)),
        ("PNG of one pixel in front of 800 MB of zeros", lying_png(zlib_of_zeros(800_000_000))),
        ("PNG with a profile of 200 MB", with(vec![Chunk::new(b"iCCP", packed(b"bomb\0\0"))])),
        ("PNG with a text of 200 MB", with(vec![Chunk::new(b"zTXt", packed(b"Comment\0\0"))])),
        ("PNG with EXIF of directories in directories", with(vec![Chunk::new(b"eXIf", overlapping_exif())])),
        ("PNG of 1.5 million empty chunks", with(vec![Chunk::new(b"teSt", Vec::new()); 1_500_000])),
    ]
}

/// An EXIF block of orientation 6 behind 3,000 pointers to directories of 32,767 entries, which overlap.
pub fn overlapping_exif() -> Vec<u8> {
    const POINTERS: u32 = 3_000;
    let entry = |tag: u16, kind: u16, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &1_u32.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let second = 8 + 2 + 12 * (POINTERS + 1) + 4;
    let mut block = [b"II*\0\x08\0\0\0", &(POINTERS as u16 + 1).to_le_bytes()[..]].concat();
    block.extend((0..POINTERS).flat_map(|n| entry(0x8769, 4, second + 12 * n)));
    block.extend(entry(0x0112, 3, 6));
    block.extend(second.to_le_bytes());
    block.extend(entry(0x7FFF, 1, 1).repeat(60_000));
    block
}

/// A zlib stream of so many zeros.
fn zlib_of_zeros(count: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![0; 1 << 20];
    let mut left = count;
    while left > 0 {
        let now = left.min(zeros.len());
        if encoder.write_all(&zeros[..now]).is_err() {
            break; // A Vec takes all.
        }
        left -= now;
    }
    encoder.finish().unwrap_or_default()
}

/// A black picture of 8-bit RGB.
fn zero_png(width: u32, height: u32) -> Vec<u8> {
    raw_png(width, height, zlib_of_zeros(height as usize * (1 + 3 * width as usize)))
}

fn lying_png(data: Vec<u8>) -> Vec<u8> {
    raw_png(1, 1, data)
}

fn raw_png(width: u32, height: u32, data: Vec<u8>) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let chunks = [Chunk::new(b"IHDR", header), Chunk::new(b"IDAT", data), Chunk::new(b"IEND", Vec::new())];
    let chunks: Vec<u8> = chunks.iter().flat_map(Chunk::bytes).collect();
    [b"\x89PNG\r\n\x1a\n".as_slice(), &chunks].concat()
}

fn others() -> Vec<(&'static str, Vec<u8>)> {
    let picture = Indexed::quantize(&photo_like(24, 18, 2), 8);
    let still = gif::Gif::still(picture.clone());
    let frames = vec![gif::Frame::new(picture.clone()); 10_000];
    let large =
        |bytes: Vec<u8>, width, height| mutate::with_dimensions(&bytes, width, height).unwrap_or_default();
    vec![
        ("GIF of 10,000 frames", gif::encode(&gif::Gif { frames, ..still.clone() })),
        ("GIF of 65535x65535", large(gif::encode(&still), 65_535, 65_535)),
        ("GIF of 16000x16000", large(gif::encode(&still), 16_000, 16_000)),
        ("BMP whose run lengths skip for ever", skipping_bmp(&picture)),
        (
            "WebP of 16383x16383",
            large(webp::encode(&photo_like(24, 18, 2), &webp::WebpOptions::default()), 16_383, 16_383),
        ),
        ("WebP of 20,000 groups of codes", webp_groups::many_groups(142, 20_000)),
        (
            "TIFF of 16000x16000",
            large(tiff::encode(&pattern::gradient(24, 18), &tiff::TiffOptions::default()), 16_000, 16_000),
        ),
        ("TIFF whose directory follows itself", looping_tiff()),
        ("TIFF of tiles that reach a million pixels beyond the edge", far_tiff()),
        ("TIFF of 500 strips, each the same JPEG of 100 MP", strips_of_jpegs()),
    ]
}

/// 16000x16000 in run lengths of 8 bits, of escapes that move by nothing and of ends of lines.
fn skipping_bmp(picture: &Indexed) -> Vec<u8> {
    let whole = bmp::encode_rle(picture, 8, bmp::BmpOptions::default());
    let whole = mutate::with_dimensions(&whole, 16_000, 16_000).unwrap_or(whole);
    let field = whole.get(10..14).and_then(|field| field.try_into().ok()).unwrap_or_default();
    let data = u32::from_le_bytes(field) as usize;
    [whole.get(..data).unwrap_or_default(), &[0, 2, 0, 0].repeat(4_900_000)].concat()
}

fn looping_tiff() -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0\x01\0".to_vec();
    bytes.extend([0, 1, 4, 0, 1, 0, 0, 0, 24, 0, 0, 0]);
    bytes.extend(8_u32.to_le_bytes());
    bytes
}

/// All tiles are the same 16 MB of zeros, of which one pixel in 65,536 is in the picture.
fn far_tiff() -> Vec<u8> {
    let data = zlib_of_zeros(1 << 24);
    let tiles = [(322, &[1 << 20][..]), (323, &[16]), (324, &[8; 3_750]), (325, &[data.len() as u32; 3_750])];
    let facts = [(256, &[16][..]), (257, &[60_000]), (258, &[8]), (259, &[8]), (262, &[1])];
    tiff::raw(&[facts.as_slice(), &tiles].concat(), &data)
}

fn strips_of_jpegs() -> Vec<u8> {
    let jpeg = many_scans(10_000, 10_000, 2);
    let strips = [(273, &[8; 500][..]), (278, &[16]), (279, &[jpeg.len() as u32; 500])];
    let facts = [(256, &[1_000][..]), (257, &[8_000]), (258, &[8]), (259, &[7]), (262, &[1])];
    tiff::raw(&[facts.as_slice(), &strips].concat(), &jpeg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bombs_are_small_and_more_than_their_pictures() {
        let all = bombs();
        assert!(all.len() >= 25);
        for (name, bytes) in all {
            assert!((20..20_000_000).contains(&bytes.len()), "{name}: {}", bytes.len());
        }
    }
}
