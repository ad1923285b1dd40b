//! What a file's EXIF tells of people: where and when, and with which camera. It is shown before it is removed.

use std::io::Cursor;

use exif::{Exif, In, Rational, Reader, Tag, Value};
use serde::Serialize;

/// What there is of it.
#[derive(Debug, Default, Serialize)]
pub(crate) struct PrivateFacts {
    /// Degrees north of the equator and east of Greenwich.
    location: Option<Location>,
    /// Maker and model.
    camera: Option<String>,
    /// When it was taken, as the camera's clock had it: `2026-08-01 12:00:00`.
    taken: Option<String>,
}

#[derive(Debug, Serialize)]
struct Location {
    latitude: f64,
    longitude: f64,
}

/// The facts of a file that has been probed, and so is within the limits. What can't be read is absent.
pub(crate) fn of(data: &[u8]) -> PrivateFacts {
    if pointers(data) > MOST_POINTERS {
        return PrivateFacts::default();
    }
    let mut reader = Reader::new();
    reader.continue_on_error(true);
    let exif = match reader.read_from_container(&mut Cursor::new(data)) {
        Ok(exif) => exif,
        Err(exif::Error::PartialResult(partial)) => partial.into_inner().0,
        Err(_) => return PrivateFacts::default(),
    };
    let camera = [Tag::Make, Tag::Model].map(|tag| text(&exif, tag)).into_iter().flatten();
    let camera = camera.collect::<Vec<_>>().join(" ");
    PrivateFacts {
        location: location(&exif),
        camera: Some(camera).filter(|camera| !camera.is_empty()),
        taken: text(&exif, Tag::DateTimeOriginal).or_else(|| text(&exif, Tag::DateTime)).map(|t| date(&t)),
    }
}

/// How many entries of the file lead to further directories, or look like it. Directories may overlap: thousands of
/// pointers to thousands of entries each would fill all memory.
fn pointers(data: &[u8]) -> usize {
    const TAGS: [u16; 3] = [Tag::ExifIFDPointer.1, Tag::GPSInfoIFDPointer.1, Tag::InteropIFDPointer.1];
    // Tag and type of an entry; BYTE, SHORT and LONG are taken for offsets.
    let leads = |tag: u16, kind: u16| TAGS.contains(&tag) && matches!(kind, 1 | 3 | 4);
    let looks = |bytes: &&[u8]| match **bytes {
        [a, b, c, d] => {
            leads(u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]))
                || leads(u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))
        }
        _ => false,
    };
    data.windows(4).filter(looks).count()
}

/// EXIF writes dates with colons throughout.
fn date(text: &str) -> String {
    text.splitn(3, ':').collect::<Vec<_>>().join("-")
}

/// A text, without what can't be printed.
fn text(exif: &Exif, tag: Tag) -> Option<String> {
    let Value::Ascii(lines) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let text = String::from_utf8_lossy(lines.first()?);
    let text: String = text.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn location(exif: &Exif) -> Option<Location> {
    let latitude = angle(exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, "S")?;
    let longitude = angle(exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, "W")?;
    let on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    on_earth.then_some(Location { latitude, longitude })
}

/// Degrees, minutes and seconds as degrees, negative on the side that `negative` names.
fn angle(exif: &Exif, tag: Tag, side: Tag, negative: &str) -> Option<f64> {
    let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let [degrees, minutes, seconds] = parts.get(..3)? else { return None };
    let parts = [degrees, minutes, seconds].map(|part: &Rational| part.to_f64());
    let angle = parts[0] + parts[1] / 60.0 + parts[2] / 3600.0;
    let sign = if text(exif, side).is_some_and(|side| side == negative) { -1.0 } else { 1.0 };
    angle.is_finite().then_some(sign * angle)
}

/// A file has three or four; a large one may have a few more by chance.
const MOST_POINTERS: usize = 32;
/// Characters of a text that are shown.
const LONGEST: usize = 100;
