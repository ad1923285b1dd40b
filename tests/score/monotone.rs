//! A larger limit never gives a picture that looks worse by more than 0.3 points: twelve pictures, thirty
//! limits each.

use image::imageops::{FilterType, resize};
use image::{RgbImage, load_from_memory};
use photo_prep::Options;
use photo_testkit::encode::jpeg::{self, JpegOptions};
use photo_testkit::encode::png::{self, PngImage, PngOptions};
use photo_testkit::graphics::Kind;
use rayon::prelude::*;

use crate::{on_white, score, view};

/// By how many points a picture may look worse than one with a smaller limit.
const SLACK: f64 = 0.3;
const LIMITS: u32 = 30;
/// Below this nothing can be made out, and a pixel of width more or less makes three points.
const BOTTOM: f64 = 10.0;

#[test]
fn photos() {
    hold(Kind::Photo);
}

#[test]
fn cutouts() {
    hold(Kind::Cutout);
}

#[test]
fn screenshots() {
    hold(Kind::Screenshot);
}

#[test]
fn charts() {
    hold(Kind::Chart);
}

#[test]
fn logos() {
    hold(Kind::Logo);
}

#[test]
fn scans() {
    hold(Kind::Scan);
}

/// Two pictures of the kind: the first photo is a JPEG, all else PNGs.
fn hold(kind: Kind) {
    let falls: Vec<String> = [(0, 320, 240), (1, 560, 400)]
        .into_par_iter()
        .flat_map(|(number, w, h)| falls(kind, number, w, h))
        .collect();
    falls.iter().for_each(|fall| println!("{fall}"));
    assert!(falls.is_empty(), "{} falls, the first: {}", falls.len(), falls[0]);
}

fn falls(kind: Kind, number: u64, width: u32, height: u32) -> Vec<String> {
    let picture = kind.picture(width, height, number);
    let file = if kind == Kind::Photo && number == 0 {
        jpeg::encode(&picture, &JpegOptions { quality: 92, ..JpegOptions::default() })
    } else {
        png::encode(&PngImage::from_picture(&picture, 8), &PngOptions::default())
    };
    let source = shown(&file);
    let (first, last) = (1500.0_f64, file.len() as f64 * 1.05);
    let mut best = (f64::MIN, 0);
    let mut falls = Vec::new();
    for step in 0..LIMITS {
        let limit = (first * (last / first).powf(f64::from(step) / f64::from(LIMITS - 1))) as u64;
        let prepared = Options::default().max_bytes(limit).prepare(&file).expect("fits");
        let result = resize(&shown(prepared.bytes()), width, height, FilterType::Lanczos3);
        let points = score(&view(&source), &view(&result)).expect("the same size").max(BOTTOM);
        if points < best.0 - SLACK {
            let (before, rung) = (best, prepared.report().rung());
            falls.push(format!(
                "{} {number}: {:.1} at {} bytes, {points:.1} at {limit} by {rung:?}",
                kind.name(),
                before.0,
                before.1
            ));
        }
        if points > best.0 {
            best = (points, limit);
        }
    }
    falls
}

fn shown(file: &[u8]) -> RgbImage {
    on_white(&load_from_memory(file).expect("an independent decoder reads it").into_rgba8())
}
