//! Reads scan headers, and walks from one scan to the next (T.81, B.2.3).

use super::frame::NativeFrame;
use super::model::{Process, Scan, ScanComponent};
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
    pub(crate) frame: NativeFrame,
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
            _ => skip_or_take(bytes, &segment, &mut state.tables)?,
        }
        from = segment.payload.end;
    }
    Ok(None)
}

/// Takes a table segment, skips a segment that can be ignored, and refuses any other.
pub(super) fn skip_or_take(bytes: &[u8], segment: &Segment, tables: &mut TableSet) -> Result<()> {
    match segment.marker {
        marker::DQT | marker::DHT | marker::DRI => tables.take(bytes, segment).map(|_| ()),
        marker::TEM | marker::DNL | marker::DAC => Ok(()),
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
        let index =
            state.frame.index_of(selector.id).ok_or(bad("a scan names a component that isn't there"))?;
        if scan.components.iter().any(|c| c.index == index) {
            return Err(bad("a scan names a component twice"));
        }
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
    let sequential = state.frame.process == Process::Sequential;
    let missing = || Error::Unsupported("a scan without its Huffman table, as in Motion JPEG");
    let (mut dc, mut ac) = (None, None);
    if sequential || scan.spectral_start == 0 && scan.approx_high == 0 {
        dc = Some(state.tables.dc(dc_number).ok_or_else(missing)?);
    }
    if sequential || scan.spectral_start > 0 {
        ac = Some(state.tables.ac(ac_number).ok_or_else(missing)?);
    }
    if dc.as_ref().is_some_and(|table| !fits_dc(table))
        || ac.as_ref().is_some_and(|table| !fits_ac(table, sequential))
    {
        return Err(Error::Unsupported("a Huffman table with symbols that 8-bit pictures don't have"));
    }
    Ok(ScanComponent { index, dc, ac })
}

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
