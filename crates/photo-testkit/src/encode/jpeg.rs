//! JPEG files (through `jpeg-encoder`), with any segments before the picture and any bytes after it.

use std::cell::RefCell;

use jpeg_encoder::{ColorType, Encoder, ImageBuffer, JpegColorType, SamplingFactor, rgb_to_ycbcr};

use crate::exif::Exif;
use crate::photo::Photo;
use crate::picture::{Layout, Picture};

/// How many color samples there are for the brightness samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Sampling {
    /// 4:4:4, one for each.
    S444,
    /// 4:2:2, one for two side by side.
    S422,
    /// 4:2:0, one for four.
    #[default]
    S420,
    /// 4:4:0, one for two above each other.
    S440,
    /// 4:1:1, one for four side by side.
    S411,
}

/// A segment to put between the start of the file and the picture's own segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// APPn with this number (0 to 15) and payload.
    App(u8, Vec<u8>),
    /// A comment.
    Comment(Vec<u8>),
}

impl Segment {
    /// APP1 with an EXIF block.
    pub fn exif(exif: &Exif) -> Self {
        Self::App(1, [b"Exif\0\0".as_slice(), &exif.tiff()].concat())
    }

    /// APP1 with an XMP packet.
    pub fn xmp(packet: &str) -> Self {
        Self::App(1, [b"http://ns.adobe.com/xap/1.0/\0", packet.as_bytes()].concat())
    }

    /// APP13 with an IPTC caption, as photo editors write it.
    pub fn iptc(caption: &str) -> Self {
        let mut record = vec![0x1C, 2, 120];
        record.extend((caption.len() as u16).to_be_bytes());
        record.extend(caption.bytes());
        let mut payload = b"Photoshop 3.0\x008BIM\x04\x04\0\0".to_vec();
        payload.extend((record.len() as u32).to_be_bytes());
        record.resize(record.len().next_multiple_of(2), 0);
        payload.extend(record);
        Self::App(13, payload)
    }

    /// As many APP2 segments as an ICC profile needs.
    pub fn icc(profile: &[u8]) -> Vec<Self> {
        let parts: Vec<_> = profile.chunks(65_519).collect();
        let count = parts.len() as u8;
        let segment =
            |(i, part): (u8, &&[u8])| Self::App(2, [b"ICC_PROFILE\0", &[i, count][..], part].concat());
        (1..).zip(&parts).map(segment).collect()
    }

    /// Marker, length and payload.
    ///
    /// # Panics
    /// If the payload is longer than 65,533 bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let (marker, payload) = match self {
            Self::App(n, payload) => (0xE0 | (n & 15), payload),
            Self::Comment(payload) => (0xFE, payload),
        };
        assert!(payload.len() <= 65_533, "a JPEG segment of {} bytes", payload.len());
        let length = (payload.len() as u16 + 2).to_be_bytes();
        [&[0xFF, marker], &length[..], payload].concat()
    }
}

/// How to write a JPEG.
#[derive(Debug, Clone)]
pub struct JpegOptions {
    /// 1 to 100 on libjpeg's scale.
    pub quality: u8,
    /// Color sampling; without effect on gray.
    pub sampling: Sampling,
    /// Several scans, coarse to fine.
    pub progressive: bool,
    /// Huffman tables made for the picture; always so with `progressive`. The encoder then writes a baseline
    /// file as one scan per component, which zune-jpeg 0.5.15 (in `image`) decodes wrongly, and without an
    /// error, unless it's gray or 4:4:4.
    pub optimized: bool,
    /// Restart markers every so many MCUs.
    pub restart_interval: Option<u16>,
    /// Write a CMYK picture as YCCK.
    pub ycck: bool,
    /// Segments after the JFIF header.
    pub segments: Vec<Segment>,
    /// Bytes after the end of the picture.
    pub trailing: Vec<u8>,
}

impl Default for JpegOptions {
    /// Baseline, quality 90, 4:2:0, nothing around the picture.
    fn default() -> Self {
        Self {
            quality: 90,
            sampling: Sampling::S420,
            progressive: false,
            optimized: false,
            restart_interval: None,
            ycck: false,
            segments: Vec::new(),
            trailing: Vec::new(),
        }
    }
}

/// Writes a picture; alpha is ignored. CMYK is written inverted with an Adobe segment, as Photoshop does.
///
/// # Panics
/// If a side is 0 or over 65,535 pixels.
pub fn encode(picture: &Picture, options: &JpegOptions) -> Vec<u8> {
    let gray = (picture.layout() == Layout::GrayAlpha).then(|| picture.convert(Layout::Gray));
    let picture = gray.as_ref().unwrap_or(picture);
    let color = match picture.layout() {
        Layout::Gray | Layout::GrayAlpha => ColorType::Luma,
        Layout::Rgb => ColorType::Rgb,
        Layout::Rgba => ColorType::Rgba,
        Layout::Cmyk if options.ycck => ColorType::CmykAsYcck,
        Layout::Cmyk => ColorType::Cmyk,
    };
    let (width, height) = (side(picture.width()), side(picture.height()));
    let mut out = Vec::new();
    let result = encoder(&mut out, options).encode(picture.data(), width, height, color);
    finish(out, result, options)
}

/// Writes three samples a pixel as they are, as Adobe's transform 0 has RGB: without a JFIF segment, which
/// would make them YCbCr.
///
/// # Panics
/// As [`encode`], or if the picture isn't RGB.
pub fn encode_unconverted(picture: &Picture, options: &JpegOptions) -> Vec<u8> {
    assert_eq!(picture.layout(), Layout::Rgb, "three samples a pixel");
    let mut out = Vec::new();
    let (width, height) = (side(picture.width()), side(picture.height()));
    let result = encoder(&mut out, options).encode(picture.data(), width, height, ColorType::Ycbcr);
    let with_jfif = finish(out, result, &JpegOptions { segments: Vec::new(), ..options.clone() });
    // SOI, then a JFIF segment of 18 bytes with its marker.
    assert_eq!(with_jfif[2..4], [0xFF, 0xE0], "the encoder begins with JFIF");
    insert_segments(&[&with_jfif[..2], &with_jfif[20..]].concat(), &options.segments)
}

/// Writes a made-up photograph straight from its generator: with neither `progressive` nor `optimized`,
/// memory is only a band of rows and the file.
///
/// # Panics
/// As [`encode`].
pub fn encode_photo(photo: &Photo, options: &JpegOptions) -> Vec<u8> {
    let rows = Rows { photo, band: RefCell::default() };
    let (_, _) = (side(photo.width()), side(photo.height()));
    let mut out = Vec::new();
    let result = encoder(&mut out, options).encode_image(rows);
    finish(out, result, options)
}

/// Puts segments into a JPEG behind its start and its JFIF segment, if it has one.
pub fn insert_segments(jpeg: &[u8], segments: &[Segment]) -> Vec<u8> {
    let at = match jpeg {
        [0xFF, 0xD8, 0xFF, 0xE0, high, low, ..] => {
            (4 + usize::from(u16::from_be_bytes([*high, *low]))).min(jpeg.len())
        }
        _ => 2.min(jpeg.len()),
    };
    let (head, tail) = jpeg.split_at(at);
    let mut out = head.to_vec();
    out.extend(segments.iter().flat_map(Segment::bytes));
    out.extend(tail);
    out
}

fn encoder<'a>(out: &'a mut Vec<u8>, options: &JpegOptions) -> Encoder<&'a mut Vec<u8>> {
    let mut encoder = Encoder::new(out, options.quality);
    encoder.set_sampling_factor(match options.sampling {
        Sampling::S444 => SamplingFactor::R_4_4_4,
        Sampling::S422 => SamplingFactor::R_4_2_2,
        Sampling::S420 => SamplingFactor::R_4_2_0,
        Sampling::S440 => SamplingFactor::R_4_4_0,
        Sampling::S411 => SamplingFactor::R_4_1_1,
    });
    encoder.set_progressive(options.progressive);
    encoder.set_optimized_huffman_tables(options.optimized);
    if let Some(interval) = options.restart_interval {
        encoder.set_restart_interval(interval);
    }
    encoder
}

fn finish(out: Vec<u8>, result: Result<(), jpeg_encoder::EncodingError>, options: &JpegOptions) -> Vec<u8> {
    if let Err(error) = result {
        panic!("jpeg-encoder refused the picture: {error}");
    }
    let mut out = insert_segments(&out, &options.segments);
    out.extend(&options.trailing);
    out
}

fn side(pixels: u32) -> u16 {
    match u16::try_from(pixels) {
        Ok(side) if side > 0 => side,
        _ => panic!("a side of {pixels} pixels: JPEG has 1 to 65,535"),
    }
}

/// Gives the encoder the rows of a photo, made a band at a time on all cores.
struct Rows<'a> {
    photo: &'a Photo,
    band: RefCell<(u32, Vec<u8>)>,
}

impl ImageBuffer for Rows<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        JpegColorType::Ycbcr
    }

    fn width(&self) -> u16 {
        side(self.photo.width())
    }

    fn height(&self) -> u16 {
        side(self.photo.height())
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let (y, stride) = (u32::from(y), self.photo.width() as usize * 3);
        let mut band = self.band.borrow_mut();
        let first = y - y % BAND;
        if band.1.is_empty() || band.0 != first {
            let rows = BAND.min(self.photo.height() - first);
            band.0 = first;
            band.1.resize(stride * rows as usize, 0);
            self.photo.fill_rows(first, rows, &mut band.1);
        }
        let at = (y - first) as usize * stride;
        for rgb in band.1[at..at + stride].chunks_exact(3) {
            let (luma, blue, red) = rgb_to_ycbcr(rgb[0], rgb[1], rgb[2]);
            for (buffer, value) in buffers.iter_mut().zip([luma, blue, red]) {
                buffer.push(value);
            }
        }
    }
}

/// Rows made at a time.
const BAND: u32 = 128;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{icc, metrics, pattern, photo_like};

    fn decode(bytes: &[u8]) -> image::RgbImage {
        image::load_from_memory_with_format(bytes, image::ImageFormat::Jpeg).unwrap().to_rgb8()
    }

    #[test]
    fn every_variant_decodes_to_the_picture() {
        let photo = photo_like(90, 70, 3);
        let base = JpegOptions { quality: 95, ..JpegOptions::default() };
        let mut table = vec![
            JpegOptions { progressive: true, ..base.clone() },
            JpegOptions { optimized: true, sampling: Sampling::S444, ..base.clone() },
            JpegOptions { restart_interval: Some(2), ..base.clone() },
            JpegOptions { restart_interval: Some(3), progressive: true, ..base.clone() },
        ];
        for sampling in [Sampling::S444, Sampling::S422, Sampling::S420, Sampling::S440, Sampling::S411] {
            table.push(JpegOptions { sampling, ..base.clone() });
        }
        for options in &table {
            let bytes = encode(&photo, options);
            let psnr = metrics::psnr(photo.data(), decode(&bytes).as_raw(), 90, 70, 3).unwrap();
            assert!(psnr > 29.0, "{options:?}: {psnr}");
        }
    }

    #[test]
    fn cmyk_and_ycck_decode_to_the_picture() {
        let chart = pattern::orientation_chart(96, 64);
        for ycck in [false, true] {
            let bytes = encode(
                &chart.convert(Layout::Cmyk),
                &JpegOptions { quality: 95, sampling: Sampling::S444, ycck, ..JpegOptions::default() },
            );
            assert!(bytes.windows(6).any(|w| w == b"Adobe\0"));
            let psnr = metrics::psnr(chart.data(), decode(&bytes).as_raw(), 96, 64, 3).unwrap();
            assert!(psnr > 30.0, "ycck {ycck}: {psnr}");
        }
    }

    #[test]
    fn segments_and_trailing_bytes_are_found_by_an_independent_reader() {
        let profile = icc::display_p3();
        let mut segments =
            vec![Segment::exif(&Exif::orientation(6)), Segment::xmp("<x/>"), Segment::iptc("caption")];
        segments.extend(Segment::icc(&profile));
        segments.push(Segment::Comment(b"hello".to_vec()));
        let options = JpegOptions { segments, trailing: b"tail".to_vec(), ..JpegOptions::default() };
        let bytes = encode(&pattern::gradient(40, 30), &options);
        let mut decoder = image::ImageReader::new(std::io::Cursor::new(&bytes))
            .with_guessed_format()
            .unwrap()
            .into_decoder()
            .unwrap();
        use image::ImageDecoder;
        assert_eq!(decoder.orientation().unwrap(), image::metadata::Orientation::Rotate90);
        assert_eq!(decoder.icc_profile().unwrap(), Some(profile));
        assert!(bytes.ends_with(b"\xFF\xD9tail"));
        assert_eq!(decode(&bytes).dimensions(), (40, 30));
    }

    #[test]
    fn streaming_gives_the_same_picture_as_encoding_it_whole() {
        for (width, height) in [(64, 300), (200, 33)] {
            let photo = Photo::new(width, height, 8);
            let options = JpegOptions { quality: 92, ..JpegOptions::default() };
            let (streamed, whole) = (encode_photo(&photo, &options), encode(&photo.picture(), &options));
            let (a, b) = (decode(&streamed), decode(&whole));
            let difference = metrics::compare(a.as_raw(), b.as_raw(), width, height, 3).unwrap();
            assert!(difference.psnr > 45.0, "{width}x{height}: {difference:?}");
        }
    }
}
