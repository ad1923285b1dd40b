//! Rows of lossy pictures without alpha, by `photo-vp8`: one thread parses coefficients, which takes longest; another
//! parses modes and reconstructs, and others use the rows.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use photo_vp8::{Header, ModeParser, ParsedRow, Parser, Reconstructor, TokenParser, Upsampler};
use rayon::Scope;

use super::container::{check_size, chunks, first};
use crate::formats::work_ahead::{SerialWork, WorkAhead};
use crate::geometry::Size;
use crate::info::{DecoderMemory, ImageInfo};
use crate::pixels::Layout;
use crate::pixels::bands::RowSource;
use crate::{Error, Format, Result};

/// Rows of macroblocks that may wait for their coefficients, and to be reconstructed.
const WAITING: usize = 8;

/// What decoding a picture takes beside its rows.
pub(super) fn memory_for(header: &Header) -> DecoderMemory {
    // Rows that wait, and those that are used up: 800 bytes for 16 pixels.
    let waiting = 4 * WAITING as u64 * 800 * u64::from(header.width.div_ceil(16));
    let rgb = Upsampler::MAX_ROWS as u64 * u64::from(header.width) * 3;
    DecoderMemory::fixed(photo_vp8::memory_for(header) + waiting + rgb)
}

/// What `run` makes of the rows.
///
/// # Errors
/// Those of `run`; [`Error::Malformed`] or [`Error::Truncated`] for damaged data, which is data that libwebp refuses.
pub(super) fn with<T: Send>(
    bytes: &[u8],
    info: &ImageInfo,
    run: &(impl Fn(&mut dyn RowSource) -> Result<T> + Sync),
) -> Result<T> {
    let data = first(bytes, &chunks(bytes)?, b"VP8 ").unwrap_or_default();
    let parser = Parser::new(data).map_err(error)?;
    let header = *parser.header();
    let size = Size::new(header.width, header.height);
    check_size(info, size)?;
    let (parser, tokens) = parser.into_halves();
    let modes = Mutex::new(ModeRows { parser, ready: VecDeque::new(), spare: Vec::new(), at_end: false });
    let ahead = WorkAhead::new(TokenRows { modes: &modes, tokens, failed: false }, WAITING);
    rayon::scope(|scope| {
        let rgb = vec![0; Upsampler::MAX_ROWS * 3 * size.width as usize];
        let (reconstructor, upsampler) = (Reconstructor::new(&header), Upsampler::new(&header));
        let (modes, ahead) = (&modes, &ahead);
        run(&mut LossyRows { size, modes, ahead, scope, reconstructor, upsampler, rgb, used: 0, ready: 0 })
    })
}

/// Rows of macroblocks whose modes are parsed, by whichever thread has time for it.
struct ModeRows<'a> {
    parser: ModeParser<'a>,
    ready: VecDeque<photo_vp8::Result<ParsedRow>>,
    spare: Vec<ParsedRow>,
    at_end: bool,
}

impl ModeRows<'_> {
    /// Parses one more row.
    fn parse(&mut self) {
        if self.at_end {
            return;
        }
        let mut row = self.spare.pop().unwrap_or_default();
        let parsed = self.parser.row(&mut row);
        self.at_end = parsed != Ok(true);
        match parsed {
            Ok(true) => self.ready.push_back(Ok(row)),
            Ok(false) => {}
            Err(error) => self.ready.push_back(Err(error)),
        }
    }

    /// The next row; `None` at the end.
    fn next(&mut self) -> Option<photo_vp8::Result<ParsedRow>> {
        if self.ready.is_empty() {
            self.parse();
        }
        self.ready.pop_front()
    }
}

fn lock<'m, 'a>(modes: &'m Mutex<ModeRows<'a>>) -> MutexGuard<'m, ModeRows<'a>> {
    modes.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Rows with their coefficients, up to the first that is not there.
struct TokenRows<'m, 'a> {
    modes: &'m Mutex<ModeRows<'a>>,
    tokens: TokenParser<'a>,
    failed: bool,
}

impl SerialWork for TokenRows<'_, '_> {
    type Item = photo_vp8::Result<ParsedRow>;

    fn next(&mut self, spare: Option<Self::Item>) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let mut modes = lock(self.modes);
        modes.spare.extend(spare.and_then(std::result::Result::ok));
        let row = modes.next()?;
        drop(modes);
        let row = row.and_then(|mut row| self.tokens.row(&mut row).map(|()| row));
        self.failed = row.is_err();
        Some(row)
    }
}

struct LossyRows<'s, 'a, 'r> {
    size: Size,
    modes: &'s Mutex<ModeRows<'a>>,
    ahead: &'s WorkAhead<TokenRows<'s, 'a>>,
    scope: &'r Scope<'s>,
    reconstructor: Reconstructor,
    upsampler: Upsampler,
    /// Finished rows, as many as are ready, and how many of them are used.
    rgb: Vec<u8>,
    used: usize,
    ready: usize,
}

impl LossyRows<'_, '_, '_> {
    /// Makes the rows that the next row of macroblocks finishes.
    fn refill(&mut self) -> Result<()> {
        // Here is time for it: the coefficients take longer than all else.
        let mut modes = lock(self.modes);
        (modes.ready.len()..WAITING).for_each(|_| modes.parse());
        drop(modes);
        let missing = || Error::malformed(Format::WebP, None, "rows are missing");
        let parsed = self.ahead.next(self.scope).ok_or_else(missing)?.map_err(error)?;
        self.ready = self.upsampler.rows(&self.reconstructor.row(&parsed), &mut self.rgb).len();
        self.used = 0;
        self.ahead.give_back(Ok(parsed));
        Ok(())
    }
}

impl RowSource for LossyRows<'_, '_, '_> {
    fn size(&self) -> Size {
        self.size
    }

    fn layout(&self) -> Layout {
        Layout::Rgb
    }

    fn append(&mut self, count: usize, out: &mut Vec<u8>) -> Result<()> {
        let (pitch, mut left) = (3 * self.size.width as usize, count);
        while left > 0 {
            if self.used == self.ready {
                self.refill()?;
            }
            let take = left.min(self.ready - self.used);
            out.extend_from_slice(&self.rgb[self.used * pitch..(self.used + take) * pitch]);
            (self.used, left) = (self.used + take, left - take);
        }
        Ok(())
    }
}

fn error(error: photo_vp8::Error) -> Error {
    match error {
        photo_vp8::Error::Truncated { decoded, total } => Error::Truncated {
            format: Format::WebP,
            offset: None,
            decoded: decoded.into(),
            total: total.into(),
            unit: "rows of macroblocks",
        },
        photo_vp8::Error::Malformed { reason, .. } => Error::malformed(Format::WebP, None, reason),
        other => Error::unsupported(Format::WebP, other.to_string()),
    }
}
