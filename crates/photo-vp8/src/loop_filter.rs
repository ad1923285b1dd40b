//! The loop filter of a macroblock (RFC 6386, section 15): which edges are filtered, in which order.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, u8x16};

use crate::edge_filter::{Filter, Limits, Line};
use crate::halves::{both, put};
use crate::parsed::LoopFilter;
use crate::plane::{MARGIN, Plane};

/// Filters the edges of the macroblock in column `x`: the left one, those inside that stand, the upper one
/// and those inside that lie.
#[inline(always)]
pub(crate) fn macroblock<S: Simd>(
    simd: S,
    planes: &mut [Plane; 3],
    x: usize,
    has_above: bool,
    filter: LoopFilter,
    is_simple: bool,
) {
    if filter.limit == 0 {
        return;
    }
    if is_simple {
        simple_edges(simd, &mut planes[0], x, has_above, filter);
    } else {
        normal_edges(simd, planes, x, has_above, filter);
    }
}

#[inline(always)]
fn simple_edges<S: Simd>(simd: S, luma: &mut Plane, x: usize, has_above: bool, filter: LoopFilter) {
    let column = MARGIN + 16 * x;
    let edge = |at: usize| if at == 0 { filter.limit + 4 } else { filter.limit };
    let inside = if filter.inner { 16 } else { 1 };
    for at in (0..inside).step_by(4).skip(usize::from(x == 0)) {
        standing_luma(simd, luma, column + at, Filter::Simple(edge(at)));
    }
    for at in (0..inside).step_by(4).skip(usize::from(!has_above)) {
        lying_luma(simd, luma, column, at, Filter::Simple(edge(at)));
    }
}

#[inline(always)]
fn normal_edges<S: Simd>(simd: S, [y, u, v]: &mut [Plane; 3], x: usize, has_above: bool, filter: LoopFilter) {
    let (column, chroma_column) = (MARGIN + 16 * x, MARGIN + 8 * x);
    let limits = Limits { edge: filter.limit, interior: filter.interior, variance: filter.variance };
    let outer_limits = Limits { edge: filter.limit + 4, ..limits };
    if x > 0 {
        standing_luma(simd, y, column, Filter::Outer(outer_limits));
        standing_chroma(simd, [u, v], chroma_column, Filter::Outer(outer_limits));
    }
    if filter.inner {
        for at in [4, 8, 12] {
            standing_luma(simd, y, column + at, Filter::Inner(limits));
        }
        standing_chroma(simd, [u, v], chroma_column + 4, Filter::Inner(limits));
    }
    if has_above {
        lying_luma(simd, y, column, 0, Filter::Outer(outer_limits));
        lying_chroma(simd, [u, v], chroma_column, 0, Filter::Outer(outer_limits));
    }
    if filter.inner {
        for at in [4, 8, 12] {
            lying_luma(simd, y, column, at, Filter::Inner(limits));
        }
        lying_chroma(simd, [u, v], chroma_column, 4, Filter::Inner(limits));
    }
}

/// Filters a lying edge of luma above row `at` of the macroblock.
#[inline(always)]
fn lying_luma<S: Simd>(simd: S, plane: &mut Plane, column: usize, at: usize, filter: Filter) {
    let stride = plane.stride;
    let first = (plane.kept() + at - 4) * stride + column;
    let rows = &mut plane.samples[first..];
    let mut line = [u8x16::splat(simd, 0); 8];
    for (row, samples) in line.iter_mut().enumerate() {
        *samples = u8x16::from_slice(simd, &rows[row * stride..][..16]);
    }
    if let Some(line) = filter.apply(simd, line) {
        for (row, samples) in line.into_iter().enumerate().skip(1).take(6) {
            samples.store_slice(&mut rows[row * stride..][..16]);
        }
    }
}

/// Filters a lying edge of both planes of chroma above row `at` of the macroblock.
#[inline(always)]
fn lying_chroma<S: Simd>(simd: S, [u, v]: [&mut Plane; 2], column: usize, at: usize, filter: Filter) {
    let stride = u.stride;
    let first = (u.kept() + at - 4) * stride + column;
    let (u, v) = (&mut u.samples[first..], &mut v.samples[first..]);
    let mut line = [u8x16::splat(simd, 0); 8];
    for (row, samples) in line.iter_mut().enumerate() {
        *samples = both(simd, &u[row * stride..], &v[row * stride..]);
    }
    if let Some(line) = filter.apply(simd, line) {
        for (row, samples) in line.into_iter().enumerate().skip(1).take(6) {
            put(samples, &mut u[row * stride..], &mut v[row * stride..]);
        }
    }
}

/// Filters a standing edge of luma to the left of `column`.
#[inline(always)]
fn standing_luma<S: Simd>(simd: S, plane: &mut Plane, column: usize, filter: Filter) {
    let stride = plane.stride;
    let first = plane.kept() * stride + column - 4;
    let (upper, lower) = plane.samples[first..].split_at_mut(8 * stride);
    standing(simd, upper, lower, stride, filter);
}

/// Filters a standing edge of both planes of chroma to the left of `column`.
#[inline(always)]
fn standing_chroma<S: Simd>(simd: S, [u, v]: [&mut Plane; 2], column: usize, filter: Filter) {
    let stride = u.stride;
    let first = u.kept() * stride + column - 4;
    standing(simd, &mut u.samples[first..], &mut v.samples[first..], stride, filter);
}

/// Filters a standing edge through eight rows of `first` and eight of `second`, which begin with p3.
#[inline(always)]
fn standing<S: Simd>(simd: S, first: &mut [u8], second: &mut [u8], stride: usize, filter: Filter) {
    let mut rows = [u8x16::splat(simd, 0); 8];
    for (row, samples) in rows.iter_mut().enumerate() {
        *samples = both(simd, &first[row * stride..], &second[row * stride..]);
    }
    // A shuffle rotates the bits of where a sample is: of its row, its half and its column.
    let line = shuffle(shuffle(shuffle(shuffle(rows))));
    if let Some(line) = filter.apply(simd, line) {
        let rows = shuffle(shuffle(shuffle(line)));
        for (row, samples) in rows.into_iter().enumerate() {
            put(samples, &mut first[row * stride..], &mut second[row * stride..]);
        }
    }
}

#[inline(always)]
fn shuffle<S: Simd>(line: Line<S>) -> Line<S> {
    let [a, b, c, d, e, f, g, h] = line;
    let pairs = [a.interleave(e), b.interleave(f), c.interleave(g), d.interleave(h)];
    [pairs[0].0, pairs[0].1, pairs[1].0, pairs[1].1, pairs[2].0, pairs[2].1, pairs[3].0, pairs[3].1]
}
