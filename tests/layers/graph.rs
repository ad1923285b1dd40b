//! Circles of files that import each other.

use std::collections::VecDeque;

use crate::resolve::Import;

/// Files that all reach each other.
pub(crate) struct Circle<'a> {
    pub(crate) files: Vec<usize>,
    /// The imports around a shortest way back to the file it starts from.
    pub(crate) shortest: Vec<&'a Import>,
}

/// The strongly connected components of more than one file.
pub(crate) fn circles(files: usize, imports: &[Import]) -> Vec<Circle<'_>> {
    let mut from: Vec<Vec<&Import>> = vec![Vec::new(); files];
    for import in imports {
        from[import.from].push(import);
    }
    let reached: Vec<Vec<bool>> = (0..files).map(|file| reached(file, &from)).collect();
    let mut placed = vec![false; files];
    let mut found = Vec::new();
    for file in 0..files {
        if placed[file] || !reached[file][file] {
            continue;
        }
        let circle: Vec<_> =
            (file..files).filter(|&other| reached[file][other] && reached[other][file]).collect();
        circle.iter().for_each(|&file| placed[file] = true);
        let ways = circle.iter().filter_map(|&file| way_back(file, &from));
        let shortest = ways.min_by_key(Vec::len).unwrap_or_default();
        found.push(Circle { files: circle, shortest });
    }
    found
}

/// Whether each file can be reached from one by at least one import.
fn reached(start: usize, from: &[Vec<&Import>]) -> Vec<bool> {
    let mut seen = vec![false; from.len()];
    let mut left = vec![start];
    while let Some(file) = left.pop() {
        for import in &from[file] {
            if !std::mem::replace(&mut seen[import.to], true) {
                left.push(import.to);
            }
        }
    }
    seen
}

/// The fewest imports that lead from a file back to itself.
fn way_back<'a>(start: usize, from: &[Vec<&'a Import>]) -> Option<Vec<&'a Import>> {
    let mut by: Vec<Option<&Import>> = vec![None; from.len()];
    let mut left = VecDeque::from([start]);
    while let Some(file) = left.pop_front() {
        for &import in &from[file] {
            if by[import.to].is_none() {
                by[import.to] = Some(import);
                left.push_back(import.to);
            }
        }
    }
    let mut way = vec![by[start]?];
    while let Some(first) = way.last().filter(|import| import.from != start) {
        way.push(by[first.from]?);
    }
    way.reverse();
    Some(way)
}
