//! Random bytes behind random headers. All bytes are a legal arithmetic code, so that this reaches everything
//! that a frame can hold; image-webp decodes it as well. What libwebp makes of such streams is in tests/data.

use std::io::Cursor;

use proptest::prelude::*;

use crate::frame_header::Quantizer;
use crate::parsed::Kind;
use crate::simd::Level;
use crate::{Header, ParsedRow, Parser, Reconstructor, Upsampler};

/// The arithmetic encoder of RFC 6386, section 7.3.
struct BoolEncoder {
    bytes: Vec<u8>,
    range: u32,
    bottom: u64,
    /// Bits until the next byte is complete.
    missing: u32,
}

impl BoolEncoder {
    fn new() -> Self {
        Self { bytes: Vec::new(), range: 255, bottom: 0, missing: 24 }
    }

    fn bool(&mut self, probability: u8, value: bool) {
        let split = 1 + (((self.range - 1) * u32::from(probability)) >> 8);
        if value {
            self.bottom += u64::from(split);
            self.range -= split;
        } else {
            self.range = split;
        }
        while self.range < 128 {
            self.range <<= 1;
            self.bottom <<= 1;
            self.missing -= 1;
            if self.missing == 0 {
                self.byte();
            }
        }
    }

    fn byte(&mut self) {
        if self.bottom >> 32 != 0 {
            let carried = self.bytes.iter().rposition(|byte| *byte != 255).unwrap();
            self.bytes[carried] += 1;
            self.bytes[carried + 1..].fill(0);
        }
        self.bytes.push((self.bottom >> 24) as u8);
        self.bottom &= 0xFF_FFFF;
        self.missing = 8;
    }

    fn flag(&mut self, value: bool) {
        self.bool(128, value);
    }

    fn literal(&mut self, count: u32, value: u8) {
        (0..count).rev().for_each(|bit| self.flag(value >> bit & 1 != 0));
    }

    fn optional(&mut self, count: u32, value: i8) {
        self.flag(value != 0);
        if value != 0 {
            self.literal(count, value.unsigned_abs());
            self.flag(value < 0);
        }
    }

    fn finish(mut self) -> Vec<u8> {
        (0..32).for_each(|_| self.flag(false));
        self.bytes
    }
}

#[derive(Clone, Debug)]
struct Segments {
    /// Whether values replace those of the frame.
    absolute: bool,
    quantizers: [i8; 4],
    levels: [i8; 4],
    map: Option<[u8; 3]>,
}

#[derive(Clone, Debug)]
struct Settings {
    size: (u16, u16),
    segments: Option<Segments>,
    simple: bool,
    level: u8,
    sharpness: u8,
    level_deltas: Option<(i8, i8)>,
    log_partitions: u8,
    quantizer: u8,
    quantizer_deltas: [i8; 5],
    /// Probabilities of tokens to change: where, and to what.
    tokens: Vec<(u16, u8)>,
    skip: Option<u8>,
    seed: u64,
    /// Bytes of a partition.
    length: usize,
}

fn segments() -> impl Strategy<Value = Segments> {
    let map = proptest::option::of(any::<[u8; 3]>());
    (any::<bool>(), [0..30i8, -9..30, -9..30, -9..99], prop::array::uniform4(-40..63i8), map)
        .prop_map(|(absolute, quantizers, levels, map)| Segments { absolute, quantizers, levels, map })
}

fn settings() -> impl Strategy<Value = Settings> {
    let filter = (any::<bool>(), 0..64u8, 0..8u8, proptest::option::of((-20..20i8, -20..20i8)));
    let quantizer = (0..25u8, prop::array::uniform5(-3..4i8));
    let tokens = (prop::collection::vec((0..1056u16, 1..=255u8), 0..12), proptest::option::of(1..=255u8));
    let stream = (any::<u64>(), prop_oneof![9 => Just(9000), 1 => 1..3000usize], 0..4u8);
    ((1..81u16, 1..81u16), proptest::option::of(segments()), filter, quantizer, tokens, stream).prop_map(
        |(size, segments, filter, quantizer, tokens, stream)| Settings {
            size,
            segments,
            simple: filter.0,
            level: filter.1,
            sharpness: filter.2,
            level_deltas: filter.3,
            log_partitions: stream.2,
            quantizer: quantizer.0,
            quantizer_deltas: quantizer.1,
            tokens: tokens.0,
            skip: tokens.1,
            seed: stream.0,
            length: stream.1,
        },
    )
}

/// The header of the first partition.
fn frame_header(settings: &Settings) -> Vec<u8> {
    let mut to = BoolEncoder::new();
    to.literal(2, 0);
    to.flag(settings.segments.is_some());
    if let Some(segments) = &settings.segments {
        to.flag(segments.map.is_some());
        to.flag(true);
        to.flag(segments.absolute);
        segments.quantizers.iter().for_each(|value| to.optional(7, *value));
        segments.levels.iter().for_each(|value| to.optional(6, *value));
        for probability in segments.map.iter().flatten() {
            to.flag(*probability != 255);
            if *probability != 255 {
                to.literal(8, *probability);
            }
        }
    }
    to.flag(settings.simple);
    to.literal(6, settings.level);
    to.literal(3, settings.sharpness);
    to.flag(settings.level_deltas.is_some());
    if let Some((reference, mode)) = settings.level_deltas {
        to.flag(true);
        [reference, 1, -2, 3, mode, 4, -5, 6].iter().for_each(|value| to.optional(6, *value));
    }
    to.literal(2, settings.log_partitions);
    to.literal(7, settings.quantizer);
    settings.quantizer_deltas.iter().for_each(|value| to.optional(4, *value));
    to.flag(false);
    let updates = crate::tables::coefficients::UPDATE;
    for (at, update) in updates.as_flattened().as_flattened().as_flattened().iter().enumerate() {
        let new = settings.tokens.iter().find(|(place, _)| usize::from(*place) == at);
        to.bool(*update, new.is_some());
        if let Some((_, probability)) = new {
            to.literal(8, *probability);
        }
    }
    to.flag(settings.skip.is_some());
    settings.skip.iter().for_each(|probability| to.literal(8, *probability));
    to.finish()
}

/// The content of a `VP8 ` chunk.
fn stream(settings: &Settings) -> Vec<u8> {
    let mut state = settings.seed | 1;
    let mut random = |length: usize| -> Vec<u8> {
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        };
        (0..length).map(|_| next()).collect()
    };
    let mut first = frame_header(settings);
    first.extend(random(settings.length));
    let tag = (first.len() as u32) << 5 | 1 << 4;
    let mut to = tag.to_le_bytes()[..3].to_vec();
    to.extend([0x9D, 0x01, 0x2A]);
    to.extend(settings.size.0.to_le_bytes());
    to.extend(settings.size.1.to_le_bytes());
    to.extend(first);
    let count = 1 << settings.log_partitions;
    let size = (settings.length as u32).to_le_bytes();
    (1..count).for_each(|_| to.extend(&size[..3]));
    for _ in 0..count {
        let mut partition = random(settings.length);
        // No arithmetic code begins so: decoders differ in what they make of it.
        if partition[0] == 255 {
            partition[0] = 0;
        }
        to.extend(partition);
    }
    to
}

/// Planes and RGB.
fn decode(data: &[u8], level: Level) -> crate::Result<(Vec<u8>, Vec<u8>)> {
    let mut parser = Parser::at_level(data, level)?;
    let header = *parser.header();
    let mut reconstructor = Reconstructor::at_level(&header, level);
    let mut upsampler = Upsampler::at_level(&header, level);
    let pitch = 3 * header.width as usize;
    let (mut planes, mut rgb) = (Vec::new(), vec![0; pitch * header.height as usize]);
    let (mut row, mut at) = (ParsedRow::default(), 0);
    while parser.row(&mut row)? {
        let rows = reconstructor.row(&row);
        (0..rows.count).for_each(|at| planes.extend_from_slice(rows.y_row(at)));
        (0..rows.chroma_count).for_each(|at| planes.extend_from_slice(rows.u_row(at)));
        (0..rows.chroma_count).for_each(|at| planes.extend_from_slice(rows.v_row(at)));
        at += upsampler.rows(&rows, &mut rgb[at..]).len() * pitch;
    }
    assert_eq!(at, rgb.len());
    Ok((planes, rgb))
}

/// Whether no sum comes near the range of 16 bits, behind which image-webp, which calculates in 64 bits,
/// differs from libwebp: judged by what coefficients are without their factors.
fn fits(data: &[u8]) -> bool {
    let mut parser = Parser::new(data).unwrap();
    let factors = parser.quantizers().iter().flat_map(|of| [of.luma, of.second_order, of.chroma]);
    let factor = factors.flatten().max().unwrap();
    let one = [1; 2];
    *parser.quantizers() = [Quantizer { luma: one, second_order: one, chroma: one }; 4];
    let mut row = ParsedRow::default();
    while parser.row(&mut row).unwrap() {
        let mut coefficients = &row.coefficients[..];
        for kind in row.macroblocks.iter().flat_map(|of| (0..24).map(|at| of.kinds >> (2 * at) & 3)) {
            let length = [0, 1, 16][kind as usize];
            let sum: i32 = coefficients[..length].iter().map(|value| i32::from(*value).abs()).sum();
            // A second-order coefficient is up to eight times what comes of it.
            if 8 * (sum + 1) * factor > 32000 {
                return false;
            }
            coefficients = &coefficients[length..];
        }
    }
    true
}

/// Whether the levels of segments are in their range, or nothing is added to them; see `loop_filters`.
fn has_common_levels(settings: &Settings) -> bool {
    settings.level_deltas.is_none()
        || settings.segments.as_ref().is_none_or(|segments| {
            let base = if segments.absolute { 0 } else { settings.level as i8 };
            segments.levels.iter().all(|level| (0..64).contains(&(base + level)))
        })
}

fn image_webp(data: &[u8]) -> Vec<u8> {
    let padded = data.len().next_multiple_of(2);
    let mut file = b"RIFF".to_vec();
    file.extend((padded as u32 + 12).to_le_bytes());
    file.extend(b"WEBPVP8 ");
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    file.resize(20 + padded, 0);
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(file)).unwrap();
    let mut rgb = vec![0; decoder.output_buffer_size().unwrap()];
    decoder.read_image(&mut rgb).unwrap();
    rgb
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_streams_are_decoded_as_image_webp_does(settings in settings()) {
        let data = stream(&settings);
        if let Ok((_, rgb)) = decode(&data, Level::new())
            && fits(&data)
            && has_common_levels(&settings)
        {
            prop_assert!(rgb == image_webp(&data));
        }
    }

    #[test]
    fn all_levels_decode_the_same(mut settings in settings(), quantizer in 0..128u8) {
        settings.quantizer = quantizer;
        let data = stream(&settings);
        let first = decode(&data, Level::new());
        for level in Level::all() {
            prop_assert_eq!(&decode(&data, level), &first);
        }
    }

    #[test]
    fn damaged_streams_end_well(
        settings in settings(),
        damages in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut data = stream(&settings);
        for (at, value) in damages {
            let at = at.index(data.len().min(200));
            // The size is left alone: pictures of all sizes take too long here.
            if !(6..10).contains(&at) {
                data[at] = value;
            }
        }
        data.truncate(cut.index(data.len() + 1));
        let _ = decode(&data, Level::new());
        let _ = Header::read(&data).map(|header| crate::memory_for(&header));
    }
}

#[test]
fn most_random_streams_are_compared() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut compared, mut full) = (0, 0);
    for _ in 0..100 {
        let settings = settings().new_tree(&mut runner).unwrap().current();
        let data = stream(&settings);
        if decode(&data, Level::new()).is_ok() && fits(&data) && has_common_levels(&settings) {
            compared += 1;
            let mut parser = Parser::new(&data).unwrap();
            let mut row = ParsedRow::default();
            parser.row(&mut row).unwrap();
            full += usize::from(row.macroblocks.iter().any(|of| of.kinds & 3 == Kind::Full as u64));
        }
    }
    assert!(compared > 30 && full > 10, "{compared} compared, {full} with coefficients");
}
