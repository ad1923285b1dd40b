//! The tags of an XML text (XML 1.0, fifth edition, section 3), one after the other, nothing allocated. No
//! document type, no entities.

use std::ops::Range;

/// Where the parts of a tag stand in the text.
#[derive(Debug, Clone)]
pub(crate) struct Tag {
    /// From `<` to just after `>`.
    pub(crate) whole: Range<usize>,
    pub(crate) name: Range<usize>,
    pub(crate) shape: Shape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Open,
    Close,
    /// An element without content.
    Empty,
}

/// An attribute of a tag.
#[derive(Debug, Clone)]
pub(crate) struct Attribute {
    /// With the spaces before it.
    pub(crate) whole: Range<usize>,
    pub(crate) name: Range<usize>,
    /// Between the quotes.
    pub(crate) value: Range<usize>,
}

/// A walk over the tags of a text. It ends early where the text is broken.
#[derive(Debug, Clone)]
pub(crate) struct Tags<'a> {
    text: &'a str,
    at: usize,
    pub(crate) broken: bool,
}

impl<'a> Tags<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self { text, at: 0, broken: false }
    }

    fn rest(&self, at: usize) -> &'a str {
        self.text.get(at..).unwrap_or_default()
    }

    /// Just after `end`, looked for from `at` on.
    fn past(&self, at: usize, end: &str) -> Option<usize> {
        Some(at + self.rest(at).find(end)? + end.len())
    }

    /// The tag at `at`, where a `<` stands.
    fn tag(&self, at: usize) -> Option<Tag> {
        let closing = self.rest(at).starts_with("</");
        let start = at + 1 + usize::from(closing);
        let end = start + name_length(self.rest(start))?;
        let mut from = end;
        while let Some(attribute) = attribute(self.text, from) {
            from = attribute.whole.end;
        }
        from += spaces(self.rest(from));
        let (shape, length) = match self.rest(from) {
            rest if rest.starts_with("/>") && !closing => (Shape::Empty, 2),
            rest if rest.starts_with('>') => (if closing { Shape::Close } else { Shape::Open }, 1),
            _ => return None,
        };
        Some(Tag { whole: at..from + length, name: start..end, shape })
    }
}

impl Iterator for Tags<'_> {
    type Item = Tag;

    fn next(&mut self) -> Option<Tag> {
        while !self.broken {
            let at = self.at + self.rest(self.at).find('<')?;
            let skipped = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")];
            let skipped = skipped.into_iter().find(|(start, _)| self.rest(at).starts_with(start));
            if let Some((start, end)) = skipped {
                match self.past(at + start.len(), end) {
                    Some(past) => self.at = past,
                    None => self.broken = true,
                }
                continue;
            }
            match self.tag(at) {
                Some(tag) => {
                    self.at = tag.whole.end;
                    return Some(tag);
                }
                None => self.broken = true,
            }
        }
        None
    }
}

/// The attributes of a tag.
pub(crate) fn attributes<'a>(text: &'a str, tag: &Tag) -> impl Iterator<Item = Attribute> + use<'a> {
    let mut at = tag.name.end;
    std::iter::from_fn(move || {
        let found = attribute(text, at)?;
        at = found.whole.end;
        Some(found)
    })
}

/// The attribute that comes next, if one does.
fn attribute(text: &str, at: usize) -> Option<Attribute> {
    let rest = |at: usize| text.get(at..).unwrap_or_default();
    let start = at + Some(spaces(rest(at))).filter(|count| *count > 0)?;
    let end = start + name_length(rest(start))?;
    let sign = end + spaces(rest(end));
    let rest_of_value = rest(sign).strip_prefix('=')?;
    let quote_at = sign + 1 + spaces(rest_of_value);
    let quote = rest(quote_at).chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let value = quote_at + 1;
    let length = rest(value).find(quote)?;
    if rest(value).get(..length)?.contains('<') {
        return None;
    }
    Some(Attribute { whole: at..value + length + 1, name: start..end, value: value..value + length })
}

fn spaces(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_whitespace).count()
}

/// Bytes of the name at the start of a text; `None` where there is none.
fn name_length(text: &str) -> Option<usize> {
    let ends = |b: u8| {
        b.is_ascii_whitespace() || matches!(b, b'=' | b'/' | b'>' | b'<' | b'"' | b'\'' | b'!' | b'?' | b'&')
    };
    let length = text.bytes().position(ends).unwrap_or(text.len());
    (length > 0).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_attributes_are_found_where_they_stand() {
        let text = "<?x <a>?><a b='1' c = \"<'\"/><!-- <no> --><d e=\"2>\"><![CDATA[<no>]]>t</d >";
        let names = |text: &str| {
            let mut tags = Tags::of(text);
            let found: Vec<_> = tags.by_ref().map(|t| (text[t.name.clone()].to_owned(), t.shape)).collect();
            (found, tags.broken)
        };
        // A value may not hold a `<`.
        assert_eq!(names(text), (vec![], true));
        let text = text.replace("<'", "'");
        let (found, broken) = names(&text);
        let found: Vec<_> = found.iter().map(|(name, shape)| (name.as_str(), *shape)).collect();
        assert_eq!(found, [("a", Shape::Empty), ("d", Shape::Open), ("d", Shape::Close)]);
        assert!(!broken);
        let tag = Tags::of(&text).next().unwrap();
        let pairs: Vec<_> =
            attributes(&text, &tag).map(|a| (&text[a.name.clone()], &text[a.value.clone()])).collect();
        assert_eq!(pairs, [("b", "1"), ("c", "'")]);
    }

    #[test]
    fn broken_texts_are_told() {
        for text in ["<", "<a", "<a b>", "<a b=>", "<a b='>", "<!DOCTYPE x>", "<!-- ", "<?", "< a>", "</a/>"]
        {
            let mut tags = Tags::of(text);
            assert!(tags.by_ref().count() == 0 && tags.broken, "{text}");
        }
    }
}
