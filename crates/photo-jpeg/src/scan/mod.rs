//! Entropy decoding of sequential scans: batches of speculative chunks, two at a time on each core.
//!
//! Huffman-coded data resynchronizes by itself. A decoder that starts at an arbitrary byte is soon at the
//! same bit, and in the same block of the MCU, as a decoder that came from the start. Therefore all chunks of
//! a batch are decoded at once, each from a guess, and then stitched. The stitcher goes on from the known
//! state at the end of one chunk, block by block, until its state equals one that the next chunk has been in.
//! From there on, the blocks of the next chunk are proven right. If that never happens, the chunk is decoded
//! again from the known state.

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
