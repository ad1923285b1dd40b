//! Streams whose planes ffmpeg has decoded as well; tests/data/make.py makes them and this table.

use photo_hevc::{Chroma, Error, Picture, decode, memory_for, probe};

/// Name, width, height, ffmpeg's name of the format, CRC-32 of ffmpeg's planes as 16-bit little-endian
/// samples.
const STREAMS: &[(&str, u32, u32, &str, u32)] = &[
    ("x-420-8", 98, 74, "yuv420p", 0x2b9925ca),
    ("x-420-8-lossless", 64, 48, "yuv420p", 0xee61b0f9),
    ("x-420-8-slices", 128, 130, "yuv420p", 0xac87ed35),
    ("x-420-8-coarse", 200, 136, "yuv420p", 0x3a9109aa),
    ("x-420-10", 96, 80, "yuv420p10le", 0x93721e3f),
    ("x-422-8", 160, 98, "yuv422p", 0x048c0369),
    ("x-422-10", 130, 98, "yuv422p10le", 0x9ef94067),
    ("x-422-10-screen", 96, 66, "yuv422p10le", 0x56a70c1d),
    ("x-422-12", 66, 50, "yuv422p12le", 0xa1ee3325),
    ("x-444-8", 97, 65, "yuv444p", 0xde58e2ce),
    ("x-444-10", 98, 66, "yuv444p10le", 0xc55a7479),
    ("x-444-12-cu-lossless", 64, 50, "yuv444p12le", 0x87390e93),
    ("x-400-8", 97, 65, "gray", 0xf8ad6b27),
    ("x-400-12", 66, 66, "gray12le", 0xdf0cf582),
    ("g-25", 96, 224, "yuv422p", 0xa7f75aaa),
    ("g-54", 96, 88, "yuv444p10le", 0x2b8970f6),
    ("g-69", 208, 152, "yuv444p10le", 0x3aa3489f),
    ("g-87", 80, 112, "yuv420p", 0x0fa0c32d),
    ("g-170", 104, 112, "gray", 0x90ac784b),
    ("g-220", 240, 176, "yuv422p10le", 0xccfdc5f9),
    ("g-282", 144, 224, "yuv444p12le", 0xb8a32668),
    ("g-302", 120, 120, "yuv420p10le", 0xfaf3132c),
    ("g-448", 224, 48, "yuv444p", 0x6d78b4d1),
];

fn read(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/data/{name}.hevc", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The NAL units between start codes.
fn nal_units(bytes: &[u8]) -> Vec<&[u8]> {
    let starts: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at..].starts_with(&[0, 0, 1])).collect();
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(&start, end)| {
            let unit = &bytes[start + 3..end];
            &unit[..unit.iter().rposition(|&byte| byte != 0).map_or(0, |at| at + 1)]
        })
        .collect()
}

fn is_parameter_set(unit: &&[u8]) -> bool {
    (32..=34).contains(&(unit[0] >> 1))
}

fn crc(picture: &Picture) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for sample in picture.planes.iter().flat_map(|plane| &plane.samples) {
        hasher.update(&sample.to_le_bytes());
    }
    hasher.finalize()
}

#[test]
fn planes_are_those_of_ffmpeg() {
    for &(name, width, height, format, expected) in STREAMS {
        let bytes = read(name);
        let (sets, slices): (Vec<&[u8]>, Vec<&[u8]>) =
            nal_units(&bytes).iter().copied().partition(is_parameter_set);
        let picture = decode(&sets, &slices).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((picture.info.width, picture.info.height), (width, height), "{name}");
        assert_eq!(probe(&sets), Ok(picture.info), "{name}");
        assert_eq!(crc(&picture), expected, "{name}");
        let depth = if format.contains("10") {
            10
        } else if format.contains("12") {
            12
        } else {
            8
        };
        assert_eq!(picture.info.bit_depth_luma, depth, "{name}");
        let chroma = match format {
            _ if format.starts_with("gray") => Chroma::Monochrome,
            _ if format.contains("420") => Chroma::C420,
            _ if format.contains("422") => Chroma::C422,
            _ => Chroma::C444,
        };
        assert_eq!(picture.info.chroma, chroma, "{name}");
        let planes: u64 = picture.planes.iter().map(|plane| plane.samples.len() as u64 * 2).sum();
        assert!(memory_for(&picture.info).fixed > planes, "{name}");
    }
}

#[test]
fn parameter_sets_may_stand_among_the_slices() {
    let bytes = read("x-420-8");
    let units = nal_units(&bytes);
    let (sets, slices): (Vec<&[u8]>, Vec<&[u8]>) = units.iter().copied().partition(is_parameter_set);
    assert_eq!(decode(&[], &units), decode(&sets, &slices));
    assert_eq!(decode(&[], &slices), Err(Error::Malformed("a slice names a PPS that is not there")));
    assert_eq!(decode(&sets, &[]), Err(Error::Malformed("no slice")));
}

#[test]
fn a_missing_end_is_an_error() {
    for name in ["x-420-8", "x-420-8-slices", "x-422-10"] {
        let bytes = read(name);
        let units = nal_units(&bytes);
        for cut in [1, 2, 3, 5, 10] {
            let mut units = units.clone();
            let last = units.pop().expect("a slice");
            let kept = last.len() - last.len() * cut / 12 - 4;
            units.push(&last[..kept]);
            assert!(matches!(decode(&[], &units), Err(Error::Malformed(_))), "{name} {cut}");
        }
    }
}

#[test]
fn damage_ends_in_an_error_or_a_picture() {
    // HEVC_ROUNDS asks for more.
    let rounds = std::env::var("HEVC_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(15);
    let mut state = 1u32;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    for &(name, ..) in STREAMS {
        let bytes = read(name);
        for _ in 0..rounds {
            let mut damaged = bytes.clone();
            for _ in 0..1 + random(4) {
                let at = random(damaged.len());
                damaged[at] ^= 1 << random(8);
            }
            let units = nal_units(&damaged);
            // A caller looks at the memory first.
            if probe(&units).is_ok_and(|info| memory_for(&info).on(2) < 100_000_000) {
                let _ = decode(&[], &units);
            }
        }
    }
}

#[test]
fn pictures_that_refer_to_others_are_refused_by_name() {
    let bytes = read("x-420-8");
    let mut units: Vec<Vec<u8>> = nal_units(&bytes).iter().map(|unit| unit.to_vec()).collect();
    let slice = units.iter_mut().find(|unit| unit[0] >> 1 < 32).expect("a slice");
    // first_slice_segment_in_pic_flag, no_output_of_prior_pics_flag and PPS 0 take three bits; slice_type I
    // is 011, P is 010.
    assert_eq!(slice[2] & 0b0001_1100, 0b0000_1100);
    slice[2] ^= 0b0000_0100;
    let units: Vec<&[u8]> = units.iter().map(Vec::as_slice).collect();
    let refused = decode(&[], &units).expect_err("a P slice");
    assert!(matches!(refused, Error::Unsupported(_)), "{refused}");
    assert!(refused.to_string().contains("P and B slices"), "{refused}");
}
