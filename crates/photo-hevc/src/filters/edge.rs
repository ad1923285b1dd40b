//! Filtering of one edge of four luma samples, or of the chroma samples beside them (H.265 section 8.7.2.5).

/// A piece of an edge in a slice of samples.
#[derive(Clone, Copy)]
pub(super) struct Edge {
    /// The first sample behind the edge.
    pub(super) at: usize,
    /// From a sample to the next one across the edge.
    pub(super) across: usize,
    /// From a sample to the next one along the edge.
    pub(super) along: usize,
    /// Whether the samples before and behind the edge stay as they are.
    pub(super) keep: [bool; 2],
    pub(super) tc: i32,
    pub(super) most: i32,
}

/// Filters four lines of luma.
pub(super) fn luma(samples: &mut [u16], edge: &Edge, beta: i32) {
    let first = edge.at - 4 * edge.across;
    let mut lines = [[0i32; 8]; 4];
    for (line, values) in lines.iter_mut().enumerate() {
        for (k, value) in values.iter_mut().enumerate() {
            *value = i32::from(samples[first + line * edge.along + k * edge.across]);
        }
    }
    let bend = |a: i32, b: i32, c: i32| (a - 2 * b + c).abs();
    let [p0, p3] = [lines[0], lines[3]].map(|line| bend(line[1], line[2], line[3]));
    let [q0, q3] = [lines[0], lines[3]].map(|line| bend(line[6], line[5], line[4]));
    if p0 + q0 + p3 + q3 >= beta {
        return;
    }
    let flat = |line: &[i32; 8], bends: i32| {
        2 * bends < beta >> 2
            && (line[0] - line[3]).abs() + (line[4] - line[7]).abs() < beta >> 3
            && (line[3] - line[4]).abs() < (5 * edge.tc + 1) >> 1
    };
    let side = (beta + (beta >> 1)) >> 3;
    let second = [p0 + p3 < side, q0 + q3 < side];
    let strong = flat(&lines[0], p0 + q0) && flat(&lines[3], p3 + q3);
    for (number, line) in lines.iter().enumerate() {
        let filtered = if strong { strong_line(line, edge.tc) } else { weak_line(line, edge, second) };
        for k in 1..7 {
            if !edge.keep[k / 4] {
                samples[first + number * edge.along + k * edge.across] = filtered[k] as u16;
            }
        }
    }
}

fn strong_line(line: &[i32; 8], tc: i32) -> [i32; 8] {
    let [p3, p2, p1, p0, q0, q1, q2, q3] = *line;
    let near = |value: i32, mean: i32| mean.clamp(value - 2 * tc, value + 2 * tc);
    [
        p3,
        near(p2, (2 * p3 + 3 * p2 + p1 + p0 + q0 + 4) >> 3),
        near(p1, (p2 + p1 + p0 + q0 + 2) >> 2),
        near(p0, (p2 + 2 * p1 + 2 * p0 + 2 * q0 + q1 + 4) >> 3),
        near(q0, (p1 + 2 * p0 + 2 * q0 + 2 * q1 + q2 + 4) >> 3),
        near(q1, (p0 + q0 + q1 + q2 + 2) >> 2),
        near(q2, (p0 + q0 + q1 + 3 * q2 + 2 * q3 + 4) >> 3),
        q3,
    ]
}

/// `second` tells whether the second samples before and behind the edge are filtered as well.
fn weak_line(line: &[i32; 8], edge: &Edge, second: [bool; 2]) -> [i32; 8] {
    let [_, p2, p1, p0, q0, q1, q2, _] = *line;
    let mut filtered = *line;
    let delta = (9 * (q0 - p0) - 3 * (q1 - p1) + 8) >> 4;
    if delta.abs() >= edge.tc * 10 {
        return filtered;
    }
    let delta = delta.clamp(-edge.tc, edge.tc);
    let half = edge.tc >> 1;
    filtered[3] = (p0 + delta).clamp(0, edge.most);
    filtered[4] = (q0 - delta).clamp(0, edge.most);
    if second[0] {
        let change = ((((p2 + p0 + 1) >> 1) - p1 + delta) >> 1).clamp(-half, half);
        filtered[2] = (p1 + change).clamp(0, edge.most);
    }
    if second[1] {
        let change = ((((q2 + q0 + 1) >> 1) - q1 - delta) >> 1).clamp(-half, half);
        filtered[5] = (q1 + change).clamp(0, edge.most);
    }
    filtered
}

/// Filters `count` lines of chroma.
pub(super) fn chroma(samples: &mut [u16], edge: &Edge, count: usize) {
    for line in 0..count {
        let at = edge.at + line * edge.along;
        let [p1, p0, q0, q1] =
            [0, 1, 2, 3].map(|k| i32::from(samples[at + k * edge.across - 2 * edge.across]));
        let delta = ((((q0 - p0) << 2) + p1 - q1 + 4) >> 3).clamp(-edge.tc, edge.tc);
        if !edge.keep[0] {
            samples[at - edge.across] = (p0 + delta).clamp(0, edge.most) as u16;
        }
        if !edge.keep[1] {
            samples[at] = (q0 - delta).clamp(0, edge.most) as u16;
        }
    }
}
