//! Reads scan headers, and walks from one scan to the next (T.81, B.2.3).

use std::sync::Arc;

use super::frame::CodedFrame;
use super::model::{Class, Process, Scan, ScanComponent};
use super::segment::next_segment;
use super::tables::TableSet;
use crate::error::{Error, Result};
use crate::huffman::HuffmanSpec;
use crate::quant::QuantTable;
use crate::syntax::{MAX_BLOCKS_IN_MCU, ProgressionFault, ScanHeader, ScanParameters, Segment, marker};

/// The tables and the frame that apply at a place after the frame header.
#[derive(Debug, Clone)]
pub(crate) struct TableState {
    pub(crate) tables: TableSet,
    pub(crate) frame: CodedFrame,
}

impl TableState {
    /// The quantization table that applies now to component `index`. The table that counts is the one at the
    /// start of the component's first scan, so that in a file with several scans it may differ from the one
    /// in [`Header`](super::Header).
    ///
    /// # Errors
    /// [`Error::Unsupported`] if the table is missing, [`Error::Malformed`] if it holds a zero.
    pub(crate) fn quant(&self, index: usize) -> Result<QuantTable> {
        self.frame.quant(index, &self.tables)
    }
}

/// Finds the scan that follows the entropy-coded data at byte `from`, and takes the tables that are defined
/// in between. `None` at the end of the picture or of the file.
///
/// # Errors
/// * [`Error::Malformed`] for a broken segment, a second frame header, a reserved marker, or a scan header
///   that contradicts the frame;
/// * [`Error::Unsupported`] as for [`Header::read`](super::Header::read).
pub(crate) fn next_scan(bytes: &[u8], state: &mut TableState, from: usize) -> Result<Option<Scan>> {
    let mut from = from;
    while let Some(segment) = next_segment(bytes, from)? {
        match segment.marker {
            marker::EOI => return Ok(None),
            marker::SOS => return read_scan(bytes, &segment, state).map(Some),
            code if marker::is_frame(code) => {
                return Err(Error::malformed(segment.whole.start, "a second frame header"));
            }
            _ => skip_or_take(bytes, &segment, &mut state.tables, state.frame.class)?,
        }
        from = segment.payload.end;
    }
    Ok(None)
}

/// Takes a table segment, skips a segment that can be ignored, and refuses any other.
pub(super) fn skip_or_take(
    bytes: &[u8],
    segment: &Segment,
    tables: &mut TableSet,
    class: Class,
) -> Result<()> {
    match segment.marker {
        // Without arithmetic coding, it means nothing.
        marker::DAC if class == Class::Native => Ok(()),
        marker::DAC | marker::DQT | marker::DHT | marker::DRI => tables.take(bytes, segment).map(|_| ()),
        marker::TEM | marker::DNL => Ok(()),
        code if marker::is_dispensable(code) => Ok(()),
        marker::SOI => Err(Error::malformed(segment.whole.start, "a second start of image")),
        marker::DHP | marker::EXP => Err(Error::Unsupported("hierarchical coding")),
        _ => Err(Error::malformed(segment.whole.start, "a reserved marker")),
    }
}

/// Reads the scan header in `segment`.
pub(super) fn read_scan(bytes: &[u8], segment: &Segment, state: &TableState) -> Result<Scan> {
    let bad = |reason| Error::malformed(segment.whole.start, reason);
    let header = ScanHeader::new(segment.data(bytes));
    let parameters = header.tail().and_then(ScanParameters::read).ok_or(bad("a scan header is too short"))?;
    let parameters = match state.frame.process {
        // Some encoders write zeros here. Only one reading makes sense, and libjpeg takes it too.
        Process::Sequential => ScanParameters::WHOLE,
        Process::Progressive => {
            let count = header.count().unwrap_or(0).into();
            parameters.check_progression(count).map_err(|fault| bad(reason(fault)))?;
            parameters
        }
        Process::Lossless if !(1..=7).contains(&parameters.first) => {
            return Err(bad("a lossless scan without a predictor"));
        }
        Process::Lossless if parameters.low >= state.frame.precision => {
            return Err(bad("a point transform that leaves nothing of the samples"));
        }
        Process::Lossless => ScanParameters { last: 0, high: 0, ..parameters },
    };
    let mut scan = Scan {
        components: Vec::new(),
        spectral_start: parameters.first,
        spectral_end: parameters.last,
        approx_high: parameters.high,
        approx_low: parameters.low,
        restart_interval: state.tables.restart_interval,
        data_start: segment.payload.end,
    };
    for selector in header.selectors() {
        let mut named = state.frame.indices_of(selector.id).peekable();
        named.peek().ok_or(bad("a scan names a component that isn't there"))?;
        let index = named.find(|index| scan.components.iter().all(|c| c.index != *index));
        let index = index.ok_or(bad("a scan names a component twice"))?;
        let tables = selector.tables.ok_or(bad("a scan header is too short"))?;
        scan.components.push(scan_component(state, &scan, index, tables)?);
    }
    check_mcu(&scan, state, segment.whole.start)?;
    Ok(scan)
}

fn reason(fault: ProgressionFault) -> &'static str {
    match fault {
        ProgressionFault::Band => "a scan's band of coefficients is impossible",
        ProgressionFault::BitPosition => "a scan's bit position is impossible",
    }
}

fn scan_component(
    state: &TableState,
    scan: &Scan,
    index: usize,
    (dc_number, ac_number): (u8, u8),
) -> Result<ScanComponent> {
    let process = state.frame.process;
    let conditioning = state.tables.conditioning_of(dc_number, ac_number);
    let (mut dc, mut ac) = (None, None);
    let needs_dc = process != Process::Progressive || scan.spectral_start == 0 && scan.approx_high == 0;
    if needs_dc && !state.frame.arithmetic {
        dc = Some(dc_table(state, dc_number)?);
    }
    let needs_ac =
        process == Process::Sequential || process == Process::Progressive && scan.spectral_start > 0;
    if needs_ac && !state.frame.arithmetic {
        ac = Some(ac_table(state, ac_number)?);
    }
    Ok(ScanComponent { index, dc, ac, conditioning })
}

fn dc_table(state: &TableState, number: u8) -> Result<Arc<HuffmanSpec>> {
    let general = state.frame.class == Class::Any;
    let typical = || match number {
        0 if general => Some(Arc::new(HuffmanSpec::dc_luma())),
        1 if general => Some(Arc::new(HuffmanSpec::dc_chroma())),
        _ => None,
    };
    let table = state.tables.dc(number).or_else(typical).ok_or(MISSING)?;
    match state.frame.process {
        _ if !general && !fits_dc(&table) => Err(STRANGE),
        Process::Lossless if table.symbols.iter().any(|&size| size > 16) => Err(STRANGE_AT_ALL),
        Process::Lossless => Ok(table),
        _ if table.symbols.iter().any(|&size| size > 15) => Err(STRANGE_AT_ALL),
        _ => Ok(table),
    }
}

fn ac_table(state: &TableState, number: u8) -> Result<Arc<HuffmanSpec>> {
    let sequential = state.frame.process == Process::Sequential;
    let general = state.frame.class == Class::Any;
    let typical = || match number {
        0 if general => Some(Arc::new(HuffmanSpec::ac_luma())),
        1 if general => Some(Arc::new(HuffmanSpec::ac_chroma())),
        _ => None,
    };
    let table = state.tables.ac(number).or_else(typical).ok_or(MISSING)?;
    if !general {
        return if fits_ac(&table, sequential) { Ok(table) } else { Err(STRANGE) };
    }
    // As in libjpeg, the symbols of progressive runs end a block of a sequential scan.
    let is_run = |symbol: u8| symbol & 15 == 0 && symbol != 0xF0;
    if !sequential || !table.symbols.iter().any(|&symbol| is_run(symbol) && symbol != 0) {
        return Ok(table);
    }
    let plain = |&symbol: &u8| if is_run(symbol) { 0 } else { symbol };
    let symbols = table.symbols.iter().map(plain).collect();
    Ok(Arc::new(HuffmanSpec { counts: table.counts, symbols }))
}

const MISSING: Error = Error::Unsupported("a scan without its Huffman table, as in Motion JPEG");
const STRANGE: Error = Error::Unsupported("a Huffman table with symbols that 8-bit pictures don't have");
const STRANGE_AT_ALL: Error = Error::Unsupported("a Huffman table with symbols that no picture has");

/// Whether a DC table fits samples of 8 bits: their differences have at most 11 bits (T.81, table F.1). The
/// decoders rely on this. A table with larger symbols, even unused ones, is left to a general decoder.
fn fits_dc(table: &HuffmanSpec) -> bool {
    table.symbols.iter().all(|&size| size <= 11)
}

/// Whether an AC table fits samples of 8 bits: their coefficients have at most 10 bits (T.81, table F.2). The
/// symbols 0x10 to 0xE0, which are runs of blocks without coefficients, are allowed in progressive scans only
/// (table G.1).
fn fits_ac(table: &HuffmanSpec, sequential: bool) -> bool {
    let fits = |symbol: u8| match (symbol >> 4, symbol & 15) {
        (run, 0) => !sequential || run == 0 || run == 15,
        (_, size) => size <= 10,
    };
    table.symbols.iter().all(|&symbol| fits(symbol))
}

fn check_mcu(scan: &Scan, state: &TableState, at: usize) -> Result<()> {
    let blocks = |c: &ScanComponent| state.frame.blocks_in_mcu(c.index);
    match scan.components.as_slice() {
        [] => Err(Error::malformed(at, "a scan of no components")),
        [_] => Ok(()),
        several if several.iter().map(blocks).sum::<u32>() <= MAX_BLOCKS_IN_MCU => Ok(()),
        _ => Err(Error::Unsupported("more than ten blocks in an MCU")),
    }
}
