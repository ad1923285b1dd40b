//! Any planes: what is encoded decodes to the same size, and both readers agree that it is sound.
#![no_main]

use libfuzzer_sys::fuzz_target;
use photo_jpeg::{
    Coefficients, ColorModel, DecodeOptions, EncodeOptions, Orientation, Plane, Planes, ReadOptions, decode, decode_cut,
    encode, encoded_len,
};

/// A picture made of the bytes: sides, sampling, and samples that repeat them.
fn picture(bytes: &[u8]) -> Option<(Planes, EncodeOptions<'static>)> {
    let (&[w, h, how, quality, restart, turn], samples) = bytes.split_first_chunk::<6>()?;
    let (width, height) = (u32::from(w % 70) + 1, u32::from(h % 70) + 1);
    let luma = (1 + how % 2, 1 + how / 2 % 2);
    let gray = how & 4 != 0;
    let sampling = if gray { vec![(1, 1)] } else { vec![luma, (1, 1), (1, 1)] };
    let (most_h, most_v) = if gray { (1, 1) } else { luma };
    let plane = |&(h, v): &(u8, u8)| {
        let side = |size: u32, part: u8, of: u8| (size * u32::from(part)).div_ceil(u32::from(of));
        let (width, height) = (side(width, h, most_h), side(height, v, most_v));
        let data = samples.iter().chain(std::iter::once(&how)).cycle().take((width * height) as usize).copied();
        Plane::new(width, height, data.collect())
    };
    let planes = sampling.iter().map(plane).collect::<Option<Vec<_>>>()?;
    let color = if gray { ColorModel::Gray } else { ColorModel::YCbCr };
    let options = EncodeOptions::default()
        .quality(1 + quality % 100)
        .restart_interval(u16::from(restart % 9))
        .optimize_huffman(restart < 128)
        .orientation(Orientation::ALL[usize::from(turn % 8)]);
    Some((Planes { width, height, color, sampling, planes }, options))
}

fuzz_target!(|bytes: &[u8]| {
    let Some((planes, options)) = picture(bytes) else { return };
    let file = encode(&planes, &options).expect("valid planes");
    let decoded = decode(&file, &DecodeOptions::default()).expect("what we wrote");
    let (width, height) = (planes.width, planes.height);
    let want = if options.orientation.swaps_sides() { (height, width) } else { (width, height) };
    assert_eq!((decoded.width, decoded.height), want);
    for (segments, meant) in [(2, 9), (5, 30)] {
        assert!(decode_cut(&file, &DecodeOptions::default(), segments, meant).expect("what we wrote") == decoded);
    }
    let coefficients = Coefficients::read(&file, &ReadOptions::default()).expect("what we wrote");
    assert_eq!(coefficients.components.len(), planes.planes.len());
    let predicted = encoded_len(&planes, &options, 1).expect("valid planes");
    assert!(predicted > 0);
});
