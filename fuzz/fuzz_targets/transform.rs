//! Any coefficients: turns that cancel out give the same ones, and what is requantized and turned while it is
//! written reads back as if both had been done before.
#![no_main]

use libfuzzer_sys::fuzz_target;
use photo_fuzz::{picture, same};
use photo_jpeg::{
    Coefficients, DecodeOptions, Edges, Orientation, QuantTable, ReadOptions, TranscodeOptions, decode,
    encode, transcode, transcoded_len,
};

/// A picture whose coefficients are the bytes, two for each and most of them small, as files have them.
fn coefficients(bytes: &[u8]) -> Option<Coefficients> {
    let (planes, options) = picture(bytes)?;
    let file = encode(&planes, &options.orientation(Orientation::Upright)).expect("valid planes");
    let mut picture = Coefficients::read(&file, &ReadOptions::default()).expect("what we wrote");
    let values = bytes.get(6..)?.as_chunks::<2>().0;
    let mut values = values.iter().map(|&pair| i16::from_le_bytes(pair));
    for block in picture.components_mut().iter_mut().flat_map(|c| c.blocks_mut()) {
        for (value, new) in block.iter_mut().zip(&mut values) {
            *value = if new % 4 == 0 { new } else { new % 1024 };
        }
    }
    Some(picture)
}

fn turned(picture: &Coefficients, orientation: Orientation) -> Coefficients {
    picture.turned(orientation, Edges::Keep).expect("whole MCUs")
}

fn inverse(orientation: Orientation) -> Orientation {
    match orientation {
        Orientation::Rotate90 => Orientation::Rotate270,
        Orientation::Rotate270 => Orientation::Rotate90,
        own => own,
    }
}

fn turns_cancel_out(picture: &Coefficients) {
    // Cut to whole MCUs, nothing is lost at any border.
    let Some(whole) = picture.turned(Orientation::Rotate180, Edges::Trim) else { return };
    let mut quarters = whole.clone();
    for _ in 0..4 {
        quarters = turned(&quarters, Orientation::Rotate90);
    }
    assert!(quarters == whole, "four quarter-turns");
    for orientation in Orientation::ALL {
        let back = turned(&turned(&whole, orientation), inverse(orientation));
        assert!(back == whole, "{orientation:?} and back");
    }
}

fn requantized(picture: &Coefficients, tables: &[QuantTable], orientation: Orientation) {
    let mut coarse = picture.clone();
    coarse.requantize(tables).expect("a table for each component");
    for component in coarse.components() {
        assert!(component.blocks().iter().flatten().all(|value| (-1024..=1023).contains(value)));
    }
    let options =
        TranscodeOptions::default().orientation(orientation).edges(Edges::Trim).tables(tables.to_vec());
    let expected = coarse.turned(orientation, Edges::Trim);
    let Some(expected) = expected else {
        assert!(transcode(picture, &options).is_err(), "nothing would be left");
        return;
    };
    for options in [options.clone(), options.progressive(true)] {
        let file = transcode(picture, &options).expect("divisors of 8 bits");
        assert!(transcoded_len(picture, &options, 1).expect("the same") > 0);
        let again = Coefficients::read(&file, &ReadOptions::default()).expect("what we wrote");
        assert!(same(&expected, &again), "{orientation:?}");
        let planes = decode(&file, &DecodeOptions::default()).expect("what we wrote");
        assert_eq!((planes.width(), planes.height()), (expected.width(), expected.height()));
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some(mut picture) = coefficients(bytes) else { return };
    let (coarseness, orientation) = (bytes[3], Orientation::ALL[usize::from(bytes[5] % 8)]);
    turns_cancel_out(&picture);
    // Files may hold values that none of 8 bits may have; those are refused.
    let _ = transcode(&picture, &TranscodeOptions::default().orientation(orientation).edges(Edges::Trim));
    // What 8-bit samples can give: where a table stays as it is, so do the coefficients.
    for value in picture.components_mut().iter_mut().flat_map(|c| c.blocks_mut()).flatten() {
        *value = (*value).clamp(-1023, 1023);
    }
    let coarser = |(index, component): (usize, &photo_jpeg::CodedComponent)| {
        component.facts().quant.coarser(&QuantTable::perceptual(index, 1.0, f64::from(coarseness) * 3.0))
    };
    let coarse: Vec<_> = picture.components().iter().enumerate().map(coarser).collect();
    let finest = vec![QuantTable::luma(100); picture.components().len()];
    requantized(&picture, &coarse, orientation);
    requantized(&picture, &finest, orientation);
});
