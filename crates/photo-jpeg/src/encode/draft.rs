//! Drafts of files, of which everything is known except the bits.

use std::borrow::Cow;
use std::ops::Range;

use rayon::prelude::*;

use crate::encode::codes::{CodeTable, Counts};
use crate::encode::emit::{self, EncodedGroup, GroupJoiner};
use crate::encode::stuffing;
use crate::encode::tokens::TokenGroup;
use crate::error::{Error, Result};
use crate::syntax::marker::END_OF_IMAGE;
use crate::task_graph;

/// A JPEG of which everything is known except its bits. Its expected length can be asked for before the bits
/// are written.
///
/// A draft takes two bytes of memory for about every five bits of the file.
#[derive(Debug)]
pub struct Draft {
    /// Everything before the tables of the first scan.
    headers: Vec<u8>,
    scans: Vec<ScanDraft>,
    expected_len: u64,
}

/// A scan of which everything is known except its bits.
#[derive(Debug)]
pub(super) struct ScanDraft {
    /// The tables and the scan header.
    pub(super) headers: Vec<u8>,
    pub(super) groups: Vec<TokenGroup>,
    pub(super) counts: Box<Counts>,
    pub(super) codes: CodeTable,
    pub(super) restarts: Option<RestartLayout>,
}

/// The restart markers of a scan.
#[derive(Debug)]
pub(super) struct RestartLayout {
    /// The number of bytes that markers and the fill bits before them are expected to take.
    filling: u64,
    /// The index of each group's first interval.
    first: Vec<u32>,
}

impl RestartLayout {
    pub(super) fn new(interval: u16, mcus: u32, groups: &[Range<u32>]) -> Self {
        let first = groups.iter().map(|group| group.start / u32::from(interval.max(1))).collect();
        // A marker, and four bits on average.
        let filling = u64::from(mcus / u32::from(interval.max(1))) * 5 / 2;
        Self { filling, first }
    }
}

/// The expected number of bytes of a file with these headers and scans. The number of stuffed bytes is an
/// estimate.
pub(super) fn expected_len(headers: &[u8], scans: &[ScanDraft]) -> u64 {
    let scans: u64 = scans.iter().map(ScanDraft::expected_len).sum();
    (headers.len() + END_OF_IMAGE.len()) as u64 + scans
}

impl Draft {
    pub(super) fn new(headers: Vec<u8>, scans: Vec<ScanDraft>) -> Result<Self> {
        if !scans.iter().all(|scan| scan.groups.iter().all(|group| group.sound)) {
            return Err(Error::Argument("there are coefficients that no picture of 8-bit samples has"));
        }
        let expected_len = expected_len(&headers, &scans);
        Ok(Self { headers, scans, expected_len })
    }

    /// The expected number of bytes. Only that of the stuffed ones is an estimate (see
    /// [`encoded_len`](crate::encoded_len)).
    #[must_use]
    pub fn expected_len(&self) -> u64 {
        self.expected_len
    }

    /// Writes the file, on all threads of the current rayon pool.
    #[must_use]
    pub fn write(self) -> Vec<u8> {
        let Self { headers, scans, .. } = self;
        let scans: Vec<(Vec<u8>, Vec<EncodedGroup>)> =
            scans.into_par_iter().with_max_len(1).map(ScanDraft::emit).collect();
        let mut pieces = vec![Cow::Borrowed(headers.as_slice())];
        for (headers, bits) in &scans {
            pieces.push(Cow::Borrowed(headers));
            let mut joint = GroupJoiner::default();
            bits.iter().for_each(|group| joint.append(group));
            pieces.append(&mut joint.finish());
        }
        pieces.push(Cow::Borrowed(&END_OF_IMAGE));
        task_graph::did("joining of groups");
        concatenated(&pieces)
    }
}

/// Concatenates all pieces. Threads share the copying, which is mostly a wait for fresh memory.
fn concatenated(pieces: &[Cow<'_, [u8]>]) -> Vec<u8> {
    let mut out = vec![0; pieces.iter().map(|piece| piece.len()).sum()];
    task_graph::did("memory of the file");
    let mut places = Vec::with_capacity(pieces.len());
    let mut rest = out.as_mut_slice();
    for piece in pieces {
        let (place, behind) = rest.split_at_mut(piece.len());
        places.push((place, piece));
        rest = behind;
    }
    task_graph::section(|section| {
        let copy = |(place, piece): (&mut [u8], &Cow<'_, [u8]>)| {
            section.task("concatenation", || place.copy_from_slice(piece))();
        };
        places.into_par_iter().with_max_len(1).for_each(copy);
    });
    out
}

impl ScanDraft {
    fn expected_len(&self) -> u64 {
        let (codes, counts) = (&self.codes, &self.counts);
        let data = codes.bits(counts).div_ceil(8) + stuffing::stuffed_bytes(codes, counts) as u64;
        let filling = self.restarts.as_ref().map_or(0, |restarts| restarts.filling);
        self.headers.len() as u64 + data + filling
    }

    /// Writes all groups in parallel, and returns them with the headers.
    pub(super) fn emit(self) -> (Vec<u8>, Vec<EncodedGroup>) {
        let Self { headers, groups, codes, restarts, .. } = self;
        let mut before = 0;
        let place = |(index, group): (usize, TokenGroup)| {
            let bits = codes.bits(&group.histogram);
            let phase = (before % 8) as u32;
            before += bits;
            (index, group, phase, bits)
        };
        let placed: Vec<_> = groups.into_iter().enumerate().map(place).collect();
        let first = restarts.map(|restarts| restarts.first);
        let work = |(index, group, phase, bits): (usize, TokenGroup, u32, u64)| match first
            .as_ref()
            .and_then(|first| first.get(index))
        {
            Some(first) => emit::emit_intervals(&group, &codes, *first, bits),
            None => emit::emit(&group, &codes, phase, bits),
        };
        let groups = task_graph::section(|section| {
            let work = |group| section.task("bits", || work(group))();
            placed.into_par_iter().with_max_len(1).map(work).collect()
        });
        (headers, groups)
    }
}
