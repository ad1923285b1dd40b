//! Palettes by k-means (S. Lloyd, "Least squares quantization in PCM", 1982), begun from boxes that are cut
//! where colors spread most (X. Wu, "Efficient statistical computations for optimal color quantization",
//! Graphics Gems II, 1991).

use rayon::prelude::*;

use super::histogram::Entry;
use super::space::{Places, color, distance, place};

/// Rounds, unless nothing moves before.
const ROUNDS: usize = 8;

/// A color's place and its weight.
#[derive(Clone, Copy)]
struct Point {
    place: [f32; 4],
    weight: f32,
}

/// At most `most` colors in the middle of those that are seen; the very colors, where there are not more. A
/// color that makes up half of what its center stands for is the center.
pub(super) fn centers(seen: &[Entry], most: usize) -> Vec<[u8; 4]> {
    if seen.len() <= most {
        return seen.iter().map(|entry| entry.color).collect();
    }
    let points: Vec<Point> =
        seen.iter().map(|e| Point { place: place(e.color), weight: e.count as f32 }).collect();
    let mut centers = boxes(points.clone(), most);
    let mut of = Vec::new();
    for _ in 0..ROUNDS {
        let places = Places::new(&centers);
        let assigned: Vec<usize> = points.par_iter().map(|point| places.nearest(&point.place)).collect();
        let stays = assigned == of;
        of = assigned;
        if stays {
            break;
        }
        move_to_middles(&mut centers, &points, &of);
    }
    snapped(seen, &of, &centers)
}

/// The middles of boxes; the one with the largest spread is cut first, at its mean.
fn boxes(points: Vec<Point>, most: usize) -> Vec<[f32; 4]> {
    let mut boxes = vec![Box4::new(points)];
    while boxes.len() < most {
        let widest = boxes.iter().enumerate().max_by(|a, b| a.1.spread.total_cmp(&b.1.spread));
        let Some((index, _)) = widest.filter(|(_, b)| b.spread > 0.0) else { break };
        let cut = boxes.swap_remove(index);
        let (axis, mean) = (cut.axis, cut.mean[cut.axis]);
        let (low, high): (Vec<Point>, Vec<Point>) = cut.points.iter().partition(|p| p.place[axis] < mean);
        if low.is_empty() || high.is_empty() {
            boxes.push(Box4 { spread: 0.0, ..cut });
            continue;
        }
        boxes.extend([Box4::new(low), Box4::new(high)]);
    }
    boxes.into_iter().map(|b| b.mean).collect()
}

/// Points with their mean, and the axis along which they spread most.
struct Box4 {
    points: Vec<Point>,
    mean: [f32; 4],
    axis: usize,
    spread: f32,
}

impl Box4 {
    fn new(points: Vec<Point>) -> Self {
        let weight = points.iter().map(|p| f64::from(p.weight)).sum::<f64>().max(1e-9);
        let sum = |value: &dyn Fn(&Point) -> f64| -> f64 {
            points.iter().map(|p| f64::from(p.weight) * value(p)).sum()
        };
        let mean: [f64; 4] = std::array::from_fn(|k| sum(&|p| f64::from(p.place[k])) / weight);
        let spreads: [f64; 4] = std::array::from_fn(|k| sum(&|p| (f64::from(p.place[k]) - mean[k]).powi(2)));
        let axis = (0..4).max_by(|&a, &b| spreads[a].total_cmp(&spreads[b])).unwrap_or(0);
        let spread = if points.len() < 2 { 0.0 } else { spreads[axis] as f32 };
        Self { mean: mean.map(|m| m as f32), axis, spread, points }
    }
}

/// Each center to the mean of its points; one without points to the point that is worst off.
fn move_to_middles(centers: &mut [[f32; 4]], points: &[Point], of: &[usize]) {
    let mut sums = vec![([0f64; 4], 0f64); centers.len()];
    let mut worst = (0f32, [0f32; 4]);
    for (point, &center) in points.iter().zip(of) {
        let (sum, weight) = &mut sums[center];
        (0..4).for_each(|k| sum[k] += f64::from(point.place[k]) * f64::from(point.weight));
        *weight += f64::from(point.weight);
        let far = distance(&point.place, &centers[center]) * point.weight;
        if far > worst.0 {
            worst = (far, point.place);
        }
    }
    for (center, (sum, weight)) in centers.iter_mut().zip(sums) {
        *center = if weight > 0.0 { sum.map(|s| (s / weight) as f32) } else { worst.1 };
    }
}

/// The centers' colors, exact where one makes up most of it.
fn snapped(seen: &[Entry], of: &[usize], centers: &[[f32; 4]]) -> Vec<[u8; 4]> {
    let mut most: Vec<(u64, Option<Entry>)> = vec![(0, None); centers.len()];
    for (entry, &center) in seen.iter().zip(of) {
        let (sum, top) = &mut most[center];
        *sum += u64::from(entry.count);
        if top.is_none_or(|top| entry.count > top.count) {
            *top = Some(*entry);
        }
    }
    let exact = |(sum, top): &(u64, Option<Entry>)| {
        top.filter(|top| 2 * u64::from(top.count) >= *sum).map(|top| top.color)
    };
    centers.iter().zip(&most).map(|(center, most)| exact(most).unwrap_or_else(|| color(*center))).collect()
}
