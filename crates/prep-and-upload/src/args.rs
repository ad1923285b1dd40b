//! The command line.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args, Parser, Subcommand};
use photo_prep::{
    AspectRatio, ColorPolicy, EdgePolicy, Focus, Framing, MetadataPolicy, Options, OutputFormat, Preset,
    Requirements, RequirementsFile, Rgb, Subsampling, Tolerance, Verify,
};
use photo_upload::{ApiVersion, Breaker, BreakerOptions, DataCenter, Triggers};

use crate::failure::UsageError;
use crate::sandbox_args::SandboxArgs;

/// Any photo in, a compliant photo on the record.
///
/// An INPUT is a file, a folder (its own pictures, not those of its sub-folders), `-` for standard input, or
/// an http(s) URL. Secrets come from the environment: ZOHO_ACCESS_TOKEN, or ZOHO_CLIENT_ID,
/// ZOHO_CLIENT_SECRET, ZOHO_REFRESH_TOKEN and ZOHO_TOKEN_URL.
///
/// Exit status: 0 all ok; 1 some inputs refused or failed permanently; 2 usage, nothing was sent; 5 some
/// failed for reasons that pass, so running it again (with --resume) helps; 7 stopped before the end
/// (authorization, scope, credits): mend what it says, then --resume; 130 interrupted.
#[derive(Parser, Debug)]
#[command(name = "prep-and-upload", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Prepare only
    Prep {
        /// Files, folders, `-` or URLs
        #[arg(value_name = "INPUT", required = true)]
        inputs: Vec<PathBuf>,
        /// An existing folder, or a file name, whose extension is added if it has none
        #[arg(long, value_name = "PATH")]
        out: PathBuf,
    },
    /// Print facts and plan, touch nothing
    Explain {
        /// Files, folders, `-` or URLs
        #[arg(value_name = "INPUT", required = true)]
        inputs: Vec<PathBuf>,
    },
    /// Tell of each picture whether it meets the requirements, and what it breaks; exit status 0 only if all
    /// do
    Check {
        /// Files, folders, `-` or URLs
        #[arg(value_name = "INPUT", required = true)]
        inputs: Vec<PathBuf>,
        /// Look at structure and headers alone, not at the picture data
        #[arg(long)]
        shallow: bool,
    },
    /// Prepare and upload
    Upload(Box<UploadArgs>),
    /// Serve a stand-in for the endpoint on loopback until Ctrl-C; the first line of standard output is JSON
    Sandbox(SandboxArgs),
}

#[derive(Args, Debug)]
#[command(group(ArgGroup::new("where").required(true).args(["record", "map"])))]
#[command(group(ArgGroup::new("endpoint").required(true).args(["sandbox", "api_domain", "dc"])))]
pub(crate) struct UploadArgs {
    /// Files, folders, `-` or URLs; with --map they may be left out for all files of the map
    #[arg(value_name = "INPUT", required_unless_present = "map")]
    pub(crate) inputs: Vec<PathBuf>,
    /// The module's API name, such as Leads
    #[arg(long, value_name = "NAME", required_unless_present = "map")]
    pub(crate) module: Option<String>,
    /// The record's id; the one input goes there
    #[arg(long, value_name = "ID")]
    pub(crate) record: Option<String>,
    /// A table (CSV) that says which file goes to which record: file,record_id[,module]
    #[arg(long, value_name = "CSV")]
    pub(crate) map: Option<PathBuf>,
    /// Where several pictures are for one record, take the last one; else nothing is sent
    #[arg(long)]
    pub(crate) allow_duplicates: bool,
    /// Go on without the files of the map that are not there or can't be read; else nothing is sent
    #[arg(long, requires = "map")]
    pub(crate) skip_missing: bool,
    /// Upload to a sandbox inside this program; nothing leaves the machine
    #[arg(long)]
    pub(crate) sandbox: bool,
    /// The API domain, such as https://www.zohoapis.com
    #[arg(long, value_name = "URL")]
    pub(crate) api_domain: Option<String>,
    /// The data center: sets the API domain and the token URL
    #[arg(long, value_name = "DC", value_parser = one_of(DataCenter::ALL.map(|dc| (dc.as_str(), dc))))]
    pub(crate) dc: Option<DataCenter>,
    /// Keep uploads from setting off these automations
    #[arg(long, value_name = "WHICH", value_parser = one_of([("workflow", Triggers::Workflow)]))]
    pub(crate) restrict_triggers: Option<Triggers>,
    /// The API's version, v2 to v8
    #[arg(long, value_name = "V", default_value = "v2")]
    pub(crate) api_version: ApiVersion,
    /// Uploads at a time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) transfers: u16,
    /// The longest that one attempt may take, such as 90s or 5m [default: 2m]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
    /// How often a request that failed for a reason that passes is sent again
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(0..=100))]
    pub(crate) retries: u32,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Keep the access token in this file between runs, readable by you alone [default: in $XDG_STATE_HOME]
    #[arg(long, value_name = "FILE")]
    pub(crate) token_store: Option<PathBuf>,
    /// Keep no access token between runs: an account gives only 10 in 10 minutes
    #[arg(long, conflicts_with = "token_store")]
    pub(crate) no_token_store: bool,
    /// Prepare and tell where it would go, but send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Keep what is uploaded in this folder, which is made if it isn't there
    #[arg(long, value_name = "DIR")]
    pub(crate) keep_prepared: Option<PathBuf>,
}

/// How a run of many uploads goes on, pauses and stops.
#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    /// Note in this file what was begun and what became of it [default with --map: beside the map]
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Keep no journal
    #[arg(long, conflicts_with_all = ["journal", "resume", "retry_failed", "restart"])]
    no_journal: bool,
    /// Go on with what the journal does not know as stored; what failed for good is only told
    #[arg(long)]
    resume: bool,
    /// Go on, and try again what failed for good
    #[arg(long, conflicts_with = "restart")]
    retry_failed: bool,
    /// Put the journal aside (FILE.old) and send everything
    #[arg(long, conflicts_with = "resume")]
    restart: bool,
    /// At the end, write the rows that are not stored to this file, in the form that --map takes
    #[arg(long, value_name = "CSV")]
    pub(crate) write_remaining: Option<PathBuf>,
    /// At the end, however it comes, tell of all pictures in this file; several may be given. The ending decides:
    /// .csv for spreadsheets, .jsonl for programs, .html for people
    #[arg(long = "report", value_name = "FILE")]
    pub(crate) reports: Vec<PathBuf>,
    /// How long an outage may last before the rest is left untried; meanwhile single probes are sent
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration)]
    max_outage: Duration,
    /// After so many equal failures in a row, which others may share, uploads pause and a probe decides
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    max_failures: u32,
    /// Stop when no more API credits than this are left
    #[arg(long, value_name = "N", default_value_t = 0)]
    credit_reserve: u64,
    /// After Ctrl-C, SIGTERM or SIGHUP, give uploads under way so much time; a second signal ends at once
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub(crate) drain: Duration,
}

/// How a run treats a journal that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Earlier {
    /// Nothing may be there.
    Refuse,
    /// It goes on; what failed for good is only told.
    Resume,
    /// It goes on, and tries again what failed for good.
    RetryFailed,
    /// The journal is put aside.
    Restart,
}

impl RunArgs {
    /// Where the journal is, if one is kept. A map's is beside it, unless nothing is really sent.
    pub(crate) fn journal(&self, map: Option<&Path>, rehearsal: bool) -> Option<PathBuf> {
        if self.no_journal {
            return None;
        }
        self.journal.clone().or_else(|| {
            let mut beside = map.filter(|_| !rehearsal)?.as_os_str().to_owned();
            beside.push(".journal");
            Some(beside.into())
        })
    }

    pub(crate) fn earlier(&self) -> Earlier {
        match self {
            Self { restart: true, .. } => Earlier::Restart,
            Self { retry_failed: true, .. } => Earlier::RetryFailed,
            Self { resume: true, .. } => Earlier::Resume,
            _ => Earlier::Refuse,
        }
    }

    pub(crate) fn breaker(&self) -> Breaker {
        let options = BreakerOptions::default().failures(self.max_failures).max_outage(self.max_outage);
        Breaker::new(options.credit_reserve(self.credit_reserve))
    }
}

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

/// What becomes of sizes, shapes and transparency.
#[derive(Args, Debug)]
struct FrameArgs {
    /// Most pixels across
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_width: Option<u32>,
    /// Most pixels down
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_height: Option<u32>,
    /// Most pixels of the longer side
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_side: Option<u32>,
    /// Width to height of the result: one ratio, such as 1:1, or the narrowest and the widest, such as
    /// 3:4-16:9
    #[arg(long, global = true, value_name = "RATIO", value_parser = ratios)]
    aspect: Option<(AspectRatio, AspectRatio)>,
    /// Cut off what is too wide or too high, around a point: center, or percent of width and height such as
    /// 50,30
    #[arg(long, global = true, value_name = "FOCUS", num_args = 0..=1, default_missing_value = "center", conflicts_with = "pad")]
    crop: Option<Focus>,
    /// Fill what is missing in width or height with a color: #rrggbb, white or black
    #[arg(long, global = true, value_name = "COLOR")]
    pad: Option<Rgb>,
    /// Enlarge pictures that are smaller than required; else they are refused
    #[arg(long, global = true)]
    enlarge: bool,
    /// What transparency is laid on where the result has none: #rrggbb, white or black [default: white]
    #[arg(long, global = true, value_name = "COLOR")]
    background: Option<Rgb>,
}

impl FrameArgs {
    /// The options with what was asked for.
    fn over(&self, mut options: Options) -> Options {
        let mut required = options.requirements;
        required = self.max_width.map_or(required, |n| required.max_width(n));
        required = self.max_height.map_or(required, |n| required.max_height(n));
        required = self.max_side.map_or(required, |n| required.max_long_side(n));
        if let Some((least, most)) = self.aspect {
            required = required.min_aspect_ratio(least).max_aspect_ratio(most);
        }
        options = options.requirements(required).enlarge(self.enlarge);
        options = self.crop.map_or(options, |focus| options.framing(Framing::Crop(focus)));
        options = self.pad.map_or(options, |color| options.framing(Framing::Pad(color)));
        self.background.map_or(options, |color| options.background(color))
    }
}

/// A time such as `500ms`, `30s`, `10m` or `1h`; a bare number is seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let millis = match unit {
        "ms" => 1,
        "" | "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err("write a time such as 30s, 10m or 1h".to_owned()),
    };
    let number: u64 = number.parse().map_err(|_| "write a time such as 30s, 10m or 1h".to_owned())?;
    let time = number.checked_mul(millis).filter(|time| *time <= 7 * 86_400_000);
    time.map(Duration::from_millis).ok_or_else(|| "at most 7 days".to_owned())
}

/// One aspect ratio, or the narrowest and the widest.
fn ratios(text: &str) -> Result<(AspectRatio, AspectRatio), String> {
    let (least, most) = text.split_once('-').unwrap_or((text, text));
    let (least, most): (AspectRatio, AspectRatio) = (least.parse()?, most.parse()?);
    if least > most {
        return Err(format!("{least} is wider than {most}; write the narrowest first"));
    }
    Ok((least, most))
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

/// Takes one of these words for its value. What stands after a colon is the word's help.
fn one_of<T: Copy + Send + Sync + 'static, const N: usize>(
    choices: [(&'static str, T); N],
) -> impl TypedValueParser<Value = T> {
    let words = choices.map(|(text, _)| match text.split_once(": ") {
        Some((word, help)) => PossibleValue::new(word).help(help),
        None => PossibleValue::new(text),
    });
    PossibleValuesParser::new(words).try_map(move |word| {
        let found = choices.iter().find(|(text, _)| text.split(':').next() == Some(&word));
        found.map(|(_, value)| *value).ok_or("no such choice")
    })
}
