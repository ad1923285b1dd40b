//! Data that no marker interrupts: pieces passed over from guesses, in waves, and joined.

use std::ops::Range;
use std::slice::IterMut;
use std::sync::Mutex;

use super::chunk::{Job, Piece};
use super::lane::{Place, run_one, run_two};
use super::{Scan, place_of};
use crate::scan::block::Cursor;
use crate::scan::lanes::Stop;
use crate::scan::unstuff::boundary;

/// Pieces of a wave.
fn most_pieces(threads: usize) -> usize {
    (16 * threads).clamp(4, 256)
}

/// Bytes of memory that a wave of pieces of so many bytes takes at most.
pub(super) fn memory_for(threads: usize, piece: usize) -> u64 {
    (most_pieces(threads) * (piece + (4 << 10))) as u64
}

/// Whether `data`, a range of the file without a marker, holds so many blocks.
pub(super) fn holds(scan: &Scan<'_>, data: Range<usize>, blocks: u64) -> bool {
    let threads = rayon::current_num_threads();
    let step = (data.len() / (8 * threads)).clamp(scan.cuts.least, scan.cuts.most);
    let (mut pieces, mut left) = (Vec::new(), blocks);
    let (mut from, mut known) = (data.start, Place::default());
    loop {
        let count = data.end.saturating_sub(from).div_ceil(step).clamp(1, most_pieces(threads));
        cut(&mut pieces, scan.bytes, from..data.end, step, count);
        if let Some(first) = pieces.first_mut() {
            first.reset(from, first.to, data.end, Some(known));
        }
        pass_over(scan, &mut pieces, threads);
        match join(scan, &mut pieces, &mut left) {
            Joined::Whole => return true,
            Joined::Unsure => return false,
            Joined::Next(place) => known = place,
        }
        from = pieces.last().map_or(data.end, |piece| piece.to);
    }
}

fn cut(pieces: &mut Vec<Piece>, bytes: &[u8], data: Range<usize>, step: usize, count: usize) {
    pieces.resize_with(count, Piece::default);
    let mut from = data.start;
    for (n, piece) in (1..).zip(pieces) {
        let to = boundary(bytes, data.start + n * step).min(data.end);
        piece.reset(from, to, data.end, None);
        from = to;
    }
}

/// Passes over all pieces, two at a time on each thread.
fn pass_over(scan: &Scan<'_>, pieces: &mut [Piece], threads: usize) {
    let others = pieces.len().div_ceil(2).min(threads).saturating_sub(1);
    let queue = &Mutex::new(pieces.iter_mut());
    rayon::scope(|scope| {
        for _ in 0..others {
            scope.spawn(move |_| work(scan, queue));
        }
        work(scan, queue);
    });
}

fn work<'a>(scan: &Scan<'a>, queue: &Mutex<IterMut<'a, Piece>>) {
    let mut running: Option<Job<'a>> = None;
    while let Some(piece) = queue.lock().ok().and_then(|mut pieces| pieces.next()) {
        let Some(mut job) = piece.start(scan) else { continue };
        if job.lane.stopped.is_some() {
            job.finish();
        } else if let Some(mut other) = running.take() {
            run_two(scan.level, &mut other.lane, &mut job.lane);
            for job in [other, job] {
                if job.lane.stopped.is_some() { job.finish() } else { running = Some(job) }
            }
        } else {
            running = Some(job);
        }
    }
    if let Some(mut job) = running {
        run_one(scan.level, &mut job.lane);
        job.finish();
    }
}

/// What the pieces of a wave say together.
enum Joined {
    /// All blocks are there.
    Whole,
    /// Something is wrong, or may be.
    Unsure,
    /// The next wave begins there.
    Next(Place),
}

/// Goes from piece to piece; `left` are the blocks that are still to come.
fn join(scan: &Scan<'_>, pieces: &mut [Piece], left: &mut u64) -> Joined {
    let mut first = 0;
    for n in 0..pieces.len() {
        let Some(piece) = pieces.get(n) else { break };
        let (outcome, there) = (&piece.outcome, piece.outcome.blocks.saturating_sub(first));
        let place = outcome.place;
        if there > *left || there == *left && place.bit <= piece.len {
            return Joined::Whole;
        }
        if outcome.stop != Some(Stop::Limit) || place.bit > piece.len || there >= *left {
            return Joined::Unsure;
        }
        *left -= there;
        if piece.is_last() {
            return finish(scan, piece, place, *left);
        }
        let place = Place { bit: place.bit - piece.own, ..place };
        let Some(next) = pieces.get_mut(n + 1) else { return Joined::Next(place) };
        match walk(scan, next, place, left) {
            Walk::Met(start) => first = start,
            Walk::Whole => return Joined::Whole,
            Walk::Unsure => return Joined::Unsure,
            Walk::Apart(place) => {
                let mut job = next.restart(scan, place);
                if job.lane.stopped.is_none() {
                    run_one(scan.level, &mut job.lane);
                }
                job.finish();
                first = 0;
            }
        }
    }
    Joined::Unsure
}

/// How the way into the next piece ended.
enum Walk {
    /// At a place where the piece has been: so many of its blocks lie before it.
    Met(u64),
    Whole,
    Unsure,
    /// At a place where it has not been.
    Apart(Place),
}

/// Goes on from `place` in a piece, block by block, until the piece is known to have been at the same place.
fn walk(scan: &Scan<'_>, piece: &Piece, place: Place, left: &mut u64) -> Walk {
    let mut cursor = piece.cursor(place);
    let mut starts = (0..).zip(&piece.starts).peekable();
    loop {
        let at = place_of(&cursor);
        while starts.next_if(|(_, start)| start.bit < at.bit).is_some() {}
        match starts.peek() {
            _ if *left == 0 => return Walk::Whole,
            None => return Walk::Apart(at),
            Some((n, start)) if **start == at => return Walk::Met(*n),
            _ if at.bit >= piece.limit() => return Walk::Apart(at),
            _ => {}
        }
        if !one_block(scan, &mut cursor, piece.len) {
            return Walk::Unsure;
        }
        *left -= 1;
    }
}

/// Decodes the last blocks before the end of the data, one by one.
fn finish(scan: &Scan<'_>, piece: &Piece, place: Place, left: u64) -> Joined {
    let mut cursor = piece.cursor(place);
    let whole = (0..left).all(|_| one_block(scan, &mut cursor, piece.len));
    if whole { Joined::Whole } else { Joined::Unsure }
}

/// Passes over a block that uses no bit behind `len`; `false` if there is none.
fn one_block(scan: &Scan<'_>, cursor: &mut Cursor<'_>, len: u64) -> bool {
    cursor.block(scan.mcu, &mut [0; 64]).is_ok() && cursor.bits.position() <= len
}
