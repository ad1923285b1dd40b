//! What becomes of sizes, shapes and transparency.

use clap::Args;
use photo_prep::{AspectRatio, Focus, Framing, Options, Rgb};

/// What becomes of sizes, shapes and transparency.
#[derive(Args, Debug)]
pub(super) struct FrameArgs {
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
    #[arg(long, global = true, value_name = "RATIO", value_parser = AspectRatio::range)]
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
    pub(super) fn over(&self, mut options: Options) -> Options {
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
