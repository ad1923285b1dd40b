//! Makes any name safe to stand in a multipart header, with the extension of the real format.

use crate::image_header::Format;

/// The name to send: the last path component without anything that could end or confuse the header, at most
/// [`MOST_BYTES`] bytes of stem, and the extension that fits the content.
///
/// Letters and digits of every script stay (as UTF-8, as RFC 7578 has it); control characters, quotes,
/// separators, `%`, invisible and all other special characters become `_`.
pub(crate) fn safe_file_name(name: &str, format: Format) -> String {
    let last = name.rsplit(['/', '\\']).find(|part| !part.trim().is_empty()).unwrap_or_default();
    let (stem, extension) = split_extension(last.trim(), format);
    let mut safe = String::new();
    for c in stem.chars().map(|c| if is_plain(c) { c } else { '_' }) {
        if safe.len() + c.len_utf8() > MOST_BYTES {
            break;
        }
        safe.push(c);
    }
    let safe = safe.trim_matches([' ', '.']);
    let stem = if safe.is_empty() { "photo" } else { safe };
    format!("{stem}.{extension}")
}

fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ' | '(' | ')' | '+' | ',' | '@' | '=' | '~')
}

/// Takes a picture extension off. The one that is there stays if it is right for the format (`.jpeg` for
/// JPEG).
fn split_extension(name: &str, format: Format) -> (&str, String) {
    let Some((stem, extension)) = name.rsplit_once('.') else {
        return (name, format.extension().to_owned());
    };
    let lower = extension.to_ascii_lowercase();
    if right_extensions(format).contains(&lower.as_str()) {
        (stem, lower)
    } else if PICTURE_EXTENSIONS.contains(&lower.as_str()) {
        (stem, format.extension().to_owned())
    } else {
        (name, format.extension().to_owned())
    }
}

fn right_extensions(format: Format) -> &'static [&'static str] {
    match format {
        Format::Jpeg => &["jpg", "jpeg"],
        Format::Png => &["png"],
        Format::Gif => &["gif"],
        Format::Bmp => &["bmp"],
    }
}

/// Extensions that would contradict the content, and so are replaced rather than kept in the stem.
const PICTURE_EXTENSIONS: [&str; 20] = [
    "jpg", "jpeg", "jpe", "jfif", "png", "apng", "gif", "bmp", "dib", "webp", "tif", "tiff", "heic", "heif",
    "avif", "jxl", "svg", "ico", "dng", "image",
];

/// Longest stem in bytes; with the extension well under the 255 that file systems take.
const MOST_BYTES: usize = 120;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names() {
        let cases = [
            ("holiday.jpg", Format::Jpeg, "holiday.jpg"),
            ("holiday.JPEG", Format::Jpeg, "holiday.jpeg"),
            ("holiday.heic", Format::Jpeg, "holiday.jpg"),
            ("holiday.jpg", Format::Png, "holiday.png"),
            ("holiday", Format::Gif, "holiday.gif"),
            ("v1.2 final", Format::Bmp, "v1.2 final.bmp"),
            ("/etc/passwd", Format::Png, "passwd.png"),
            ("C:\\Users\\me\\pic.png", Format::Png, "pic.png"),
            ("a\r\nX-Evil: 1\r\n\r\n.png", Format::Png, "a__X-Evil_ 1____.png"),
            ("a\"; name=\"other.png", Format::Png, "a__ name=_other.png"),
            ("100%.png", Format::Png, "100_.png"),
            ("Übung фото 写真.jpg", Format::Jpeg, "Übung фото 写真.jpg"),
            ("evil\u{202e}gpj.exe", Format::Jpeg, "evil_gpj.exe.jpg"),
            ("..", Format::Jpeg, "photo.jpg"),
            ("", Format::Jpeg, "photo.jpg"),
            (".jpg", Format::Jpeg, "photo.jpg"),
            ("dir/", Format::Jpeg, "dir.jpg"),
        ];
        for (name, format, safe) in cases {
            assert_eq!(safe_file_name(name, format), safe, "{name:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_dangerous_comes_through(name in any::<String>(), long in "[a-z\u{e9}\u{4e00}]{0,400}") {
            for raw in [name.clone(), long.clone(), format!("{name}{long}")] {
                for format in [Format::Jpeg, Format::Png, Format::Gif, Format::Bmp] {
                    let safe = safe_file_name(&raw, format);
                    prop_assert!(!safe.contains(|c: char| c.is_control() || "\"\\/%;:'<>|*?".contains(c)), "{safe:?}");
                    prop_assert!(safe.len() <= MOST_BYTES + 6);
                    prop_assert!(!safe.starts_with('.'));
                    let extension = safe.rsplit('.').next().unwrap_or_default();
                    prop_assert!(right_extensions(format).contains(&extension));
                    prop_assert_eq!(safe_file_name(&safe, format), safe.clone());
                }
            }
        }
    }
}
