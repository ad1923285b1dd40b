//! Lossless turns against another program's.

use libjpeg_turbo_rs::{Encoder, PixelFormat, TransformOp};
use photo_jpeg::{Coefficients, Edges, Orientation, ReadOptions};
use photo_testkit::{Layout, photo_like};

fn jpeg(width: u32, height: u32, factors: &[(u8, u8)], progressive: bool) -> Vec<u8> {
    let picture = photo_like(width, height, 9).convert(Layout::Rgb);
    let encoder = Encoder::new(picture.data(), width as usize, height as usize, PixelFormat::Rgb);
    encoder.sampling_factors(factors.to_vec()).progressive(progressive).encode().unwrap()
}

fn read(bytes: &[u8]) -> Coefficients {
    Coefficients::read(bytes, &ReadOptions::default()).unwrap()
}

#[test]
fn whole_mcus_turn_as_libjpeg_turbo_turns_them() {
    let operations = [
        (Orientation::Upright, TransformOp::None),
        (Orientation::MirrorHorizontal, TransformOp::HFlip),
        (Orientation::Rotate180, TransformOp::Rot180),
        (Orientation::MirrorVertical, TransformOp::VFlip),
        (Orientation::Transpose, TransformOp::Transpose),
        (Orientation::Rotate90, TransformOp::Rot90),
        (Orientation::Transverse, TransformOp::Transverse),
        (Orientation::Rotate270, TransformOp::Rot270),
    ];
    let samplings: [&[(u8, u8)]; 4] = [
        &[(2, 2), (1, 1), (1, 1)],
        &[(2, 1), (1, 1), (1, 1)],
        &[(1, 2), (1, 1), (1, 1)],
        &[(1, 1), (1, 1), (1, 1)],
    ];
    for (sampling, progressive) in samplings.into_iter().flat_map(|s| [(s, false), (s, true)]) {
        let bytes = jpeg(96, 48, sampling, progressive);
        let stored = read(&bytes);
        for (orientation, operation) in operations {
            let ours = stored.turned(orientation, Edges::Keep).unwrap();
            let theirs = read(&libjpeg_turbo_rs::transform(&bytes, operation).unwrap());
            assert_eq!((ours.width(), ours.height()), (theirs.width(), theirs.height()), "{orientation:?}");
            for (ours, theirs) in ours.components().iter().zip(theirs.components()) {
                assert_eq!(ours.facts(), theirs.facts(), "{sampling:?} {orientation:?}");
                assert!(ours.blocks() == theirs.blocks(), "{sampling:?} {orientation:?}");
            }
        }
    }
}

#[test]
fn turning_there_and_back_changes_nothing() {
    let back = |orientation| match orientation {
        Orientation::Rotate90 => Orientation::Rotate270,
        Orientation::Rotate270 => Orientation::Rotate90,
        own => own,
    };
    let stored = read(&jpeg(64, 32, &[(2, 2), (1, 1), (1, 1)], false));
    for orientation in Orientation::ALL {
        let turned = stored.turned(orientation, Edges::Keep).unwrap();
        assert_eq!(turned.turned(back(orientation), Edges::Keep).unwrap(), stored, "{orientation:?}");
    }
}
