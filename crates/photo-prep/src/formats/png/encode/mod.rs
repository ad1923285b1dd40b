//! Samples to PNG, in the smallest color type that holds the picture, on all cores.

mod filter;
mod near;
mod reduced;
mod strips;

pub(crate) use reduced::palette_of;
pub(crate) use strips::Effort;

use filter::Rows;
use reduced::{Reduced, indexed, reduced};

use crate::formats::png::make_chunk;
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

/// The picture as a PNG whose samples differ from it by at most `max_error`; alpha is exact.
pub(crate) fn encode_near(raster: &Raster, max_error: u8, chunks: &[u8]) -> Result<Vec<u8>> {
    let (row, channels) = (raster.row_bytes(), raster.layout().channels());
    let filtered = near::near(raster.data(), row, channels, max_error).filtered;
    let pieces = strips::deflated_as_is(&filtered, row + 1).map_err(|e| failed(e.as_str()))?;
    file(&Reduced::plain(raster), raster.size(), pieces, chunks)
}

/// What a decoder makes of [`encode_near`].
pub(crate) fn nearly(raster: &Raster, max_error: u8) -> Raster {
    let (row, channels) = (raster.row_bytes(), raster.layout().channels());
    let near = near::near(raster.data(), row, channels, max_error);
    Raster::new(raster.size(), raster.layout(), near.samples).unwrap_or_else(|| raster.clone())
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

/// Bytes of a PNG around the data of its picture: signature, header, palette of so many colors, end, and the
/// chunks.
pub(crate) fn around(colors: usize, chunks: &[u8]) -> usize {
    let palette = if colors == 0 { 0 } else { 12 + 3 * colors };
    8 + 25 + palette + 12 + chunks.len()
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
    out.extend_from_slice(b"\x89PNG\r\n\x1A\n");
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

    #[test]
    fn few_colors_make_few_bits() {
        let data: Vec<u8> =
            (0..64 * 64).flat_map(|i| if (i / 7) % 2 == 0 { [255, 0, 0] } else { [0, 0, 255] }).collect();
        let raster = Raster::new(Size::new(64, 64), Layout::Rgb, data).unwrap();
        let png = encode(&raster, &[]).unwrap();
        assert_eq!((png[24], png[25]), (1, 3), "bit depth and color type");
    }
}
