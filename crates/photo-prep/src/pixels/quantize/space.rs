//! Where colors lie, and how far from each other they are.

/// Where a color lies: near colors look alike, on black as on white. Coordinates are those of sRGB, weighted
/// about as they make light (BT.709), times alpha.
pub(super) fn place([r, g, b, a]: [u8; 4]) -> [f32; 4] {
    const WEIGHTS: [f32; 3] = [0.55, 0.80, 0.38];
    let alpha = f32::from(a) / 255.0;
    let [wr, wg, wb] = WEIGHTS;
    [wr * f32::from(r) * alpha, wg * f32::from(g) * alpha, wb * f32::from(b) * alpha, f32::from(a)]
}

/// The color at a place.
pub(super) fn color([r, g, b, a]: [f32; 4]) -> [u8; 4] {
    let opacity = (a / 255.0).max(1.0 / 255.0);
    let round = |value: f32, weight: f32| (value / weight / opacity).round().clamp(0.0, 255.0) as u8;
    // What is nearly opaque was opaque.
    let alpha = if a >= 250.0 { 255 } else { a.round().clamp(0.0, 255.0) as u8 };
    [round(r, 0.55), round(g, 0.80), round(b, 0.38), alpha]
}

pub(super) fn distance(a: &[f32; 4], b: &[f32; 4]) -> f32 {
    (0..4).map(|k| (a[k] - b[k]) * (a[k] - b[k])).sum()
}

/// The place nearest to one, and how far it is.
pub(super) fn nearest(places: &[[f32; 4]], to: &[f32; 4]) -> (usize, f32) {
    let mut best = (0, f32::MAX);
    for (i, place) in places.iter().enumerate() {
        let far = distance(place, to);
        if far < best.1 {
            best = (i, far);
        }
    }
    best
}
