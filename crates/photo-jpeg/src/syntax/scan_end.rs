//! Where the data of a scan ends (T.81, B.1.1.5 and B.2.1).

use rayon::prelude::*;

use super::marker;
use crate::task_graph;

/// Bytes of a scan that one thread looks through at a time.
const LOOK: usize = 1 << 20;

/// Where the entropy-coded data from `at` ends, and how many restart markers it holds. What lies behind the
/// first megabyte is looked through by all threads: no other work goes with this walk.
pub(super) fn end_of_scan(bytes: &[u8], at: usize) -> (usize, u32) {
    let mut cuts = cuts(bytes, at, 1);
    let mut restarts = 0;
    loop {
        let found: Vec<_> = match *cuts.as_slice() {
            [from, to] => vec![end_within(bytes, from, to)],
            _ => task_graph::section(|section| {
                let walk = |part: &[usize]| {
                    section.task("walk over the scan", || end_within(bytes, part[0], part[1]))()
                };
                cuts.par_windows(2).map(walk).collect()
            }),
        };
        for (end, count) in found {
            restarts += count;
            if let Some(end) = end {
                return (end, restarts);
            }
        }
        match cuts.last() {
            Some(&end) if end < bytes.len() => cuts = self::cuts(bytes, end, 2 * task_graph::threads()),
            _ => return (bytes.len(), restarts),
        }
    }
}

/// As [`end_of_scan`], but on one thread, and without counting restart markers: a restart marker costs no
/// more than any other byte.
pub(crate) fn end_of_scan_uncounted(bytes: &[u8], from: usize) -> usize {
    const CHUNK: usize = 4096;
    let is_end = |a: u8, b: u8| (a == 0xFF) & (b != 0) & (b != 0xFF) & (b & 0xF8 != marker::RST0);
    let mut at = from;
    while let Some(rest) = bytes.get(at..).filter(|rest| rest.len() > 1) {
        let chunk = rest.get(..=CHUNK).unwrap_or(rest);
        let pairs = || chunk.iter().zip(chunk.get(1..).unwrap_or_default());
        // There is no branch inside, so that the compiler vectorizes this.
        if pairs().fold(false, |found, (&a, &b)| found | is_end(a, b)) {
            return at + pairs().position(|(&a, &b)| is_end(a, b)).unwrap_or(0);
        }
        at += chunk.len() - 1;
    }
    bytes.len()
}

/// `from`, and the ends of `parts` parts behind it (fewer at the end of the file), none of which lies inside
/// a marker.
fn cuts(bytes: &[u8], from: usize, parts: usize) -> Vec<usize> {
    let mut cuts = vec![from];
    for at in (1..=parts).map(|part| from + part * LOOK) {
        let behind = |at: usize| at.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&0xFF);
        let cut = (at..bytes.len().min(at + 64)).find(|at| !behind(*at));
        cuts.push(cut.unwrap_or(bytes.len()));
        if cut.is_none() {
            break;
        }
    }
    cuts
}

/// The marker that ends a scan, where it begins in `bytes[at..to]`, and the restart markers before it.
fn end_within(bytes: &[u8], mut at: usize, to: usize) -> (Option<usize>, u32) {
    let mut restarts = 0;
    while let Some(ff) = next_unstuffed(bytes, at, to) {
        match bytes.get(ff + 1) {
            Some(0xFF) => at = ff + 1,
            Some(&code) if marker::is_restart(code) => {
                restarts += 1;
                at = ff + 2;
            }
            _ => return (Some(ff), restarts),
        }
    }
    (None, restarts)
}

/// The first 0xFF in `bytes[at..to]` before another byte than 0.
fn next_unstuffed(bytes: &[u8], at: usize, to: usize) -> Option<usize> {
    /// Looked at together, without a branch for each of the many stuffed bytes: the compiler makes vectors of
    /// it.
    const BLOCK: usize = 64;
    let (these, next) = (bytes.get(at..to)?, bytes.get(at + 1..)?);
    let is_one = |(this, next): (&u8, &u8)| (*this == 0xFF) & (*next != 0);
    let block_has_one = |(these, next): (&[u8; BLOCK], &[u8; BLOCK])| {
        these.iter().zip(next).fold(0u8, |any, pair| any | u8::from(is_one(pair))) != 0
    };
    let blocks = these.as_chunks::<BLOCK>().0.iter().zip(next.as_chunks::<BLOCK>().0);
    let skipped = blocks.take_while(|pair| !block_has_one(*pair)).count() * BLOCK;
    let found = these.get(skipped..)?.iter().zip(next.get(skipped..)?).position(is_one)?;
    Some(at + skipped + found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition.
    fn by_one_thread(bytes: &[u8], mut at: usize) -> (usize, u32) {
        let mut restarts = 0;
        loop {
            match (bytes.get(at), bytes.get(at + 1)) {
                (None, _) | (_, None) => return (bytes.len(), restarts),
                (Some(0xFF), Some(0)) => at += 2,
                (Some(0xFF), Some(0xD0..=0xD7)) => (at, restarts) = (at + 2, restarts + 1),
                (Some(0xFF), Some(1..=0xFE)) => return (at, restarts),
                _ => at += 1,
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn scans_end_where_their_definition_says(
            bytes in proptest::collection::vec(proptest::prop_oneof![
                proptest::strategy::Just(0xFFu8), proptest::strategy::Just(0), proptest::strategy::Just(0xD3), proptest::arbitrary::any::<u8>(),
                proptest::strategy::Just(1), proptest::strategy::Just(2),
            ], 0..400),
            calm in 0usize..200,
        ) {
            let bytes = [vec![7; calm], bytes].concat();
            proptest::prop_assert_eq!(end_of_scan(&bytes, 0), by_one_thread(&bytes, 0));
            proptest::prop_assert_eq!(end_of_scan_uncounted(&bytes, 0), by_one_thread(&bytes, 0).0);
        }
    }

    #[test]
    fn long_scans_end_where_a_walk_by_one_thread_ends() {
        // Every kind of pair across the places where threads begin.
        let pairs: [&[u8]; 5] = [b"\xFF\x00", b"\xFF\xD3", b"\xFF\xFF\xFF\x00", b"\xFF\xFF\xD7", b"ab"];
        for (n, pair) in pairs.iter().enumerate() {
            for shift in 0..4 {
                let mut bytes = vec![7; 3 * LOOK + 99];
                for place in [LOOK, 2 * LOOK, 3 * LOOK] {
                    let at = place + 5 - shift;
                    bytes[at..at + pair.len()].copy_from_slice(pair);
                }
                for end in [None, Some(LOOK + 1), Some(2 * LOOK + 3), Some(3 * LOOK + 50)] {
                    let mut bytes = bytes.clone();
                    if let Some(end) = end {
                        bytes[end..end + 2].copy_from_slice(b"\xFF\xD9");
                    }
                    assert_eq!(
                        end_of_scan(&bytes, 5),
                        by_one_thread(&bytes, 5),
                        "pair {n}, shift {shift}, end {end:?}"
                    );
                }
            }
        }
    }
}
