//! What the colors of a PNG mean (W3C PNG, third edition, 11.3.2): cICP goes before iCCP, that before sRGB,
//! that before gAMA and cHRM.

use crate::formats::png;
use crate::formats::png::PngLayout;
use crate::info::{ColorModel, Hdr, IccInfo};
use crate::metadata::bytes::be32;
use crate::metadata::cicp::Chromaticities;
use crate::metadata::{cicp, icc};
use crate::{Result, Warning};

/// The meaning of the samples.
#[derive(Debug, Default)]
pub(crate) struct PngColor {
    /// As an ICC profile, with its facts; `None`: sRGB.
    pub(crate) profile: Option<(Vec<u8>, IccInfo)>,
    /// How light of a high dynamic range is coded, with the number of its primaries.
    pub(crate) hdr: Option<(Hdr, u8)>,
    /// What of the chunks can't be used.
    pub(crate) warnings: Vec<Warning>,
}

/// Whether any chunk tells of colors.
pub(crate) fn is_told(layout: &PngLayout) -> bool {
    [b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM"].into_iter().any(|kind| layout.find(kind).is_some())
}

/// What the chunks say of samples of this model. One that can't be used is warned of, and the next in order
/// counts.
///
/// # Errors
/// [`crate::Error::LimitExceeded`] where an ICC profile is longer than `limit` bytes.
pub(crate) fn of(bytes: &[u8], layout: &PngLayout, model: ColorModel, limit: u64) -> Result<PngColor> {
    let mut color = PngColor::default();
    if let Some(codes) = layout.data(bytes, b"cICP") {
        if let &[primaries, transfer, 0, 1] = codes
            && let Some(hdr) = Hdr::of_code(transfer)
        {
            // An ICC profile beside it is what its author wants shown where such light can't be.
            let fallback = png::icc_profile(bytes, layout, limit)?;
            if fallback.is_some_and(|profile| color.take(profile, model)) {
                let why = format!("the cICP chunk tells {}, the ICC profile beside it is used", hdr.name());
                color.warnings.push(Warning::BrokenProfile(why));
            } else {
                color.hdr = Some((hdr, primaries));
            }
            return Ok(color);
        }
        let why = || format!("the cICP chunk {codes:?} names colors that can't be converted");
        if color.take(from_codes(codes, model).ok_or_else(why), model) {
            return Ok(color);
        }
    }
    if let Some(profile) = png::icc_profile(bytes, layout, limit)?
        && color.take(profile, model)
    {
        return Ok(color);
    }
    if layout.find(b"sRGB").is_some() {
        return Ok(color);
    }
    let numbers = from_gamma(layout.data(bytes, b"gAMA"), layout.data(bytes, b"cHRM"), model);
    if let Some(profile) = numbers.transpose() {
        color.take(profile, model);
    }
    Ok(color)
}

impl PngColor {
    /// Whether the profile can be used; a warning where not.
    fn take(&mut self, profile: std::result::Result<Vec<u8>, String>, model: ColorModel) -> bool {
        let facts = profile.map_err(Warning::BrokenProfile).and_then(|p| Ok((icc::facts(&p, model)?, p)));
        match facts {
            Ok((facts, profile)) => self.profile = Some((profile, facts)),
            Err(warning) => self.warnings.push(warning),
        }
        self.profile.is_some()
    }
}

/// Code points of full-range RGB.
fn from_codes(codes: &[u8], model: ColorModel) -> Option<Vec<u8>> {
    let &[primaries, transfer, 0, 1] = codes else { return None };
    cicp::profile_of_codes(primaries, transfer, model == ColorModel::Gray)
}

/// `None` for the colors of sRGB. A gamma within 5 % of 1/2.2, which encoders write for sRGB because no gamma
/// is just its curve, means that curve where the primaries are those of sRGB too; libpng draws the same line
/// (PNG_GAMMA_THRESHOLD).
fn from_gamma(
    gamma: Option<&[u8]>,
    colors: Option<&[u8]>,
    model: ColorModel,
) -> std::result::Result<Option<Vec<u8>>, String> {
    let gray = model == ColorModel::Gray;
    let colors = match colors.filter(|_| !gray) {
        Some(data) => chromaticities(data).ok_or("the cHRM chunk has another length than 32 bytes")?,
        None => cicp::SRGB,
    };
    let near = |a: f64, b: f64| (a - b).abs() < 0.005;
    let like_srgb = colors.iter().zip(cicp::SRGB).all(|(c, s)| near(c.0, s.0) && near(c.1, s.1));
    let gamma = match gamma {
        Some(data) => Some(exponent(data).ok_or_else(|| format!("the gAMA chunk {data:?} tells no gamma"))?),
        None => None,
    };
    let gamma = gamma.filter(|g| !like_srgb || (g / 2.2 - 1.0).abs() > 0.05);
    if like_srgb && gamma.is_none() {
        return Ok(None);
    }
    match cicp::profile_of_numbers(gamma, &colors, gray) {
        Some(profile) => Ok(Some(profile)),
        None => Err("the chromaticities of the cHRM chunk span no colors".into()),
    }
}

/// The power that gives light: what is stored is 100,000 times its inverse. Between 1/10 and 10 to be
/// believed.
fn exponent(data: &[u8]) -> Option<f64> {
    let stored = be32(data, 0).filter(|_| data.len() == 4)?;
    let exponent = 100_000.0 / f64::from(stored);
    (0.1..=10.0).contains(&exponent).then_some(exponent)
}

/// White, red, green, blue; stored as 100,000 times x and y.
fn chromaticities(data: &[u8]) -> Option<Chromaticities> {
    let data = data.first_chunk::<32>().filter(|_| data.len() == 32)?;
    let mut colors = cicp::SRGB;
    for (i, color) in colors.iter_mut().enumerate() {
        let at = |n| be32(data, n).map(|v| f64::from(v) / 100_000.0);
        *color = (at(8 * i)?, at(8 * i + 4)?);
    }
    Some(colors)
}
