//! Resizing keeps what must be kept.

use photo_resize::{Pixel, lanczos3};

const PIXELS: [(Pixel, usize); 5] =
    [(Pixel::Gray, 1), (Pixel::GrayAlpha, 2), (Pixel::Rgb, 3), (Pixel::Rgba, 4), (Pixel::Four, 4)];

#[test]
fn flat_pictures_stay_flat_in_every_layout() {
    for (pixel, n) in PIXELS {
        let small = lanczos3(&vec![200; 50 * 40 * n], (50, 40), (17, 13), pixel).unwrap();
        assert_eq!(small.len(), 17 * 13 * n);
        assert!(small.iter().all(|v| v.abs_diff(200) <= 1), "{pixel:?}");
    }
}

#[test]
fn transparent_pixels_do_not_bleed() {
    // Left half opaque red, right half transparent green.
    let data: Vec<u8> =
        (0..64 * 64).flat_map(|i| if i % 64 < 32 { [255, 0, 0, 255] } else { [0, 255, 0, 0] }).collect();
    for p in lanczos3(&data, (64, 64), (21, 21), Pixel::Rgba).unwrap().chunks_exact(4).filter(|p| p[3] > 0) {
        assert!(p[0] >= 250 && p[1] <= 5, "{p:?}");
    }
}

#[test]
fn data_of_the_wrong_length_is_refused() {
    for (pixel, n) in PIXELS {
        assert_eq!(lanczos3(&vec![0; 12 * n - 1], (4, 3), (2, 2), pixel), None);
        assert_eq!(lanczos3(&[], (0, 3), (2, 2), pixel), None);
        assert_eq!(lanczos3(&vec![0; 12 * n], (4, 3), (0, 2), pixel), None);
    }
}
