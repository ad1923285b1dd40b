//! Blocks: from syntax elements to samples before the filters.

mod coding_unit;
mod intra;
mod intra_modes;
mod qp;
mod references;
mod residual;
mod sao_syntax;
mod segment;
mod transform;
mod transform_tree;
mod transform_unit;
mod unit;

pub(crate) use qp::chroma_qp;
pub(crate) use segment::{Progress, SegmentDecoder};
