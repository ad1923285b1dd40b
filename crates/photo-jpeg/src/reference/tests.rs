//! Compares the reference decoder with two independent decoders.

use libjpeg_turbo_rs::{decompress_raw, read_coefficients};
use photo_testkit::corpus::{self, Expect};
use proptest::prelude::*;

use super::samples::{Sample, any_sample, fixtures};
use super::{ReferenceImage, exact_idct, islow_idct};
use crate::quant::ZIGZAG;
use crate::{ColorModel, Error};

/// Checks that libjpeg_turbo_rs finds the same coefficients in all blocks that hold samples. It leaves out
/// some of the padding blocks.
fn same_coefficients(picture: &ReferenceImage, bytes: &[u8]) -> Result<(), String> {
    let other = read_coefficients(bytes).map_err(|error| error.to_string())?;
    for (component, other) in picture.components.iter().zip(&other.components) {
        let facts = &component.facts;
        for y in 0..facts.height.div_ceil(8) as usize {
            for x in 0..facts.width.div_ceil(8) as usize {
                let ours = &component.blocks[y * facts.blocks_wide as usize + x];
                let theirs = &other.blocks[y * other.blocks_x + x];
                if (0..64).any(|k| ours[usize::from(ZIGZAG[k])] != theirs[k]) {
                    return Err(format!("component {} block {x} {y}: {ours:?} {theirs:?}", facts.id));
                }
            }
        }
    }
    Ok(())
}

/// The greatest difference to libjpeg_turbo_rs' planes.
fn plane_difference(picture: &ReferenceImage, planes: &[Vec<u8>], bytes: &[u8]) -> u8 {
    let other = decompress_raw(bytes).unwrap();
    let mut most = 0;
    for (i, component) in picture.components.iter().enumerate() {
        let (width, stride) = (component.facts.width as usize, other.plane_widths[i]);
        for (ours, theirs) in planes[i].chunks_exact(width).zip(other.planes[i].chunks_exact(stride)) {
            most = ours.iter().zip(theirs).map(|(a, b)| a.abs_diff(*b)).fold(most, u8::max);
        }
    }
    most
}

#[test]
fn every_fixture_of_the_class_is_as_libjpeg_turbo_decodes_it() {
    let mut checked = 0;
    for (name, bytes) in fixtures().into_iter().filter(|(_, bytes)| bytes.len() < 300_000) {
        let picture = match ReferenceImage::read(&bytes) {
            Err(Error::Unsupported(_)) => continue,
            other => other.unwrap_or_else(|error| panic!("{name}: {error}")),
        };
        // For a sequential file with several scans, libjpeg_turbo_rs gives planes but no coefficients.
        if name != "jpeg_non_interleaved.jpg" {
            same_coefficients(&picture, &bytes).unwrap_or_else(|difference| panic!("{name}: {difference}"));
        }
        assert_eq!(plane_difference(&picture, &picture.planes(islow_idct), &bytes), 0, "{name}, islow");
        assert!(plane_difference(&picture, &picture.planes(exact_idct), &bytes) <= 1, "{name}, exact");
        checked += 1;
    }
    assert!(checked >= 20, "only {checked} fixtures");
}

#[test]
fn valid_files_of_the_corpus_are_as_libjpeg_turbo_decodes_them() {
    let cases = corpus::cases_or_skip("valid_files_of_the_corpus_are_as_libjpeg_turbo_decodes_them").unwrap();
    let small = |case: &&corpus::Case| case.kind == "jpeg" && case.bytes < 100_000;
    let mut checked = 0;
    for case in cases.iter().filter(small).filter(|case| case.expect == Expect::Valid) {
        let Ok(bytes) = std::fs::read(&case.file) else { continue };
        let picture = match ReferenceImage::read(&bytes) {
            Err(Error::Unsupported(_)) => continue,
            other => other.unwrap_or_else(|error| panic!("{}: {error}", case.name())),
        };
        assert_eq!(plane_difference(&picture, &picture.planes(islow_idct), &bytes), 0, "{}", case.name());
        checked += 1;
    }
    assert!(cases.is_empty() || checked > 20, "only {checked} files");
}

#[test]
fn gray_is_as_image_decodes_it() {
    for progressive in [false, true] {
        let sample = Sample { sampling: vec![(1, 1)], progressive, ..Sample::new(61, 43) };
        let bytes = sample.encode();
        let picture = ReferenceImage::read(&bytes).unwrap();
        assert_eq!(picture.header.color, ColorModel::Gray);
        let other = image::load_from_memory(&bytes).unwrap().to_luma8();
        let ours = &picture.planes(exact_idct)[0];
        let most = ours.iter().zip(other.as_raw()).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        assert!(most <= 1, "progressive {progressive}: {most}");
    }
}

#[test]
fn missing_data_are_an_error() {
    for progressive in [false, true] {
        let bytes = Sample { progressive, ..Sample::new(40, 40) }.encode();
        assert!(ReferenceImage::read(&bytes).is_ok());
        let start = ReferenceImage::read(&bytes).unwrap().header.scan.data_start;
        for end in start..bytes.len() - 3 {
            let found = ReferenceImage::read(&bytes[..end]);
            assert!(found.is_err(), "{end} of {}", bytes.len());
        }
        // Without its end-of-image marker nothing is lost.
        assert!(ReferenceImage::read(&bytes[..bytes.len() - 2]).is_ok());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn random_pictures_are_as_libjpeg_turbo_decodes_them(sample in any_sample()) {
        let bytes = sample.encode();
        let picture = ReferenceImage::read(&bytes).map_err(|error| TestCaseError::fail(error.to_string()))?;
        same_coefficients(&picture, &bytes).map_err(TestCaseError::fail)?;
        prop_assert_eq!(plane_difference(&picture, &picture.planes(islow_idct), &bytes), 0);
    }
}
