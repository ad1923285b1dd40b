//! The chunk structure of a PNG (W3C PNG, third edition): walked for facts, and written again without what is
//! private.

use std::io::Read;
use std::ops::Range;

use crate::limits::MAX_SEGMENTS;
use crate::metadata::bytes::{array, be32};
use crate::{Error, Format, LimitKind, Result};

/// The first bytes of a PNG file.
pub(crate) const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1A\n";

/// Where everything lies in a PNG file.
#[derive(Debug)]
pub(crate) struct PngLayout {
    pub(crate) chunks: Vec<Chunk>,
    /// Just after IEND; `None` where the file ends without one.
    pub(crate) end: Option<usize>,
    /// What broke off the walk, and where.
    pub(crate) fault: Option<(usize, String)>,
    /// Bytes of chunks that say nothing of the picture and are not in the list, for there are too many.
    pub(crate) unlisted: usize,
    /// Whether that is the end of the file.
    pub(crate) cut_off: bool,
}

/// One chunk, or a run of IDAT chunks.
#[derive(Debug, Clone)]
pub(crate) struct Chunk {
    pub(crate) kind: [u8; 4],
    /// From the length to just after the checksum.
    pub(crate) whole: Range<usize>,
    /// The data alone; of a run, those of its first chunk.
    pub(crate) data: Range<usize>,
    /// Whether the checksum is right.
    pub(crate) sound: bool,
}

impl Chunk {
    /// Whether a decoder can do without it.
    pub(crate) fn is_ancillary(&self) -> bool {
        self.kind[0] & 0x20 != 0
    }
}

/// The header chunk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Header {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) depth: u8,
    pub(crate) color: u8,
    pub(crate) interlace: u8,
}

impl Header {
    /// Bytes of one row of `width` pixels, without its filter byte.
    fn row_bytes(self, width: u64) -> u64 {
        let samples: u64 = match self.color {
            2 => 3,
            4 => 2,
            6 => 4,
            _ => 1,
        };
        (width * samples * u64::from(self.depth)).div_ceil(8)
    }

    /// Bytes of the filtered data.
    pub(crate) fn data_bytes(self) -> u64 {
        self.passes().iter().map(|&(rows, bytes)| rows.saturating_mul(bytes)).fold(0, u64::saturating_add)
    }

    /// The rows as the filtered data holds them: (rows, bytes with filter byte) for each pass.
    pub(crate) fn passes(self) -> Vec<(u64, u64)> {
        let (w, h) = (u64::from(self.width), u64::from(self.height));
        if self.interlace == 0 {
            return vec![(h, self.row_bytes(w) + 1)];
        }
        // Adam7: first column, first row, column step, row step of the seven passes.
        const ADAM7: [(u64, u64, u64, u64); 7] = [
            (0, 0, 8, 8),
            (4, 0, 8, 8),
            (0, 4, 4, 8),
            (2, 0, 4, 4),
            (0, 2, 2, 4),
            (1, 0, 2, 2),
            (0, 1, 1, 2),
        ];
        ADAM7
            .iter()
            .map(|&(x, y, dx, dy)| (w.saturating_sub(x).div_ceil(dx), h.saturating_sub(y).div_ceil(dy)))
            .filter(|&(columns, rows)| columns > 0 && rows > 0)
            .map(|(columns, rows)| (rows, self.row_bytes(columns) + 1))
            .collect()
    }
}

impl PngLayout {
    /// The data of the IDAT chunks, one after the other.
    pub(crate) fn idat<'a>(&'a self, bytes: &'a [u8]) -> impl Read + 'a {
        let runs = self.chunks.iter().filter(|c| c.kind == *b"IDAT");
        Idat { bytes, runs: runs.map(|c| c.whole.clone()), run: 0..0, rest: &[] }
    }

    /// Takes a chunk into the list. IDAT chunks that follow on each other are one; when there are very many,
    /// those that nobody would ask for are only counted.
    fn add(&mut self, chunk: Chunk) -> Result<()> {
        if let Some(last) =
            self.chunks.last_mut().filter(|last| last.kind == *b"IDAT" && last.kind == chunk.kind)
        {
            last.whole.end = chunk.whole.end;
            return Ok(());
        }
        if self.chunks.len() >= MAX_SEGMENTS {
            if chunk.is_ancillary() && !is_kept(&chunk) {
                self.unlisted += chunk.whole.len();
                return Ok(());
            }
            let (actual, limit) = (self.chunks.len() as u64 + 1, 2 * MAX_SEGMENTS as u64);
            if actual > limit {
                return Err(Error::LimitExceeded { what: LimitKind::Segments, actual, limit });
            }
        }
        self.chunks.push(chunk);
        Ok(())
    }

    /// Notes that the file ends within the chunk at `at`, if it does; what is there of picture data is kept.
    fn keep_part(&mut self, bytes: &[u8], at: usize) {
        let (length, kind) = (be32(bytes, at).unwrap_or(0) as usize, array::<4>(bytes, at + 4));
        let runs_over = at.saturating_add(12).saturating_add(length) > bytes.len();
        self.cut_off = runs_over && kind.is_none_or(|k| k.iter().all(u8::is_ascii_alphabetic));
        if self.cut_off && kind == Some(*b"IDAT") {
            let end = bytes.len().min(at + 8 + length);
            self.chunks.push(Chunk {
                kind: *b"IDAT",
                whole: at..bytes.len(),
                data: at + 8..end,
                sound: false,
            });
        }
    }

    /// The sound chunks of text, with their kinds.
    pub(crate) fn texts<'a>(&self, bytes: &'a [u8]) -> impl Iterator<Item = ([u8; 4], &'a [u8])> {
        let texts = self.chunks.iter().filter(|c| matches!(&c.kind, b"tEXt" | b"zTXt" | b"iTXt") && c.sound);
        texts.filter_map(|c| Some((c.kind, bytes.get(c.data.clone())?)))
    }

    pub(crate) fn find(&self, kind: &[u8; 4]) -> Option<&Chunk> {
        self.chunks.iter().find(|c| c.kind == *kind && c.sound)
    }

    pub(crate) fn data<'a>(&self, bytes: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
        bytes.get(self.find(kind)?.data.clone())
    }
}

/// Walks the chunks to IEND and checks every CRC. A fault ends the walk and is told in the layout.
///
/// # Errors
/// [`Error::LimitExceeded`] for too many chunks.
pub(crate) fn walk(bytes: &[u8]) -> Result<PngLayout> {
    let mut layout = PngLayout { chunks: Vec::new(), end: None, fault: None, unlisted: 0, cut_off: false };
    let mut at = 8;
    while at < bytes.len() {
        match chunk(bytes, at) {
            Ok(chunk) => {
                at = chunk.whole.end;
                if !chunk.sound && !chunk.is_ancillary() {
                    let name = String::from_utf8_lossy(&chunk.kind).into_owned();
                    layout.fault = Some((chunk.whole.start, format!("wrong checksum of the {name} chunk")));
                    return Ok(layout);
                }
                if chunk.kind == *b"IEND" {
                    layout.end = Some(at);
                    return Ok(layout);
                }
                layout.add(chunk)?;
            }
            Err(reason) => {
                layout.fault = Some((at, reason));
                layout.keep_part(bytes, at);
                return Ok(layout);
            }
        }
    }
    layout.cut_off = true;
    layout.fault = Some((bytes.len(), "the IEND chunk is missing".into()));
    Ok(layout)
}

pub(super) fn chunk(bytes: &[u8], at: usize) -> Result<Chunk, String> {
    let length = be32(bytes, at).ok_or("the file ends within a chunk header")? as usize;
    let kind = array::<4>(bytes, at + 4).ok_or("the file ends within a chunk header")?;
    if length > 0x7FFF_FFFF || !kind.iter().all(u8::is_ascii_alphabetic) {
        return Err("this is no chunk".into());
    }
    let (start, end) = (at + 8, at + 8 + length);
    let crc = be32(bytes, end).ok_or_else(|| {
        let name = String::from_utf8_lossy(&kind).into_owned();
        format!("the file ends within the {name} chunk")
    })?;
    let sound = sum(bytes.get(at + 4..end).unwrap_or_default()).finalize() == crc;
    Ok(Chunk { kind, whole: at..end + 4, data: start..end, sound })
}

/// The checksum of a chunk, large ones by all threads: some writers put all picture data into one.
fn sum(bytes: &[u8]) -> crc32fast::Hasher {
    const BY_ONE: usize = 1 << 20;
    if bytes.len() > BY_ONE {
        let (first, second) = bytes.split_at(bytes.len() / 2);
        let (mut sums, second) = rayon::join(|| sum(first), || sum(second));
        sums.combine(&second);
        return sums;
    }
    let mut sum = crc32fast::Hasher::new();
    sum.update(bytes);
    sum
}

/// The IHDR chunk, checked against the table of allowed values.
///
/// # Errors
/// [`Error::Malformed`] where it is missing or says what no PNG may say.
pub(crate) fn header(bytes: &[u8], layout: &PngLayout) -> Result<Header> {
    let first = layout.chunks.first();
    let bad = |reason: String| Error::malformed(Format::Png, 8, reason);
    if first.is_some_and(|c| c.kind == *b"CgBI") {
        let feature = "this is Apple's private variant of PNG (CgBI); convert it with `pngcrush -revert-iphone-optimizations`";
        return Err(Error::unsupported(Format::Png, feature));
    }
    let data = first.filter(|c| c.kind == *b"IHDR").and_then(|c| bytes.get(c.data.clone()));
    let Some(data) = data.and_then(|d| d.first_chunk::<13>()) else {
        let why = layout.fault.as_ref().map_or(String::new(), |f| format!("; {}", f.1));
        return Err(bad(format!("the header chunk is missing{why}")));
    };
    let [.., depth, color, method, filter, interlace] = *data;
    let (width, height) = (be32(data, 0).unwrap_or(0), be32(data, 4).unwrap_or(0));
    if width == 0 || height == 0 || width > 0x7FFF_FFFF || height > 0x7FFF_FFFF {
        return Err(bad(format!("impossible size {width}x{height}")));
    }
    let depths: &[u8] = match color {
        0 => &[1, 2, 4, 8, 16],
        3 => &[1, 2, 4, 8],
        2 | 4 | 6 => &[8, 16],
        _ => return Err(bad(format!("unknown color type {color}"))),
    };
    if !depths.contains(&depth) || method != 0 || filter != 0 || interlace > 1 {
        return Err(bad(format!(
            "color type {color} with bit depth {depth}, method {method}, filter {filter}, interlace {interlace}"
        )));
    }
    Ok(Header { width, height, depth, color, interlace })
}

/// Inflates the picture data piece by piece, keeping none of it, and checks that it is whole: its length,
/// every row's filter type and the Adler-32 sum. So no file is handed on that a decoder would choke on.
///
/// # Errors
/// [`Error::Malformed`] with what is wrong.
pub(crate) fn verify_data(bytes: &[u8], layout: &PngLayout, header: Header) -> Result<()> {
    let first = layout.chunks.iter().find(|c| c.kind == *b"IDAT").map_or(0, |c| c.whole.start);
    let bad = |reason: String| Error::malformed(Format::Png, first, reason);
    let mut inflated =
        std::io::BufReader::with_capacity(1 << 16, flate2::read::ZlibDecoder::new(layout.idat(bytes)));
    let mut row = 0u64;
    for (rows, row_bytes) in header.passes() {
        for _ in 0..rows {
            skip_row(&mut inflated, row_bytes)
                .map_err(|e| bad(format!("the picture data is broken in row {row}: {e}")))?;
            row += 1;
        }
    }
    // The sum is checked when the end of the stream is read; data beyond the picture is not worth inflating.
    let beyond = std::io::copy(&mut inflated.take(1), &mut std::io::sink());
    beyond.map(|_| ()).map_err(|e| bad(format!("the picture data is broken at its end: {e}")))
}

/// Reads past one row of `row_bytes` bytes, the filter type (0..=4) first.
fn skip_row(data: &mut impl Read, row_bytes: u64) -> std::io::Result<()> {
    let mut filter = [0u8];
    data.read_exact(&mut filter)?;
    if filter[0] > 4 {
        return Err(std::io::Error::other(format!("unknown filter type {}", filter[0])));
    }
    let got = std::io::copy(&mut data.take(row_bytes - 1), &mut std::io::sink())?;
    if got != row_bytes - 1 { Err(std::io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
}

/// The data of the IDAT chunks, one after the other.
struct Idat<'a, I> {
    bytes: &'a [u8],
    runs: I,
    /// What is still to come of a run.
    run: Range<usize>,
    rest: &'a [u8],
}

impl<I: Iterator<Item = Range<usize>>> Read for Idat<'_, I> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.rest.is_empty() {
            if self.run.is_empty() {
                let Some(run) = self.runs.next() else { return Ok(0) };
                self.run = run;
            }
            let length = be32(self.bytes, self.run.start).unwrap_or(0) as usize;
            let start = self.run.start + 8;
            let end = start.saturating_add(length).min(self.run.end);
            self.rest = self.bytes.get(start..end).unwrap_or_default();
            // Behind the checksum.
            self.run.start = end.saturating_add(4).min(self.run.end);
        }
        self.rest.read(out)
    }
}

/// Whether a chunk is needed to show the picture right.
pub(crate) fn is_kept(chunk: &Chunk) -> bool {
    match &chunk.kind {
        // Frames other than the default image.
        b"acTL" | b"fcTL" | b"fdAT" => false,
        b"tRNS" | b"iCCP" => chunk.sound,
        // Longer than they can be, they hold something else.
        b"sRGB" => chunk.sound && chunk.data.len() == 1,
        b"gAMA" | b"cICP" => chunk.sound && chunk.data.len() == 4,
        b"cHRM" => chunk.sound && chunk.data.len() == 32,
        b"mDCV" => chunk.sound && chunk.data.len() == 24,
        b"cLLI" => chunk.sound && chunk.data.len() == 8,
        b"pHYs" => chunk.sound && chunk.data.len() == 9,
        b"sBIT" | b"bKGD" => chunk.sound && chunk.data.len() <= 6,
        _ => !chunk.is_ancillary(),
    }
}

/// The file again with only the chunks that [`is_kept`]. `extra` chunks (whole) come right after IHDR.
pub(crate) fn rewrite(bytes: &[u8], layout: &PngLayout, extra: &[u8]) -> Result<Vec<u8>> {
    let missing = || Error::malformed(Format::Png, None, "a chunk lies outside the file");
    let mut out = Vec::with_capacity(bytes.len() + extra.len());
    out.extend_from_slice(&SIGNATURE);
    for chunk in layout.chunks.iter().filter(|c| is_kept(c)) {
        out.extend_from_slice(bytes.get(chunk.whole.clone()).ok_or_else(missing)?);
        if chunk.kind == *b"IHDR" {
            out.extend_from_slice(extra);
        }
    }
    out.extend_from_slice(b"\0\0\0\0IEND\xAE\x42\x60\x82");
    Ok(out)
}

/// A whole chunk; `None` if `data` is too long for one.
pub(crate) fn make_chunk(kind: [u8; 4], data: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(data.len()).ok().filter(|l| *l <= 0x7FFF_FFFF)?;
    let mut out = length.to_be_bytes().to_vec();
    out.extend_from_slice(&kind);
    out.extend_from_slice(data);
    let crc = crc32fast::hash(out.get(4..)?);
    out.extend_from_slice(&crc.to_be_bytes());
    Some(out)
}

/// A whole iCCP chunk that holds a profile.
pub(crate) fn icc_chunk(profile: &[u8]) -> Option<Vec<u8>> {
    let mut data = b"ICC profile\0\0".to_vec();
    let packed = flate2::read::ZlibEncoder::new(profile, flate2::Compression::default());
    packed.take(profile.len() as u64 + 1024).read_to_end(&mut data).ok()?;
    make_chunk(*b"iCCP", &data)
}

/// The profile in the iCCP chunk; the inner error says why it can't be read.
///
/// # Errors
/// [`Error::LimitExceeded`] over `limit` bytes.
pub(crate) fn icc_profile(
    bytes: &[u8],
    layout: &PngLayout,
    limit: u64,
) -> Result<Option<std::result::Result<Vec<u8>, String>>> {
    let Some(data) = layout.data(bytes, b"iCCP") else { return Ok(None) };
    let name_end = data.iter().take(80).position(|&b| b == 0);
    let Some((0, packed)) =
        name_end.and_then(|n| data.get(n + 1..)).and_then(|d| d.split_first()).map(|(m, p)| (*m, p))
    else {
        return Ok(Some(Err("the iCCP chunk is broken".into())));
    };
    let mut profile = Vec::new();
    let read = flate2::read::ZlibDecoder::new(packed).take(limit + 1).read_to_end(&mut profile);
    crate::metadata::icc::check_length(profile.len() as u64, limit)?;
    Ok(Some(read.map(|_| profile).map_err(|e| format!("the iCCP chunk is broken: {e}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(interlace: u8) -> (Vec<u8>, Header) {
        let header = Header { width: 13, height: 7, depth: 2, color: 0, interlace };
        let raw: Vec<u8> =
            header.passes().iter().flat_map(|&(rows, len)| vec![0u8; (rows * len) as usize]).collect();
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, &raw).unwrap();
        let packed = packed.finish().unwrap();
        let mut ihdr = 13u32.to_be_bytes().to_vec();
        ihdr.extend(7u32.to_be_bytes());
        ihdr.extend([2, 0, 0, 0, interlace]);
        let mut out = SIGNATURE.to_vec();
        let half = packed.len() / 2;
        for (kind, data) in [
            (*b"IHDR", &ihdr[..]),
            (*b"tEXt", b"a\0b"),
            (*b"IDAT", &packed[..half]),
            (*b"IDAT", &packed[half..]),
            (*b"IEND", b""),
        ] {
            out.extend(make_chunk(kind, data).unwrap());
        }
        out.extend(b"trailer");
        (out, header)
    }

    #[test]
    fn sums_of_large_chunks_are_those_by_one_thread() {
        let bytes: Vec<u8> = (0..3_300_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for length in [0, 1, 1 << 20, (1 << 20) + 1, 2_500_001, bytes.len()] {
            assert_eq!(sum(&bytes[..length]).finalize(), crc32fast::hash(&bytes[..length]), "{length}");
        }
    }

    #[test]
    fn whole_files_verify_and_rewrite_without_text() {
        for interlace in [0, 1] {
            let (bytes, header) = sample(interlace);
            let layout = walk(&bytes).unwrap();
            assert_eq!(layout.end, Some(bytes.len() - 7));
            verify_data(&bytes, &layout, header).unwrap();
            let out = rewrite(&bytes, &layout, &[]).unwrap();
            assert_eq!(out.len(), bytes.len() - 7 - 15);
            assert!(image::load_from_memory(&out).is_ok());
        }
    }

    #[test]
    fn data_that_is_too_short_is_found() {
        let (bytes, header) = sample(0);
        let layout = walk(&bytes).unwrap();
        let taller = Header { height: 8, ..header };
        assert!(matches!(verify_data(&bytes, &layout, taller), Err(Error::Malformed { .. })));
    }

    #[test]
    fn a_wrong_checksum_is_a_fault_in_critical_chunks_only() {
        let (bytes, _) = sample(0);
        let layout = walk(&bytes).unwrap();
        for chunk in &layout.chunks {
            let mut broken = bytes.clone();
            broken[chunk.whole.end - 1] ^= 1;
            let again = walk(&broken).unwrap();
            assert_eq!(again.fault.is_some(), !chunk.is_ancillary(), "{:?}", chunk.kind);
        }
    }
}
