//! What the targets share.

use std::borrow::Cow;

use photo_jpeg::{Coefficients, ColorModel, EncodeOptions, Orientation, Plane, Planes};
use photo_prep::{
    ColorPolicy, EdgePolicy, InputLimits, MetadataPolicy, Options, OutputFormat, Subsampling, catching_panics,
};

/// Panics end the process at once, as libFuzzer wants it, but for those that photo-prep catches by design:
/// panics of other people's decoders. A panic of our own crates is always a finding.
pub fn set_panic_hook() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let foreign = panic.location().is_some_and(|l| l.file().contains("/registry/src/"));
        if !(foreign && catching_panics()) {
            usual(panic);
        }
    }));
}

/// Whether both have the same coefficients wherever they show something.
pub fn same(a: &Coefficients, b: &Coefficients) -> bool {
    a.components().len() == b.components().len()
        && a.components().iter().zip(b.components()).all(|(a, b)| {
            let (wide, high) = (a.facts().width.div_ceil(8), a.facts().height.div_ceil(8));
            a.facts().quant == b.facts().quant
                && (0..high).all(|y| (0..wide).all(|x| a.block(x, y) == b.block(x, y)))
        })
}

/// A picture made of the bytes: sides, sampling, and samples that repeat them.
pub fn picture(bytes: &[u8]) -> Option<(Planes, EncodeOptions<'static>)> {
    let (&[w, h, how, quality, restart, turn], samples) = bytes.split_first_chunk::<6>()?;
    let (width, height) = (u32::from(w % 70) + 1, u32::from(h % 70) + 1);
    let luma = (1 + how % 2, 1 + how / 2 % 2);
    let gray = how & 4 != 0;
    let sampling = if gray { vec![(1, 1)] } else { vec![luma, (1, 1), (1, 1)] };
    let (most_h, most_v) = if gray { (1, 1) } else { luma };
    let plane = |&(h, v): &(u8, u8)| {
        let side = |size: u32, part: u8, of: u8| (size * u32::from(part)).div_ceil(u32::from(of));
        let (width, height) = (side(width, h, most_h), side(height, v, most_v));
        let data =
            samples.iter().chain(std::iter::once(&how)).cycle().take((width * height) as usize).copied();
        Plane::new(width, height, data.collect())
    };
    let planes = sampling.iter().map(plane).collect::<Option<Vec<_>>>()?;
    let color = if gray { ColorModel::Gray } else { ColorModel::YCbCr };
    let options = EncodeOptions::default()
        .quality(1 + quality % 100)
        .restart_interval(u16::from(restart % 9))
        .optimize_huffman(restart < 128)
        .orientation(Orientation::ALL[usize::from(turn % 8)]);
    Some((Planes::new(width, height, color, sampling, planes).ok()?, options))
}

/// A PNG with the right checksum in every chunk, which mutations alone would hardly ever find; anything else
/// as it is.
pub fn with_checksums(file: &[u8]) -> Cow<'_, [u8]> {
    let mut out = Cow::Borrowed(file);
    let mut at = if file.starts_with(b"\x89PNG\r\n\x1A\n") { 8 } else { file.len() };
    while let Some(length) = file.get(at..).and_then(|rest| rest.first_chunk::<4>()) {
        let Some(end) = (at + 8).checked_add(u32::from_be_bytes(*length) as usize) else { break };
        let (Some(summed), Some(_)) = (file.get(at + 4..end), file.get(end..end + 4)) else { break };
        out.to_mut()[end..end + 4].copy_from_slice(&crc32fast::hash(summed).to_be_bytes());
        at = end + 4;
    }
    out
}

/// A file and the options that its last four bytes stand for. At the end, they leave the file's offsets as
/// they are. The highest bit leaves a PNG's checksums as they are too.
pub fn file_and_options(bytes: &[u8], input: InputLimits) -> Option<(Cow<'_, [u8]>, Options)> {
    let (file, &[limits, output, policies, quality]) = bytes.split_last_chunk::<4>()?;
    let pick = |byte: u8, place: u32| usize::from(byte >> (2 * place) & 3);
    let options = Options::default()
        .input_limits(input)
        .max_pixels([10_000_000, 50_000, 1_000, 1][pick(limits, 0)])
        .max_bytes([10_000_000, 20_000, 2_000, 700][pick(limits, 1)])
        .format(
            [OutputFormat::Auto, OutputFormat::Jpeg, OutputFormat::Png, OutputFormat::Auto][pick(output, 0)],
        )
        .subsampling(
            [Subsampling::Auto, Subsampling::S420, Subsampling::S444, Subsampling::Auto][pick(output, 1)],
        )
        .edges([EdgePolicy::Exact, EdgePolicy::Trim, EdgePolicy::Exact, EdgePolicy::Trim][pick(output, 2)])
        .metadata(
            [
                MetadataPolicy::Strip,
                MetadataPolicy::KeepNonPrivate,
                MetadataPolicy::Keep,
                MetadataPolicy::Strip,
            ][pick(policies, 0)],
        )
        .color(
            [ColorPolicy::Auto, ColorPolicy::Preserve, ColorPolicy::Srgb, ColorPolicy::Auto]
                [pick(policies, 1)],
        )
        .quality([92, 75, 30, 100][pick(quality, 0)])
        .quality_floor([75, 40, 90, 1][pick(quality, 1)]);
    let file = if quality & 0x80 == 0 { with_checksums(file) } else { Cow::Borrowed(file) };
    Some((file, options))
}
