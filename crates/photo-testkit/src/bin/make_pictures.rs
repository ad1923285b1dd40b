//! Writes pictures of all kinds as PNGs to the folder named as the first argument: of each kind the number that the second tells,
//! of as many megapixels as the third tells (3 and 1 without them). 1-bit scans are written with one bit.

use std::path::PathBuf;

use photo_testkit::encode::png::{self, PngImage, PngOptions};
use photo_testkit::graphics::Kind;
use photo_testkit::{Layout, Picture};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = PathBuf::from(arguments.first().ok_or("which folder?")?);
    let count = arguments.get(1).map_or(Ok(3), |v| v.parse())?;
    let megapixels: f64 = arguments.get(2).map_or(Ok(1.0), |v| v.parse())?;
    std::fs::create_dir_all(&folder)?;
    let (long, short) = ((megapixels * 4e6 / 3.0).sqrt() as u32, (megapixels * 0.75e6).sqrt() as u32);
    for kind in Kind::ALL {
        for number in 0..count {
            let (w, h) = if kind == Kind::Scan { (short, long) } else { (long, short) };
            let picture = kind.picture(w, h, number);
            let image = PngImage::from_picture(&picture, if is_bilevel(&picture) { 1 } else { 8 });
            let path = folder.join(format!("{}{number}_{w}x{h}.png", kind.name()));
            std::fs::write(&path, png::encode(&image, &PngOptions::default()))?;
            println!("{}", path.display());
        }
    }
    Ok(())
}

fn is_bilevel(picture: &Picture) -> bool {
    picture.layout() == Layout::Gray && picture.data().iter().all(|v| matches!(v, 0 | 255))
}
