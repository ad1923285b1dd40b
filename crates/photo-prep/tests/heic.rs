//! HEIC files against libheif. `data/heic/make.py` made the files (no Rust crate writes them) and
//! `data/heic/expected.txt`, which holds what libheif makes of each, in cells; `data/turned.heic` and
//! `data/upright_p3.heic` are libheif's own.

use std::path::PathBuf;

use photo_prep::{Error, Format, Options};

const TURNED: &[u8] = include_bytes!("data/turned.heic");
const UPRIGHT_P3: &[u8] = include_bytes!("data/upright_p3.heic");

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/heic").join(name)
}

#[cfg(feature = "heic")]
mod with_feature {
    use photo_prep::{ColorPolicy, Orientation, OutputFormat, Prepared, Warning};
    use photo_testkit::pattern;

    use super::*;

    const CELLS: (u32, u32) = (8, 6);

    /// A line of `expected.txt`: name, upright size, the mean color of each cell on white.
    fn expected() -> Vec<(String, (u32, u32), Vec<u8>)> {
        let text = std::fs::read_to_string(data("expected.txt")).unwrap();
        let line = |line: &str| {
            let mut words = line.split(' ');
            let name = words.next().unwrap().to_string();
            let numbers: Vec<u32> = words.map(|w| w.parse().unwrap()).collect();
            assert_eq!(numbers.len() as u32, 2 + 3 * CELLS.0 * CELLS.1, "{name}");
            (name, (numbers[0], numbers[1]), numbers[2..].iter().map(|n| *n as u8).collect())
        };
        text.lines().map(line).collect()
    }

    fn read(name: &str) -> Vec<u8> {
        std::fs::read(data(&format!("{name}.heic"))).unwrap()
    }

    /// The mean color of each cell of a prepared picture, on white, by the `image` crate.
    fn cells(prepared: &Prepared<'_>) -> Vec<u8> {
        let mut rgba = image::load_from_memory(prepared.bytes()).unwrap().into_rgba8();
        for pixel in rgba.pixels_mut() {
            let [r, g, b, a] = pixel.0;
            let on_white =
                |v: u8| ((u32::from(v) * u32::from(a) + 255 * (255 - u32::from(a)) + 127) / 255) as u8;
            pixel.0 = [on_white(r), on_white(g), on_white(b), 255];
        }
        // Means over parts of pixels too.
        let shares = |cell: u32, cells: u32, side: u32| {
            let ends = [cell, cell + 1].map(|c| f64::from(c) * f64::from(side) / f64::from(cells));
            (0..side).map(move |i| (i, (f64::from(i + 1).min(ends[1]) - f64::from(i).max(ends[0])).max(0.0)))
        };
        let mean = |x: u32, y: u32, c: usize| {
            let (mut sum, mut area) = (0.0, 0.0);
            for (j, down) in shares(y, CELLS.1, rgba.height()).filter(|s| s.1 > 0.0) {
                for (i, across) in shares(x, CELLS.0, rgba.width()).filter(|s| s.1 > 0.0) {
                    sum += f64::from(rgba.get_pixel(i, j).0[c]) * down * across;
                    area += down * across;
                }
            }
            (sum / area).round() as u8
        };
        let places = (0..CELLS.1).flat_map(|y| (0..CELLS.0).map(move |x| (x, y)));
        places.flat_map(|(x, y)| [0, 1, 2].map(|c| mean(x, y, c))).collect()
    }

    #[test]
    fn what_comes_out_is_what_libheif_shows() {
        let options = Options::default().format(OutputFormat::Png);
        let files = expected();
        assert!(files.len() >= 39, "{} files", files.len());
        for (name, size, want) in files {
            let bytes = read(&name);
            let prepared = options.prepare(&bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!((prepared.size().width, prepared.size().height), size, "{name}");
            let got = cells(&prepared);
            let apart: Vec<u8> = got.iter().zip(&want).map(|(a, b)| a.abs_diff(*b)).collect();
            let mean = apart.iter().map(|d| f64::from(*d)).sum::<f64>() / apart.len() as f64;
            let most = apart.iter().max().unwrap();
            println!("{name}: mean {mean:.2}, most {most}");
            // Cells on an edge of colors: libheif repeats samples of chroma, here they are interpolated.
            assert!(mean <= 1.2 && *most <= 12, "{name}: mean {mean:.2}, most {most}\n{got:?}\n{want:?}");
        }
    }

    #[test]
    fn an_exif_orientation_is_told_but_not_applied() {
        let warned = |name: &str| {
            let info = photo_prep::probe(&read(name)).unwrap();
            info.warnings.iter().any(|w| matches!(w, Warning::OrientationConflict(_)))
        };
        assert!(warned("exif_6_alone"));
        assert!(!warned("exif_6_beside_irot"));
        assert_eq!(photo_prep::probe(&read("irot3")).unwrap().orientation, Orientation::Rotate90);
    }

    #[test]
    fn the_container_turns_the_picture_once_and_exif_not_again() {
        let prepared = photo_prep::prepare(TURNED).unwrap();
        assert_eq!((prepared.size().width, prepared.size().height), (120, 80));
        let got = image::load_from_memory(prepared.bytes()).unwrap().into_rgb8();
        let chart = pattern::orientation_chart(120, 80);
        let want = chart.convert(photo_testkit::Layout::Rgb);
        let sum: u64 = got.as_raw().iter().zip(want.data()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        let mean = sum as f64 / want.data().len() as f64;
        assert!(mean < 4.0, "differs by {mean:.2}");
    }

    #[test]
    fn a_profile_is_converted_or_kept() {
        let info = photo_prep::probe(UPRIGHT_P3).unwrap();
        assert!(info.icc.is_some_and(|icc| !icc.is_srgb), "{info}");
        let converted = photo_prep::prepare(UPRIGHT_P3).unwrap();
        let preserved = Options::default().color(ColorPolicy::Preserve).prepare(UPRIGHT_P3).unwrap();
        assert_eq!(photo_prep::probe(converted.bytes()).unwrap().icc, None);
        assert!(photo_prep::probe(preserved.bytes()).unwrap().icc.is_some());
    }

    #[test]
    fn bands_of_tiles_are_the_whole() {
        // Reduced as stored while it is decoded, and from the whole as turned: the order of columns and rows
        // shows at edges.
        for name in ["grid", "grid_vui", "clap_irot3", "depth10", "c422"] {
            let bytes = read(name);
            let whole = Options::default().format(OutputFormat::Png).prepare(&bytes).unwrap().into_bytes();
            let options = Options::default().format(OutputFormat::Png).max_pixels(3_000);
            let (bands, small) = (options.prepare(&bytes).unwrap(), options.prepare(&whole).unwrap());
            assert_eq!(bands.size(), small.size(), "{name}");
            let pixels =
                |p: &Prepared<'_>| image::load_from_memory(p.bytes()).unwrap().into_rgb8().into_raw();
            let (a, b) = (pixels(&bands), pixels(&small));
            let apart: Vec<f64> = a.iter().zip(&b).map(|(a, b)| f64::from(a.abs_diff(*b))).collect();
            let mean = apart.iter().sum::<f64>() / apart.len() as f64;
            let most = apart.iter().copied().fold(0.0, f64::max);
            assert!(mean <= 0.5 && most <= 8.0, "{name}: mean {mean:.2}, most {most}");
        }
    }

    #[test]
    fn damaged_files_are_errors() {
        let mut files = vec![TURNED.to_vec(), UPRIGHT_P3.to_vec()];
        files.extend(["grid", "iovl", "alpha_premultiplied", "iden", "c444", "depth10"].map(read));
        for file in files {
            for cut in (0..file.len()).step_by(37) {
                match photo_prep::prepare(&file[..cut]) {
                    Ok(prepared) => assert!(prepared.size().pixels() <= 10_000_000),
                    Err(error) => assert!(!matches!(error, Error::Io { .. }), "cut at {cut}: {error}"),
                }
            }
            for at in (0..file.len()).step_by(11) {
                let mut broken = file.clone();
                broken[at] ^= 0x55;
                match photo_prep::prepare(&broken) {
                    Ok(prepared) => assert!(prepared.size().pixels() <= 10_000_000),
                    Err(Error::Io { error, .. }) => panic!("byte {at}: {error}"),
                    Err(_) => {}
                }
            }
        }
    }
}

#[cfg(not(feature = "heic"))]
#[test]
fn without_the_feature_they_are_refused_by_name() {
    for file in [TURNED, UPRIGHT_P3] {
        let error = Options::default().prepare(file).map(|p| p.report().to_string()).unwrap_err();
        assert!(matches!(error, Error::Unsupported { format: Format::Heic, .. }), "{error}");
        assert!(error.to_string().contains("feature `heic`"), "{error}");
    }
}

#[test]
fn the_format_is_told_by_content() {
    assert_eq!(Format::sniff(TURNED), Some(Format::Heic));
    assert_eq!(Format::sniff(UPRIGHT_P3), Some(Format::Heic));
    for name in ["brand_mif1", "brand_heix", "brand_msf1", "brand_hevc"] {
        let bytes = std::fs::read(data(&format!("{name}.heic"))).unwrap();
        assert_eq!(Format::sniff(&bytes), Some(Format::Heic), "{name}");
    }
}
