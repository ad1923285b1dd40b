//! The Huffman tables of a picture: made from its histogram, and as one table for the writer.

use crate::encode::tokens::DC_MARK;
use crate::huffman::HuffmanSpec;

/// How often each index (class and symbol, see [`tokens`](crate::encode::tokens)) occurs in a picture.
pub(crate) type Counts = [u64; 512];

/// The tables of one class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClassTables {
    pub(crate) dc: HuffmanSpec,
    pub(crate) ac: HuffmanSpec,
}

impl ClassTables {
    /// The best tables of both classes for these counts.
    pub(crate) fn optimal(counts: &Counts) -> [Self; 2] {
        let (classes, _) = counts.as_chunks::<256>();
        [0, 1].map(|class| {
            let (mut dc, mut ac) = ([0; 256], [0; 256]);
            for (symbol, &count) in classes[class].iter().enumerate() {
                match dc_size(symbol) {
                    Some(size) => dc[size] = count,
                    None => ac[symbol] = count,
                }
            }
            Self { dc: HuffmanSpec::optimal(&dc), ac: HuffmanSpec::optimal(&ac) }
        })
    }

    /// The standard's typical tables.
    pub(crate) fn typical() -> [Self; 2] {
        [
            Self { dc: HuffmanSpec::dc_luma(), ac: HuffmanSpec::ac_luma() },
            Self { dc: HuffmanSpec::dc_chroma(), ac: HuffmanSpec::ac_chroma() },
        ]
    }
}

/// A symbol's code, shifted to leave room for the value bits, with its length and theirs, in 64 bits.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TokenCode(u64);

impl TokenCode {
    /// The code, with zeros for the value bits.
    #[inline(always)]
    pub(crate) fn bits(self) -> u64 {
        self.0 & 0xFFFF_FFFF
    }

    /// Bits of the code and of the value, 27 at most.
    #[inline(always)]
    pub(crate) fn len(self) -> u32 {
        (self.0 >> 32) as u32 & 31
    }

    /// Whether the value is in a word of its own.
    #[inline(always)]
    pub(crate) fn is_long(self) -> bool {
        self.0 >> 63 == 1
    }
}

/// The codes of both classes, by the index in a token.
#[derive(Debug)]
pub(crate) struct CodeTable(Box<[TokenCode; 512]>);

impl CodeTable {
    pub(crate) fn new(tables: &[ClassTables; 2]) -> Self {
        let mut all = Box::new([TokenCode::default(); 512]);
        let (classes, _) = all.as_chunks_mut::<256>();
        for (codes, tables) in classes.iter_mut().zip(tables) {
            let (dc, ac) = (tables.dc.codes(), tables.ac.codes());
            for (symbol, place) in codes.iter_mut().enumerate() {
                let size = value_size(symbol);
                let code = dc_size(symbol).map_or(ac[symbol], |size| dc[size]);
                let long = u64::from(size > 7);
                let len = u64::from(code.len) + size as u64;
                *place = TokenCode(u64::from(code.bits) << size | len << 32 | long << 63);
            }
        }
        Self(all)
    }

    #[inline(always)]
    pub(crate) fn get(&self, token: u16) -> TokenCode {
        self.0[usize::from(token >> 7)]
    }

    /// Bits of a code and its value.
    pub(crate) fn len(&self, index: usize) -> usize {
        self.0.get(index).map_or(0, |code| code.len() as usize)
    }

    /// A code with zeros for its value's bits.
    pub(crate) fn bits_of(&self, index: usize) -> u64 {
        self.0.get(index).map_or(0, |code| code.bits())
    }

    /// The bits that these counts of symbols take, with their values.
    pub(crate) fn bits<T: Copy + Into<u64>>(&self, counts: &[T; 512]) -> u64 {
        self.0.iter().zip(counts).map(|(code, &count)| u64::from(code.len()) * count.into()).sum()
    }
}

/// The size that a DC symbol stands for.
fn dc_size(symbol: usize) -> Option<usize> {
    (symbol & 15 == usize::from(DC_MARK)).then_some(symbol >> 4)
}

/// Bits of the value that follows a symbol, by its index.
pub(crate) fn value_size(index: usize) -> usize {
    let symbol = index % 256;
    dc_size(symbol).unwrap_or(symbol & 15)
}
