//! Entropy decoding of sequential scans: speculative segments in waves, two at a time on each core.
//!
//! Huffman-coded data re-synchronizes by itself: a decoder that starts at an arbitrary byte is soon at the same bit, in
//! the same block of the MCU, as one that came from the start. So a wave of segments is decoded at once, each from a
//! guess, and then stitched: from the known state at the end of one segment decoding goes on, block by block, until its
//! state equals one that the next segment has been in. From there on the next segment's blocks are proven right.
//! Where that never happens, the segment is decoded again from the known state.

mod batch;
mod bit_reader;
mod block;
mod intervals;
mod lanes;
mod pipeline;
mod speculative_chunk;
mod stitch;
mod unstuff;
mod verify;

pub(crate) use batch::ChunkLayout;
pub(crate) use block::Mcu;
pub(crate) use pipeline::Pipeline;
pub(crate) use verify::{memory_for as verify_memory, verify as verify_scan};
