//! Times the stages of decoding: `cargo run --release --example vp8-loop picture.webp [runs]`.

use std::error::Error;
use std::hint::black_box;
use std::sync::mpsc::sync_channel;
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
    let mut times: [Vec<f64>; 6] = Default::default();
    for _ in 0..runs {
        for (times, time) in times.iter_mut().zip(stages(data, &mut rgb)?) {
            times.push(time);
        }
    }
    if std::env::args().nth(3).is_some() {
        return Ok(());
    }
    for _ in 0..runs {
        times[4].push(side_by_side(data, &mut rgb)?);
    }
    for _ in 0..3 {
        times[5].push(witness(&file, &rgb)?);
    }
    for (name, times) in
        ["modes", "tokens", "reconstruct", "rgb", "on two threads", "image-webp"].iter().zip(&mut times)
    {
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

/// Milliseconds with parsing on a thread of its own.
fn side_by_side(data: &[u8], rgb: &mut [u8]) -> photo_vp8::Result<f64> {
    let start = Instant::now();
    let mut parser = Parser::new(data)?;
    let mut reconstructor = Reconstructor::new(parser.header());
    let mut upsampler = Upsampler::new(parser.header());
    let pitch = 3 * parser.header().width as usize;
    let (filled, to_fill) = (sync_channel(4), sync_channel(4));
    (0..4).for_each(|_| to_fill.0.send(ParsedRow::default()).unwrap_or_default());
    std::thread::scope(|scope| {
        let (send, receive) = (filled.0, to_fill.1);
        let parsing = scope.spawn(move || {
            while let Ok(mut row) = receive.recv()
                && parser.row(&mut row)?
                && send.send(row).is_ok()
            {}
            Ok(())
        });
        let mut at = 0;
        while let Ok(row) = filled.1.recv() {
            at += upsampler.rows(&reconstructor.row(&row), &mut rgb[at..]).len() * pitch;
            // Parsing has ended if nobody takes it.
            to_fill.0.send(row).unwrap_or_default();
        }
        parsing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })?;
    Ok(start.elapsed().as_secs_f64() * 1e3)
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
