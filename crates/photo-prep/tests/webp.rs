//! Lossy WebP by rows: the same pixels as by another decoder, whole and reduced, on any number of threads. The files
//! are those of photo-vp8, whose tests compare them with libwebp.

use std::path::{Path, PathBuf};

use photo_prep::{Error, Options, OutputFormat};

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../photo-vp8/tests/data");
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths.filter(|path| path.extension().is_some_and(|end| end == "webp")).collect();
    files.sort();
    assert!(files.len() > 20, "{files:?}");
    files
}

/// The pixels that come out as a PNG.
fn prepared(bytes: &[u8], max_pixels: u64, threads: usize) -> image::RgbImage {
    let options = Options::default().format(OutputFormat::Png).max_pixels(max_pixels);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let png = pool.install(|| options.prepare(bytes)).unwrap();
    image::load_from_memory(png.bytes()).unwrap().to_rgb8()
}

#[test]
fn pixels_are_those_of_image_webp() {
    for path in files() {
        let bytes = std::fs::read(&path).unwrap();
        let witness = image::load_from_memory(&bytes).unwrap().to_rgb8();
        let mut png = Vec::new();
        witness.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
        let pixels = u64::from(witness.width()) * u64::from(witness.height());
        for threads in [1, 2, 3] {
            let whole = prepared(&bytes, 10_000_000, threads);
            assert!(whole == witness, "{} on {threads} threads", path.display());
            let most = pixels.div_ceil(3);
            let reduced = prepared(&bytes, most, threads);
            assert!(reduced == prepared(&png, most, threads), "{} reduced on {threads}", path.display());
        }
    }
}

#[test]
fn what_is_cut_off_is_refused_with_how_much_is_there() {
    let path = files().into_iter().find(|path| path.ends_with("q90.webp")).unwrap();
    let mut bytes = std::fs::read(path).unwrap();
    bytes.truncate(bytes.len() * 3 / 4);
    // The chunk ends where the file does.
    let length = u32::try_from(bytes.len()).unwrap();
    bytes[4..8].copy_from_slice(&(length - 8).to_le_bytes());
    bytes[16..20].copy_from_slice(&(length - 20).to_le_bytes());
    for most in [10_000_000, 500] {
        let refused = Options::default().max_pixels(most).prepare(&bytes).unwrap_err();
        let Error::Truncated { decoded, total, .. } = refused else { panic!("{refused}") };
        assert!(0 < decoded && decoded < total, "{decoded} of {total}");
    }
}
