//! Compares decoding in batches with readers that don't use batches, on pictures of any size.

use photo_testkit::corpus::{self, Expect};
use photo_testkit::encode::jpeg::{JpegOptions, Sampling};
use photo_testkit::sample;

use crate::decode::*;
use crate::reference::{ReferenceImage, islow_idct};

/// Decodes planes from all coefficients, which are read one by one.
fn through_coefficients(bytes: &[u8]) -> Result<Planes> {
    let decoder = PlaneDecoder::new(bytes, &DecodeOptions::default())?;
    let mut data = vec![Vec::new(); decoder.channels.len()];
    decoder.run_coefficients(&mut data, Level::new())?;
    let planes = finished(&decoder.channels, data).unwrap();
    let (width, height) = decoder.target.size;
    let (color, sampling) = (decoder.header.color, decoder.target.sampling.clone());
    Ok(Planes { width, height, color, sampling, planes })
}

fn differs(bytes: &[u8]) -> Option<String> {
    let want = match through_coefficients(bytes) {
        Ok(planes) => planes,
        Err(error) => return Some(format!("coefficients: {error}")),
    };
    let layout = |chunks, target_blocks| ChunkLayout {
        target_blocks,
        max_blocks: 2 * target_blocks,
        min_bytes: 16,
        chunks,
    };
    for layout in [ChunkLayout::new(1, 1), ChunkLayout::new(2, 1), layout(3, 60), layout(9, 200)] {
        match PlaneDecoder::new(bytes, &DecodeOptions::default()).and_then(|d| d.run(Level::new(), layout)) {
            Ok(planes) if planes == want => {}
            Ok(_) => return Some(format!("{layout:?} gives other samples")),
            Err(error) => return Some(format!("{layout:?}: {error}")),
        }
    }
    None
}

#[test]
fn photos_are_decoded_as_by_their_coefficients() {
    for quality in [50, 92, 100] {
        for sampling in [Sampling::S444, Sampling::S422, Sampling::S420] {
            for restart_interval in [None, Some(40)] {
                let options = JpegOptions { quality, sampling, restart_interval, ..JpegOptions::default() };
                let bytes = sample::jpeg(1200, 900, &options);
                assert_eq!(differs(&bytes), None, "quality {quality}, {sampling:?}, {restart_interval:?}");
            }
        }
    }
}

#[test]
fn valid_files_of_the_corpus_are_decoded_as_by_their_coefficients() {
    let cases =
        corpus::cases_or_skip("valid_files_of_the_corpus_are_decoded_as_by_their_coefficients").unwrap();
    let (mut wrong, mut checked) = (Vec::new(), 0);
    for case in cases.iter().filter(|case| case.kind == "jpeg" && case.expect == Expect::Valid) {
        let Ok(bytes) = std::fs::read(&case.file) else { continue };
        if !Header::read(&bytes).is_ok_and(|header| header.is_one_scan()) {
            continue;
        }
        wrong.extend(differs(&bytes).map(|what| format!("{}: {what}", case.name())));
        if case.bytes < 100_000 {
            let worst = off_by(&bytes);
            wrong.extend((worst > 1).then(|| format!("{}: {worst} off the reference", case.name())));
        }
        checked += 1;
    }
    println!("{checked} files");
    assert!(wrong.is_empty(), "{} files:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases.is_empty() || checked > 20, "only {checked} files");
}

/// The greatest difference of a sample from the reference decoder's.
fn off_by(bytes: &[u8]) -> u8 {
    let want = ReferenceImage::read(bytes).unwrap().planes(islow_idct);
    let got = decode(bytes, &DecodeOptions::default()).unwrap();
    let off = |(got, want): (&crate::Plane, &Vec<u8>)| {
        got.data().iter().zip(want).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0)
    };
    got.planes.iter().zip(&want).map(off).max().unwrap_or(0)
}
