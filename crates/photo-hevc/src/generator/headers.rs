//! Parameter sets and slice headers of random streams.

use super::random::Random;
use crate::layout::Layout;
use crate::slice::SliceHeader;
use crate::slice::contexts::{self, COUNT};

/// What a stream uses.
#[derive(Debug)]
pub(super) struct Config {
    chroma: u32,
    /// Of luma and chroma: ffmpeg has no planes of different depths.
    depth: u32,
    blocks: Blocks,
    transform_depth: u32,
    scaling: u32,
    pcm: Option<[u32; 4]>,
    sao: bool,
    pcm_unfiltered: bool,
    strong: bool,
    range: Option<[bool; 9]>,
    dependent: bool,
    hiding: bool,
    qp: i32,
    skip: bool,
    qp_depth: Option<u32>,
    chroma_offsets: [i32; 2],
    slice_offsets: bool,
    bypass: bool,
    tiles: Option<(Vec<u32>, Vec<u32>)>,
    wavefront: bool,
    /// Whether filters go across the boundaries of tiles, and of slices.
    across: [bool; 2],
    deblocking: Option<(bool, bool, i32, i32)>,
    skip_log2: u32,
    cross: bool,
    offset_list: Option<(u32, Vec<(i32, i32)>)>,
    sao_shift: [u32; 2],
    slices: u32,
    seed: u64,
    pub(super) chances: [u8; COUNT],
}

/// The sizes of a picture and of its blocks.
#[derive(Debug)]
struct Blocks {
    log2_ctb: u32,
    log2_min_cb: u32,
    log2_min_tb: u32,
    log2_max_tb: u32,
    width: u32,
    height: u32,
}

impl Blocks {
    fn random(r: &mut Random) -> Self {
        let log2_ctb = 4 + r.below(3);
        let log2_min_cb = 3 + r.below((log2_ctb - 2).min(2));
        let log2_min_tb = 2 + r.below(log2_min_cb - 2);
        let log2_max_tb = log2_min_tb + r.below(log2_ctb.min(5) - log2_min_tb + 1);
        let mask = (1 << log2_min_cb) - 1;
        let side = |r: &mut Random| (16 + r.below(if log2_ctb == 6 { 240 } else { 110 }) + mask) & !mask;
        let (width, height) = (side(r), side(r));
        Self { log2_ctb, log2_min_cb, log2_min_tb, log2_max_tb, width, height }
    }

    /// How many sizes of coding blocks there are.
    fn levels(&self) -> u32 {
        self.log2_ctb - self.log2_min_cb + 1
    }

    fn tiles(&self, r: &mut Random) -> (Vec<u32>, Vec<u32>) {
        let count = |side: u32| side.div_ceil(1 << self.log2_ctb);
        (tile_sizes(r, count(self.width)), tile_sizes(r, count(self.height)))
    }

    /// Bits of luma and chroma, the smallest and the largest blocks of plain samples.
    fn pcm(&self, r: &mut Random, depth: u32) -> [u32; 4] {
        let low = self.log2_min_cb.min(5);
        let min = low + r.below(self.log2_ctb.min(5) - low + 1);
        let max = min + r.below(self.log2_ctb.min(5) - min + 1);
        [1 + r.below(depth), 1 + r.below(depth), min, max]
    }
}

/// What a slice segment header says.
pub(super) struct Segment {
    address: u32,
    pub(super) dependent: bool,
    pub(super) units: u32,
    sao: [bool; 2],
    qp_delta: i32,
    offsets: [i32; 2],
    choose_offsets: bool,
    deblocking: Option<(bool, i32, i32)>,
    across: bool,
}

impl Config {
    pub(super) fn random(r: &mut Random) -> Self {
        let blocks = Blocks::random(r);
        let (chroma, depth) = (r.below(4), [8, 8, 8, 10, 10, 12][r.below(6) as usize]);
        let tiles = blocks.tiles(r);
        let range = r.chance(60).then(|| range_flags(r));
        let pcm = blocks.pcm(r, depth);
        let list = (0..1 + r.below(6)).map(|_| (r.within(-12, 12), r.within(-12, 12))).collect();
        Self {
            chroma,
            depth,
            transform_depth: r.below(blocks.log2_ctb - blocks.log2_min_tb + 1),
            scaling: r.below(4),
            pcm: r.chance(40).then_some(pcm),
            sao: r.chance(60),
            pcm_unfiltered: r.chance(50),
            strong: r.chance(50),
            range,
            dependent: r.chance(50),
            hiding: r.chance(50),
            qp: r.within(-6 * (depth as i32 - 8), 40),
            skip: r.chance(60),
            qp_depth: r.chance(60).then(|| r.below(blocks.levels())),
            chroma_offsets: [r.within(-12, 12), r.within(-12, 12)],
            slice_offsets: r.chance(40),
            bypass: r.chance(30),
            tiles: (tiles.0.len() + tiles.1.len() > 2 && r.chance(40)).then_some(tiles),
            wavefront: r.chance(35),
            across: [r.chance(50), r.chance(50)],
            deblocking: r.chance(60).then(|| (r.chance(50), r.chance(30), r.within(-6, 6), r.within(-6, 6))),
            skip_log2: r.below(4),
            cross: chroma == 3 && r.chance(60),
            offset_list: (chroma != 0 && r.chance(50)).then(|| (r.below(blocks.levels()), list)),
            sao_shift: [0, 1].map(|_| r.below(depth.max(10) - 9)),
            slices: r.below(4),
            seed: u64::from(r.below(u32::MAX)),
            chances: chances(r),
            blocks,
        }
    }

    /// Chooses where the segment that begins at a place of the order of coding ends, and what its header
    /// says.
    pub(super) fn segment(
        &self,
        r: &mut Random,
        layout: &Layout,
        next: usize,
        slice: Option<&SliceHeader>,
    ) -> Segment {
        let address = layout.order[next];
        // A slice or segment that begins within a row of a wavefront ends in it; so does one within a tile.
        let same = |from: u32, to: u32| {
            let row = |address: u32| layout.position(address).1;
            layout.tile(from) == layout.tile(to)
                && (!self.wavefront || layout.column_in_tile(from) == 0 || row(from) == row(to))
        };
        let most = if next == 0 && self.slices == 0 {
            layout.order.len()
        } else {
            layout.order[next..].iter().take_while(|&&to| same(address, to)).count()
        };
        let goes_on = slice.is_some_and(|slice| same(slice.address, address));
        let dependent = self.dependent && goes_on && r.chance(60);
        let units = if self.slices == 0 { most as u32 } else { 1 + r.below(most as u32) };
        let own = self.deblocking.is_some_and(|(overridden, ..)| overridden) && r.chance(50);
        Segment {
            address,
            dependent,
            units,
            sao: [r.chance(70), r.chance(70)],
            qp_delta: r.within(-6, 6),
            offsets: [r.within(-3, 3), r.within(-3, 3)].map(|offset| offset.clamp(-2, 2)),
            choose_offsets: r.chance(70),
            deblocking: own.then(|| (r.chance(30), r.within(-6, 6), r.within(-6, 6))),
            across: r.chance(50),
        }
    }
}

fn tile_sizes(r: &mut Random, total: u32) -> Vec<u32> {
    let (mut sizes, mut left) = (Vec::new(), total);
    while left > 0 && sizes.len() < 6 {
        sizes.push(1 + r.below(left));
        left = total - sizes.iter().sum::<u32>();
    }
    if left > 0 {
        sizes.push(left);
    }
    sizes
}

fn range_flags(r: &mut Random) -> [bool; 9] {
    let mut flags = [false; 9];
    // All but extended precision, offsets of high precision and bypass alignment.
    for at in [0, 1, 2, 3, 5, 7] {
        flags[at] = r.chance(50);
    }
    flags
}

/// How probable the bins of each context are.
fn chances(r: &mut Random) -> [u8; COUNT] {
    let mut chances = std::array::from_fn(|_| 20 + r.below(60) as u8);
    let mut set = |first: usize, count: usize, max: u32, r: &mut Random| {
        let chance = 2 + r.below(max) as u8;
        chances[first..first + count].fill(chance);
    };
    set(contexts::SPLIT_CU, 3, 90, r);
    set(contexts::SPLIT_TRANSFORM, 3, 80, r);
    set(contexts::CBF_LUMA, 2, 60, r);
    set(contexts::CBF_CHROMA, 5, 60, r);
    set(contexts::SIGNIFICANT, 44, 60, r);
    set(contexts::CODED_SUB_BLOCK, 4, 50, r);
    set(contexts::GREATER_1, 24, 60, r);
    set(contexts::GREATER_2, 6, 60, r);
    set(contexts::CU_QP_DELTA, 2, 50, r);
    chances
}

/// Writes bits, the most significant first.
#[derive(Default)]
struct Writer(Vec<bool>);

impl Writer {
    fn u(&mut self, bits: u32, value: u32) -> &mut Self {
        self.0.extend((0..bits).rev().map(|bit| value >> bit & 1 == 1));
        self
    }

    fn flag(&mut self, value: bool) -> &mut Self {
        self.u(1, u32::from(value))
    }

    fn ue(&mut self, value: u32) -> &mut Self {
        let bits = 32 - (value + 1).leading_zeros();
        self.u(bits - 1, 0).u(bits, value + 1)
    }

    fn se(&mut self, value: i32) -> &mut Self {
        self.ue(if value > 0 { 2 * value as u32 - 1 } else { 2 * value.unsigned_abs() })
    }

    /// The NAL unit, closed by the stop bit.
    fn unit(mut self, kind: u8) -> Vec<u8> {
        self.flag(true);
        let bytes = self
            .0
            .chunks(8)
            .map(|bits| bits.iter().enumerate().fold(0, |byte, (at, &bit)| byte | u8::from(bit) << (7 - at)));
        [kind << 1, 1].into_iter().chain(bytes).collect()
    }
}

/// Puts emulation prevention bytes into a NAL unit.
pub(super) fn escape(unit: &[u8]) -> Vec<u8> {
    let mut escaped = Vec::new();
    let mut zeros = 0;
    for &byte in unit {
        if zeros == 2 && byte <= 3 {
            escaped.push(3);
            zeros = 0;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        escaped.push(byte);
    }
    escaped
}

fn profile(w: &mut Writer) {
    // Range extensions, level 6.2.
    w.u(8, 4).u(32, 1 << 27).u(4, 0b1001).u(32, 0).u(12, 0).u(8, 186);
}

pub(super) fn vps() -> Vec<u8> {
    let mut w = Writer::default();
    w.u(4, 0).u(2, 3).u(6, 0).u(3, 0).u(1, 1).u(16, 0xffff);
    profile(&mut w);
    w.u(1, 1).ue(0).ue(0).ue(0).u(6, 0).ue(0).u(2, 0);
    escape(&w.unit(32))
}

pub(super) fn sps(c: &Config) -> Vec<u8> {
    let mut w = Writer::default();
    w.u(4, 0).u(3, 0).u(1, 1);
    profile(&mut w);
    w.ue(0).ue(c.chroma);
    if c.chroma == 3 {
        w.flag(false);
    }
    w.ue(c.blocks.width).ue(c.blocks.height).flag(false);
    w.ue(c.depth - 8).ue(c.depth - 8).ue(4).flag(true).ue(0).ue(0).ue(0);
    w.ue(c.blocks.log2_min_cb - 3).ue(c.blocks.log2_ctb - c.blocks.log2_min_cb);
    w.ue(c.blocks.log2_min_tb - 2)
        .ue(c.blocks.log2_max_tb - c.blocks.log2_min_tb)
        .ue(0)
        .ue(c.transform_depth);
    w.flag(c.scaling > 0);
    if c.scaling > 0 {
        w.flag(c.scaling == 2);
        if c.scaling == 2 {
            scaling_lists(&mut w, c.seed);
        }
    }
    w.flag(false).flag(c.sao).flag(c.pcm.is_some());
    if let Some([luma, chroma, min, max]) = c.pcm {
        w.u(4, luma - 1).u(4, chroma - 1).ue(min - 3).ue(max - min).flag(c.pcm_unfiltered);
    }
    w.ue(0).flag(false).flag(false).flag(c.strong).flag(false);
    w.flag(c.range.is_some());
    if let Some(flags) = c.range {
        w.flag(true).u(7, 0);
        flags.iter().for_each(|&flag| {
            w.flag(flag);
        });
    }
    escape(&w.unit(33))
}

pub(super) fn pps(c: &Config) -> Vec<u8> {
    let mut w = Writer::default();
    w.ue(0).ue(0).flag(c.dependent).flag(false).u(3, 0).flag(c.hiding).flag(false).ue(0).ue(0);
    w.se(c.qp - 26).flag(false).flag(c.skip).flag(c.qp_depth.is_some());
    if let Some(depth) = c.qp_depth {
        w.ue(depth);
    }
    w.se(c.chroma_offsets[0]).se(c.chroma_offsets[1]).flag(c.slice_offsets).u(2, 0).flag(c.bypass);
    w.flag(c.tiles.is_some()).flag(c.wavefront);
    if let Some((columns, rows)) = &c.tiles {
        w.ue(columns.len() as u32 - 1).ue(rows.len() as u32 - 1).flag(false);
        for sizes in [columns, rows] {
            sizes[..sizes.len() - 1].iter().for_each(|size| {
                w.ue(size - 1);
            });
        }
        w.flag(c.across[0]);
    }
    w.flag(c.across[1]).flag(c.deblocking.is_some());
    if let Some((overridden, disabled, beta, tc)) = c.deblocking {
        w.flag(overridden).flag(disabled);
        if !disabled {
            w.se(beta).se(tc);
        }
    }
    w.flag(c.scaling == 3);
    if c.scaling == 3 {
        scaling_lists(&mut w, c.seed);
    }
    w.flag(false).ue(0).flag(false).flag(c.range.is_some());
    if c.range.is_some() {
        pps_range(&mut w, c);
    }
    escape(&w.unit(34))
}

fn pps_range(w: &mut Writer, c: &Config) {
    w.flag(true).u(7, 0);
    if c.skip {
        w.ue(c.skip_log2);
    }
    w.flag(c.cross).flag(c.offset_list.is_some());
    if let Some((depth, list)) = &c.offset_list {
        w.ue(*depth).ue(list.len() as u32 - 1);
        list.iter().for_each(|&(cb, cr)| {
            w.se(cb).se(cr);
        });
    }
    w.ue(c.sao_shift[0]).ue(c.sao_shift[1]);
}

fn scaling_lists(w: &mut Writer, seed: u64) {
    let mut r = Random::new(seed);
    for size in 0..4u32 {
        for matrix in (0..6).step_by(if size == 3 { 3 } else { 1 }) {
            let coded = r.chance(60);
            w.flag(coded);
            if !coded {
                w.ue(r.below(if size == 3 { matrix / 3 } else { matrix } + 1));
                continue;
            }
            let mut last = 8;
            if size > 1 {
                last = r.within(1, 60);
                w.se(last - 8);
            }
            for _ in 0..if size == 0 { 16 } else { 64 } {
                let value = r.within(1, 60);
                w.se(value - last);
                last = value;
            }
        }
    }
}

/// A slice segment header, as a NAL unit that is not escaped; `sizes` are those of substreams.
pub(super) fn slice(c: &Config, s: &Segment, layout: &Layout, sizes: &[u32]) -> Vec<u8> {
    let mut w = Writer::default();
    w.flag(s.address == 0).flag(false).ue(0);
    if s.address > 0 {
        if c.dependent {
            w.flag(s.dependent);
        }
        w.u(32 - (layout.order.len() as u32 - 1).leading_zeros(), s.address);
    }
    if !s.dependent {
        independent(&mut w, c, s);
    }
    if c.tiles.is_some() || c.wavefront {
        w.ue(sizes.len() as u32);
        if !sizes.is_empty() {
            w.ue(31);
            sizes.iter().for_each(|size| {
                w.u(32, size - 1);
            });
        }
    }
    w.unit(20)
}

fn independent(w: &mut Writer, c: &Config, s: &Segment) {
    w.ue(2);
    let chroma = c.chroma != 0;
    let sao = [c.sao && s.sao[0], c.sao && chroma && s.sao[1]];
    if c.sao {
        w.flag(sao[0]);
        if chroma {
            w.flag(sao[1]);
        }
    }
    w.se(s.qp_delta.max(-6 * (c.depth as i32 - 8) - c.qp));
    if c.slice_offsets {
        // The sum with those of the PPS stays within 12.
        let [cb, cr] =
            [0, 1].map(|at| s.offsets[at].clamp(-12 - c.chroma_offsets[at], 12 - c.chroma_offsets[at]));
        w.se(cb).se(cr);
    }
    if c.range.is_some() && c.offset_list.is_some() {
        w.flag(s.choose_offsets);
    }
    let mut disabled = c.deblocking.is_some_and(|(_, disabled, ..)| disabled);
    if c.deblocking.is_some_and(|(overridden, ..)| overridden) {
        w.flag(s.deblocking.is_some());
        if let Some((own, beta, tc)) = s.deblocking {
            disabled = own;
            w.flag(own);
            if !own {
                w.se(beta).se(tc);
            }
        }
    }
    if c.across[1] && (sao[0] || sao[1] || !disabled) {
        w.flag(s.across);
    }
}
