//! The loop filters across an edge (RFC 6386, sections 15.2 and 15.3), at 16 places at a time.
//!
//! The samples on a line through the edge are p3, p2, p1, p0 on one side and q0, q1, q2, q3 on the other.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, i8x16, i16x8, u8x16};

/// Samples from p3 to q3.
pub(crate) type Line<S> = [u8x16<S>; 8];

/// What decides whether and how an edge is filtered.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) edge: u8,
    pub(crate) interior: u8,
    pub(crate) variance: u8,
}

/// One of the filters. It is known where it is used, so that choosing takes no time.
#[derive(Clone, Copy)]
pub(crate) enum Filter {
    /// The simple filter, with the limit of the edge.
    Simple(u8),
    /// The normal filter of edges inside a macroblock.
    Inner(Limits),
    /// The normal filter of edges between macroblocks.
    Outer(Limits),
}

impl Filter {
    /// The filtered samples of a line. `None` if nothing changes.
    #[inline(always)]
    pub(crate) fn apply<S: Simd>(self, simd: S, line: Line<S>) -> Option<Line<S>> {
        match self {
            Self::Simple(edge) => simple(simd, line, edge),
            Self::Inner(limits) => inner(simd, line, limits),
            Self::Outer(limits) => outer(simd, line, limits),
        }
    }
}

/// The simple filter, which changes p0 and q0. `None` if nothing changes.
#[inline(always)]
fn simple<S: Simd>(simd: S, line: Line<S>, edge: u8) -> Option<Line<S>> {
    let [p3, p2, p1, p0, q0, q1, q2, q3] = line;
    let filtered = within(p1, p0, q0, q1, edge);
    if filtered.all_false() {
        return None;
    }
    let [sp1, sp0, sq0, sq1] = [signed(simd, p1), signed(simd, p0), signed(simd, q0), signed(simd, q1)];
    let step = third_order(sp1, sp0, sq0, sq1, i8x16::splat(simd, -1)) & filtered.to_vector();
    let (sp0, sq0) = adjust(simd, sp0, sq0, step);
    Some([p3, p2, p1, unsigned(simd, sp0), unsigned(simd, sq0), q1, q2, q3])
}

/// The normal filter of edges inside a macroblock, which changes p1 to q1. `None` if nothing changes.
#[inline(always)]
fn inner<S: Simd>(simd: S, line: Line<S>, limits: Limits) -> Option<Line<S>> {
    let [p3, p2, p1, p0, q0, q1, q2, q3] = line;
    let (filtered, varied) = decide(line, limits)?;
    let [sp1, sp0, sq0, sq1] = [signed(simd, p1), signed(simd, p0), signed(simd, q0), signed(simd, q1)];
    let step = third_order(sp1, sp0, sq0, sq1, varied) & filtered;
    let (sp0, sq0) = adjust(simd, sp0, sq0, step);
    // Half of what q0 has changed by, rounded up.
    let half = shift_right::<S, 1>(simd, upper_step(simd, step) + 1) & !varied & filtered;
    let (sp1, sq1) = (sp1.saturating_add(half), sq1.saturating_sub(half));
    let (p1, p0) = (unsigned(simd, sp1), unsigned(simd, sp0));
    let (q0, q1) = (unsigned(simd, sq0), unsigned(simd, sq1));
    Some([p3, p2, p1, p0, q0, q1, q2, q3])
}

/// The normal filter of edges between macroblocks, which changes p2 to q2. `None` if nothing changes.
#[inline(always)]
fn outer<S: Simd>(simd: S, line: Line<S>, limits: Limits) -> Option<Line<S>> {
    let [p3, p2, p1, p0, q0, q1, q2, q3] = line;
    let (filtered, varied) = decide(line, limits)?;
    let (sp2, sp1, sp0) = (signed(simd, p2), signed(simd, p1), signed(simd, p0));
    let (sq0, sq1, sq2) = (signed(simd, q0), signed(simd, q1), signed(simd, q2));
    let step = third_order(sp1, sp0, sq0, sq1, i8x16::splat(simd, -1)) & filtered;
    let (sp0, sq0) = adjust(simd, sp0, sq0, step & varied);
    let [by0, by1, by2] = sevenths(step & !varied);
    Some([
        p3,
        unsigned(simd, sp2.saturating_add(by2)),
        unsigned(simd, sp1.saturating_add(by1)),
        unsigned(simd, sp0.saturating_add(by0)),
        unsigned(simd, sq0.saturating_sub(by0)),
        unsigned(simd, sq1.saturating_sub(by1)),
        unsigned(simd, sq2.saturating_sub(by2)),
        q3,
    ])
}

#[inline(always)]
fn difference<S: Simd>(a: u8x16<S>, b: u8x16<S>) -> u8x16<S> {
    a.saturating_sub(b) | b.saturating_sub(a)
}

/// Where the step across the edge is small enough to be filtered.
#[inline(always)]
fn within<S: Simd>(
    p1: u8x16<S>,
    p0: u8x16<S>,
    q0: u8x16<S>,
    q1: u8x16<S>,
    edge: u8,
) -> fearless_simd::mask8x16<S> {
    let near = difference(p0, q0);
    near.saturating_add(near).saturating_add(difference(p1, q1) >> 1).simd_le(edge)
}

/// Where the normal filters apply, and where there is high variance at the edge. `None` if they apply
/// nowhere.
#[inline(always)]
fn decide<S: Simd>(line: Line<S>, limits: Limits) -> Option<(i8x16<S>, i8x16<S>)> {
    let [p3, p2, p1, p0, q0, q1, q2, q3] = line;
    let at_edge = difference(p1, p0).max(difference(q1, q0));
    let interior = difference(p3, p2)
        .max(difference(p2, p1))
        .max(difference(q3, q2))
        .max(difference(q2, q1))
        .max(at_edge);
    let filtered = within(p1, p0, q0, q1, limits.edge) & interior.simd_le(limits.interior);
    if filtered.all_false() {
        return None;
    }
    Some((filtered.to_vector(), !at_edge.simd_le(limits.variance).to_vector()))
}

#[inline(always)]
fn signed<S: Simd>(simd: S, samples: u8x16<S>) -> i8x16<S> {
    (samples ^ u8x16::splat(simd, 0x80)).bitcast()
}

#[inline(always)]
fn unsigned<S: Simd>(simd: S, samples: i8x16<S>) -> u8x16<S> {
    (samples ^ i8x16::splat(simd, -0x80)).bitcast()
}

/// Three times the step across the edge, and the difference of the samples around it where `wide` is set.
#[inline(always)]
fn third_order<S: Simd>(p1: i8x16<S>, p0: i8x16<S>, q0: i8x16<S>, q1: i8x16<S>, wide: i8x16<S>) -> i8x16<S> {
    let step = q0.saturating_sub(p0);
    (p1.saturating_sub(q1) & wide).saturating_add(step).saturating_add(step).saturating_add(step)
}

/// Divides by a power of two. Vectors of bytes have no shift on x86, those of 16 bits do.
#[inline(always)]
fn shift_right<S: Simd, const BITS: u32>(simd: S, values: i8x16<S>) -> i8x16<S> {
    let shifted: i8x16<S> = (unsigned(simd, values) >> BITS).bitcast();
    shifted - (0x80 >> BITS) as i8
}

#[inline(always)]
fn upper_step<S: Simd>(simd: S, step: i8x16<S>) -> i8x16<S> {
    shift_right::<S, 3>(simd, step.saturating_add(4))
}

/// Moves p0 and q0 towards each other.
#[inline(always)]
fn adjust<S: Simd>(simd: S, p0: i8x16<S>, q0: i8x16<S>, step: i8x16<S>) -> (i8x16<S>, i8x16<S>) {
    let lower = shift_right::<S, 3>(simd, step.saturating_add(3));
    (p0.saturating_add(lower), q0.saturating_sub(upper_step(simd, step)))
}

/// About 3/7, 2/7 and 1/7 of the step.
#[inline(always)]
fn sevenths<S: Simd>(step: i8x16<S>) -> [i8x16<S>; 3] {
    let (low, high) = step.widen();
    let (low, high) = (multiples(low), multiples(high));
    [low[2].relaxed_narrow(high[2]), low[1].relaxed_narrow(high[1]), low[0].relaxed_narrow(high[0])]
}

#[inline(always)]
fn multiples<S: Simd>(step: i16x8<S>) -> [i16x8<S>; 3] {
    let nine = step * 9;
    let first = nine + 63;
    let second = first + nine;
    [first >> 7, second >> 7, (second + nine) >> 7]
}
