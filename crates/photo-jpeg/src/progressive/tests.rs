//! Compares the reader with the reference decoder.

use proptest::prelude::*;

use crate::low_coefficients::LowCoefficients;
use crate::reference::ReferenceImage;
use crate::reference::samples::{Sample, any_sample, fixtures};
use crate::{Coefficients, Error, ReadOptions};

/// Reads a file as [`Coefficients::read`] does, but without its separate reader for files of one sequential
/// scan.
fn read(bytes: &[u8]) -> crate::Result<Coefficients> {
    let options = ReadOptions::with_memory_limit(64 << 20);
    crate::Header::read(bytes)?;
    super::read::<64>(bytes, &options, super::Damage::Refuse).map(|(picture, _)| picture)
}

fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

/// Checks that the reader of low coefficients finds the same ones.
fn low_agree(bytes: &[u8]) -> Result<(), String> {
    let low = crate::Header::read(bytes)
        .and_then(|_| LowCoefficients::read(bytes, &ReadOptions::with_memory_limit(64 << 20)));
    let (whole, low) = match (read(bytes), low) {
        (Ok(whole), Ok(low)) => (whole, low),
        // Low coefficients need less memory.
        (Err(Error::Memory { .. }), _) => return Ok(()),
        (Err(whole), Err(low)) if whole == low => return Ok(()),
        (whole, low) => return Err(format!("{:?} {:?}", whole.map(|_| ()), low.map(|_| ()))),
    };
    for (index, component) in whole.components.iter().enumerate() {
        let lowest = |block: &[i16; 64]| {
            let kept = |i: usize| if i % 8 < 4 && i < 32 { block[i] } else { 0 };
            std::array::from_fn(kept)
        };
        let want: Vec<[i16; 64]> = component.blocks().iter().map(lowest).collect();
        if low.blocks(index, 0, want.len()) != want {
            return Err(format!("low coefficients of component {index}"));
        }
    }
    Ok(())
}

/// Checks that both decoders find the same, on any number of threads, also in a broken file.
fn agree(bytes: &[u8]) -> Result<(), String> {
    low_agree(bytes)?;
    let reference = ReferenceImage::read(bytes);
    for threads in [1, 3] {
        match (&reference, on_threads(threads, || read(bytes))) {
            (Ok(reference), Ok(found)) => {
                if Coefficients::read(bytes, &ReadOptions::default()).as_ref() != Ok(&found) {
                    return Err(format!("{threads} threads: the sequential way finds something else"));
                }
                for (reference, found) in reference.components.iter().zip(&found.components) {
                    if reference.facts != found.facts {
                        return Err(format!("{threads} threads: {:?} {:?}", reference.facts, found.facts));
                    }
                    let mut pairs = reference.blocks.iter().zip(found.blocks()).enumerate();
                    if let Some((i, (reference, found))) =
                        pairs.find(|(_, (reference, found))| reference != found)
                    {
                        return Err(format!("{threads} threads: block {i}: {reference:?} {found:?}"));
                    }
                }
            }
            (Err(_), Err(_)) => {}
            (reference, found) => {
                let (reference, found) = (reference.as_ref().err(), found.err());
                return Err(format!("{threads} threads: reference {reference:?}, reader {found:?}"));
            }
        }
    }
    Ok(())
}

/// A script with every kind of scan: split bands, refinements of bands that are split differently, and single
/// DC scans.
fn winding_script() -> Vec<(Vec<u8>, u8, u8, u8, u8)> {
    vec![
        (vec![0], 0, 0, 0, 2),
        (vec![1, 2], 0, 0, 0, 1),
        (vec![0], 1, 9, 0, 3),
        (vec![2], 1, 63, 0, 1),
        (vec![0], 10, 63, 0, 2),
        (vec![0], 0, 0, 2, 1),
        (vec![0], 1, 9, 3, 2),
        (vec![1], 1, 63, 0, 0),
        (vec![0], 1, 63, 2, 1),
        (vec![0, 1, 2], 0, 0, 1, 0),
        (vec![2], 1, 20, 1, 0),
        (vec![0], 1, 63, 1, 0),
        (vec![2], 21, 63, 1, 0),
    ]
}

#[test]
fn fixtures_are_as_the_reference_decodes_them() {
    for (name, bytes) in fixtures().into_iter().filter(|(_, bytes)| bytes.len() < 300_000) {
        agree(&bytes).unwrap_or_else(|difference| panic!("{name}: {difference}"));
    }
}

#[test]
fn many_strips_and_all_kinds_of_scans() {
    for restart in [0, 1, 7] {
        for quality in [40, 95] {
            let sample = Sample {
                progressive: true,
                restart,
                quality,
                script: winding_script(),
                ..Sample::new(510, 700)
            };
            agree(&sample.encode()).unwrap_or_else(|difference| panic!("restart {restart}: {difference}"));
        }
    }
}

#[test]
fn what_is_missing_is_said() {
    let bytes = Sample { progressive: true, ..Sample::new(200, 300) }.encode();
    let cut = &bytes[..bytes.len() * 2 / 3];
    assert!(
        matches!(read(cut), Err(Error::Truncated { decoded, total, .. }) if 0 < decoded && decoded < total)
    );
    let (some, fault) = Coefficients::read_lenient(cut, &ReadOptions::default()).unwrap();
    assert!(matches!(fault, Some(Error::Truncated { .. })), "{fault:?}");
    let whole = read(&bytes).unwrap();
    let dc = |picture: &Coefficients| -> Vec<i16> {
        picture.components[0].blocks().iter().map(|block| block[0] & !1).collect()
    };
    assert_eq!(dc(&some), dc(&whole));
}

#[test]
fn an_end_marker_before_the_scans_ends_nothing() {
    let bytes = Sample { progressive: true, ..Sample::new(30, 30) }.encode();
    let last_scan = bytes.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).unwrap();
    let comment = b"\xFF\xFE\0\x04\xFF\xD9";
    let cut = [&bytes[..2], comment, &bytes[2..last_scan]].concat();
    assert!(matches!(read(&cut), Err(Error::Truncated { .. })));
    agree(&cut).unwrap();
}

#[test]
fn a_lenient_reader_keeps_the_same_on_any_number_of_threads() {
    let bytes = Sample { progressive: true, ..Sample::new(600, 800) }.encode();
    for mutant in photo_testkit::mutate::mutants(&bytes, 5, 60) {
        let lenient = || Coefficients::read_lenient(&mutant.bytes, &ReadOptions::default());
        let (one, three) = (on_threads(1, lenient), on_threads(3, lenient));
        assert_eq!(one, three);
    }
}

#[test]
fn scans_are_limited() {
    let bytes = Sample { progressive: true, script: winding_script(), ..Sample::new(30, 30) }.encode();
    let limited =
        |scan_limit| Coefficients::read(&bytes, &ReadOptions { scan_limit, ..ReadOptions::default() });
    assert!(limited(13).is_ok());
    assert!(matches!(limited(12), Err(Error::Unsupported(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn random_pictures_are_as_the_reference_decodes_them(sample in any_sample()) {
        agree(&sample.encode()).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn winding_scripts_too(sample in any_sample()) {
        if sample.sampling.len() == 3 {
            let sample = Sample { progressive: true, script: winding_script(), ..sample };
            agree(&sample.encode()).map_err(TestCaseError::fail)?;
        }
    }

    #[test]
    fn damaged_files_never_panic_and_fail_alike(sample in any_sample(), seed: u64) {
        for mutant in photo_testkit::mutate::mutants(&sample.encode(), seed, 20) {
            agree(&mutant.bytes).map_err(TestCaseError::fail)?;
        }
    }

    #[test]
    fn garbage_behind_a_header_never_panics(
        sample in any_sample(), noise in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        let bytes = sample.encode();
        let start = crate::Header::read(&bytes).unwrap().scan.data_start;
        agree(&[&bytes[..start], &noise].concat()).map_err(TestCaseError::fail)?;
        agree(&noise).map_err(TestCaseError::fail)?;
    }
}
