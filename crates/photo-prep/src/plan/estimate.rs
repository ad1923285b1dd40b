//! What a plan will cost, from header facts alone.

use photo_jpeg::{InterleavedKind, InterleavedOptions};

use super::resources::Resources;
use super::route::{DecodePath, OutputRule, PixelsPlan, Route};
use crate::formats::jpeg;
use crate::formats::png::inflate_ahead;
use crate::info::{ColorModel, ImageInfo, JpegInfo, JpegProcess};
use crate::pixels::bands;
use crate::sampling::{DecodeScale, JpegSampling};
use crate::{Format, Size, Verify};

/// What a plan will cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Estimate {
    /// Bytes of memory at the worst moment of a program that prepares just this picture, the input and the
    /// program itself included. Never exceeded for ordinary files.
    pub peak_memory: u64,
}

/// What there is beside the pictures: the program, threads, tables, pools, what the allocator can't use
/// again.
const BASE: u64 = 16 << 20;

pub(super) fn of(info: &ImageInfo, route: &Route, verify: Verify, resources: Resources) -> Estimate {
    let facts = Facts { info, threads: resources.threads };
    Estimate { peak_memory: info.bytes + BASE + facts.work(route, verify) }
}

/// What an estimate is made from.
#[derive(Clone, Copy)]
struct Facts<'a> {
    info: &'a ImageInfo,
    threads: usize,
}

impl Facts<'_> {
    fn work(self, route: &Route, verify: Verify) -> u64 {
        match route {
            Route::PassThrough | Route::Rewrite => {
                let memory = if verify == Verify::Full { self.verification() } else { 0 };
                // The bytes that are written again are there only when that is done.
                let written = if matches!(route, Route::Rewrite) { self.info.bytes } else { 0 };
                memory.max(written)
            }
            Route::Coefficients(plan) => {
                // Where they don't do, they are gone before pixels are made.
                let halved = plan.halved_chroma.as_ref().map_or(0, |pixels| self.in_planes(pixels));
                let planes = self.in_planes(&plan.fallback).max(halved);
                self.in_coefficients().max(planes)
            }
            Route::Pixels(plan) if plan.decode_path == DecodePath::Planes => self.in_planes(plan),
            Route::Pixels(plan) => self.in_rasters(plan),
        }
    }

    /// Bytes for rasters of whole pictures, or of strips where the source is decoded row by row.
    fn in_rasters(self, plan: &PixelsPlan) -> u64 {
        let info = self.info;
        let decoded = scaled(info.size, plan.scale.denominator());
        let channels = channels(info);
        let pixels = decoded.pixels();
        let output = plan.size.pixels() * channels;
        let stored = info.orientation.apply_to(plan.size);
        let encoding = encoding(plan, channels);
        if info.by_rows && stored.height < info.size.height && plan.crop.is_none() {
            if info.format == Format::Jpeg {
                // Planes and pixels of the reduced size are there together.
                return (self.reduced_jpeg(plan, stored) + output).max(encoding);
            }
            let decoding =
                output + bands::memory_for(info.size, stored, channels, self.threads) + self.row_decoder();
            return decoding.max(encoding);
        }
        let raster = pixels * channels;
        // While reducing, source and result are there; afterwards two results and what is encoded from them.
        let decoding = raster + self.decoder(plan.scale);
        // Reduced as it lies in the file, first across, then down.
        let resizing = raster
            + copy(info, pixels)
            + output
            + u64::from(stored.width) * u64::from(decoded.height) * channels;
        let content = plan.crop.map_or(decoded, |part| part.size);
        let unreduced = if content.pixels() == plan.size.pixels() { output } else { 0 };
        // An allocator may move what is left of a cropped picture.
        let cropping = raster + plan.crop.map_or(0, |part| part.size.pixels().min(pixels) * channels);
        decoding.max(cropping).max(resizing).max(encoding + unreduced)
    }

    /// What decoding a JPEG to reduced planes of full sampling takes.
    fn reduced_jpeg(self, plan: &PixelsPlan, stored: Size) -> u64 {
        let Some(jpeg) = &self.info.jpeg else { return 0 };
        let options = photo_jpeg::DecodeOptions::default()
            .scale(jpeg::decode_planes::scale(plan.scale))
            .size(stored.width, stored.height)
            .sampling(vec![(1, 1); jpeg.sampling.len()]);
        let (width, height) = (self.info.size.width, self.info.size.height);
        let decoding = options.memory_for(width, height, &jpeg.sampling, has_one_scan(jpeg), self.threads);
        decoding.unwrap_or(u64::MAX / 4) + 400 * u64::from(height)
    }

    /// What going through the picture data takes that is handed on as it is.
    fn verification(self) -> u64 {
        let info = self.info;
        // A PNG is inflated into a small buffer.
        let Some(jpeg) = &info.jpeg else { return 0 };
        let (width, height) = (info.size.width, info.size.height);
        let one_scan = jpeg.natively_decodable && has_one_scan(jpeg);
        photo_jpeg::verify_memory_for(width, height, &jpeg.sampling, one_scan, self.threads)
    }

    /// Bytes that planes need: what decoding takes on so many threads; then planes, tokens and the file;
    /// pixels for a PNG.
    fn in_planes(self, plan: &PixelsPlan) -> u64 {
        let info = self.info;
        let Some(jpeg) = &info.jpeg else { return 0 };
        let stored = info.orientation.apply_to(plan.size);
        let gray = info.model == ColorModel::Gray;
        let factors = jpeg::decode_planes::factors(gray, plan.sampling, info.orientation);
        let options = photo_jpeg::DecodeOptions::default()
            .scale(jpeg::decode_planes::scale(plan.scale))
            .size(stored.width, stored.height)
            .sampling(factors);
        let (width, height) = (info.size.width, info.size.height);
        let decoding = options
            .memory_for(width, height, &jpeg.sampling, has_one_scan(jpeg), self.threads)
            .unwrap_or(u64::MAX / 4);
        // Each row of MCUs is a task with buffers of its own, which matters where rows are short and many.
        let decoding = decoding + 400 * u64::from(height);
        let planes = plan.size.pixels() * if gray { 1 } else { 3 };
        let encoding = match plan.output {
            OutputRule::Png => planes + 2 * plan.size.pixels() * 3 + encoder(plan.size, 3),
            // Chroma may be there halved and at full size, as coefficients.
            _ if plan.sampling == JpegSampling::S444 => 4 * planes,
            _ => 3 * planes,
        };
        decoding.max(encoding)
    }

    /// Bytes that coefficients need, with tokens of two bytes for about every five bits and what comes out.
    fn in_coefficients(self) -> u64 {
        let info = self.info;
        let Some(jpeg) = &info.jpeg else { return 0 };
        let (size, one_scan) = (info.size, has_one_scan(jpeg));
        photo_jpeg::Coefficients::memory_for(size.width, size.height, &jpeg.sampling, one_scan, self.threads)
            + 8 * info.bytes
    }

    /// Bytes that a decoder of rows holds: strips and tiles that are unpacked at once.
    fn row_decoder(self) -> u64 {
        match self.info.format {
            Format::Tiff | Format::Heic | Format::WebP => self.info.decoder_memory.on(self.threads),
            Format::Png => self.inflated(),
            _ => 0,
        }
    }

    /// Bytes of a PNG that are inflated before they are asked for.
    fn inflated(self) -> u64 {
        let info = self.info;
        let row = u64::from(info.size.width) * channels(info) * u64::from(info.bit_depth.div_ceil(8)) + 1;
        inflate_ahead::memory_for(row, self.threads)
    }

    /// Bytes that a decoder holds beside its result.
    fn decoder(self, scale: DecodeScale) -> u64 {
        let info = self.info;
        let (pixels, told) = (info.size.pixels(), info.decoder_memory.on(self.threads));
        match info.format {
            Format::Jpeg => jpeg_decoder(info, scale, self.threads),
            // 16-bit rows are narrowed as they come, but an interlaced picture is held whole.
            Format::Png if info.bit_depth == 16 => 2 * pixels * channels(info) + self.inflated(),
            Format::Png => self.inflated(),
            // The indices, and the frame still packed, in a buffer that grew.
            Format::Gif => pixels + 2 * info.bytes,
            Format::WebP if !info.by_rows => 4 * pixels + told,
            Format::Tiff | Format::Heic | Format::WebP => told,
            _ => 0,
        }
    }
}

fn has_one_scan(jpeg: &JpegInfo) -> bool {
    jpeg.scans <= 1 && jpeg.process != JpegProcess::Progressive
}

/// Bytes of the picture and of what it becomes while it is turned, converted, put on its background and
/// encoded.
fn encoding(plan: &PixelsPlan, channels: u64) -> u64 {
    // Gray gets colored where what is around or behind it is.
    let channels = if plan.canvas.is_some() { channels.max(3) } else { channels };
    let output = plan.canvas.unwrap_or(plan.size);
    // The filtered rows of a PNG are all held until it is known which way of deflating suits them.
    let pictures = if plan.output == OutputRule::Jpeg { 2 } else { 3 };
    pictures * output.pixels() * channels + encoder(output, channels)
}

fn scaled(size: Size, denominator: u32) -> Size {
    Size::new(size.width.div_ceil(denominator), size.height.div_ceil(denominator))
}

fn channels(info: &ImageInfo) -> u64 {
    match (info.format, info.model, info.alpha) {
        (Format::Gif | Format::Bmp | Format::WebP, _, _) => 4,
        (_, ColorModel::Cmyk | ColorModel::Ycck, _) => 4,
        // Gray with alpha is reduced as RGBA.
        (_, ColorModel::Gray, true) => 6,
        (_, ColorModel::Gray, false) => 1,
        (_, _, alpha) => 3 + u64::from(alpha),
    }
}

/// Bytes of the copy that is made of transparent pixels: multiplied with their alpha to be reduced, or
/// without it.
fn copy(info: &ImageInfo, pixels: u64) -> u64 {
    let transparent = info.alpha || matches!(info.format, Format::Gif | Format::Bmp | Format::WebP);
    if transparent { 4 * pixels } else { 0 }
}

/// Planes of samples; all coefficients as far as they take more than the picture, which comes after them.
fn jpeg_decoder(info: &ImageInfo, scale: DecodeScale, threads: usize) -> u64 {
    let Some(jpeg) = &info.jpeg else { return 0 };
    let kind = InterleavedKind {
        bits: info.bit_depth,
        one_scan: has_one_scan(jpeg) && jpeg.process != JpegProcess::Arithmetic,
        lossless: jpeg.process == JpegProcess::Lossless,
    };
    let options = InterleavedOptions::default().scale(jpeg::decode::scale(scale));
    let (width, height) = (info.size.width, info.size.height);
    let picture = scaled(info.size, scale.denominator()).pixels() * channels(info);
    let general = options.memory_for(width, height, &jpeg.sampling, &kind).saturating_sub(picture);
    if !jpeg.natively_decodable || scale != DecodeScale::Full {
        return general;
    }
    // By way of planes, which come before the picture.
    let options = photo_jpeg::DecodeOptions::default();
    let planes = options.memory_for(width, height, &jpeg.sampling, has_one_scan(jpeg), threads);
    general.max(planes.unwrap_or(u64::MAX / 4).saturating_sub(picture) + 400 * u64::from(height))
}

/// Bytes that encoding a picture needs beside it: padded planes, coefficients for the optimal tables, the
/// output.
fn encoder(size: Size, channels: u64) -> u64 {
    size.pixels() * (channels.min(3) * 3 + 1).max(8)
}
