//! XMP packets (ISO 16684-1): what they tell of the orientation, and how their names are read.

use super::xml::{self, Shape, Tag, Tags};
use crate::Orientation;

/// Names that matter, by their namespaces, with the prefix that is usual for each.
const KNOWN: [(&str, &str); 15] = [
    ("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf"),
    ("http://ns.adobe.com/tiff/1.0/", "tiff"),
    ("http://ns.adobe.com/exif/1.0/", "exif"),
    ("http://ns.adobe.com/xap/1.0/", "xmp"),
    ("http://ns.adobe.com/xmp/note/", "xmpNote"),
    ("http://ns.adobe.com/photoshop/1.0/", "photoshop"),
    ("http://ns.adobe.com/hdr-gain-map/1.0/", "hdrgm"),
    ("http://ns.apple.com/pixeldatainfo/1.0/", "apdi"),
    ("http://ns.apple.com/HDRGainMap/1.0/", "HDRGainMap"),
    ("http://ns.google.com/photos/1.0/camera/", "GCamera"),
    ("http://ns.google.com/photos/1.0/container/", "Container"),
    ("http://ns.google.com/photos/1.0/container/item/", "Item"),
    ("http://ns.google.com/photos/dd/1.0/container/", "Container"),
    ("http://ns.google.com/photos/dd/1.0/item/", "Item"),
    ("http://ns.google.com/photos/dd/1.0/device/", "Device"),
];

/// Whether a packet, or a file that begins with one, tells of a gain map: that of Adobe and Android, which the
/// container of Ultra HDR announces, or that of Apple.
pub(crate) fn tells_of_gain_map(bytes: &[u8]) -> bool {
    const NEEDLES: [&[u8]; 5] = [
        b"GainMapMax",
        b"HDRGainMapVersion",
        b"Semantic=\"GainMap\"",
        b"Semantic='GainMap'",
        b"Semantic>GainMap<",
    ];
    NEEDLES.iter().any(|needle| memchr::memmem::find(bytes, needle).is_some())
}

/// What the prefixes of a packet stand for.
#[derive(Debug, Default)]
pub(crate) struct Names<'a> {
    bound: Vec<(&'a str, &'static str)>,
}

impl<'a> Names<'a> {
    /// `None` where a text is broken, or one prefix stands for several things.
    pub(crate) fn of(text: &'a str) -> Option<Self> {
        /// Packets bind dozens at most.
        const MOST: usize = 64;
        let mut names = Self::default();
        let mut tags = Tags::of(text);
        for tag in tags.by_ref().filter(|tag| tag.shape != Shape::Close) {
            for (prefix, uri) in namespaces(text, &tag) {
                let known = KNOWN.iter().find(|known| known.0 == uri).map(|known| known.1);
                match (names.bound.iter().find(|bound| bound.0 == prefix), known) {
                    (Some(bound), known) if Some(bound.1) != known => return None,
                    (None, Some(known)) if names.bound.len() < MOST => names.bound.push((prefix, known)),
                    (None, Some(_)) => return None,
                    _ => {}
                }
            }
        }
        (!tags.broken).then_some(names)
    }

    /// The usual prefix of a name and what follows it.
    pub(crate) fn usual<'t>(&self, name: &'t str) -> (&'t str, &'t str)
    where
        'a: 't,
    {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        (self.bound.iter().find(|bound| bound.0 == prefix).map_or(prefix, |bound| bound.1), local)
    }
}

/// The namespaces that a tag declares: prefix and name.
fn namespaces<'a>(text: &'a str, tag: &Tag) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
    xml::attributes(text, tag).filter_map(|attribute| {
        let prefix = text.get(attribute.name)?.strip_prefix("xmlns")?;
        let prefix = if prefix.is_empty() { "" } else { prefix.strip_prefix(':')? };
        Some((prefix, text.get(attribute.value)?.trim()))
    })
}

/// The text of a packet; `None` where it is not UTF-8. Some writers end it with zeros.
pub(crate) fn text(packet: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(packet).ok()?;
    Some(text.trim_start_matches('\u{FEFF}').trim_end_matches('\0'))
}

/// How deep a tag stands in the packet. Properties of the picture itself are attributes of a description
/// right below `rdf:RDF`, or elements in one; what is deeper may tell of other pictures.
#[derive(Debug, Default)]
pub(crate) struct Depth {
    depth: usize,
    /// That of `rdf:RDF`.
    root: Option<usize>,
}

impl Depth {
    /// Takes a tag, and tells how far below `rdf:RDF` its element is: 1 for a description, 2 for its
    /// properties.
    pub(crate) fn enter(&mut self, tag: &Tag, is_root: bool) -> Option<usize> {
        match tag.shape {
            Shape::Open => self.depth += 1,
            Shape::Close => {
                self.depth = self.depth.saturating_sub(1);
                self.root = self.root.filter(|root| *root <= self.depth);
                return None;
            }
            Shape::Empty => {}
        }
        let depth = self.depth + usize::from(tag.shape == Shape::Empty);
        if is_root && self.root.is_none() && tag.shape == Shape::Open {
            self.root = Some(depth);
        }
        depth.checked_sub(self.root?)
    }
}

/// The orientation that a packet tells (`tiff:Orientation`), as attribute or as element; `None` where it
/// tells none, or one that there isn't, or can't be understood.
pub(crate) fn orientation(packet: &[u8]) -> Option<Orientation> {
    let text = text(packet)?;
    // Most packets are done with this.
    memchr::memmem::find(packet, b"Orientation")?;
    let names = Names::of(text)?;
    let is = |name: std::ops::Range<usize>| {
        text.get(name).is_some_and(|name| names.usual(name) == ("tiff", "Orientation"))
    };
    let mut depth = Depth::default();
    let mut tags = Tags::of(text);
    while let Some(tag) = tags.next() {
        let root = names.usual(text.get(tag.name.clone())?) == ("rdf", "RDF");
        let value = match depth.enter(&tag, root) {
            Some(1) => xml::attributes(text, &tag).find(|a| is(a.name.clone())).map(|a| a.value),
            Some(2) if tag.shape == Shape::Open && is(tag.name.clone()) => content(&tag, &tags),
            _ => None,
        };
        if let Some(value) = value {
            return Orientation::from_exif(text.get(value)?.trim().parse().ok()?);
        }
    }
    None
}

/// The text of an element that holds nothing else; `tags` stand behind its first tag.
pub(crate) fn content(tag: &Tag, tags: &Tags<'_>) -> Option<std::ops::Range<usize>> {
    let next = tags.clone().next().filter(|next| next.shape == Shape::Close)?;
    Some(tag.whole.end..next.whole.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(inside: &str) -> String {
        format!(
            "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
             <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">{inside}</rdf:RDF></x:xmpmeta>\
             <?xpacket end=\"w\"?>"
        )
    }

    #[test]
    fn orientation_is_read_in_each_form() {
        let tiff = "xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\"";
        let table = [
            (format!("<rdf:Description {tiff} tiff:Orientation=\"6\"/>"), Some(6)),
            (format!("<rdf:Description {tiff}\n tiff:Orientation = '8' />"), Some(8)),
            (
                format!("<rdf:Description {tiff}><tiff:Orientation>3</tiff:Orientation></rdf:Description>"),
                Some(3),
            ),
            (
                format!(
                    "<rdf:Description {tiff}><tiff:Orientation> 5\n</tiff:Orientation></rdf:Description>"
                ),
                Some(5),
            ),
            (
                "<rdf:Description xmlns:t=\"http://ns.adobe.com/tiff/1.0/\" t:Orientation=\"7\"/>".into(),
                Some(7),
            ),
            ("<rdf:Description tiff:Orientation=\"2\"/>".into(), Some(2)),
            (format!("<rdf:Description {tiff} tiff:Orientation=\"9\"/>"), None),
            (format!("<rdf:Description {tiff} tiff:Orientation=\"\"/>"), None),
            ("<rdf:Description x:Orientation=\"6\"/>".into(), None),
            // Of another picture, which went into this one.
            (
                format!(
                    "<rdf:Description {tiff}><a><rdf:Description tiff:Orientation=\"6\"/></a></rdf:Description>"
                ),
                None,
            ),
            (format!("<!-- <rdf:Description {tiff} tiff:Orientation=\"6\"/> -->"), None),
            (format!("<rdf:Description {tiff} tiff:Orientation=\"6\""), None),
        ];
        for (inside, want) in table {
            let got = orientation(packet(&inside).as_bytes()).map(|o| o.to_exif());
            assert_eq!(got, want, "{inside}");
        }
        let utf16: Vec<u8> = packet(&format!("<rdf:Description {tiff} tiff:Orientation=\"6\"/>"))
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        assert_eq!(orientation(&utf16), None);
    }

    #[test]
    fn cut_off_packets_end_in_nothing() {
        let whole =
            packet("<rdf:Description xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\" tiff:Orientation=\"6\"/>");
        for cut in 0..whole.len() {
            let told = orientation(&whole.as_bytes()[..cut]);
            assert!(matches!(told, None | Some(Orientation::Rotate90)));
        }
        let deep = "<a>".repeat(200_000);
        assert_eq!(orientation(packet(&format!("{deep}Orientation")).as_bytes()), None);
    }
}
