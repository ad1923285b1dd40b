//! The codes of markers: the byte after 0xFF (T.81, table B.1).

/// Temporary private use in arithmetic coding; stands alone, without parameters.
pub const TEM: u8 = 0x01;
/// Frame header: baseline DCT.
pub const SOF0: u8 = 0xC0;
/// Frame header: extended sequential DCT.
pub const SOF1: u8 = 0xC1;
/// Frame header: progressive DCT.
pub const SOF2: u8 = 0xC2;
/// Frame header: lossless, sequential.
pub const SOF3: u8 = 0xC3;
/// Huffman tables.
pub const DHT: u8 = 0xC4;
/// Frame header: differential sequential DCT.
pub const SOF5: u8 = 0xC5;
/// Frame header: differential progressive DCT.
pub const SOF6: u8 = 0xC6;
/// Frame header: differential lossless.
pub const SOF7: u8 = 0xC7;
/// Reserved for extensions.
pub const JPG: u8 = 0xC8;
/// Frame header: extended sequential DCT, arithmetic coding.
pub const SOF9: u8 = 0xC9;
/// Frame header: progressive DCT, arithmetic coding.
pub const SOF10: u8 = 0xCA;
/// Frame header: lossless, sequential, arithmetic coding.
pub const SOF11: u8 = 0xCB;
/// Conditioning of arithmetic coding.
pub const DAC: u8 = 0xCC;
/// Frame header: differential sequential DCT, arithmetic coding.
pub const SOF13: u8 = 0xCD;
/// Frame header: differential progressive DCT, arithmetic coding.
pub const SOF14: u8 = 0xCE;
/// Frame header: differential lossless, arithmetic coding.
pub const SOF15: u8 = 0xCF;
/// The first restart marker; stands alone in the data of a scan.
pub const RST0: u8 = 0xD0;
/// The last restart marker.
pub const RST7: u8 = 0xD7;
/// Start of image; stands alone.
pub const SOI: u8 = 0xD8;
/// End of image; stands alone.
pub const EOI: u8 = 0xD9;
/// Scan header, which entropy-coded data follow.
pub const SOS: u8 = 0xDA;
/// Quantization tables.
pub const DQT: u8 = 0xDB;
/// Number of lines, after the first scan.
pub const DNL: u8 = 0xDC;
/// Restart interval.
pub const DRI: u8 = 0xDD;
/// Hierarchical progression.
pub const DHP: u8 = 0xDE;
/// Expansion of reference components.
pub const EXP: u8 = 0xDF;
/// The first application segment; JFIF.
pub const APP0: u8 = 0xE0;
/// EXIF and XMP.
pub const APP1: u8 = 0xE1;
/// ICC profiles and lists of pictures.
pub const APP2: u8 = 0xE2;
/// JUMBF boxes (ISO 19566-5).
pub const APP11: u8 = 0xEB;
/// Image resources of Photoshop.
pub const APP13: u8 = 0xED;
/// The color transform, by Adobe.
pub const APP14: u8 = 0xEE;
/// The last application segment.
pub const APP15: u8 = 0xEF;
/// Comment.
pub const COM: u8 = 0xFE;

/// Whether the marker begins a frame header: SOF0 to SOF15 without DHT, JPG and DAC, which lie among them.
#[must_use]
pub const fn is_frame(marker: u8) -> bool {
    matches!(marker, SOF0..=SOF15) && !matches!(marker, DHT | JPG | DAC)
}

/// Whether the marker is one of RST0 to RST7.
#[must_use]
pub const fn is_restart(marker: u8) -> bool {
    matches!(marker, RST0..=RST7)
}

/// Whether the marker begins an application segment, APP0 to APP15.
#[must_use]
pub const fn is_application(marker: u8) -> bool {
    matches!(marker, APP0..=APP15)
}

/// Whether decoders can do without the segment: application segments and comments.
#[must_use]
pub const fn is_dispensable(marker: u8) -> bool {
    is_application(marker) || marker == COM
}

/// Whether the marker stands alone, without length and parameters (T.81, B.1.1.3).
#[must_use]
pub const fn stands_alone(marker: u8) -> bool {
    matches!(marker, TEM | SOI | EOI) || is_restart(marker)
}

/// What every file begins with: SOI, whole.
pub const START_OF_IMAGE: [u8; 2] = [0xFF, SOI];

/// What every whole picture ends with: EOI, whole.
pub const END_OF_IMAGE: [u8; 2] = [0xFF, EOI];
