use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::reference::samples::{Sample, any_sample};
use crate::{Coefficients, ReadOptions, verify};

/// Chunks so small that small pictures have many, and a layout in which every restart interval is long.
const TINY: VerifyLayout =
    VerifyLayout { min_chunk_bytes: 40, max_chunk_bytes: 200, group_bytes: 100, long_interval_bytes: 1000 };
const LONG: VerifyLayout = VerifyLayout { long_interval_bytes: 1, ..TINY };

/// The verdict of the quick way for some layouts; `None` for files with several scans.
fn quick(bytes: &[u8], level: Level) -> Option<[bool; 3]> {
    let header = Header::read(bytes).ok().filter(Header::is_one_scan)?;
    let mcu = Mcu::of(&header).ok()?;
    Some([VerifyLayout::USUAL, TINY, LONG].map(|layout| is_whole(bytes, &header, &mcu, level, layout)))
}

/// Checks that the verdict of verifying is the decoder's, in the same words, and that the quick way never
/// accepts what the decoder refuses.
fn agrees_with_the_decoder(bytes: &[u8], what: &str) {
    let decoder = Coefficients::read(bytes, &ReadOptions::default()).map(|_| ());
    assert_eq!(verify(bytes, &ReadOptions::default()), decoder, "{what}");
    if let Some(quick) = quick(bytes, Level::new()) {
        assert!(decoder.is_ok() || quick == [false; 3], "{what}: {quick:?}, {decoder:?}");
    }
}

fn on_threads(threads: usize, run: impl FnOnce() + Send) {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(run);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn sound_files_take_the_quick_way(sample in any_sample()) {
        let bytes = sample.encode();
        prop_assert_eq!(verify(&bytes, &ReadOptions::default()), Ok(()));
        prop_assert!(quick(&bytes, Level::new()).is_none_or(|quick| quick == [true; 3]), "{sample:?}");
    }

    #[test]
    fn damage_is_judged_as_the_decoder_judges_it(
        sample in any_sample(), places in prop::collection::vec((any::<Index>(), any::<u8>()), 1..4),
        cut in prop_oneof![3 => Just(None), 1 => any::<Index>().prop_map(Some)],
    ) {
        let mut bytes = sample.encode();
        let start = Header::read(&bytes).unwrap().scan.data_start;
        for (place, value) in places {
            let at = start + place.index(bytes.len() - start);
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(start + cut.index(bytes.len() - start));
        }
        for threads in 1..=3 {
            let what = format!("{sample:?}, {threads} threads");
            on_threads(threads, || agrees_with_the_decoder(&bytes, &what));
        }
    }
}

/// This picture is larger than those of proptest, so that usual layouts have several chunks.
#[test]
fn pieces_of_the_usual_size_are_joined() {
    for restart in [0, 3, 400, 2000] {
        let sample = Sample { restart, quality: 96, ..Sample::new(1500, 1100) };
        let bytes = sample.encode();
        assert!(bytes.len() > 400_000, "{} bytes", bytes.len());
        for level in Level::all() {
            assert_eq!(quick(&bytes, level), Some([true; 3]), "{restart}");
        }
        let start = Header::read(&bytes).unwrap().scan.data_start;
        for step in 1..40 {
            let mut damaged = bytes.clone();
            let at = start + step * (bytes.len() - start) / 41;
            damaged[at] ^= 0x41;
            on_threads(1 + step % 3, || agrees_with_the_decoder(&damaged, &format!("{restart}, byte {at}")));
        }
    }
}

#[test]
fn noise_is_refused() {
    for (progressive, restart) in [(false, 0), (false, 5), (true, 0)] {
        let mut bytes = Sample { progressive, restart, ..Sample::new(700, 500) }.encode();
        let start = Header::read(&bytes).unwrap().scan.data_start;
        let end = bytes.len() - 2;
        let mut state = 1u32;
        for byte in &mut bytes[start..end] {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = (state >> 24) as u8 & 0x7F;
        }
        assert!(verify(&bytes, &ReadOptions::default()).is_err());
        agrees_with_the_decoder(&bytes, "noise");
    }
}

#[test]
fn restart_markers_are_counted_and_in_order() {
    let bytes = Sample { restart: 2, ..Sample::new(333, 211) }.encode();
    let header = Header::read(&bytes).unwrap();
    let start = header.scan.data_start;
    let markers: Vec<usize> = (start..bytes.len() - 1)
        .filter(|&at| bytes[at] == 0xFF && marker::is_restart(bytes[at + 1]))
        .collect();
    assert!(markers.len() > 20);
    for &at in [markers[0], markers[7], markers[9], markers[markers.len() - 1]].iter() {
        let mut renumbered = bytes.clone();
        renumbered[at + 1] = 0xD0 + (renumbered[at + 1] + 1) % 8;
        let without = [&bytes[..at], &bytes[at + 2..]].concat();
        let twice = [&bytes[..at], &bytes[at..at + 2], &bytes[at..]].concat();
        for damaged in [renumbered, without, twice] {
            assert!(verify(&damaged, &ReadOptions::default()).is_err());
            agrees_with_the_decoder(&damaged, "restart");
        }
    }
}

#[test]
fn memory_is_refused_before_it_is_taken() {
    use crate::Error;
    for progressive in [false, true] {
        let bytes = Sample { progressive, ..Sample::new(100, 80) }.encode();
        let options = ReadOptions::with_memory_limit(1000);
        assert!(matches!(verify(&bytes, &options), Err(Error::Memory { limit: 1000, .. })));
    }
    // A header that claims the largest picture, in front of little data.
    let bytes = Sample::new(100, 80).encode();
    let huge = photo_testkit::mutate::with_dimensions(&bytes, 65_535, 65_535).unwrap();
    assert!(matches!(verify(&huge, &ReadOptions::default()), Err(Error::Truncated { .. })));
}
