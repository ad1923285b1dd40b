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

/// Up to 256 places, one axis after the other, so that several distances are found at once.
pub(super) struct Places {
    axes: [[f32; MOST]; 4],
    count: usize,
}

const MOST: usize = 256;

impl Places {
    /// The first 256 of `places`.
    pub(super) fn new(places: &[[f32; 4]]) -> Self {
        // What is not used is far away from all colors.
        let mut axes = [[1e9; MOST]; 4];
        for (i, place) in places.iter().take(MOST).enumerate() {
            axes.iter_mut().zip(place).for_each(|(axis, value)| axis[i] = *value);
        }
        Self { axes, count: places.len().min(MOST) }
    }

    /// The index of the place nearest to one, the first of several.
    pub(super) fn nearest(&self, to: &[f32; 4]) -> usize {
        const LANES: usize = 8;
        let used = self.count.next_multiple_of(LANES).min(MOST);
        let [a, b, c, d] = self.axes.each_ref().map(|axis| axis[..used].as_chunks::<LANES>().0);
        // For each lane the least distance, and the chunk that it is in.
        let (mut least, mut chunk) = ([f32::MAX; LANES], [0u32; LANES]);
        for (i, (((a, b), c), d)) in (0u32..).zip(a.iter().zip(b).zip(c).zip(d)) {
            for k in 0..LANES {
                let by = [a[k] - to[0], b[k] - to[1], c[k] - to[2], d[k] - to[3]];
                let far = by[0] * by[0] + by[1] * by[1] + by[2] * by[2] + by[3] * by[3];
                let nearer = far < least[k];
                least[k] = if nearer { far } else { least[k] };
                chunk[k] = if nearer { i } else { chunk[k] };
            }
        }
        let mut best = (f32::MAX, 0);
        for (k, (far, chunk)) in least.into_iter().zip(chunk).enumerate() {
            let index = chunk as usize * LANES + k;
            if far < best.0 || far == best.0 && index < best.1 {
                best = (far, index);
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_nearest_place_is_the_first_with_the_least_distance(
            colors in proptest::collection::vec(any::<[u8; 4]>(), 1..257), of in any::<[u8; 4]>()
        ) {
            let (places, of): (Vec<_>, _) = (colors.into_iter().map(place).collect(), place(of));
            let far = |i: &usize| distance(&places[*i], &of);
            let want = (0..places.len()).min_by(|a, b| far(a).total_cmp(&far(b)));
            prop_assert_eq!(Some(Places::new(&places).nearest(&of)), want);
        }
    }
}
