//! Writes the marker segments before the entropy-coded data.

use crate::encode::codes::ClassTables;
use crate::encode::file_options::FileOptions;
use crate::encode::frame::{Frame, FrameComponent};
use crate::encode::progressive::BandSpec;
use crate::header::ColorModel;
use crate::huffman::HuffmanSpec;
use crate::quant::QuantTable;
use crate::syntax::{adobe, jfif, marker, write_segment};

/// Everything from SOI to the frame header.
pub(crate) fn headers<B>(frame: &Frame<B>, file: &FileOptions<'_>) -> Vec<u8> {
    let mut out = marker::START_OF_IMAGE.to_vec();
    if frame.color == ColorModel::Rgb {
        // No transform: the components are red, green and blue.
        segment(&mut out, marker::APP14, &adobe::payload(0));
    } else {
        let density = file.density;
        segment(&mut out, marker::APP0, &jfif::payload(density.unit, density.x, density.y));
    }
    out.extend_from_slice(file.segments);
    let wide = frame.quant.iter().any(|table| table.values().iter().any(|&value| value > 255));
    for (id, table) in (0u8..).zip(&frame.quant) {
        segment(&mut out, marker::DQT, &quant_table(id, table));
    }
    let process = match (file.progressive, wide) {
        (true, _) => marker::SOF2,
        (false, true) => marker::SOF1,
        (false, false) => marker::SOF0,
    };
    segment(&mut out, process, &frame_header(frame));
    out
}

/// The tables and the header of the only scan in a sequential file.
pub(crate) fn scan_headers<B>(
    frame: &Frame<B>,
    restart_interval: u16,
    huffman: &[ClassTables; 2],
) -> Vec<u8> {
    let mut out = Vec::new();
    for (id, tables) in (0u8..).zip(huffman).take(classes(frame)) {
        segment(&mut out, marker::DHT, &huffman_table(id, &tables.dc));
        segment(&mut out, marker::DHT, &huffman_table(0x10 | id, &tables.ac));
    }
    if restart_interval > 0 {
        segment(&mut out, marker::DRI, &restart_interval.to_be_bytes());
    }
    let components = frame.components.iter().map(|c| (c.id, c.class as u8 * 0x11));
    segment(&mut out, marker::SOS, &scan_header(components, [0, 63], 0));
    out
}

/// The tables and the header of the DC scan in a progressive file.
pub(crate) fn dc_headers<B>(frame: &Frame<B>, huffman: &[ClassTables; 2]) -> Vec<u8> {
    let mut out = Vec::new();
    for (id, tables) in (0u8..).zip(huffman).take(classes(frame)) {
        segment(&mut out, marker::DHT, &huffman_table(id, &tables.dc));
    }
    let components = frame.components.iter().map(|c| (c.id, (c.class as u8) << 4));
    segment(&mut out, marker::SOS, &scan_header(components, [0, 0], 0));
    out
}

/// The table and the header of a scan of AC coefficients in a progressive file.
pub(crate) fn band_headers<B>(
    component: &FrameComponent<B>,
    band: &BandSpec,
    table: &HuffmanSpec,
) -> Vec<u8> {
    let (id, class) = (component.id, component.class as u8);
    let mut out = Vec::new();
    segment(&mut out, marker::DHT, &huffman_table(0x10 | class, table));
    let coefficients = [band.first as u8, band.last as u8];
    segment(
        &mut out,
        marker::SOS,
        &scan_header([(id, class)].into_iter(), coefficients, band.approximation()),
    );
    out
}

/// The number of classes of Huffman tables in use.
fn classes<B>(frame: &Frame<B>) -> usize {
    1 + frame.components.iter().map(|component| component.class).max().unwrap_or_default()
}

fn segment(out: &mut Vec<u8>, marker: u8, content: &[u8]) {
    let written = write_segment(out, marker, &[content]);
    debug_assert!(written.is_some(), "everything written here is far below 65,536 bytes");
}

/// The content of a DQT segment (ITU-T T.81, B.2.4.1). Divisors take 16 bits only if they must.
fn quant_table(id: u8, table: &QuantTable) -> Vec<u8> {
    let values = table.zigzag();
    if values.iter().any(|&value| value > 255) {
        [0x10 | id].into_iter().chain(values.into_iter().flat_map(u16::to_be_bytes)).collect()
    } else {
        [id].into_iter().chain(values.map(|value| value as u8)).collect()
    }
}

/// The content of a frame header (B.2.2). The sides fit into 16 bits, which the frame has checked.
fn frame_header<B>(frame: &Frame<B>) -> Vec<u8> {
    let mut content = vec![8];
    content.extend_from_slice(&(frame.height as u16).to_be_bytes());
    content.extend_from_slice(&(frame.width as u16).to_be_bytes());
    content.push(frame.components.len() as u8);
    for component in &frame.components {
        content.extend_from_slice(&[component.id, component.h << 4 | component.v, component.quant as u8]);
    }
    content
}

/// The content of a DHT segment (B.2.4.2).
fn huffman_table(id: u8, table: &HuffmanSpec) -> Vec<u8> {
    [id].into_iter().chain(table.counts).chain(table.symbols.iter().copied()).collect()
}

/// The content of a scan header (B.2.3). `components` gives the id and the tables of each component, and
/// `band` the first and last coefficient.
fn scan_header(
    components: impl ExactSizeIterator<Item = (u8, u8)>,
    band: [u8; 2],
    approximation: u8,
) -> Vec<u8> {
    let mut content = vec![components.len() as u8];
    content.extend(components.flat_map(|(id, tables)| [id, tables]));
    content.extend(band);
    content.push(approximation);
    content
}
