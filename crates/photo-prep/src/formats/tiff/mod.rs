//! TIFF to facts and samples: what scanners, fax machines, Photoshop and cameras write (TIFF 6.0, BigTIFF,
//! Adobe's and libtiff's supplements). What is not read is refused by name in `header` and `unpack`.

mod color;
mod color_model;
mod compression;
mod directory;
mod facts;
mod grid;
mod header;
mod lab;
mod old_jpeg;
mod page;
mod palette;
mod predictor;
mod rows;
mod samples;
mod tag;
#[cfg(test)]
mod tests;
mod unpack;
mod ycbcr;

pub(crate) use facts::{icc_profile, probe};

use grid::Grid;
use header::Header;
use rows::Rows;

use crate::info::ImageInfo;
use crate::pixels::Raster;
use crate::pixels::bands::{self, RowSource};
use crate::pixels::depth::DepthConversion;
use crate::{Error, Format, Result, Size};

/// The whole picture as stored. `memory` bounds what JPEGs in it may take.
pub(crate) fn decode(bytes: &[u8], info: &ImageInfo, depth: &DepthConversion, memory: u64) -> Result<Raster> {
    with_rows(bytes, info, depth, memory, |rows| {
        let (size, layout) = (rows.size(), rows.layout());
        let mut data = Vec::with_capacity(Raster::bytes_for(size, layout));
        rows.append(size.height as usize, &mut data)?;
        Raster::new(size, layout, data).ok_or_else(|| {
            Error::malformed(Format::Tiff, None, "picture data is missing: samples are left out")
        })
    })
}

/// The picture reduced to `size` while it is unpacked.
pub(crate) fn reduced(
    bytes: &[u8],
    info: &ImageInfo,
    size: Size,
    depth: &DepthConversion,
    memory: u64,
) -> Result<Raster> {
    with_rows(bytes, info, depth, memory, |rows| bands::reduced(rows, size))
}

fn with_rows<T>(
    bytes: &[u8],
    info: &ImageInfo,
    depth: &DepthConversion,
    memory: u64,
    run: impl FnOnce(&mut Rows<'_>) -> Result<T>,
) -> Result<T> {
    let directory = page::find(bytes)?.directory;
    let header = Header::read(&directory)?;
    if header.size != info.size {
        let reason = format!("the facts say {}, the directory {}", info.size, header.size);
        return Err(Error::malformed(Format::Tiff, directory.at(), reason));
    }
    let grid = Grid::read(&directory, &header)?;
    run(&mut Rows::open(&directory, &header, &grid, depth, memory))
}
