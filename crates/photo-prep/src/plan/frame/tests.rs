//! Frames against a search through every size there is.

use proptest::prelude::*;

use super::*;
use crate::geometry::MAX_SIDE;
use crate::requirements::AspectRatio;

/// A side on which requirements may set a bound, and sets it.
type SetBound = fn(Requirements, u32) -> Requirements;

const BOUNDS: [SetBound; 8] = [
    Requirements::max_width,
    Requirements::max_height,
    Requirements::max_long_side,
    Requirements::max_short_side,
    Requirements::min_width,
    Requirements::min_height,
    Requirements::min_long_side,
    Requirements::min_short_side,
];

/// A few bounds at a time: all at once contradict each other nearly always.
fn requirements(longest: u32) -> impl Strategy<Value = Requirements> {
    let bounds = prop::collection::vec((0..BOUNDS.len(), 1..=longest), 0..3);
    let pixels = prop::option::of(1..=u64::from(longest).pow(2));
    let ratio = || prop::option::of((1u32..20, 1u32..20));
    (bounds, pixels, ratio(), ratio()).prop_map(|(bounds, pixels, a, b)| {
        let mut required = bounds.iter().fold(Requirements::none(), |all, (k, side)| BOUNDS[*k](all, *side));
        required.max_pixels = pixels;
        let ratio = |r: Option<(u32, u32)>| r.and_then(|(w, h)| AspectRatio::new(w, h));
        let (mut least, mut most) = (ratio(a), ratio(b));
        if let (Some(a), Some(b)) = (least, most)
            && a.value() > b.value()
        {
            std::mem::swap(&mut least, &mut most);
        }
        (required.min_aspect_ratio, required.max_aspect_ratio) = (least, most);
        required
    })
}

fn framing() -> impl Strategy<Value = Framing> {
    prop_oneof![
        Just(Framing::Keep),
        (0u8..=100, 0u8..=100).prop_map(|(x, y)| Framing::Crop(Focus { x, y })),
        Just(Framing::Pad(crate::Rgb::WHITE)),
    ]
}

fn size(longest: u32) -> impl Strategy<Value = Size> {
    (1..=longest, 1..=longest).prop_map(|(width, height)| Size::new(width, height))
}

fn options(required: Requirements, framing: Framing, enlarge: bool) -> Options {
    Options::default().requirements(required).framing(framing).enlarge(enlarge)
}

/// Whether the output of a frame is what it says to be: the picture's proportions kept, everything in place.
fn check(frame: &Frame, upright: Size, options: &Options) -> Result<(), TestCaseError> {
    let part = frame.crop.map_or(upright, |rect| rect.size);
    if let Some(rect) = frame.crop {
        prop_assert!(matches!(options.framing, Framing::Crop(_)));
        prop_assert!(rect.x + part.width <= upright.width && rect.y + part.height <= upright.height);
        prop_assert!(
            part.width == upright.width || part.height == upright.height,
            "more is cut than need be"
        );
    }
    if let Some(canvas) = frame.canvas {
        prop_assert!(matches!(options.framing, Framing::Pad(_)));
        prop_assert!(frame.size.width <= canvas.width && frame.size.height <= canvas.height);
    }
    if frame.size.pixels() > part.pixels() {
        prop_assert!(options.enlarge);
    }
    // One factor for both sides: rounding moves each by less than a pixel, of the part that stays, too.
    let factor = |side: u32, of: u32, by: f64| (f64::from(side) + by) / (f64::from(of) - by).max(1e-9);
    let by = |sign: f64| {
        let wide = factor(frame.size.width, part.width, sign);
        let high = factor(frame.size.height, part.height, sign);
        (wide, high)
    };
    let (most, least) = (by(1.0), by(-1.0));
    let one_pixel = frame.size.width == 1 || frame.size.height == 1;
    prop_assert!(one_pixel || least.0 <= most.1 && least.1 <= most.0, "{part} becomes {}", frame.size);
    Ok(())
}

/// All sizes that keep the requirements, exactly.
fn allowed(required: &Requirements, longest: u32) -> impl Iterator<Item = Size> + '_ {
    let sizes = (1..=longest).flat_map(move |w| (1..=longest).map(move |h| Size::new(w, h)));
    sizes.filter(move |size| {
        let ratio = f64::from(size.width) / f64::from(size.height);
        required.allows_size(*size)
            && required.min_aspect_ratio.is_none_or(|least| ratio >= least.value())
            && required.max_aspect_ratio.is_none_or(|most| ratio <= most.value())
    })
}

/// Whether one factor brings a picture to a size, both sides rounded in the same way.
fn is_scaled(from: Size, to: Size) -> bool {
    let range = |side: u32, of: u32| {
        let (side, of) = (f64::from(side), f64::from(of));
        ((side - 0.5) / of, (side + 0.5) / of)
    };
    let (wide, high) = (range(to.width, from.width), range(to.height, from.height));
    wide.0 < high.1 && high.0 < wide.1
}

/// The largest factor of at most 1 by which sides that need not be whole keep all upper bounds, by halving.
fn largest_factor(upright: Size, required: &Requirements) -> f64 {
    let holds = |factor: f64| {
        let side = |side: Side| f64::from(side.of(upright)) * factor;
        let pixels = side(Side::Width) * side(Side::Height);
        let mut most = required.side_bounds().filter(|(_, bound, _)| *bound == Bound::AtMost);
        required.max_pixels.is_none_or(|limit| pixels <= limit as f64)
            && most.all(|(kind, _, limit)| side(kind) <= f64::from(limit))
    };
    let (mut low, mut high) = (0.0, 2.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if holds(middle) { low = middle } else { high = middle }
    }
    f64::min(low + 1e-9, 1.0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn frames_are_sound(
        upright in size(5_000),
        required in requirements(5_000),
        framing in framing(),
        enlarge: bool,
    ) {
        let options = options(required, framing, enlarge);
        let frame = frame(upright, &options, MAX_SIDE);
        let output = frame.output();
        if required.allows_size(upright) {
            prop_assert_eq!(frame, Frame { crop: None, size: upright, canvas: None });
        }
        if required.allows_size(output) {
            check(&frame, upright, &options)?;
            let smallest = smallest(output, &required);
            prop_assert!(required.allows_size(smallest), "{output} down to {smallest}");
            prop_assert!(smallest.width <= output.width && smallest.height <= output.height);
        }
    }

    /// Where nothing but pixels is required, sizes are those of [`Size::within`].
    #[test]
    fn pixels_alone_give_the_size_within(upright in size(70_000), pixels in 1u64..20_000_000, framing in framing()) {
        let options = options(Requirements::none().max_pixels(pixels), framing, false);
        let expected = Frame { crop: None, size: upright.within(pixels), canvas: None };
        prop_assert_eq!(frame(upright, &options, MAX_SIDE), expected);
    }
}

/// Small enough for every size to be looked at.
const SMALL: u32 = 60;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn a_scaled_picture_is_the_largest(upright in size(SMALL), required in requirements(SMALL), enlarge: bool) {
        let options = options(required, Framing::Keep, enlarge);
        let output = frame(upright, &options, SMALL).output();
        if required.missed_aspect_ratio(upright).is_some() || required.allows_size(upright) {
            return Ok(());
        }
        let fits = |size: &Size| is_scaled(upright, *size);
        let smaller = |size: &Size| size.width <= upright.width && size.height <= upright.height;
        let possible: Vec<Size> = allowed(&required, SMALL).filter(fits).collect();
        let reduced = possible.iter().filter(|size| smaller(size)).map(|size| Side::Long.of(*size)).max();
        let factor = |(side, _, limit): (Side, _, u32)| f64::from(limit) / f64::from(side.of(upright));
        let bounds = required.side_bounds().filter(|(_, bound, _)| *bound == Bound::AtLeast);
        let least = f64::from(Side::Long.of(upright)) * bounds.map(factor).fold(0.0, f64::max);
        let enlarged = possible.iter().map(|size| Side::Long.of(*size)).filter(|_| enlarge).min();
        if let Some(largest) = reduced.or(enlarged) {
            prop_assert!(required.allows_size(output), "{upright} to {output}: {largest} is possible");
            let found = Side::Long.of(output);
            if reduced.is_some() {
                let long = f64::from(Side::Long.of(upright)) * largest_factor(upright, &required);
                prop_assert!(found + 1 >= largest.min(long as u32), "{upright} to {output}: {largest} is better");
            } else {
                prop_assert!(found <= largest.max(least.ceil() as u32), "{upright} to {output}: {largest} is enough");
            }
        }
    }

    #[test]
    fn cropping_finds_what_there_is(upright in size(SMALL), required in requirements(SMALL), enlarge: bool) {
        let options = options(required, Framing::Crop(Focus::CENTER), enlarge);
        let frame = frame(upright, &options, SMALL);
        let fits = |size: &Size| enlarge || size.width <= upright.width && size.height <= upright.height;
        let possible = allowed(&required, SMALL).filter(fits).next();
        prop_assert!(possible.is_none() || required.allows_size(frame.output()),
            "{upright} to {}: {possible:?} is possible", frame.output());
        // As much of the picture as an allowed aspect ratio leaves of it.
        if let Some(rect) = frame.crop && required.allows_size(frame.output()) {
            let share = |size: Size| {
                let (w, h) = (f64::from(size.width), f64::from(size.height));
                let k = (f64::from(upright.width) / w).min(f64::from(upright.height) / h);
                k * k * w * h / upright.pixels() as f64
            };
            let best = allowed(&required, SMALL).filter(fits).map(share).fold(0.0, f64::max);
            let found = rect.size.pixels() as f64 / upright.pixels() as f64;
            let pixel = 1.0 / f64::from(Side::Short.of(rect.size)) + 1.0 / f64::from(Side::Short.of(frame.size));
            prop_assert!(found >= best * (1.0 - 2.0 * pixel), "{found} of it stays, {best} is possible");
        }
    }

    #[test]
    fn padding_finds_what_there_is(upright in size(SMALL), required in requirements(SMALL), enlarge: bool) {
        let options = options(required, Framing::Pad(crate::Rgb::WHITE), enlarge);
        let frame = frame(upright, &options, SMALL);
        let possible = allowed(&required, SMALL).next();
        prop_assert!(possible.is_none() || required.allows_size(frame.output()),
            "{upright} to {}: {possible:?} is possible", frame.output());
        // The picture is as large as a canvas lets it be.
        if let Some(canvas) = frame.canvas && required.allows_size(canvas) {
            let scale = |size: Size| Shape::of(size).factor_into(Shape::of(upright)).min(1.0);
            let best = allowed(&required, SMALL).map(scale).fold(0.0, f64::max);
            let side = Side::Long.of(upright);
            let found = f64::from(Side::Long.of(frame.size));
            prop_assert!(found >= f64::from(side) * best - 2.0, "{upright} as {} on {canvas}, {best}", frame.size);
        }
    }
}

#[test]
fn frames_that_people_ask_for() {
    let ratio = |text: &str| text.parse::<AspectRatio>().ok();
    let between = |least: &str, most: &str| Requirements {
        min_aspect_ratio: ratio(least),
        max_aspect_ratio: ratio(most),
        ..Requirements::none()
    };
    let passport = Requirements::none().min_width(413).max_width(413).min_height(531).max_height(531);
    let square = between("1:1", "1:1");
    let crop = |x, y| Framing::Crop(Focus { x, y });
    let pad = Framing::Pad(crate::Rgb::WHITE);
    let keep = Framing::Keep;
    let table = [
        ("4032x3024", Requirements::none().max_width(800), keep, false, "800x600"),
        ("4032x3024", Requirements::none().max_long_side(1_000), keep, false, "1000x750"),
        ("3024x4032", Requirements::none().max_width(800).max_height(800), keep, false, "600x800"),
        ("4032x3024", square, crop(50, 50), false, "3024x3024+504+0 to 3024x3024"),
        ("4032x3024", square, crop(0, 0), false, "3024x3024+0+0 to 3024x3024"),
        ("4032x3024", square, crop(100, 100), false, "3024x3024+1008+0 to 3024x3024"),
        ("4032x3024", square.max_width(500), crop(50, 50), false, "3024x3024+504+0 to 500x500"),
        ("4032x3024", square, pad, false, "4032x3024 on 4032x4032"),
        ("4032x3024", square.max_pixels(1_000_000), pad, false, "1000x750 on 1000x1000"),
        ("1000x1000", between("16:9", "16:9"), pad, false, "1000x1000 on 1778x1000"),
        ("4032x3024", passport, crop(50, 50), false, "2352x3024+840+0 to 413x531"),
        ("300x200", Requirements::none().min_width(500).min_height(500), pad, false, "300x200 on 500x500"),
        ("300x200", Requirements::none().min_width(600), keep, true, "600x400"),
        ("300x200", square.min_width(400), pad, true, "400x267 on 400x400"),
        (
            "5000x500",
            Requirements::none().max_width(1_000).min_height(200),
            crop(50, 50),
            false,
            "2500x500+1250+0 to 1000x200",
        ),
    ];
    for (from, required, framing, enlarge, expected) in table {
        let (width, height) = from.split_once('x').unwrap();
        let upright = Size::new(width.parse().unwrap(), height.parse().unwrap());
        let Frame { crop, size, canvas } = frame(upright, &options(required, framing, enlarge), MAX_SIDE);
        let crop = crop.map(|rect| format!("{}+{}+{} to ", rect.size, rect.x, rect.y)).unwrap_or_default();
        let canvas = canvas.map(|canvas| format!(" on {canvas}")).unwrap_or_default();
        assert_eq!(format!("{crop}{size}{canvas}"), expected, "{from}");
    }
}
