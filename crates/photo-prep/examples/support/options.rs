//! The options of `prep-and-upload`, for the examples.

use std::error::Error;

use photo_prep::{ColorPolicy, MetadataPolicy, Options, OutputFormat, Subsampling};

/// `--quality Q --subsampling auto|420|444 …`.
pub(crate) fn parsed(args: &[String]) -> Result<Options, Box<dyn Error>> {
    let mut options = Options::default();
    for pair in args.chunks(2) {
        let [name, value] = pair else { return Err(format!("{} needs a value", pair[0]).into()) };
        options = match (name.as_str(), value.as_str()) {
            ("--max-pixels", n) => options.max_pixels(n.parse()?),
            ("--max-bytes", n) => options.max_bytes(n.parse()?),
            ("--quality", q) => options.quality(q.parse()?),
            ("--quality-floor", q) => options.quality_floor(q.parse()?),
            ("--format", "auto") => options.format(OutputFormat::Auto),
            ("--format", "jpeg") => options.format(OutputFormat::Jpeg),
            ("--format", "png") => options.format(OutputFormat::Png),
            ("--subsampling", "auto") => options.subsampling(Subsampling::Auto),
            ("--subsampling", "420") => options.subsampling(Subsampling::S420),
            ("--subsampling", "444") => options.subsampling(Subsampling::S444),
            ("--metadata", "strip") => options.metadata(MetadataPolicy::Strip),
            ("--metadata", "keep-non-private") => options.metadata(MetadataPolicy::KeepNonPrivate),
            ("--metadata", "keep") => options.metadata(MetadataPolicy::Keep),
            ("--color", "auto") => options.color(ColorPolicy::Auto),
            ("--color", "preserve") => options.color(ColorPolicy::Preserve),
            ("--color", "srgb") => options.color(ColorPolicy::Srgb),
            _ => return Err(format!("unknown option {name} {value}").into()),
        };
    }
    Ok(options)
}
