//! ICC profiles in the APP2 segments of a JPEG, put together (ICC.1:2022, B.4).

use super::container::{JpegLayout, icc_chunk};
use crate::Result;
use crate::metadata::icc::check_length;

/// A profile that was put together from segments.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Joined {
    pub(crate) profile: Vec<u8>,
    /// Whether every program will put it together: its parts are numbered from 1 and stand in this order,
    /// each once.
    pub(crate) in_order: bool,
}

/// The profile in the APP2 segments of a JPEG; the inner error says why it can't be put together. Parts that
/// are out of order, doubled (the same bytes again) or numbered from 0 are no hindrance: there is one way
/// only to read them.
///
/// # Errors
/// [`Error::LimitExceeded`] over `limit` bytes.
pub(crate) fn from_jpeg(
    bytes: &[u8],
    layout: &JpegLayout,
    limit: u64,
) -> Result<Option<std::result::Result<Joined, String>>> {
    let mut parts: Vec<_> = layout.segments.iter().filter_map(|s| icc_chunk(s, bytes)).collect();
    let Some(&(_, count, _)) = parts.first() else { return Ok(None) };
    let in_order = parts.iter().zip(1u8..=255).all(|(p, n)| p.0 == n) && parts.len() <= 255;
    // Stable, so that equal parts come to stand side by side.
    parts.sort_by_key(|p| p.0);
    parts.dedup();
    check_length(parts.iter().map(|p| p.2.len() as u64).sum(), limit)?;
    let from = parts.first().map_or(1, |p| p.0.min(1));
    let numbered = parts.iter().zip(from..=255).all(|(p, n)| p.0 == n && p.1 == count);
    if !numbered || parts.len() != usize::from(count) {
        return Ok(Some(Err(format!(
            "parts of the profile are missing or contradict each other ({} of {count})",
            parts.len()
        ))));
    }
    let profile = parts.iter().flat_map(|p| p.2).copied().collect();
    Ok(Some(Ok(Joined { profile, in_order })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::jpeg::walk;

    /// APP2 segments of these parts: number, count, and which third of a profile.
    fn joined(parts: &[(u8, u8, usize)]) -> Option<std::result::Result<Joined, String>> {
        let thirds = [&b"first"[..], b"second", b"third"];
        let mut bytes = vec![0xFF, 0xD8];
        for &(number, count, third) in parts {
            let data = [b"ICC_PROFILE\0", &[number, count][..], thirds[third]].concat();
            bytes.extend([0xFF, 0xE2, 0, data.len() as u8 + 2]);
            bytes.extend(data);
        }
        bytes.extend([0xFF, 0xD9]);
        from_jpeg(&bytes, &walk(&bytes).unwrap(), 100).unwrap()
    }

    #[test]
    fn parts_are_joined_where_there_is_one_way_only() {
        let whole = b"firstsecondthird".to_vec();
        type Parts<'a> = &'a [(u8, u8, usize)];
        let table: [(Parts<'_>, bool); 6] = [
            (&[(1, 3, 0), (2, 3, 1), (3, 3, 2)], true),
            (&[(3, 3, 2), (1, 3, 0), (2, 3, 1)], false),
            (&[(0, 3, 0), (1, 3, 1), (2, 3, 2)], false),
            (&[(1, 3, 0), (1, 3, 0), (2, 3, 1), (3, 3, 2)], false),
            (&[(1, 3, 0), (2, 3, 1), (3, 3, 2), (1, 3, 0), (2, 3, 1), (3, 3, 2)], false),
            (&[(2, 3, 2), (1, 3, 1), (0, 3, 0), (0, 3, 0)], false),
        ];
        for (parts, in_order) in table {
            assert_eq!(joined(parts), Some(Ok(Joined { profile: whole.clone(), in_order })), "{parts:?}");
        }
        let broken: [&[(u8, u8, usize)]; 7] = [
            &[(1, 3, 0), (3, 3, 2)],
            &[(1, 2, 0), (2, 2, 1), (2, 2, 2)],
            &[(1, 1, 0), (1, 2, 0), (2, 2, 1)],
            &[(0, 1, 0), (1, 1, 1)],
            &[(2, 2, 0), (3, 2, 1)],
            &[(1, 3, 0), (2, 2, 1), (3, 3, 2)],
            &[(1, 0, 0)],
        ];
        for parts in broken {
            assert!(matches!(joined(parts), Some(Err(_))), "{parts:?}");
        }
        assert_eq!(joined(&[]), None);
    }
}
