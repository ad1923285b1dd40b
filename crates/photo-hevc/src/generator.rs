//! Random streams, for tests: the decoder runs on an encoder that makes syntax elements up and writes them
//! down.
//!
//! What no encoder at hand uses (tiles, plain samples, cross-component prediction, ...) comes out this way as
//! streams that other decoders can judge. With `HEVC_STREAMS=FOLDER[:FIRST:LAST]` the test below leaves them
//! in a folder.

mod encoder;
mod headers;
mod random;

use crate::block::{Progress, SegmentDecoder};
use crate::error::Result;
use crate::filters;
use crate::frame::Frame;
use crate::layout::Layout;
use crate::params::{ParameterSets, ScalingFactors};
use crate::picture::Picture;
use crate::slice::SliceHeader;
use encoder::Encoder;
use headers::Config;
use random::Random;

/// A stream as NAL units, and what the decoder says it holds.
struct Stream {
    config: Config,
    units: Vec<Vec<u8>>,
    picture: Picture,
}

/// Makes a stream up; `None` where chance has led to one that is not legal.
fn generate(seed: u64) -> Option<Stream> {
    let mut random = Random::new(seed);
    let config = Config::random(&mut random);
    let mut units = vec![headers::vps(), headers::sps(&config), headers::pps(&config)];
    let mut sets = ParameterSets::default();
    units.iter().try_for_each(|unit| sets.take(unit)).expect("parameter sets are legal");
    let (pps, sps) = sets.active(0).expect("both are there");
    let layout = Layout::new(sps, pps).expect("tiles fit");
    let lists = sps.scaling.as_ref().map(|lists| pps.scaling.as_ref().unwrap_or(lists));
    let factors = lists.map(ScalingFactors::new);
    let mut frame = Frame::new(sps.info, &layout).expect("small");
    let mut progress = Progress::default();
    let mut slice: Option<SliceHeader> = None;
    while progress.next < layout.order.len() {
        let segment = config.segment(&mut random, &layout, progress.next, slice.as_ref());
        let bits = headers::slice(&config, &segment, &layout, &[]);
        let header = SliceHeader::read(&bits[2..], 20, &sets, slice.as_ref()).expect("headers are legal");
        let mut written = encoder::Written::default();
        let encoder = Encoder::new(&mut random, &config, header.qp, segment.units, &mut written);
        let decoder =
            SegmentDecoder::new(encoder, (sps, pps), factors.as_ref(), &layout, &header, &mut frame);
        decoder.decode(&mut progress).ok()?;
        let mut unit = headers::slice(&config, &segment, &layout, &written.sizes());
        unit.extend_from_slice(&written.bytes);
        units.push(headers::escape(&unit));
        slice = Some(if segment.dependent { slice? } else { header });
    }
    filters::apply(&mut frame, &layout, pps);
    let picture = Picture { info: sps.info, planes: frame.planes };
    Some(Stream { config, units, picture })
}

fn decode(units: &[Vec<u8>]) -> Result<Picture> {
    let units: Vec<&[u8]> = units.iter().map(Vec::as_slice).collect();
    crate::decode::decode(&[], &units)
}

/// Writes a stream as Annex B, and what it uses.
fn save(folder: &str, seed: u64, stream: &Stream) {
    let bytes: Vec<u8> = stream.units.iter().flat_map(|unit| [&[0, 0, 0, 1], &unit[..]].concat()).collect();
    std::fs::write(format!("{folder}/{seed:05}.hevc"), bytes).expect("the folder can be written");
    let config = format!("{:?}", stream.config);
    std::fs::write(format!("{folder}/{seed:05}.txt"), config).expect("the folder can be written");
}

#[test]
fn what_was_made_up_is_read_back() {
    let wanted = std::env::var("HEVC_STREAMS").unwrap_or_default();
    let mut parts = wanted.split(':');
    let folder = parts.next().unwrap_or_default();
    let mut bound = |otherwise: u64| parts.next().and_then(|part| part.parse().ok()).unwrap_or(otherwise);
    let (first, last) = (bound(1), bound(150));
    let mut made = 0;
    for seed in first..=last {
        let Some(stream) = generate(seed) else { continue };
        made += 1;
        if !folder.is_empty() {
            save(folder, seed, &stream);
        }
        assert_eq!(decode(&stream.units).as_ref(), Ok(&stream.picture), "seed {seed}");
    }
    assert!(made * 2 > last - first, "most streams are legal: {made}");
}

#[test]
fn damaged_streams_end_in_errors_or_pictures() {
    let mut random = Random::new(99);
    let mut errors = 0;
    for seed in 1..=40 {
        let Some(stream) = generate(seed) else { continue };
        for _ in 0..12 {
            let mut units = stream.units.clone();
            let at = random.below(units.len() as u32) as usize;
            let (length, unit) = (units[at].len() as u32, &mut units[at]);
            match random.below(3) {
                0 => unit.truncate(random.below(length) as usize),
                _ => {
                    for _ in 0..1 + random.below(3) {
                        unit[random.below(length) as usize] ^= 1 << random.below(8);
                    }
                }
            }
            errors += u32::from(decode_bounded(&units).is_err());
        }
    }
    assert!(errors > 50, "damage is noticed now and then: {errors}");
}

/// Damage may enlarge a picture; what would be too large for a test is left out, as a caller would by
/// `memory_for`.
fn decode_bounded(units: &[Vec<u8>]) -> Result<Picture> {
    let slices: Vec<&[u8]> = units.iter().map(Vec::as_slice).collect();
    let info = crate::probe(&slices)?;
    if crate::memory_for(&info).on(1) > 50_000_000 {
        return crate::error::unsupported("a picture that is too large for this test");
    }
    decode(units)
}
