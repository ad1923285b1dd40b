//! The route that makes all pixels anew: decode, reduce, turn, convert, encode.

mod colors;
mod finish;
mod planes;
mod raster;
mod redecoder;
mod source_planes;

use crate::Result;
use crate::formats::opened::OpenedFile;
use crate::plan::{DecodePath, PixelsPlan, Plan};
use crate::prepared::Prepared;

pub(super) fn run<'a>(plan: &Plan, pixels: &PixelsPlan, file: &OpenedFile<'_>) -> Result<Prepared<'a>> {
    match pixels.decode_path {
        DecodePath::Planes => planes::run(plan, pixels, file),
        DecodePath::Raster => raster::run(plan, pixels, file),
    }
}
