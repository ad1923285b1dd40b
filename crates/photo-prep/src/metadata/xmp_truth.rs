//! An XMP packet that stays beside a picture that was made anew: sizes and orientation become true, and what
//! it says of pictures, videos and gain maps that are no longer in the file goes.

use std::ops::Range;

use super::truth::Truth;
use super::xml::{self, Shape, Tag, Tags};
use super::xmp::{self, Depth, Names};

/// What becomes of a property.
enum Fate {
    Stays,
    Becomes(String),
    Goes,
}

/// The packet with true facts; `None` where it can't be understood. `extension` is the name of the packet
/// that this one goes on in.
pub(crate) fn amended(packet: &[u8], truth: &Truth, extension: Option<&str>) -> Option<Vec<u8>> {
    let text = xmp::text(packet)?;
    let names = Names::of(text)?;
    let mut editor = Editor { text, names, truth, extension, edits: Vec::new() };
    editor.look()?;
    Some(editor.written())
}

/// Whether nothing in a packet contradicts the picture.
pub(crate) fn is_true(packet: &[u8], truth: &Truth, extension: Option<&str>) -> bool {
    amended(packet, truth, extension)
        .is_some_and(|again| xmp::text(packet).map(str::as_bytes) == Some(&again))
}

/// The name of the packet that a packet goes on in (`xmpNote:HasExtendedXMP`).
pub(crate) fn extension(packet: &[u8]) -> Option<&str> {
    let text = xmp::text(packet)?;
    memchr::memmem::find(packet, b"HasExtendedXMP")?;
    let names = Names::of(text)?;
    let is = |name: Range<usize>| text.get(name).is_some_and(|n| names.usual(n) == EXTENSION);
    let mut tags = Tags::of(text);
    while let Some(tag) = tags.next() {
        let attribute = xml::attributes(text, &tag).find(|a| is(a.name.clone())).map(|a| a.value);
        let element = || {
            let named = tag.shape == Shape::Open && is(tag.name.clone());
            named.then(|| xmp::content(&tag, &tags)).flatten()
        };
        if tag.shape != Shape::Close
            && let Some(value) = attribute.or_else(element)
        {
            return text.get(value).map(str::trim);
        }
    }
    None
}

const EXTENSION: (&str, &str) = ("xmpNote", "HasExtendedXMP");

struct Editor<'a> {
    text: &'a str,
    names: Names<'a>,
    truth: &'a Truth,
    extension: Option<&'a str>,
    /// What takes the place of which part of the text, in order.
    edits: Vec<(Range<usize>, String)>,
}

impl Editor<'_> {
    /// What becomes of a property that is so far below `rdf:RDF`.
    fn fate(&self, name: &str, own: bool) -> Fate {
        let Truth { size, srgb, same } = *self.truth;
        match self.names.usual(name) {
            ("tiff", "Orientation") if own => Fate::Becomes("1".into()),
            ("tiff", "ImageWidth") | ("exif", "PixelXDimension") if own => {
                Fate::Becomes(size.width.to_string())
            }
            ("tiff", "ImageLength") | ("exif", "PixelYDimension") if own => {
                Fate::Becomes(size.height.to_string())
            }
            ("exif", "ColorSpace") if own && srgb => Fate::Becomes("1".into()),
            ("photoshop", "ICCProfile") if own && srgb => Fate::Goes,
            EXTENSION => self.extension.map_or(Fate::Goes, |name| Fate::Becomes(name.into())),
            // A picture of the old one.
            ("xmp", "Thumbnails") if !same => Fate::Goes,
            ("hdrgm" | "apdi" | "HDRGainMap" | "Container" | "Item" | "Device", _) => Fate::Goes,
            (_, local) if local.starts_with("MotionPhoto") || local.starts_with("MicroVideo") => Fate::Goes,
            _ => Fate::Stays,
        }
    }

    /// Notes what has to be changed; `None` where elements don't close as they opened.
    fn look(&mut self) -> Option<()> {
        /// Packets are ten deep.
        const DEEPEST: usize = 100;
        let text = self.text;
        let mut tags = Tags::of(text);
        let (mut depth, mut open, mut has_root) = (Depth::default(), Vec::new(), false);
        while let Some(tag) = tags.next() {
            let name = text.get(tag.name.clone())?;
            let root = self.names.usual(name) == ("rdf", "RDF");
            has_root |= root;
            let below = depth.enter(&tag, root);
            match tag.shape {
                Shape::Close => {
                    (open.pop() == Some(name)).then_some(())?;
                    continue;
                }
                Shape::Open => open.push(name),
                Shape::Empty => {}
            }
            (open.len() <= DEEPEST).then_some(())?;
            if self.element(name, &tag, below == Some(2), &mut tags)? {
                if tag.shape == Shape::Open {
                    open.pop();
                    depth.enter(&Tag { shape: Shape::Close, ..tag }, false);
                }
            } else {
                self.attributes(&tag, below == Some(1));
            }
        }
        (has_root && open.is_empty() && !tags.broken).then_some(())
    }

    /// Whether the element goes; then the tags to its end are passed over.
    fn element(&mut self, name: &str, tag: &Tag, own: bool, tags: &mut Tags<'_>) -> Option<bool> {
        match self.fate(name, own) {
            Fate::Stays => return Some(false),
            Fate::Becomes(value) if tag.shape == Shape::Open => {
                if let Some(place) = xmp::content(tag, tags) {
                    self.replace(place, value);
                    return Some(false);
                }
            }
            _ => {}
        }
        let mut end = tag.whole.end;
        if tag.shape == Shape::Open {
            let mut inside = 1usize;
            while inside > 0 {
                let next = tags.next()?;
                match next.shape {
                    Shape::Open => inside += 1,
                    Shape::Close => inside -= 1,
                    Shape::Empty => {}
                }
                end = next.whole.end;
            }
        }
        self.edits.push((tag.whole.start..end, String::new()));
        Some(true)
    }

    fn attributes(&mut self, tag: &Tag, own: bool) {
        for attribute in xml::attributes(self.text, tag) {
            let Some(name) = self.text.get(attribute.name) else { continue };
            match self.fate(name, own) {
                Fate::Stays => {}
                Fate::Becomes(value) => self.replace(attribute.value, value),
                Fate::Goes => self.edits.push((attribute.whole, String::new())),
            }
        }
    }

    fn replace(&mut self, place: Range<usize>, value: String) {
        if self.text.get(place.clone()) != Some(value.as_str()) {
            self.edits.push((place, value));
        }
    }

    fn written(self) -> Vec<u8> {
        let mut out = String::with_capacity(self.text.len() + 64);
        let mut at = 0;
        for (place, value) in self.edits {
            out.push_str(self.text.get(at..place.start).unwrap_or_default());
            out.push_str(&value);
            at = place.end;
        }
        out.push_str(self.text.get(at..).unwrap_or_default());
        out.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Size;

    const TRUTH: Truth = Truth { size: Size { width: 640, height: 480 }, srgb: false, same: false };

    fn packet(description: &str) -> String {
        format!(
            "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
             {description}</rdf:RDF></x:xmpmeta>"
        )
    }

    fn amended_text(description: &str) -> Option<String> {
        let out = amended(packet(description).as_bytes(), &TRUTH, None)?;
        let out = String::from_utf8(out).unwrap();
        // What is true stays as it is.
        assert!(is_true(out.as_bytes(), &TRUTH, None), "{out}");
        let (head, tail) = (packet("|"), "</rdf:RDF></x:xmpmeta>");
        let head = &head[..head.find('|').unwrap()];
        Some(out.strip_prefix(head)?.strip_suffix(tail)?.to_owned())
    }

    #[test]
    fn facts_become_true_and_claims_go() {
        let table = [
            (
                "<rdf:Description tiff:Orientation=\"6\" a:b=\"c\"/>",
                "<rdf:Description tiff:Orientation=\"1\" a:b=\"c\"/>",
            ),
            (
                "<rdf:Description><tiff:Orientation>6</tiff:Orientation></rdf:Description>",
                "<rdf:Description><tiff:Orientation>1</tiff:Orientation></rdf:Description>",
            ),
            (
                "<rdf:Description xmlns:t='http://ns.adobe.com/tiff/1.0/' t:Orientation='8'/>",
                "<rdf:Description xmlns:t='http://ns.adobe.com/tiff/1.0/' t:Orientation='1'/>",
            ),
            (
                "<rdf:Description><tiff:Orientation rdf:value='6'/></rdf:Description>",
                "<rdf:Description></rdf:Description>",
            ),
            (
                "<rdf:Description tiff:ImageWidth='4032' tiff:ImageLength='3024' exif:PixelXDimension='1' exif:PixelYDimension='2'/>",
                "<rdf:Description tiff:ImageWidth='640' tiff:ImageLength='480' exif:PixelXDimension='640' exif:PixelYDimension='480'/>",
            ),
            (
                "<rdf:Description GCamera:MotionPhoto='1' GCamera:MotionPhotoVersion='1' GCamera:MicroVideoOffset='9' x:y='z'/>",
                "<rdf:Description x:y='z'/>",
            ),
            ("<rdf:Description hdrgm:Version='1.0' hdrgm:GainMapMin='0'/>", "<rdf:Description/>"),
            (
                "<rdf:Description xmlns:q='http://ns.adobe.com/hdr-gain-map/1.0/'><q:GainMapMax><rdf:Seq><rdf:li>1</rdf:li></rdf:Seq></q:GainMapMax></rdf:Description>",
                "<rdf:Description xmlns:q='http://ns.adobe.com/hdr-gain-map/1.0/'></rdf:Description>",
            ),
            (
                "<rdf:Description><Container:Directory><rdf:Seq><rdf:li><Container:Item Item:Mime='video/mp4'/></rdf:li></rdf:Seq></Container:Directory><dc:a>b</dc:a></rdf:Description>",
                "<rdf:Description><dc:a>b</dc:a></rdf:Description>",
            ),
            (
                "<rdf:Description><apdi:AuxiliaryImageType>urn</apdi:AuxiliaryImageType><HDRGainMap:HDRGainMapVersion>1</HDRGainMap:HDRGainMapVersion></rdf:Description>",
                "<rdf:Description></rdf:Description>",
            ),
            (
                "<rdf:Description><xmp:Thumbnails><rdf:Alt/></xmp:Thumbnails></rdf:Description>",
                "<rdf:Description></rdf:Description>",
            ),
            ("<rdf:Description xmpNote:HasExtendedXMP='AB'/>", "<rdf:Description/>"),
            // Of another picture.
            (
                "<rdf:Description><xmpMM:Pantry><rdf:Description tiff:ImageWidth='9'/></xmpMM:Pantry></rdf:Description>",
                "<rdf:Description><xmpMM:Pantry><rdf:Description tiff:ImageWidth='9'/></xmpMM:Pantry></rdf:Description>",
            ),
        ];
        for (before, after) in table {
            assert_eq!(amended_text(before).as_deref(), Some(after));
        }
    }

    #[test]
    fn colors_that_were_converted_are_told() {
        let text =
            packet("<rdf:Description exif:ColorSpace='65535' photoshop:ICCProfile='Adobe RGB (1998)'/>");
        let out = amended(text.as_bytes(), &Truth { srgb: true, ..TRUTH }, None).unwrap();
        assert!(String::from_utf8(out).unwrap().contains("<rdf:Description exif:ColorSpace='1'/>"));
        assert!(is_true(text.as_bytes(), &TRUTH, None));
    }

    #[test]
    fn what_can_not_be_understood_is_no_packet() {
        let table = [
            "<rdf:Description",
            "<rdf:Description>",
            "</rdf:Description>",
            "<a></b>",
            "<a x='<'/>",
            "<!DOCTYPE a>",
            "<a xmlns:tiff='http://ns.adobe.com/tiff/1.0/'/><b xmlns:tiff='urn:other'/>",
        ];
        for inside in table {
            assert_eq!(amended(packet(inside).as_bytes(), &TRUTH, None), None, "{inside}");
        }
        assert_eq!(amended(b"<a/>", &TRUTH, None), None);
        assert_eq!(amended(b"\xFF\xFE<\0", &TRUTH, None), None);
        assert_eq!(amended(packet(&"<a>".repeat(100_000)).as_bytes(), &TRUTH, None), None);
    }

    #[test]
    fn the_name_of_the_other_packet_is_found_and_set() {
        for text in [
            "<rdf:Description xmpNote:HasExtendedXMP='AB12'/>",
            "<rdf:Description><xmpNote:HasExtendedXMP>AB12</xmpNote:HasExtendedXMP></rdf:Description>",
        ] {
            let text = packet(text);
            assert_eq!(extension(text.as_bytes()), Some("AB12"));
            let out = amended(text.as_bytes(), &TRUTH, Some("CD34")).unwrap();
            assert_eq!(extension(&out), Some("CD34"));
        }
    }
}
