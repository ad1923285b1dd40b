//! The options of all commands.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;
use photo_prep::{
    ColorPolicy, EdgePolicy, MetadataPolicy, Options, OutputFormat, Preset, Requirements, RequirementsFile,
    Subsampling, Tolerance, Verify,
};

use super::frame::FrameArgs;
use super::network::NetworkArgs;
use super::values::one_of;
use crate::failure::UsageError;
use crate::settings::ConfigArgs;

/// Options of all commands.
#[derive(Args, Debug)]
pub(crate) struct Common {
    /// What the receiving service requires: a TOML or JSON file; the options below come before what it says
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "preset")]
    requirements: Option<PathBuf>,
    /// What a known service requires [default: zoho-crm-photo]
    #[arg(long, global = true, value_name = "NAME", value_parser = PossibleValuesParser::new(Preset::all().iter().map(|preset| preset.name)))]
    preset: Option<String>,
    /// Most pixels of the result [default: 10000000]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_pixels: Option<u64>,
    /// Most bytes of the result [default: 10000000]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_bytes: Option<u64>,
    #[command(flatten)]
    frame: FrameArgs,
    /// Format of the result
    #[arg(long, global = true, default_value = "auto", value_parser = one_of(FORMATS))]
    format: OutputFormat,
    /// Best JPEG quality, 1 to 100, or best: 98 with chroma at full size [default: 92, of lossless sources
    /// 95]
    #[arg(long, global = true, value_name = "Q", value_parser = best_quality)]
    quality: Option<BestQuality>,
    /// Below this JPEG quality pixels are reduced in any case, 1 to 100 [default: 25]
    #[arg(long, global = true, value_name = "Q", value_parser = clap::value_parser!(u8).range(1..=100))]
    quality_floor: Option<u8>,
    /// Chroma subsampling of new JPEGs
    #[arg(long, global = true, default_value = "auto", value_parser = one_of(SUBSAMPLINGS))]
    subsampling: Subsampling,
    /// What becomes of metadata
    #[arg(long, global = true, default_value = "strip", value_parser = one_of(METADATA))]
    metadata: MetadataPolicy,
    /// What becomes of color profiles
    #[arg(long, global = true, default_value = "auto", value_parser = one_of(COLORS))]
    color: ColorPolicy,
    /// What becomes of incomplete blocks at the edges of a JPEG that is turned without loss
    #[arg(long, global = true, default_value = "exact", value_parser = one_of(EDGES))]
    edges: EdgePolicy,
    /// What becomes of a picture that is not all there
    #[arg(long, global = true, default_value = "strict", value_parser = one_of(TOLERANCES))]
    tolerance: Tolerance,
    /// How far a file is looked at whose compressed picture is kept
    #[arg(long, global = true, default_value = "full", value_parser = one_of(DEPTHS))]
    verify: Verify,
    #[command(flatten)]
    pub(crate) network: NetworkArgs,
    #[command(flatten)]
    config: ConfigArgs,
    /// Threads that work on pictures [default: all cores]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// One JSON object a line and input on standard output
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// No text but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Stages, and what is skipped
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

impl Common {
    /// What they mean for the preparation.
    ///
    /// # Errors
    /// Where requirements can't be read.
    pub(crate) fn options(&self) -> Result<Options, UsageError> {
        let mut options = Options::default()
            .requirements(self.required()?)
            .sha256(self.json)
            .format(self.format)
            .subsampling(self.subsampling)
            .metadata(self.metadata)
            .color(self.color)
            .edges(self.edges)
            .tolerance(self.tolerance)
            .verify(self.verify);
        options = self.max_pixels.map_or(options, |n| options.max_pixels(n));
        options = self.max_bytes.map_or(options, |n| options.max_bytes(n));
        options = match self.quality {
            Some(BestQuality::Best) if self.subsampling == Subsampling::Auto => options.best_quality(),
            Some(BestQuality::Best) => options.best_quality().subsampling(self.subsampling),
            Some(BestQuality::Of(quality)) => options.quality(quality),
            None => options,
        };
        options = self.quality_floor.map_or(options, |q| options.quality_floor(q));
        Ok(self.frame.over(options))
    }

    /// What is required by a file or a preset.
    fn required(&self) -> Result<Requirements, UsageError> {
        if let Some(path) = &self.requirements {
            let usage = |error: String| UsageError(format!("--requirements {}: {error}", path.display()));
            let text = std::fs::read_to_string(path).map_err(|error| usage(error.to_string()))?;
            let file = RequirementsFile::parse(&text).map_err(|error| usage(error.to_string()))?;
            return Ok(file.requirements);
        }
        let preset = self.preset.as_deref().and_then(Preset::named);
        preset.map_or(Ok(Requirements::default()), |preset| preset.requirements().map_err(UsageError::new))
    }

    /// Threads that work on pictures, at least 1.
    pub(crate) fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.map_or_else(cores, usize::from)
    }
}

const FORMATS: [(&str, OutputFormat); 3] =
    [("auto", OutputFormat::Auto), ("jpeg", OutputFormat::Jpeg), ("png", OutputFormat::Png)];
const SUBSAMPLINGS: [(&str, Subsampling); 3] =
    [("auto", Subsampling::Auto), ("420", Subsampling::S420), ("444", Subsampling::S444)];
const METADATA: [(&str, MetadataPolicy); 3] = [
    ("strip", MetadataPolicy::Strip),
    ("keep-non-private", MetadataPolicy::KeepNonPrivate),
    ("keep", MetadataPolicy::Keep),
];
const COLORS: [(&str, ColorPolicy); 3] =
    [("auto", ColorPolicy::Auto), ("preserve", ColorPolicy::Preserve), ("srgb", ColorPolicy::Srgb)];
const EDGES: [(&str, EdgePolicy); 2] = [
    ("exact: Every pixel stays; such a picture is encoded anew", EdgePolicy::Exact),
    ("trim: They are cut off, and the rest loses nothing", EdgePolicy::Trim),
];
const TOLERANCES: [(&str, Tolerance); 2] = [
    ("strict: It is refused", Tolerance::Strict),
    ("truncated: The missing part is filled, with a warning", Tolerance::Truncated),
];
const DEPTHS: [(&str, Verify); 2] = [
    ("full: To the end of its picture data", Verify::Full),
    ("structure: Its structure and checksums", Verify::Structure),
];

/// The best quality that a JPEG may have.
#[derive(Debug, Clone, Copy)]
enum BestQuality {
    /// As good as the byte limit allows.
    Best,
    /// On libjpeg's scale.
    Of(u8),
}

fn best_quality(word: &str) -> Result<BestQuality, &'static str> {
    match (word, word.parse()) {
        ("best", _) => Ok(BestQuality::Best),
        (_, Ok(quality @ 1..=100)) => Ok(BestQuality::Of(quality)),
        _ => Err("neither a number from 1 to 100 nor best"),
    }
}
