//! A verdict agrees with what preparing then does, whatever is required; and what comes out meets the
//! requirements by the word of an independent decoder.

use std::io::Cursor;
use std::path::PathBuf;

use image::{DynamicImage, ImageReader};
use photo_prep::{
    AcceptedFormats, AspectRatio, Compliance, Depth, Focus, Format, Framing, MetadataPolicy, Options,
    Requirements, Rgb,
};
use photo_testkit::{corpus, fixtures};

/// Numbers by a seed (Knuth's MMIX generator).
struct Random(u64);

impl Random {
    fn below(&mut self, count: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(count)) as u32
    }

    fn one_in(&mut self, count: u32) -> bool {
        self.below(count) == 0
    }

    /// A side, mostly near those of the pictures here.
    fn side(&mut self) -> u32 {
        1 << self.below(12) | self.below(40)
    }

    fn ratio(&mut self) -> AspectRatio {
        AspectRatio::new(1 + self.below(9), 1 + self.below(9)).unwrap()
    }

    /// Requirements in which some pairs of bounds may contradict each other.
    fn requirements(&mut self) -> Requirements {
        let formats = [
            AcceptedFormats::Jpeg,
            AcceptedFormats::Png,
            AcceptedFormats::JpegAndPng,
            AcceptedFormats::JpegAndPng,
        ];
        let mut required = Requirements::none().formats(formats[self.below(4) as usize]);
        required = self.sides(required);
        if self.one_in(3) {
            required = required.max_pixels(1 << self.below(22));
        }
        if self.one_in(2) {
            required = required.max_bytes(300 << self.below(14));
        }
        if self.one_in(6) {
            required = required.min_aspect_ratio(self.ratio());
        }
        if self.one_in(6) {
            required = required.max_aspect_ratio(self.ratio());
        }
        required
            .require_srgb(self.one_in(2))
            .allow_alpha(self.one_in(2))
            .allow_progressive(self.one_in(2))
            .require_upright(self.one_in(2))
            .allow_private_metadata(self.one_in(2))
            .allow_further_frames(self.one_in(2))
            .require_whole(self.one_in(2))
    }

    /// Some bounds of sides.
    fn sides(&mut self, mut required: Requirements) -> Requirements {
        type Set = fn(Requirements, u32) -> Requirements;
        let most: [Set; 4] = [
            Requirements::max_width,
            Requirements::max_height,
            Requirements::max_long_side,
            Requirements::max_short_side,
        ];
        let least: [Set; 4] = [
            Requirements::min_width,
            Requirements::min_height,
            Requirements::min_long_side,
            Requirements::min_short_side,
        ];
        for set in most {
            if self.one_in(4) {
                required = set(required, self.side());
            }
        }
        for set in least {
            if self.one_in(8) {
                required = set(required, self.side() / 4);
            }
        }
        required
    }

    fn options(&mut self) -> Options {
        let framing = match self.below(4) {
            0 => Framing::Crop(Focus { x: self.below(101) as u8, y: self.below(101) as u8 }),
            1 => Framing::Pad(Rgb([self.below(256) as u8, 40, 90])),
            _ => Framing::Keep,
        };
        let metadata = [MetadataPolicy::Strip, MetadataPolicy::KeepNonPrivate, MetadataPolicy::Keep];
        Options::default()
            .requirements(self.requirements())
            .framing(framing)
            .enlarge(self.one_in(3))
            .metadata(metadata[self.below(3) as usize])
            .background(Rgb([10, 200, 30]))
    }
}

#[test]
fn verdicts_agree_with_what_preparing_does() {
    let cases = corpus::cases_or_skip("verdicts_agree_with_what_preparing_does").unwrap();
    let fixtures: Vec<PathBuf> = fixtures::read_index().unwrap().iter().map(fixtures::Entry::path).collect();
    let files =
        fixtures.into_iter().map(|file| (file, 8)).chain(cases.into_iter().map(|case| (case.file, 1)));
    let (mut random, mut seen) = (Random(20), [0; 3]);
    for (file, times) in files {
        let bytes = std::fs::read(&file).unwrap();
        let defaults = [Options::default(), Options::default().max_side(300)];
        let random = (0..times).map(|_| random.options());
        for options in defaults.into_iter().chain(random) {
            let status = agrees(&bytes, &options)
                .unwrap_or_else(|why| panic!("{}: {why}\n{:?}", file.display(), options));
            seen[status as usize] += 1;
        }
    }
    println!("compliant, fixable, unfixable: {seen:?}");
    assert!(seen.iter().all(|count| *count > 50), "{seen:?}");
}

fn agrees(bytes: &[u8], options: &Options) -> Result<Compliance, String> {
    let verdict = options.check(bytes, Depth::Deep);
    let compliant = verdict.violations.is_empty();
    if compliant != (verdict.status == Compliance::Compliant) {
        return Err(format!("{verdict:?}"));
    }
    if verdict.violations.iter().any(|v| !v.fixable) != (verdict.status == Compliance::Unfixable) {
        return Err(format!("{verdict}"));
    }
    let done = options.prepare(bytes);
    if let Err(error @ photo_prep::Error::NotCompliant { .. }) = &done {
        return Err(error.to_string());
    }
    let right = match (&done, verdict.status) {
        (Ok(done), Compliance::Compliant) => done.bytes() == bytes,
        (Ok(done), Compliance::Fixable) => done.bytes() != bytes,
        (Err(_), Compliance::Unfixable) => true,
        _ => false,
    };
    if !right {
        return Err(format!("{verdict}, but {:?}", done.map(|done| done.report().to_string())));
    }
    if let Ok(done) = done {
        let after = options.check(done.bytes(), Depth::Deep);
        if after.status != Compliance::Compliant {
            return Err(format!("what came out is {after}"));
        }
        if done.bytes() != bytes {
            meets(done.bytes(), &options.requirements)?;
        }
    }
    Ok(verdict.status)
}

/// Two ways in which phones add a gain map, and a picture of another kind behind the first.
#[test]
fn a_gain_map_is_told_by_its_name() {
    use photo_testkit::encode::jpeg::{JpegOptions, Segment, encode};
    use photo_testkit::photo_like;

    let xmp =
        |text: &str| Segment::App(1, format!("http://ns.adobe.com/xap/1.0/\0<x>{text}</x>").into_bytes());
    let jpeg = |segments: Vec<Segment>| {
        encode(&photo_like(64, 48, 1), &JpegOptions { segments, ..JpegOptions::default() })
    };
    let iso = Segment::App(2, b"urn:iso:std:iso:ts:21496:-1\0\0\0\0\0".to_vec());
    let table = [
        (vec![], vec![xmp("<r hdrgm:GainMapMax='2'/>")], true),
        (vec![xmp("<c Item:Semantic=\"GainMap\"/>")], vec![], true),
        (vec![iso], vec![], true),
        (vec![], vec![xmp("a second picture")], false),
    ];
    for (here, behind, map) in table {
        let bytes = [jpeg(here), jpeg(behind)].concat();
        let options = Options::default();
        let verdict = options.check(&bytes, Depth::Deep);
        let codes: Vec<_> = verdict.violations.iter().map(photo_prep::Violation::code).collect();
        assert_eq!(codes.contains(&"gain_map"), map, "{codes:?}");
        assert_eq!(codes.contains(&"unreferenced_bytes"), !map, "{codes:?}");
        let prepared = options.prepare(&bytes).unwrap();
        let told = prepared.report().warnings.contains(&photo_prep::Warning::GainMapDropped);
        assert_eq!(told, map, "{}", prepared.report());
    }
}

/// Whether a file keeps the bounds, as an independent decoder sees it.
fn meets(bytes: &[u8], required: &Requirements) -> Result<(), String> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|e| e.to_string())?;
    let format = match reader.format() {
        Some(image::ImageFormat::Jpeg) => Format::Jpeg,
        Some(image::ImageFormat::Png) => Format::Png,
        other => return Err(format!("{other:?}")),
    };
    let picture = reader.decode().map_err(|error| format!("not read by another decoder: {error}"))?;
    let (width, height) = (picture.width(), picture.height());
    let (long, short) = (width.max(height), width.min(height));
    let at_most = |value: u32, limit: Option<u32>| limit.is_none_or(|limit| value <= limit);
    let at_least = |value: u32, limit: Option<u32>| limit.is_none_or(|limit| value >= limit);
    let rules = [
        (required.formats.contains(format), "format"),
        (required.max_bytes.is_none_or(|limit| bytes.len() as u64 <= limit), "bytes"),
        (required.max_pixels.is_none_or(|limit| u64::from(width) * u64::from(height) <= limit), "pixels"),
        (at_most(width, required.max_width) && at_least(width, required.min_width), "width"),
        (at_most(height, required.max_height) && at_least(height, required.min_height), "height"),
        (at_most(long, required.max_long_side) && at_least(long, required.min_long_side), "long side"),
        (at_most(short, required.max_short_side) && at_least(short, required.min_short_side), "short side"),
        (required.allow_alpha || !has_alpha(&picture), "alpha"),
        (required.allow_progressive || format == Format::Png || !is_progressive(bytes), "progressive"),
    ];
    match rules.iter().find(|(kept, _)| !kept) {
        Some((_, name)) => Err(format!("{width}x{height}, {} bytes: its {name} is not allowed", bytes.len())),
        None => Ok(()),
    }
}

fn has_alpha(picture: &DynamicImage) -> bool {
    picture.color().has_alpha()
}

/// Whether the frame header of a JPEG is that of a progressive one.
fn is_progressive(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let [0xFF, marker, high, low, ..] = bytes[at..] {
        match marker {
            0xC2 | 0xC6 | 0xCA | 0xCE => return true,
            0xC0..=0xCF if ![0xC4, 0xC8, 0xCC].contains(&marker) => return false,
            _ => at += 2 + usize::from(high) * 256 + usize::from(low),
        }
    }
    false
}
