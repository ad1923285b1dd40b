//! Coefficients of other people's files.

use libjpeg_turbo_rs::read_coefficients;
use photo_jpeg::{Coefficients, Error, Header, ReadOptions};
use photo_testkit::corpus::{self, Expect};

/// Zigzag order: the natural index of each coefficient.
fn zigzag() -> Vec<usize> {
    let mut order: Vec<usize> = (0..64).collect();
    let key = |i: usize| {
        let (x, y) = (i % 8, i / 8);
        (x + y, if (x + y) % 2 == 0 { x } else { y })
    };
    order.sort_by_key(|&i| key(i));
    order
}

fn differs(ours: &Coefficients, bytes: &[u8]) -> Option<String> {
    let theirs = match read_coefficients(bytes) {
        Ok(theirs) => theirs,
        // It takes no sequential files of several scans; the reference decoder's tests compare their planes.
        Err(error) if error.to_string().contains("baseline SOS covers") => return None,
        Err(error) => return Some(format!("the witness fails: {error}")),
    };
    let order = zigzag();
    for (ours, theirs) in ours.components().iter().zip(&theirs.components) {
        let facts = ours.facts();
        for y in 0..facts.height.div_ceil(8) {
            for x in 0..facts.width.div_ceil(8) {
                let block = ours.block(x, y).unwrap();
                let other = &theirs.blocks[y as usize * theirs.blocks_x + x as usize];
                if order.iter().zip(other).any(|(&i, &value)| block[i] != value) {
                    return Some(format!("component {} block {x} {y}: {block:?} {other:?}", facts.id));
                }
            }
        }
    }
    None
}

#[test]
fn valid_files_of_the_corpus_are_read_as_libjpeg_turbo_reads_them() {
    let cases =
        corpus::cases_or_skip("valid_files_of_the_corpus_are_read_as_libjpeg_turbo_reads_them").unwrap();
    let mut wrong = Vec::new();
    let (mut read, mut others) = (0, 0);
    for case in cases.iter().filter(|case| case.kind == "jpeg" && case.expect == Expect::Valid) {
        let Ok(bytes) = std::fs::read(&case.file) else { continue };
        match Coefficients::read(&bytes, &ReadOptions::default()) {
            Err(Error::Unsupported(_)) => others += 1,
            Err(error) => wrong.push(format!("{}: {error}", case.name())),
            Ok(ours) => {
                read += 1;
                wrong.extend(differs(&ours, &bytes).map(|what| format!("{}: {what}", case.name())));
            }
        }
    }
    println!("{read} files read, {others} of other kinds");
    assert!(wrong.is_empty(), "{} files:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases.is_empty() || read > 20, "only {read} files read");
}

#[test]
fn no_file_of_the_corpus_makes_the_reader_panic() {
    let cases = corpus::cases_or_skip("no_file_of_the_corpus_makes_the_reader_panic").unwrap();
    for case in &cases {
        let Ok(bytes) = std::fs::read(&case.file) else { continue };
        let options = ReadOptions::with_memory_limit(256 << 20);
        let strict = Coefficients::read(&bytes, &options);
        let lenient = Coefficients::read_lenient(&bytes, &options);
        if let (Ok(strict), Ok((lenient, fault))) = (&strict, &lenient) {
            assert_eq!((strict, fault), (lenient, &None), "{}", case.name());
        }
        assert!(strict.is_err() || Header::read(&bytes).is_ok(), "{}", case.name());
        // What the lenient reader finds nothing wrong with, the strict one takes.
        assert!(!matches!((&strict, &lenient), (Err(_), Ok((_, None)))), "{}", case.name());
    }
}
