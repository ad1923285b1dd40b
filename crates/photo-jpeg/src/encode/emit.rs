//! Turns tokens into bits.
//!
//! The number of bits of a group follows from its histogram. Therefore all groups are written in parallel,
//! each starting at the right bit of a byte. Neighbors share a byte, which is put together when they are
//! joined. The result doesn't depend on how the picture was divided into groups.

use std::borrow::Cow;

use crate::encode::codes::CodeTable;
use crate::encode::tokens::TokenGroup;
use crate::syntax::marker;

/// The bits of a group, to be joined with those of its neighbors.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct EncodedGroup {
    /// The byte shared with the previous group, if there is one and this group completes it. It is not
    /// stuffed, and the other group's bits are 0.
    first: Option<u8>,
    /// The complete bytes after that, with stuffing.
    middle: Vec<u8>,
    /// The incomplete byte at the end. The bits behind the group are 0.
    last: u8,
    /// The number of bits in use in it, 0 to 7, including those before the group.
    end_phase: u32,
}

/// Writes a group of `bits` bits that begins at bit `phase`, 0 to 7, of a byte.
pub(crate) fn emit(group: &TokenGroup, codes: &CodeTable, phase: u32, bits: u64) -> EncodedGroup {
    let mut writer = BitWriter::new(phase, bits);
    writer.write(&group.tokens, codes);
    writer.finish()
}

/// Writes a group with restart markers. Its first interval is number `first_interval` of the picture. Each
/// interval is filled up with ones, and preceded by a marker unless it is the first of all.
pub(crate) fn emit_intervals(
    group: &TokenGroup,
    codes: &CodeTable,
    first_interval: u32,
    bits: u64,
) -> EncodedGroup {
    let mut writer = BitWriter::new(0, bits);
    let ends = group.intervals.iter().skip(1).copied().chain([group.tokens.len()]);
    for ((interval, &start), end) in (first_interval..).zip(&group.intervals).zip(ends) {
        if let Some(before) = interval.checked_sub(1) {
            writer.marker(marker::RST0 | (before % 8) as u8);
        }
        writer.write(group.tokens.get(start..end).unwrap_or_default(), codes);
        writer.fill_up();
    }
    writer.finish()
}

/// Joins groups to the pieces that make up the bits of a scan.
#[derive(Debug, Default)]
pub(crate) struct GroupJoiner<'a> {
    pieces: Vec<Cow<'a, [u8]>>,
    /// The incomplete byte at the end. Its free bits are 0.
    partial: u8,
    /// The number of bits in use in it, 0 to 7.
    phase: u32,
}

impl<'a> GroupJoiner<'a> {
    /// Appends a group that was written at the phase where the previous one ended.
    pub(crate) fn append(&mut self, group: &'a EncodedGroup) {
        let shared = self.phase > 0;
        self.phase = group.end_phase;
        match group.first {
            Some(first) => self.pieces.push(stuffed(first | self.partial)),
            None if shared => {
                self.partial |= group.last;
                return;
            }
            None => {}
        }
        self.pieces.push(Cow::Borrowed(&group.middle));
        self.partial = group.last;
    }

    /// Fills the last byte up with ones (ITU-T T.81, F.1.2.3) and returns all pieces.
    pub(crate) fn finish(mut self) -> Vec<Cow<'a, [u8]>> {
        if self.phase > 0 {
            self.pieces.push(stuffed(self.partial | 0xFF >> self.phase));
        }
        self.pieces
    }
}

fn stuffed(byte: u8) -> Cow<'static, [u8]> {
    Cow::Owned(if byte == 0xFF { vec![byte, 0] } else { vec![byte] })
}

/// Writes bits into a small buffer. When the buffer is full, its bytes are copied to the result with
/// stuffing.
struct BitWriter {
    register: BitRegister,
    buffer: Box<[u8; BUFFER]>,
    len: usize,
    /// Whether the next complete byte is shared with the previous group.
    shares: bool,
    first: Option<u8>,
    middle: Vec<u8>,
}

/// The bits that aren't written yet.
#[derive(Clone, Copy)]
struct BitRegister {
    /// The bits, from the top; all others are 0.
    pending: u64,
    count: u32,
}

impl BitRegister {
    /// Appends the low `len` bits of `bits`, whose other bits must be 0. After [`Self::drain`] there is room
    /// for two times 27 bits.
    #[inline(always)]
    fn put(&mut self, bits: u64, len: u32) {
        self.count += len;
        self.pending |= bits << ((64 - self.count) & 63);
    }

    /// Appends a token, which takes a second word if its value is long.
    #[inline(always)]
    fn token(&mut self, word: u16, words: &mut std::slice::Iter<'_, u16>, codes: &CodeTable) {
        let code = codes.get(word);
        let value = if code.is_long() { words.next().copied().unwrap_or_default() } else { word & 0x7F };
        self.put(code.bits() | u64::from(value), code.len());
    }

    /// Writes all complete bytes, and undefined ones behind them. Returns the number of complete bytes. Up to
    /// 7 bits are left.
    #[inline(always)]
    fn drain(&mut self, place: &mut [u8; 8]) -> usize {
        *place = self.pending.to_be_bytes();
        let bytes = (self.count >> 3) as usize;
        self.pending <<= self.count & 56;
        self.count &= 7;
        bytes
    }
}

impl BitWriter {
    fn new(phase: u32, bits: u64) -> Self {
        let bytes = usize::try_from(bits / 8).unwrap_or_default();
        Self {
            register: BitRegister { pending: 0, count: phase & 7 },
            buffer: Box::new([0; BUFFER]),
            len: 0,
            shares: phase > 0,
            first: None,
            // About one byte in 200 is stuffed.
            middle: Vec::with_capacity(bytes + bytes / 128 + 16),
        }
    }

    fn write(&mut self, tokens: &[u16], codes: &CodeTable) {
        // This is a copy, so that it stays in processor registers.
        let mut register = self.register;
        let mut words = tokens.iter();
        while let Some(&word) = words.next() {
            register.token(word, &mut words, codes);
            if let Some(&word) = words.next() {
                register.token(word, &mut words, codes);
            }
            if self.len > BUFFER - 8 {
                self.flush();
            }
            if let Some(place) = self.buffer.get_mut(self.len..).and_then(<[u8]>::first_chunk_mut) {
                self.len += register.drain(place);
            }
        }
        self.register = register;
    }

    /// Completes the last byte with ones.
    fn fill_up(&mut self) {
        let free = (8 - self.register.count) % 8;
        self.register.put((1 << free) - 1, free);
        if self.len > BUFFER - 8 {
            self.flush();
        }
        if let Some(place) = self.buffer.get_mut(self.len..).and_then(<[u8]>::first_chunk_mut) {
            self.len += self.register.drain(place);
        }
    }

    /// Writes a marker behind a complete byte.
    fn marker(&mut self, code: u8) {
        self.flush();
        self.middle.extend_from_slice(&[0xFF, code]);
    }

    #[inline(never)]
    fn flush(&mut self) {
        let mut bytes = self.buffer.get(..self.len).unwrap_or_default();
        self.len = 0;
        if self.shares {
            let Some((&first, rest)) = bytes.split_first() else { return };
            self.first = Some(first);
            self.shares = false;
            bytes = rest;
        }
        while let Some(at) = memchr::memchr(0xFF, bytes) {
            let (done, rest) = bytes.split_at(at + 1);
            self.middle.extend_from_slice(done);
            self.middle.push(0);
            bytes = rest;
        }
        self.middle.extend_from_slice(bytes);
    }

    fn finish(mut self) -> EncodedGroup {
        self.flush();
        let last = (self.register.pending >> 56) as u8;
        EncodedGroup { first: self.first, middle: self.middle, last, end_phase: self.register.count }
    }
}

const BUFFER: usize = 16 << 10;
