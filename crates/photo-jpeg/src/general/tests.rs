//! Compares the general decoder with `libjpeg-turbo-rs`.

use std::result::Result;

use libjpeg_turbo_rs::{ColorSpace, Encoder, PixelFormat};
use photo_testkit::{Layout, pattern, photo_like};
use proptest::prelude::*;

use super::*;
use crate::progressive::{self, Damage};
use crate::quant::ZIGZAG;
use crate::reference::samples::fixtures;
use crate::{Coefficients, Scale};

/// A picture of a kind that planes may not be made for, and how to encode it.
#[derive(Debug, Clone)]
struct General {
    width: u32,
    height: u32,
    /// The factors of one, three or four components.
    sampling: Vec<(u8, u8)>,
    arithmetic: bool,
    progressive: bool,
    /// Whether four components are YCCK rather than CMYK.
    ycck: bool,
    restart: u16,
    quality: u8,
    seed: u64,
    /// Whether the picture is a gradient instead of a photo.
    smooth: bool,
}

impl General {
    fn new(width: u32, height: u32, sampling: &[(u8, u8)]) -> Self {
        Self {
            width,
            height,
            sampling: sampling.to_vec(),
            arithmetic: false,
            progressive: false,
            ycck: false,
            restart: 0,
            quality: 85,
            seed: 1,
            smooth: false,
        }
    }

    fn format(&self) -> (Layout, PixelFormat) {
        match self.sampling.len() {
            1 => (Layout::Gray, PixelFormat::Grayscale),
            3 => (Layout::Rgb, PixelFormat::Rgb),
            _ => (Layout::Cmyk, PixelFormat::Cmyk),
        }
    }

    fn encode(&self) -> Result<Vec<u8>, String> {
        let (layout, format) = self.format();
        let picture = match self.smooth {
            true => pattern::gradient(self.width, self.height),
            false => photo_like(self.width, self.height, self.seed),
        };
        let picture = picture.convert(layout);
        let mut encoder = Encoder::new(picture.data(), self.width as usize, self.height as usize, format)
            .quality(self.quality)
            .progressive(self.progressive)
            .arithmetic(self.arithmetic)
            .restart_blocks(self.restart);
        if self.sampling.len() > 1 {
            encoder = encoder.sampling_factors(self.sampling.clone());
        }
        if self.sampling.len() == 4 && self.ycck {
            encoder = encoder.colorspace(ColorSpace::Ycck);
        }
        encoder.encode().map_err(|error| error.to_string())
    }
}

/// Factors of which the largest are whole multiples of all, with at most ten blocks in an MCU.
fn any_sampling() -> impl Strategy<Value = Vec<(u8, u8)>> {
    let factor = || (1..=4u8, 1..=4u8);
    let count = prop_oneof![1 => Just(1usize), 3 => Just(3), 3 => Just(4)];
    count.prop_flat_map(move |count| prop::collection::vec(factor(), count)).prop_map(|mut sampling| {
        // Turns any factors into possible ones, since few of all would be.
        let max = sampling.iter().fold((1, 1), |max: (u8, u8), s| (max.0.max(s.0), max.1.max(s.1)));
        for (h, v) in &mut sampling {
            (*h, *v) = (if max.0 % *h == 0 { *h } else { 1 }, if max.1 % *v == 0 { *v } else { 1 });
        }
        let blocks = |s: &[(u8, u8)]| s.iter().map(|(h, v)| u32::from(h * v)).sum::<u32>();
        let mut last = sampling.len();
        while sampling.len() > 1 && blocks(&sampling) > 10 && last > 0 {
            last -= 1;
            sampling[last] = (1, 1);
        }
        sampling
    })
}

fn any_general() -> impl Strategy<Value = General> {
    let restart = prop_oneof![2 => Just(0), 1 => 1..9u16];
    let how = (any::<bool>(), any::<bool>(), any::<bool>(), restart, 1..=100u8, any::<u64>());
    (1..=90u32, 1..=90u32, any_sampling(), how).prop_map(|(width, height, sampling, how)| {
        let (arithmetic, progressive, ycck, restart, quality, seed) = how;
        General {
            width,
            height,
            sampling,
            arithmetic,
            progressive,
            ycck,
            restart,
            quality,
            seed,
            smooth: false,
        }
    })
}

/// All coefficients, by the reader for any number of scans.
fn coefficients(bytes: &[u8]) -> Result<Coefficients, Error> {
    progressive::read::<64>(bytes, &ReadOptions::default(), Damage::Refuse).map(|(picture, _)| picture)
}

/// Checks that libjpeg-turbo-rs finds the same coefficients in all blocks that hold samples.
fn same_coefficients(bytes: &[u8]) -> Result<(), String> {
    let other = libjpeg_turbo_rs::read_coefficients(bytes).map_err(|error| error.to_string())?;
    let ours = coefficients(bytes).map_err(|error| error.to_string())?;
    for (component, other) in ours.components().iter().zip(&other.components) {
        let facts = component.facts();
        for (y, x) in
            (0..facts.height.div_ceil(8)).flat_map(|y| (0..facts.width.div_ceil(8)).map(move |x| (y, x)))
        {
            let ours = component.block(x, y).ok_or("no such block")?;
            let theirs = &other.blocks[y as usize * other.blocks_x + x as usize];
            if (0..64).any(|k| ours[usize::from(ZIGZAG[k])] != theirs[k]) {
                return Err(format!("component {} block {x} {y}: {ours:?} {theirs:?}", facts.id));
            }
        }
    }
    Ok(())
}

/// The samples that libjpeg-turbo-rs makes; of inks, as they are stored.
fn theirs(bytes: &[u8], channels: usize) -> Result<Vec<u8>, String> {
    let format = match channels {
        1 => PixelFormat::Grayscale,
        3 => PixelFormat::Rgb,
        _ => PixelFormat::Cmyk,
    };
    libjpeg_turbo_rs::decompress_to(bytes, format).map(|image| image.data).map_err(|error| error.to_string())
}

/// The greatest difference, and the mean one.
fn difference(ours: &[u8], theirs: &[u8]) -> (u8, f64) {
    assert_eq!(ours.len(), theirs.len());
    let each = || ours.iter().zip(theirs).map(|(a, b)| a.abs_diff(*b));
    (each().max().unwrap_or(0), each().map(f64::from).sum::<f64>() / ours.len() as f64)
}

fn decoded(bytes: &[u8]) -> Interleaved {
    decode_interleaved(bytes, &InterleavedOptions::default()).unwrap()
}

/// Checks the samples. The inverse DCTs differ by 1 at most, the colors made of them by 3.
fn same_samples(bytes: &[u8], inverted: bool) -> Result<(), String> {
    let ours =
        decode_interleaved(bytes, &InterleavedOptions::default()).map_err(|error| error.to_string())?;
    let mut theirs = theirs(bytes, ours.color.channels())?;
    if inverted {
        theirs.iter_mut().for_each(|ink| *ink = 255 - *ink);
    }
    let (most, mean) = difference(&ours.data, &theirs);
    if most <= 3 && mean < (if ours.data.len() < 20_000 { 1.0 } else { 0.5 }) {
        Ok(())
    } else {
        Err(format!("{most} at most, {mean} in the mean"))
    }
}

fn is_inverted(bytes: &[u8]) -> bool {
    Header::read_any(bytes).is_ok_and(|(header, _)| header.inverted)
}

/// Checks inks by `jpeg-decoder`, which takes all of them for stored inverted, and stretches rows a little
/// differently.
fn same_inks(bytes: &[u8]) -> Result<(), String> {
    let ours = decoded(bytes);
    let mut theirs = jpeg_decoder::Decoder::new(bytes).decode().map_err(|error| error.to_string())?;
    if !is_inverted(bytes) {
        theirs.iter_mut().for_each(|ink| *ink = 255 - *ink);
    }
    let (most, mean) = difference(&ours.data, &theirs);
    if most <= 40 && mean < 0.3 { Ok(()) } else { Err(format!("{most} at most, {mean} in the mean")) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn coefficients_of_every_kind_are_as_libjpeg_turbo_reads_them(general in any_general()) {
        // Its reader of coefficients gives a DC of -1 there for one of 0; its samples are right, as djpeg's are.
        prop_assume!(!(general.arithmetic && general.progressive && general.restart > 0));
        let bytes = general.encode().map_err(TestCaseError::fail)?;
        same_coefficients(&bytes).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn samples_of_every_kind_are_as_libjpeg_turbo_makes_them(general in any_general()) {
        let bytes = general.encode().map_err(TestCaseError::fail)?;
        // It panics at subsampled CMYK, takes the fourth component of YCCK for one of full size, and refuses
        // chroma of more samples than luma.
        let inks = general.sampling.len() == 4;
        let (h, v) = general.sampling[0];
        prop_assume!(!inks || general.sampling.iter().all(|factors| *factors == (h, v)));
        prop_assume!(general.sampling.iter().all(|factors| factors.0 <= h && factors.1 <= v));
        same_samples(&bytes, is_inverted(&bytes)).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn subsampled_inks_are_as_jpeg_decoder_makes_them(
        general in any_general(), factors in prop::collection::vec((1..=2u8, 1..=2u8), 4),
    ) {
        // It stretches rows by a factor of 2 at most, and knows no arithmetic coding.
        let mut sampling = factors;
        sampling[0] = (2, 2);
        let blocks = sampling.iter().map(|(h, v)| h * v).sum::<u8>();
        prop_assume!(blocks <= 10 && general.width > 8 && general.height > 8);
        let bytes = General { sampling, arithmetic: false, ..general }.encode().map_err(TestCaseError::fail)?;
        same_inks(&bytes).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn noise_in_the_data_is_no_panic(
        general in any_general(),
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        end in any::<prop::sample::Index>(),
    ) {
        let mut bytes = General { width: general.width.min(40), height: general.height.min(40), ..general }
            .encode()
            .map_err(TestCaseError::fail)?;
        for (place, value) in places {
            let at = place.index(bytes.len());
            bytes[at] = value;
        }
        bytes.truncate(bytes.len().max(600) - end.index(600));
        let options = InterleavedOptions::default().memory_limit(16 << 20);
        for scale in [Scale::Full, Scale::Half, Scale::Eighth] {
            if let Ok(picture) = decode_interleaved(&bytes, &options.clone().scale(scale)) {
                let pixels = picture.width as usize * picture.height as usize;
                prop_assert_eq!(picture.data.len(), pixels * picture.color.channels());
            }
        }
    }
}

#[test]
fn every_fixture_is_as_libjpeg_turbo_decodes_it() {
    let mut checked = 0;
    for (name, bytes) in fixtures().into_iter().filter(|(_, bytes)| bytes.len() < 300_000) {
        let (header, _) = Header::read_any(&bytes).unwrap();
        let subsampled =
            header.components.iter().any(|c| (c.h, c.v) != (header.components[0].h, header.components[0].v));
        if subsampled && header.color.channels() == 4 {
            // It panics at such files.
            same_inks(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        } else {
            same_samples(&bytes, header.inverted).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        checked += 1;
    }
    assert!(checked >= 25, "only {checked} fixtures");
}

#[test]
fn twelve_bits_are_as_libjpeg_turbo_decodes_them() {
    use libjpeg_turbo_rs::Subsampling;
    let wide = photo_like(75, 53, 4).convert(Layout::Rgb);
    let samples: Vec<i16> =
        wide.data().iter().enumerate().map(|(i, &v)| (i16::from(v) << 4) + (i % 16) as i16).collect();
    for (components, sampling) in
        [(1, Subsampling::S444), (3, Subsampling::S444), (3, Subsampling::S420), (3, Subsampling::S422)]
    {
        let source = if components == 1 { &samples[..75 * 53] } else { &samples[..] };
        let bytes =
            libjpeg_turbo_rs::precision::compress_12bit(source, 75, 53, components, 90, sampling).unwrap();
        let theirs = libjpeg_turbo_rs::precision::decompress_12bit(&bytes).unwrap();
        let theirs: Vec<u8> =
            theirs.data.iter().map(|&v| ((u32::from(v as u16) * 255 + 2047) / 4095) as u8).collect();
        let (most, mean) = difference(&decoded(&bytes).data, &theirs);
        assert!(most <= 1 && mean < 0.05, "{components} {sampling:?}: {most} {mean}");
    }
}

#[test]
fn lossless_files_come_out_as_they_went_in() {
    let picture = photo_like(37, 29, 2).convert(Layout::Rgb);
    for (bits, components) in (2..=16u8).flat_map(|bits| [(bits, 1), (bits, 3)]) {
        let max = (1u32 << bits) - 1;
        let noisy =
            |(i, &v): (usize, &u8)| ((u32::from(v) * max / 255) ^ ((i as u32 * 7) & (max >> 3))) as u16;
        let samples: Vec<u16> =
            picture.data().iter().enumerate().map(noisy).take(37 * 29 * components).collect();
        let want: Vec<u8> = samples.iter().map(|&v| ((u32::from(v) * 255 + max / 2) / max) as u8).collect();
        for predictor in 1..=7 {
            let bytes = libjpeg_turbo_rs::precision::compress_lossless_arbitrary(
                &samples, 37, 29, components, bits, predictor, 0,
            )
            .unwrap();
            let ours = decoded(&bytes);
            assert_eq!(ours.color.channels(), components);
            assert!(ours.data == want, "{bits} bits, {components} components, predictor {predictor}");
        }
    }
}

/// The file with a height of 0 in its frame header, and a DNL segment behind its only scan.
fn with_number_of_lines(bytes: &[u8], lines: u16) -> Vec<u8> {
    let mut out = bytes.to_vec();
    let frame =
        out.windows(2).position(|m| m[0] == 0xFF && (0xC0..=0xCA).contains(&m[1]) && m[1] != 0xC4).unwrap();
    out[frame + 5..frame + 7].fill(0);
    let end = out.len() - 2;
    out.splice(end..end, [0xFF, 0xDC, 0, 4].into_iter().chain(lines.to_be_bytes()));
    out
}

#[test]
fn a_height_behind_the_first_scan_is_found() {
    for arithmetic in [false, true] {
        let general = General { arithmetic, restart: 3, ..General::new(61, 43, &[(2, 2), (1, 1), (1, 1)]) };
        let bytes = general.encode().unwrap();
        let later = with_number_of_lines(&bytes, 43);
        assert!(decoded(&later) == decoded(&bytes));
        let none = with_number_of_lines(&bytes, 0);
        let refused = decode_interleaved(&none, &InterleavedOptions::default());
        assert!(matches!(refused, Err(Error::Unsupported(_))), "{refused:?}");
    }
}

#[test]
fn missing_data_are_an_error() {
    for (sampling, arithmetic) in
        [(vec![(1, 1); 4], false), (vec![(4, 1), (1, 1), (1, 1)], false), (vec![(1, 1)], true)]
    {
        let bytes = General { arithmetic, ..General::new(50, 40, &sampling) }.encode().unwrap();
        let (header, _) = Header::read_any(&bytes).unwrap();
        for end in header.scan.data_start..bytes.len() - 3 {
            let found = decode_interleaved(&bytes[..end], &InterleavedOptions::default());
            assert!(
                matches!(found, Err(Error::Truncated { .. } | Error::Malformed { .. })),
                "{sampling:?} {end} of {}",
                bytes.len()
            );
        }
    }
}

#[test]
fn scales_are_those_of_libjpeg() {
    for sampling in
        [vec![(1, 1); 3], vec![(2, 2), (1, 1), (1, 1)], vec![(4, 1), (1, 1), (1, 1)], vec![(1, 1); 4]]
    {
        for arithmetic in [false, true] {
            let bytes =
                General { arithmetic, smooth: true, ..General::new(93, 61, &sampling) }.encode().unwrap();
            for scale in [Scale::Half, Scale::Quarter, Scale::Eighth] {
                let options = InterleavedOptions::default().scale(scale);
                let ours = decode_interleaved(&bytes, &options).unwrap();
                let mut decoder = libjpeg_turbo_rs::Decoder::new(&bytes).unwrap();
                let format = if sampling.len() == 4 { PixelFormat::Cmyk } else { PixelFormat::Rgb };
                decoder.set_output_format(format);
                let factor = libjpeg_turbo_rs::ScalingFactor::try_new(1, scale.denominator()).unwrap();
                decoder.set_scale(factor);
                let mut theirs = decoder.decode_image().unwrap();
                assert_eq!((ours.width as usize, ours.height as usize), (theirs.width, theirs.height));
                if is_inverted(&bytes) {
                    theirs.data.iter_mut().for_each(|ink| *ink = 255 - *ink);
                }
                // Its transforms to fewer points take other coefficients into account.
                let (_, mean) = difference(&ours.data, &theirs.data);
                assert!(mean < 2.0, "{sampling:?} {scale:?}: {mean}");
            }
        }
    }
}

#[test]
fn memory_is_refused_before_it_is_taken() {
    for (sampling, progressive) in [(vec![(1, 1); 4], false), (vec![(4, 1), (1, 1), (1, 1)], true)] {
        let bytes = General { progressive, ..General::new(120, 90, &sampling) }.encode().unwrap();
        let (header, _) = Header::read_any(&bytes).unwrap();
        let needed = InterleavedOptions::default().memory_needed(&header);
        let with = |limit| decode_interleaved(&bytes, &InterleavedOptions::default().memory_limit(limit));
        assert!(with(needed).is_ok());
        assert_eq!(with(needed - 1), Err(Error::Memory { needed, limit: needed - 1 }));
        let huge = photo_testkit::mutate::with_dimensions(&bytes, 65_535, 65_535).unwrap();
        let refused = decode_interleaved(&huge, &InterleavedOptions::default());
        assert!(matches!(refused, Err(Error::Memory { .. })), "{refused:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_fast_decoders_take_inks_as_the_general_one_does(
        general in any_general(), factors in prop::collection::vec((1..=2u8, 1..=2u8), 4),
        chunks in 1usize..6, target_blocks in 5usize..200,
    ) {
        prop_assume!(factors.iter().map(|(h, v)| h * v).sum::<u8>() <= 10);
        let general = General { sampling: factors, arithmetic: false, ..general };
        let bytes = general.encode().map_err(TestCaseError::fail)?;
        let header = Header::read(&bytes).unwrap();
        let want = coefficients(&bytes).unwrap();
        if header.is_one_scan() {
            let layout =
                crate::scan::ChunkLayout { target_blocks, max_blocks: 2 * target_blocks, min_bytes: 16, chunks };
            let read = crate::sequential::read(&bytes, &header, &ReadOptions::default(), Level::new(), layout);
            prop_assert!(read.as_ref() == Ok(&want));
        }
        prop_assert!(crate::verify(&bytes, &ReadOptions::default()).is_ok());
        let planes = crate::decode(&bytes, &crate::DecodeOptions::default()).unwrap();
        let whole = header.components.iter().all(|c| (c.width, c.height) == (header.width, header.height));
        let inks = planes.to_inks(header.has_inverted_inks());
        if whole {
            let (most, _) = difference(&inks, &decoded(&bytes).data);
            prop_assert!(most <= 1, "{most}");
        } else {
            prop_assert!(inks.is_empty());
        }
    }
}

#[test]
fn inks_are_reduced_as_inks() {
    for (sampling, ycck) in
        [(vec![(1, 1); 4], false), (vec![(1, 1); 4], true), (vec![(2, 2), (1, 1), (1, 1), (2, 2)], true)]
    {
        let general = General { ycck, smooth: true, ..General::new(240, 160, &sampling) };
        let bytes = general.encode().unwrap();
        let options = crate::DecodeOptions::default().size(60, 40).sampling(vec![(1, 1); 4]);
        let planes = crate::decode(&bytes, &options).unwrap();
        let inks = planes.to_inks(is_inverted(&bytes));
        // The mean of each four by four pixels is near to what a filter makes of a gradient.
        let whole = decoded(&bytes);
        let mean = |x: usize, y: usize, ink: usize| {
            let all =
                (0..16).map(|i| u32::from(whole.data[((4 * y + i / 4) * 240 + 4 * x + i % 4) * 4 + ink]));
            (all.sum::<u32>() / 16) as u8
        };
        let want: Vec<u8> = (0..60 * 40 * 4).map(|i| mean(i / 4 % 60, i / 4 / 60, i % 4)).collect();
        let (_, mean) = difference(&inks, &want);
        assert!(mean < 2.0, "{sampling:?} {ycck}: {mean}");
    }
}

#[test]
fn pictures_of_inks_are_not_written() {
    let bytes = General::new(24, 16, &[(1, 1); 4]).encode().unwrap();
    let planes = crate::decode(&bytes, &crate::DecodeOptions::default()).unwrap();
    let encoded = crate::encode(&planes, &crate::EncodeOptions::default());
    assert!(matches!(encoded, Err(Error::Unsupported(_))), "{encoded:?}");
    let picture = Coefficients::read(&bytes, &ReadOptions::default()).unwrap();
    let written = crate::transcode(&picture, &crate::TranscodeOptions::default());
    assert!(matches!(written, Err(Error::Unsupported(_))), "{written:?}");
    assert!(planes.to_rgb().is_empty());
}
