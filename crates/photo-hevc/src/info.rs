//! What the parameter sets tell about a picture.

/// How many chroma samples there are for the luma samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chroma {
    /// No chroma planes.
    Monochrome,
    /// Chroma is halved in both directions.
    C420,
    /// Chroma is halved in width.
    C422,
    /// Chroma has the size of luma.
    C444,
}

impl Chroma {
    /// By how many bits the width and the height of luma are shifted to come to those of chroma.
    pub fn shifts(self) -> (u32, u32) {
        match self {
            Self::Monochrome | Self::C444 => (0, 0),
            Self::C420 => (1, 1),
            Self::C422 => (1, 0),
        }
    }

    /// The number of planes: one or three.
    pub fn planes(self) -> usize {
        if self == Self::Monochrome { 1 } else { 3 }
    }
}

/// What the samples mean, from the video usability information, in code points of ITU-T H.273.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoSignal {
    /// Whether the samples use the whole range of their bits.
    pub full_range: bool,
    /// Color primaries; 2 where the stream does not say.
    pub primaries: u8,
    /// Transfer characteristics; 2 where the stream does not say.
    pub transfer: u8,
    /// Matrix coefficients; 2 where the stream does not say.
    pub matrix: u8,
}

/// What the parameter sets tell about a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Info {
    /// Width in luma samples, inside the conformance window.
    pub width: u32,
    /// Height in luma samples, inside the conformance window.
    pub height: u32,
    /// Width of what is coded, before the conformance window is cut out.
    pub coded_width: u32,
    /// Height of what is coded, before the conformance window is cut out.
    pub coded_height: u32,
    /// Bits of a luma sample, 8 to 16.
    pub bit_depth_luma: u8,
    /// Bits of a chroma sample, 8 to 16; that of luma in a monochrome picture.
    pub bit_depth_chroma: u8,
    /// How chroma is sampled.
    pub chroma: Chroma,
    /// What the samples mean, where the stream says so.
    pub signal: Option<VideoSignal>,
    /// Where chroma samples lie (`chroma_sample_loc_type_top_field`, 0 to 5), where the stream says so.
    pub chroma_location: Option<u8>,
}

impl Info {
    /// Samples of all the coded planes.
    pub(crate) fn coded_samples(&self) -> u64 {
        let luma = u64::from(self.coded_width) * u64::from(self.coded_height);
        match self.chroma {
            Chroma::Monochrome => luma,
            Chroma::C420 => luma + luma / 2,
            Chroma::C422 => luma * 2,
            Chroma::C444 => luma * 3,
        }
    }
}
