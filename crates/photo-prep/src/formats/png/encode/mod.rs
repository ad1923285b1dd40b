//! Samples to PNG, in the smallest color type that holds the picture, on all cores.

mod filter;
mod near;
mod reduced;
mod strips;

pub(crate) use near::Loss;
pub(crate) use strips::Effort;

use filter::Rows;
use reduced::{Reduced, indexed, reduced};

use crate::formats::png::{SIGNATURE, make_chunk};
use crate::pixels::Raster;
use crate::{Error, Format, Result, Size};

/// The picture as a PNG without loss; `chunks` (whole) are put after the header.
pub(crate) fn encode(raster: &Raster, chunks: &[u8]) -> Result<Vec<u8>> {
    encode_with(raster, chunks, Effort::Usual)
}

/// As [`encode`], looking so hard for the shortest file.
pub(crate) fn encode_with(raster: &Raster, chunks: &[u8], effort: Effort) -> Result<Vec<u8>> {
    written(&reduced(raster), raster.size(), raster.data(), chunks, effort)
}

/// The picture as a PNG whose samples differ from it by no more than `loss` says; alpha is exact.
pub(crate) fn encode_near(raster: &Raster, loss: Loss, chunks: &[u8]) -> Result<Vec<u8>> {
    let (row, channels) = (raster.row_bytes(), raster.layout().channels());
    let filtered = near::filtered(raster.data(), row, channels, loss);
    let pieces = strips::deflated_as_is(&filtered, row + 1).map_err(|e| failed(e.as_str()))?;
    file(&Reduced::plain(raster), raster.size(), pieces, chunks)
}

/// What a decoder makes of [`encode_near`].
pub(crate) fn nearly(raster: &Raster, loss: Loss) -> Raster {
    let (row, channels) = (raster.row_bytes(), raster.layout().channels());
    let samples = near::samples(raster.data(), row, channels, loss);
    Raster::new(raster.size(), raster.layout(), samples).unwrap_or_else(|| raster.clone())
}

/// A picture of indices as a PNG; colors that are not opaque must come first.
pub(crate) fn encode_indexed(
    size: Size,
    colors: Vec<[u8; 4]>,
    indices: Vec<u8>,
    chunks: &[u8],
) -> Result<Vec<u8>> {
    written(&indexed(size, colors, indices), size, &[], chunks, Effort::Usual)
}

/// How many bytes of a PNG of ours are the data of its picture, and not what is around it: header, palette,
/// further chunks.
pub(crate) fn picture_bytes(png: &[u8]) -> usize {
    let (mut rest, mut sum) = (png.get(8..).unwrap_or_default(), 0);
    while let Some((&[a, b, c, d, k, l, m, n], after)) = rest.split_first_chunk::<8>() {
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        sum += if [k, l, m, n] == *b"IDAT" { length } else { 0 };
        rest = after.get(length.saturating_add(4)..).unwrap_or_default();
    }
    sum
}

/// `samples` where the picture has no data of its own.
fn written(picture: &Reduced, size: Size, samples: &[u8], chunks: &[u8], effort: Effort) -> Result<Vec<u8>> {
    let data = picture.data.as_deref().unwrap_or(samples);
    let row = data.len() / size.height as usize;
    let rows = Rows { data, row, step: picture.step() };
    let pieces = strips::deflated(rows, effort).map_err(|e| failed(e.as_str()))?;
    file(picture, size, pieces, chunks)
}

fn file(picture: &Reduced, size: Size, pieces: Vec<Vec<u8>>, chunks: &[u8]) -> Result<Vec<u8>> {
    let length: usize = pieces.iter().map(|piece| piece.len() + 12).sum();
    let mut out = Vec::with_capacity(length + chunks.len() + 1200);
    out.extend_from_slice(&SIGNATURE);
    append(&mut out, *b"IHDR", &picture.header(size))?;
    out.extend_from_slice(chunks);
    if !picture.palette.is_empty() {
        append(&mut out, *b"PLTE", &picture.colors())?;
        let alphas = picture.alphas();
        if !alphas.is_empty() {
            append(&mut out, *b"tRNS", &alphas)?;
        }
    }
    for piece in pieces {
        append(&mut out, *b"IDAT", &piece)?;
    }
    append(&mut out, *b"IEND", &[])?;
    Ok(out)
}

fn append(out: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) -> Result<()> {
    out.extend(make_chunk(kind, data).ok_or_else(|| failed("a chunk is too long"))?);
    Ok(())
}

fn failed(why: &str) -> Error {
    Error::unsupported(Format::Png, format!("the picture can't be written: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::{Layout, rgba};
    use proptest::prelude::*;

    fn decoded(bytes: &[u8]) -> image::RgbaImage {
        image::load_from_memory(bytes).unwrap().into_rgba8()
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            w in 1u32..40, h in 1u32..20, colors in 1usize..400, layout in 0usize..4, seed in any::<u32>()
        ) {
            let layout = [Layout::Gray, Layout::GrayAlpha, Layout::Rgb, Layout::Rgba][layout];
            let n = layout.channels();
            let data: Vec<u8> = (0..(w * h) as usize)
                .flat_map(|i| {
                    let c = (i.wrapping_mul(7919).wrapping_add(seed as usize)) % colors;
                    (0..n).map(move |k| (c * (37 + 11 * k) % 256) as u8)
                })
                .collect();
            let raster = Raster::new(Size::new(w, h), layout, data).unwrap();
            let back = decoded(&encode(&raster, &[]).unwrap());
            let want: Vec<u8> = raster.data().chunks_exact(n)
                .flat_map(|p| if n == 1 { [p[0], p[0], p[0], 255] } else { rgba(p) })
                .collect();
            prop_assert_eq!(back.into_raw(), want);
        }
    }

    proptest! {
        #[test]
        fn what_is_nearly_the_picture_is_within_its_bound(
            w in 1u32..50, h in 1u32..40, layout in 0usize..4, error in 0u8..9, noise in 1u32..200,
            seed in any::<u32>()
        ) {
            let layout = [Layout::Gray, Layout::GrayAlpha, Layout::Rgb, Layout::Rgba][layout];
            let n = layout.channels();
            let sample = |i: u32| (i / 3 + (i.wrapping_mul(2_654_435_761) ^ seed) % noise) as u8;
            let mut data: Vec<u8> = (0..w * h * n as u32).map(sample).collect();
            if layout.has_alpha() {
                // Some pixels are not seen, and some are opaque.
                for (i, pixel) in data.chunks_exact_mut(n).enumerate() {
                    match i % 7 {
                        0..3 => pixel.fill(0),
                        5.. => pixel[n - 1] = 255,
                        _ => {}
                    }
                }
            }
            let mut raster = Raster::new(Size::new(w, h), layout, data).unwrap();
            crate::pixels::alpha::clear_hidden(&mut raster);
            let loss = if noise % 2 == 0 { Loss::level(seed as u8 % Loss::LEVELS) } else { Loss::even(error) };
            let error = loss.max_error();
            let back = decoded(&encode_near(&raster, loss, &[]).unwrap()).into_raw();
            let told = nearly(&raster, loss);
            for ((got, want), told) in
                back.chunks(4).zip(raster.data().chunks(n)).zip(told.data().chunks(n).map(rgba))
            {
                prop_assert_eq!(got, &told[..]);
                let want = rgba(want);
                prop_assert!(got[3] == want[3] && (want[3] > 0 || got[..3] == [0; 3]));
                prop_assert!((0..3).all(|k| got[k].abs_diff(want[k]) <= error), "{:?} {:?}", got, want);
            }
        }
    }

    #[test]
    fn the_hardest_effort_gives_the_same_picture_in_fewer_bytes() {
        let data: Vec<u8> =
            (0..400 * 300u32).flat_map(|i| [(i % 400 / 3) as u8, (i / 900) as u8, (i % 251) as u8]).collect();
        let raster = Raster::new(Size::new(400, 300), Layout::Rgb, data).unwrap();
        let (usual, most) = (encode(&raster, &[]).unwrap(), encode_with(&raster, &[], Effort::Most).unwrap());
        assert!(most.len() < usual.len(), "{} {}", most.len(), usual.len());
        assert_eq!(decoded(&most), decoded(&usual));
    }

    #[test]
    fn grays_take_the_bits_they_need() {
        let cases: [(&[u8], u8, u8); 6] = [
            (&[0, 255], 1, 0),
            (&[0, 85, 170, 255], 2, 0),
            (&[0, 17, 34, 51, 255], 4, 0),
            (&[3, 90], 1, 3),
            (&[1, 2, 3, 4, 5, 6], 4, 3),
            (&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], 8, 0),
        ];
        for (levels, depth, color) in cases {
            // Rows that do not end at a byte.
            let data: Vec<u8> = (0..61 * 23).map(|i| levels[i * i % 97 % levels.len()]).collect();
            for layout in [Layout::Gray, Layout::Rgb] {
                let data = data.iter().flat_map(|v| vec![*v; layout.channels()]).collect();
                let raster = Raster::new(Size::new(61, 23), layout, data).unwrap();
                let png = encode(&raster, &[]).unwrap();
                assert_eq!((png[24], png[25]), (depth, color), "{levels:?}");
                let back: Vec<u8> = decoded(&png).pixels().map(|p| p[0]).collect();
                assert_eq!(back.len(), 61 * 23);
                assert!(
                    back.iter().zip(raster.data().iter().step_by(layout.channels())).all(|(a, b)| a == b)
                );
            }
        }
    }

    #[test]
    fn what_is_not_the_picture_is_not_counted() {
        let chunk = make_chunk(*b"tEXt", b"IDAT IDAT IDAT").unwrap();
        for most in [2, 9, 200] {
            let colors: Vec<[u8; 4]> = (0..most).map(|i| [i, 0, 0, i]).collect();
            let indices =
                (0..1_000_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8 % most).collect();
            let png = encode_indexed(Size::new(1000, 1000), colors, indices, &chunk).unwrap();
            let around = 8 + 25 + (12 + 3 * usize::from(most)) + (12 + usize::from(most)) + chunk.len() + 12;
            let strips = png.windows(4).filter(|w| w == b"IDAT").count() - 3;
            assert_eq!(picture_bytes(&png) + around + 12 * strips, png.len());
        }
        assert_eq!(picture_bytes(&[]), 0);
    }

    #[test]
    fn few_colors_make_few_bits() {
        let data: Vec<u8> =
            (0..64 * 64).flat_map(|i| if (i / 7) % 2 == 0 { [255, 0, 0] } else { [0, 0, 255] }).collect();
        let raster = Raster::new(Size::new(64, 64), Layout::Rgb, data).unwrap();
        let png = encode(&raster, &[]).unwrap();
        assert_eq!((png[24], png[25]), (1, 3), "bit depth and color type");
    }
}
