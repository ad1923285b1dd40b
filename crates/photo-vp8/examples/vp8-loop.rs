//! Times the stages of decoding: `cargo run --release --example vp8-loop picture.webp [runs]`.

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use photo_vp8::{Header, ParsedRow, Parser, Reconstructor, Upsampler};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("the path of a lossy WebP file is missing")?;
    let runs = std::env::args().nth(2).map_or(Ok(15), |runs| runs.parse())?;
    let file = std::fs::read(path)?;
    let at = file.windows(4).position(|id| id == b"VP8 ").ok_or("the file is not a lossy WebP")?;
    let data = file.get(at + 8..).ok_or("the file ends too early")?;

    let header = Header::read(data)?;
    let mut rgb = vec![0; 3 * header.width as usize * header.height as usize];
    let mut times: [Vec<f64>; 5] = Default::default();
    for _ in 0..runs {
        for (times, time) in times.iter_mut().zip(stages(data, &mut rgb)?) {
            times.push(time);
        }
    }
    if std::env::args().nth(3).is_some() {
        return Ok(());
    }
    for _ in 0..3 {
        times[4].push(witness(&file, &rgb)?);
    }
    for (name, times) in ["modes", "tokens", "reconstruct", "rgb", "image-webp"].iter().zip(&mut times) {
        times.sort_by(f64::total_cmp);
        println!("{name}: {:.1} ms, at best {:.1}", times[times.len() / 2], times[0]);
    }
    Ok(())
}

/// Milliseconds of each stage, added up over all rows.
fn stages(data: &[u8], rgb: &mut [u8]) -> photo_vp8::Result<[f64; 4]> {
    let parser = Parser::new(data)?;
    let mut reconstructor = Reconstructor::new(parser.header());
    let mut upsampler = Upsampler::new(parser.header());
    let pitch = 3 * parser.header().width as usize;
    let (mut modes, mut tokens) = parser.into_halves();
    let mut parsed = ParsedRow::default();
    let (mut sums, mut at) = ([0.0; 4], 0);
    loop {
        let start = Instant::now();
        let more = modes.row(&mut parsed)?;
        sums[0] += start.elapsed().as_secs_f64() * 1e3;
        if !more {
            return Ok(sums);
        }
        let start = Instant::now();
        tokens.row(&mut parsed)?;
        sums[1] += start.elapsed().as_secs_f64() * 1e3;
        let start = Instant::now();
        let rows = black_box(reconstructor.row(&parsed));
        sums[2] += start.elapsed().as_secs_f64() * 1e3;
        let start = Instant::now();
        at += upsampler.rows(&rows, &mut rgb[at..]).len() * pitch;
        sums[3] += start.elapsed().as_secs_f64() * 1e3;
    }
}

/// Milliseconds of image-webp, whose picture has to be the same.
fn witness(file: &[u8], rgb: &[u8]) -> Result<f64, Box<dyn Error>> {
    let start = Instant::now();
    let mut decoder = image_webp::WebPDecoder::new(std::io::Cursor::new(file))?;
    let mut found = vec![0; rgb.len()];
    decoder.read_image(&mut found)?;
    let time = start.elapsed().as_secs_f64() * 1e3;
    if found == rgb { Ok(time) } else { Err("image-webp decodes another picture".into()) }
}
