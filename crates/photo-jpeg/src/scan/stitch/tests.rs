use super::*;
use crate::header::Header;
use crate::scan::batch::ChunkLayout;
use crate::scan::block::Mcu;
use crate::scan::pipeline::decode;
use crate::simd::Level;

/// By Pillow 13 (libjpeg), 304x200 at quality 70. All four components have the same tables, so that what a guess
/// takes for one may be any of them.
const INKS: &[u8] = include_bytes!("../../../tests/data/inks_same_tables.jpg");

#[test]
fn chunks_of_inks_are_not_decoded_again() {
    let header = Header::read(INKS).unwrap();
    let mcu = Mcu::of(&header).unwrap();
    assert!(mcu.interchangeable);
    let layout = ChunkLayout { target_blocks: 200, max_blocks: 400, min_bytes: 16, chunks: 8 };
    let mut reader = ScanReader::of(INKS, &header, &mcu, layout, Level::new());
    let (mut batch, mut blocks, mut patched, mut again) = (Batch::default(), 0, 0, 0);
    while !reader.is_done() {
        reader.plan_batch(&mut batch, &mut Vec::new());
        decode(&reader, &mut batch, || ());
        reader.stitch(&mut batch).unwrap();
        blocks += batch.len;
        patched += batch.patch.len();
        again += batch.chunks.iter().filter(|c| c.known.is_none() && c.starts.is_empty()).count();
    }
    assert_eq!((blocks, again), (38 * 25 * 4, 0));
    assert!(patched * 20 < blocks, "{patched} of {blocks} blocks one by one");
}
