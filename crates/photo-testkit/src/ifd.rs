//! TIFF directories in bytes, as EXIF blocks and TIFF files hold them.

/// Which end of a number comes first in a TIFF structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ByteOrder {
    /// "II", Intel.
    #[default]
    Little,
    /// "MM", Motorola.
    Big,
}

impl ByteOrder {
    pub(crate) fn u16(self, v: u16) -> [u8; 2] {
        if self == Self::Little { v.to_le_bytes() } else { v.to_be_bytes() }
    }

    pub(crate) fn u32(self, v: u32) -> [u8; 4] {
        if self == Self::Little { v.to_le_bytes() } else { v.to_be_bytes() }
    }
}

/// The value of one directory entry.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Ascii(String),
    Bytes(Vec<u8>),
    Short(Vec<u16>),
    Long(Vec<u32>),
    Rational(Vec<(u32, u32)>),
    Undefined(Vec<u8>),
}

impl Value {
    /// TIFF type number, count and payload.
    fn parts(&self, order: ByteOrder) -> (u16, usize, Vec<u8>) {
        match self {
            Self::Ascii(text) => (2, text.len() + 1, text.bytes().chain([0]).collect()),
            Self::Bytes(bytes) => (1, bytes.len(), bytes.clone()),
            Self::Short(values) => (3, values.len(), values.iter().flat_map(|v| order.u16(*v)).collect()),
            Self::Long(values) => (4, values.len(), values.iter().flat_map(|v| order.u32(*v)).collect()),
            Self::Rational(values) => {
                let payload = values.iter().flat_map(|(n, d)| [*n, *d]).flat_map(|v| order.u32(v)).collect();
                (5, values.len(), payload)
            }
            Self::Undefined(bytes) => (7, bytes.len(), bytes.clone()),
        }
    }
}

/// Header of a TIFF structure whose first directory follows at offset 8.
pub(crate) fn header(order: ByteOrder) -> Vec<u8> {
    let mut out = if order == ByteOrder::Little { b"II".to_vec() } else { b"MM".to_vec() };
    out.extend(order.u16(42));
    out.extend(order.u32(8));
    out
}

/// Bytes that a directory takes with its values outside of it.
pub(crate) fn size(entries: &[(u16, Value)]) -> usize {
    let outside = |value: &Value| {
        let len = value.parts(ByteOrder::Little).2.len();
        if len > 4 { len.next_multiple_of(2) } else { 0 }
    };
    2 + entries.len() * 12 + 4 + entries.iter().map(|(_, value)| outside(value)).sum::<usize>()
}

/// Appends a directory at the current end of `out` (offsets count from the start of `out`), sorted by tag,
/// and its values after it; `next` is the offset of the next directory or 0.
pub(crate) fn append(out: &mut Vec<u8>, order: ByteOrder, entries: &[(u16, Value)], next: u32) {
    let mut entries: Vec<_> = entries.iter().collect();
    entries.sort_by_key(|(tag, _)| *tag);
    let mut values_at = out.len() + 2 + entries.len() * 12 + 4;
    let mut values = Vec::new();
    out.extend(order.u16(entries.len() as u16));
    for (tag, value) in entries {
        let (kind, count, mut payload) = value.parts(order);
        out.extend(order.u16(*tag));
        out.extend(order.u16(kind));
        out.extend(order.u32(count as u32));
        if payload.len() <= 4 {
            payload.resize(4, 0);
            out.extend(payload);
        } else {
            payload.resize(payload.len().next_multiple_of(2), 0);
            out.extend(order.u32(values_at as u32));
            values_at += payload.len();
            values.extend(payload);
        }
    }
    out.extend(order.u32(next));
    out.extend(values);
}
