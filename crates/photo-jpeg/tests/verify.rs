//! Whether files are whole: for every file at hand what the decoder says.

use photo_jpeg::{Coefficients, Error, InterleavedOptions, ReadOptions, decode_interleaved, verify};
use photo_testkit::{corpus, fixtures};

fn differs(bytes: &[u8]) -> Option<String> {
    let options = ReadOptions::default();
    let (verified, read) = (verify(bytes, &options), Coefficients::read(bytes, &options).map(|_| ()));
    let same = match &read {
        // The general decoder alone may read it. What is wrong may strike it at another place.
        Err(Error::Unsupported(_)) => {
            let decoded = decode_interleaved(bytes, &InterleavedOptions::default());
            verified.is_ok() == decoded.is_ok()
        }
        // Verifying needs less memory.
        Err(Error::Memory { .. }) => true,
        _ => verified == read,
    };
    (!same).then(|| format!("verified: {verified:?}, read: {read:?}"))
}

#[test]
fn fixtures_are_judged_as_the_decoder_judges_them() {
    let mut count = 0;
    for entry in fixtures::read_index().unwrap() {
        let bytes = std::fs::read(entry.path()).unwrap();
        if bytes.starts_with(&[0xFF, 0xD8]) {
            assert_eq!(differs(&bytes), None, "{}", entry.file);
            count += 1;
        }
    }
    assert!(count > 20, "only {count} files");
}

#[test]
fn the_corpus_is_judged_as_the_decoder_judges_it() {
    let cases = corpus::cases_or_skip("the_corpus_is_judged_as_the_decoder_judges_it").unwrap();
    let (mut count, mut wrong) = (0, Vec::new());
    for case in cases.iter().filter(|case| case.kind == "jpeg") {
        let Ok(bytes) = std::fs::read(&case.file) else { continue };
        count += 1;
        wrong.extend(differs(&bytes).map(|what| format!("{}: {what}", case.name())));
    }
    println!("{count} files");
    assert!(wrong.is_empty(), "{} files:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases.is_empty() || count > 100, "only {count} files");
}
