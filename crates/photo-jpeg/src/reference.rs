//! The reference decoder of the tests, which follows ITU-T T.81 bit by bit. It is slow, plain and strict.

mod bit_reader;
mod idct;
pub(crate) mod samples;
mod scan;

pub(crate) use idct::{exact_idct, islow_idct};

use crate::error::{Error, Result};
use crate::header::{Component, Header, Process, TableState, next_scan};

/// All coefficients of a picture.
#[derive(Debug)]
pub(crate) struct ReferenceImage {
    pub(crate) header: Header,
    /// The components, in the order of the header.
    pub(crate) components: Vec<ReferenceComponent>,
}

/// A component with its coefficients.
#[derive(Debug)]
pub(crate) struct ReferenceComponent {
    /// The component's facts, with the quantization table that applied when its first scan began.
    pub(crate) facts: Component,
    /// The `blocks_wide * blocks_high` blocks, row by row, each in natural order and not multiplied by the
    /// divisors.
    pub(crate) blocks: Vec<[i16; 64]>,
    /// The bit position down to which each coefficient, in zigzag order, is known; `None` before its first
    /// scan.
    known: [Option<u8>; 64],
}

impl ReferenceImage {
    /// Decodes a file with any number of scans.
    ///
    /// # Errors
    /// As [`Header::read`]; [`Error::Truncated`] if data of a scan, or all data of a component, are missing;
    /// [`Error::Malformed`] for a code that isn't in its table, a coefficient outside of its band, scans that
    /// don't follow on each other, wrong restart markers; [`Error::Memory`] above 256 MB.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self> {
        let (header, mut state) = Header::read_with_tables(bytes)?;
        let components = header.components.iter().map(ReferenceComponent::empty).collect();
        let mut picture = Self { header, components };
        picture.check_memory()?;
        let (mut scan, mut scans) = (picture.header.scan.clone(), 1);
        loop {
            for part in &scan.components {
                picture.components[part.index].begin_scan(&picture.header, &scan, &state, part.index)?;
            }
            scan::decode(bytes, &mut picture, &scan)?;
            match next_scan(bytes, &mut state, scan.data_start)? {
                Some(_) if scans == MAX_SCANS => return Err(Error::Unsupported("so many scans")),
                Some(next) => scan = next,
                None => break,
            }
            scans += 1;
        }
        picture.check_complete(bytes, scan.data_start)?;
        Ok(picture)
    }

    /// The samples of every component, without padding. `idct` turns dequantized coefficients into samples.
    pub(crate) fn planes(&self, idct: fn(&[i32; 64]) -> [u8; 64]) -> Vec<Vec<u8>> {
        self.components.iter().map(|component| component.plane(idct)).collect()
    }

    fn check_memory(&mut self) -> Result<()> {
        let blocks = |c: &ReferenceComponent| u64::from(c.facts.blocks_wide) * u64::from(c.facts.blocks_high);
        let needed = self.components.iter().map(|c| 128 * blocks(c)).sum();
        if needed > 256 << 20 {
            return Err(Error::Memory { needed, limit: 256 << 20 });
        }
        for component in &mut self.components {
            component.blocks = vec![[0; 64]; blocks(component) as usize];
        }
        Ok(())
    }

    /// Checks that no component is missing, and that nothing is missing at all unless an end-of-image marker
    /// follows the start of the last scan.
    fn check_complete(&self, bytes: &[u8], last_scan: usize) -> Result<()> {
        let mut known = self.components.iter().map(|c| c.known);
        let ended = bytes[last_scan..].windows(2).rev().any(|pair| pair == [0xFF, 0xD9]);
        let complete =
            known.all(|known| known[0].is_some() && (ended || known.iter().all(|&k| k == Some(0))));
        let total = u64::from(self.header.mcus_wide) * u64::from(self.header.mcus_high);
        complete.then_some(()).ok_or(Error::Truncated { offset: bytes.len(), decoded: total, total })
    }
}

impl ReferenceComponent {
    fn empty(facts: &Component) -> Self {
        Self { facts: facts.clone(), blocks: Vec::new(), known: [None; 64] }
    }

    /// Records what a scan adds (T.81, G.1.1.1), after checking that it fits what is there.
    fn begin_scan(
        &mut self,
        header: &Header,
        scan: &crate::Scan,
        state: &TableState,
        index: usize,
    ) -> Result<()> {
        if self.known.iter().all(Option::is_none) {
            self.facts.quant = state.quant(index)?;
        }
        let before = (scan.approx_high > 0).then_some(scan.approx_high);
        let before = if header.process == Process::Sequential { None } else { before };
        for known in &mut self.known[usize::from(scan.spectral_start)..=usize::from(scan.spectral_end)] {
            if *known != before {
                return Err(Error::malformed(scan.data_start, "a scan doesn't follow on those before it"));
            }
            *known = Some(scan.approx_low);
        }
        Ok(())
    }

    fn plane(&self, idct: fn(&[i32; 64]) -> [u8; 64]) -> Vec<u8> {
        let (width, height) = (self.facts.width as usize, self.facts.height as usize);
        let mut plane = vec![0; width * height];
        for (at, block) in self.blocks.iter().enumerate() {
            let wide = self.facts.blocks_wide as usize;
            let (left, top) = (at % wide * 8, at / wide * 8);
            let quant = self.facts.quant.values();
            let samples = idct(&std::array::from_fn(|i| i32::from(block[i]) * i32::from(quant[i])));
            for (i, sample) in samples.into_iter().enumerate() {
                let (x, y) = (left + i % 8, top + i / 8);
                if x < width && y < height {
                    plane[y * width + x] = sample;
                }
            }
        }
        plane
    }
}

/// More scans than this are an attack. Coding every coefficient of three components bit by bit takes 3 * 64 *
/// 14.
const MAX_SCANS: u32 = 3 * 64 * 14;

mod tests;
