//! The Huffman tables of a picture: made from its counts of symbols, and as one table for the writer.

use crate::encode::tokens::DC_MARK;
use crate::huffman::HuffmanSpec;
use crate::huffman::encode::Code;

/// How often each index (class and symbol, see [`tokens`](crate::encode::tokens)) occurs in a picture.
pub(crate) type Counts = [u64; 512];

/// The tables of one class: luma or chroma.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClassTables {
    pub(crate) dc: HuffmanSpec,
    pub(crate) ac: HuffmanSpec,
}

impl ClassTables {
    /// The optimal tables of both classes for these counts.
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

/// The optimal table for the AC symbols of a progressive scan.
pub(crate) fn optimal_ac(counts: &Counts) -> HuffmanSpec {
    let (classes, _) = counts.as_chunks::<256>();
    HuffmanSpec::optimal(&classes[0])
}

/// A symbol's code, shifted to leave room for the value bits, packed with its length and theirs in 64 bits.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TokenCode(u64);

impl TokenCode {
    fn new(code: Code, size: usize) -> Self {
        let (len, size) = (u64::from(code.len) + size as u64, size as u64);
        Self(u64::from(code.bits) << size | len << 32 | size << 40 | u64::from(size > 7) << 63)
    }

    /// The number of bits of the value.
    fn size(self) -> u32 {
        (self.0 >> 40) as u32 & 31
    }

    /// The code, with zeros for the value bits.
    #[inline(always)]
    pub(crate) fn bits(self) -> u64 {
        self.0 & 0xFFFF_FFFF
    }

    /// The number of bits of code and value, at most 27.
    #[inline(always)]
    pub(crate) fn len(self) -> u32 {
        (self.0 >> 32) as u32 & 31
    }

    /// Whether the value is in a second word of the token.
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
                let dc_size = dc_size(symbol);
                let code = dc_size.map_or(ac[symbol], |size| dc[size]);
                *place = TokenCode::new(code, dc_size.unwrap_or(symbol & 15));
            }
        }
        Self(all)
    }

    /// The codes for a progressive scan of AC: the symbols of `table`, and bits without a code.
    pub(crate) fn of_band(table: &HuffmanSpec) -> Self {
        let codes = table.codes();
        let mut all = Box::new([TokenCode::default(); 512]);
        let (classes, _) = all.as_chunks_mut::<256>();
        for (symbol, place) in classes[0].iter_mut().enumerate() {
            // In a run of ended blocks, the value tells how many, up to 2^15 - 1 (ITU-T T.81, table G.1).
            let size = if symbol & 15 == 0 && symbol != 0xF0 { symbol >> 4 } else { symbol & 15 };
            *place = TokenCode::new(codes[symbol], size);
        }
        for (count, place) in classes[1].iter_mut().enumerate().take(8) {
            *place = TokenCode::new(Code::default(), count);
        }
        Self(all)
    }

    #[inline(always)]
    pub(crate) fn get(&self, token: u16) -> TokenCode {
        self.0[usize::from(token >> 7)]
    }

    /// The number of bits of code and value, and of the value alone.
    pub(crate) fn lens(&self, index: usize) -> (usize, usize) {
        self.0.get(index).map_or((0, 0), |code| (code.len() as usize, code.size() as usize))
    }

    /// A code with zeros for the bits of its value.
    pub(crate) fn bits_of(&self, index: usize) -> u64 {
        self.0.get(index).map_or(0, |code| code.bits())
    }

    /// The number of bits that these counts of symbols take, including their values.
    pub(crate) fn bits<T: Copy + Into<u64>>(&self, counts: &[T; 512]) -> u64 {
        self.0.iter().zip(counts).map(|(code, &count)| u64::from(code.len()) * count.into()).sum()
    }
}

/// The size that a DC symbol stands for; `None` for an AC symbol.
fn dc_size(symbol: usize) -> Option<usize> {
    (symbol & 15 == usize::from(DC_MARK)).then_some(symbol >> 4)
}
