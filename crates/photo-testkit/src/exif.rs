//! EXIF blocks: orientation, camera, place, thumbnail and maker note, in either byte order.

use crate::ifd::{self, Value};

pub use crate::ifd::ByteOrder;

/// What an EXIF block shall hold. Every field may be left at its default (absent).
///
/// ```
/// use photo_testkit::exif::{ByteOrder, Exif};
///
/// let block = Exif { orientation: Some(6), byte_order: ByteOrder::Big, ..Exif::default() }.tiff();
/// assert!(block.starts_with(b"MM\0*"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Exif {
    /// Byte order of the block.
    pub byte_order: ByteOrder,
    /// Orientation tag of IFD0; 1 to 8 are valid, any number can be written.
    pub orientation: Option<u16>,
    /// Maker of the camera.
    pub make: Option<String>,
    /// When the picture was taken, as "YYYY:MM:DD HH:MM:SS".
    pub date_time: Option<String>,
    /// Latitude and longitude in millionths of a degree; north and east are positive.
    pub gps: Option<(i32, i32)>,
    /// A JPEG for IFD1.
    pub thumbnail: Option<Vec<u8>>,
    /// Bytes of a maker note.
    pub maker_note: Option<Vec<u8>>,
}

impl Exif {
    /// Only an orientation, little-endian.
    pub fn orientation(orientation: u16) -> Self {
        Self { orientation: Some(orientation), ..Self::default() }
    }

    /// All that a phone writes about its owner: place, time, maker note, thumbnail; and an orientation.
    pub fn private(orientation: u16, thumbnail: Vec<u8>) -> Self {
        Self {
            byte_order: ByteOrder::Big,
            orientation: Some(orientation),
            make: Some("Testkit".into()),
            date_time: Some("2024:05:06 07:08:09".into()),
            gps: Some((48_858_370, -2_294_481)),
            thumbnail: Some(thumbnail),
            maker_note: Some(b"MAKERNOTE secret serial 0123456789".to_vec()),
        }
    }

    /// The block as a TIFF structure: what follows "Exif\0\0" in a JPEG and is the whole of PNG's eXIf and
    /// WebP's EXIF.
    pub fn tiff(&self) -> Vec<u8> {
        let mut main = self.main_entries();
        let private = self.private_entries();
        let gps = self.gps_entries();
        // Offsets are known before the directories are written: sizes don't depend on the pointers' values.
        let pointers = usize::from(!private.is_empty()) + usize::from(!gps.is_empty());
        let mut at = 8 + ifd::size(&main) + pointers * 12;
        for (tag, entries) in [(EXIF_POINTER, &private), (GPS_POINTER, &gps)] {
            if !entries.is_empty() {
                main.push((tag, Value::Long(vec![at as u32])));
                at += ifd::size(entries);
            }
        }
        let mut out = ifd::header(self.byte_order);
        let next = if self.thumbnail.is_some() { at as u32 } else { 0 };
        ifd::append(&mut out, self.byte_order, &main, next);
        for entries in [private, gps] {
            if !entries.is_empty() {
                ifd::append(&mut out, self.byte_order, &entries, 0);
            }
        }
        self.append_thumbnail(&mut out);
        out
    }

    fn main_entries(&self) -> Vec<(u16, Value)> {
        let mut main = Vec::new();
        main.extend(self.make.clone().map(|make| (0x010F, Value::Ascii(make))));
        main.extend(self.orientation.map(|o| (0x0112, Value::Short(vec![o]))));
        main.extend(self.date_time.clone().map(|time| (0x0132, Value::Ascii(time))));
        main
    }

    fn private_entries(&self) -> Vec<(u16, Value)> {
        let mut entries = Vec::new();
        entries.extend(self.date_time.clone().map(|time| (0x9003, Value::Ascii(time))));
        entries.extend(self.maker_note.clone().map(|note| (0x927C, Value::Undefined(note))));
        entries
    }

    fn gps_entries(&self) -> Vec<(u16, Value)> {
        let Some((latitude, longitude)) = self.gps else {
            return Vec::new();
        };
        let reference =
            |v: i32, plus: &str, minus: &str| Value::Ascii(if v < 0 { minus } else { plus }.into());
        vec![
            (0, Value::Bytes(vec![2, 3, 0, 0])),
            (1, reference(latitude, "N", "S")),
            (2, degrees(latitude)),
            (3, reference(longitude, "E", "W")),
            (4, degrees(longitude)),
        ]
    }

    fn append_thumbnail(&self, out: &mut Vec<u8>) {
        let Some(thumbnail) = &self.thumbnail else {
            return;
        };
        let long = |v: usize| Value::Long(vec![v as u32]);
        let mut entries =
            vec![(0x0103, Value::Short(vec![6])), (0x0201, long(0)), (0x0202, long(thumbnail.len()))];
        let at = out.len() + ifd::size(&entries);
        entries[1].1 = long(at);
        ifd::append(out, self.byte_order, &entries, 0);
        out.extend(thumbnail);
    }
}

/// Degrees, minutes and hundredths of seconds.
fn degrees(millionths: i32) -> Value {
    let v = u64::from(millionths.unsigned_abs());
    let hundredths = v * 36 / 100;
    let (d, m, s) = (hundredths / 360_000, hundredths / 6_000 % 60, hundredths % 6_000);
    Value::Rational(vec![(d as u32, 1), (m as u32, 1), (s as u32, 100)])
}

const EXIF_POINTER: u16 = 0x8769;
const GPS_POINTER: u16 = 0x8825;

#[cfg(test)]
mod tests {
    use super::*;
    use ::exif::{In, Reader, Tag};

    #[test]
    fn an_independent_reader_finds_everything_in_both_byte_orders() {
        for byte_order in [ByteOrder::Little, ByteOrder::Big] {
            let thumbnail = vec![0xFF, 0xD8, 1, 2, 3, 0xFF, 0xD9];
            let block = Exif { byte_order, ..Exif::private(6, thumbnail.clone()) }.tiff();
            let read = Reader::new().read_raw(block.clone()).unwrap();
            let text = |tag, ifd| read.get_field(tag, ifd).unwrap().display_value().to_string();
            assert_eq!(read.get_field(Tag::Orientation, In::PRIMARY).unwrap().value.get_uint(0), Some(6));
            assert_eq!(text(Tag::Make, In::PRIMARY), "\"Testkit\"");
            assert_eq!(text(Tag::GPSLatitude, In::PRIMARY), "48 deg 51 min 30.13 sec");
            assert_eq!(text(Tag::GPSLongitudeRef, In::PRIMARY), "W");
            assert_eq!(text(Tag::DateTimeOriginal, In::PRIMARY), "2024-05-06 07:08:09");
            assert!(read.get_field(Tag::MakerNote, In::PRIMARY).is_some());
            let number =
                |tag| read.get_field(tag, In::THUMBNAIL).unwrap().value.get_uint(0).unwrap() as usize;
            let at = number(Tag::JPEGInterchangeFormat);
            assert_eq!(block[at..at + number(Tag::JPEGInterchangeFormatLength)], thumbnail);
        }
    }

    #[test]
    fn each_part_may_be_absent() {
        let table = [Exif::default(), Exif::orientation(3), Exif { gps: Some((-1, 1)), ..Exif::default() }];
        for exif in table {
            let read = Reader::new().read_raw(exif.tiff());
            let found =
                read.map(|r| r.get_field(Tag::Orientation, In::PRIMARY).and_then(|f| f.value.get_uint(0)));
            assert_eq!(found.unwrap_or(None), exif.orientation.map(u32::from));
        }
    }
}
