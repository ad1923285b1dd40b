//! The header `Content-Disposition` of a photo, in a form that the vendor's SDKs read: they take what follows
//! the last apostrophe, or else the last equals sign, for the name.

use std::fmt::Write;

/// The header for a file of this name. Only letters, digits and a few signs stand in it as they are.
pub(crate) fn attachment(name: &str, extension: &str) -> String {
    let stem = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem).trim();
    let stem: String = stem.chars().filter(|c| !c.is_control()).take(MOST_CHARS).collect();
    if stem.is_empty() {
        return format!("attachment; filename=\"photo.{extension}\"");
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_ ().".contains(c);
    if stem.chars().all(plain) {
        return format!("attachment; filename=\"{stem}.{extension}\"");
    }
    let mut encoded = String::new();
    for byte in stem.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string can't fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("attachment; filename=\"photo.{extension}\"; filename*=UTF-8''{encoded}.{extension}")
}

const MOST_CHARS: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_safely() {
        let table = [
            ("a.jpg", "attachment; filename=\"a.png\""),
            ("my photo (1).x.jpeg", "attachment; filename=\"my photo (1).x.png\""),
            ("", "attachment; filename=\"photo.png\""),
            (".png", "attachment; filename=\"photo.png\""),
            ("C:\\pictures\\a.gif", "attachment; filename=\"a.png\""),
            ("../../etc/passwd", "attachment; filename=\"passwd.png\""),
            ("é.png", "attachment; filename=\"photo.png\"; filename*=UTF-8''%C3%A9.png"),
            ("o'x.png", "attachment; filename=\"photo.png\"; filename*=UTF-8''o%27x.png"),
            ("a\"b\r\nX: y.png", "attachment; filename=\"photo.png\"; filename*=UTF-8''a%22bX%3A%20y.png"),
        ];
        for (name, expected) in table {
            assert_eq!(attachment(name, "png"), expected, "{name}");
        }
        assert!(attachment(&"é".repeat(10_000), "png").len() < 1000);
    }
}
