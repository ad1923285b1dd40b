//! JPEGs for testing decoders.

use std::path::Path;

use libjpeg_turbo_rs::{Encoder, PixelFormat, ScanScript, Subsampling};
use photo_testkit::{Layout, photo_like};
use proptest::prelude::*;

/// A test picture, and how to encode it.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Three pairs of factors, or one for gray.
    pub(crate) sampling: Vec<(u8, u8)>,
    pub(crate) progressive: bool,
    /// The number of MCUs between restart markers; 0 for none.
    pub(crate) restart: u16,
    pub(crate) quality: u8,
    /// A script of scans other than libjpeg's: components, band, and bit positions before and after.
    pub(crate) script: Vec<(Vec<u8>, u8, u8, u8, u8)>,
    pub(crate) seed: u64,
}

impl Sample {
    /// 4:2:0 at quality 85.
    pub(crate) fn new(width: u32, height: u32) -> Self {
        Self {
            width,
            height,
            sampling: vec![(2, 2), (1, 1), (1, 1)],
            progressive: false,
            restart: 0,
            quality: 85,
            script: Vec::new(),
            seed: 1,
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let picture = photo_like(self.width, self.height, self.seed);
        let gray = self.sampling.len() == 1;
        let (layout, format) =
            if gray { (Layout::Gray, PixelFormat::Grayscale) } else { (Layout::Rgb, PixelFormat::Rgb) };
        let picture = picture.convert(layout);
        let (width, height) = (self.width as usize, self.height as usize);
        let script = |(components, ss, se, ah, al): &(Vec<u8>, u8, u8, u8, u8)| ScanScript {
            components: components.clone(),
            ss: *ss,
            se: *se,
            ah: *ah,
            al: *al,
        };
        let mut encoder = Encoder::new(picture.data(), width, height, format).quality(self.quality);
        encoder = match self.sampling.as_slice() {
            [_] => encoder,
            [(2, 2), (1, 1), (1, 1)] => encoder.subsampling(Subsampling::S420),
            factors => encoder.sampling_factors(factors.to_vec()),
        };
        encoder = encoder.progressive(self.progressive).restart_blocks(self.restart);
        if !self.script.is_empty() {
            encoder = encoder.scan_script(self.script.iter().map(script).collect());
        }
        encoder.encode().unwrap_or_else(|error| panic!("{self:?}: {error}"))
    }
}

/// Small pictures of every kind.
pub(crate) fn any_sample() -> impl Strategy<Value = Sample> {
    let factor = || (1..=2u8, 1..=2u8);
    let color = (factor(), factor(), factor()).prop_map(|(a, b, c)| vec![a, b, c]);
    let in_an_mcu = |s: &Vec<(u8, u8)>| s.iter().map(|(h, v)| h * v).sum::<u8>() <= 10;
    let sampling = prop_oneof![
        1 => Just(vec![(1, 1)]),
        2 => Just(vec![(2, 2), (1, 1), (1, 1)]),
        4 => color.prop_filter("at most ten blocks", in_an_mcu),
    ];
    let restart = prop_oneof![2 => Just(0), 1 => 1..9u16];
    let how = (any::<bool>(), restart, 1..=100u8, any::<u64>());
    (1..=70u32, 1..=70u32, sampling, how).prop_map(|(width, height, sampling, how)| {
        let (progressive, restart, quality, seed) = how;
        Sample { width, height, sampling, progressive, restart, quality, script: Vec::new(), seed }
    })
}

/// The file of this name in the workspace's `fixtures`.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Names and contents of all JPEGs in `fixtures`.
pub(crate) fn fixtures() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.retain(|name| name.ends_with(".jpg"));
    names.sort();
    names.into_iter().map(|name| (name.clone(), fixture(&name))).collect()
}
