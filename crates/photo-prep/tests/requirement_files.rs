//! Requirements through TOML and JSON.

use photo_prep::{AcceptedFormats, AspectRatio, Preset, Requirements, RequirementsFile};
use proptest::prelude::*;

fn requirements() -> impl Strategy<Value = Requirements> {
    let formats = prop_oneof![
        Just(AcceptedFormats::Jpeg),
        Just(AcceptedFormats::Png),
        Just(AcceptedFormats::JpegAndPng)
    ];
    let most = || prop::option::of(1_000u32..100_000);
    let least = || prop::option::of(1u32..900);
    let ratio = |sides: std::ops::Range<u32>| {
        prop::option::of((sides, 1u32..2).prop_map(|(w, h)| AspectRatio::new(w, h).unwrap()))
    };
    (
        formats,
        (prop::option::of(1u64..1 << 62), prop::option::of(1u64..1 << 62)),
        (most(), most(), most(), most()),
        (least(), least(), least(), least()),
        (ratio(1..3), ratio(4..9)),
        any::<[bool; 7]>(),
    )
        .prop_map(|(formats, (bytes, pixels), most, least, ratios, flags)| {
            let mut all = Requirements::none().formats(formats);
            (all.max_bytes, all.max_pixels) = (bytes, pixels);
            (all.max_width, all.max_height, all.max_long_side, all.max_short_side) = most;
            (all.min_width, all.min_height, all.min_long_side, all.min_short_side) = least;
            (all.min_aspect_ratio, all.max_aspect_ratio) = ratios;
            let [srgb, alpha, progressive, upright, metadata, frames, whole] = flags;
            all.require_srgb(srgb)
                .allow_alpha(alpha)
                .allow_progressive(progressive)
                .require_upright(upright)
                .allow_private_metadata(metadata)
                .allow_further_frames(frames)
                .require_whole(whole)
        })
}

proptest! {
    #[test]
    fn requirements_survive_both_formats(required in requirements()) {
        let file = RequirementsFile::new(required);
        for text in [file.to_toml(), file.to_json()] {
            prop_assert_eq!(RequirementsFile::parse(&text), Ok(file.clone()), "{}", text);
        }
    }
}

#[test]
fn presets_are_read_and_survive_both_formats() {
    let default = Preset::named("zoho-crm-photo").unwrap().requirements().unwrap();
    assert_eq!(default, Requirements::default());
    for preset in Preset::all() {
        let file = preset.file().unwrap_or_else(|error| panic!("{}: {error}", preset.name));
        assert!(
            file.source.as_deref().is_some_and(|source| source.starts_with("https://")),
            "{}",
            preset.name
        );
        assert!(file.checked.is_some() && file.title.is_some(), "{}", preset.name);
        for text in [file.to_toml(), file.to_json()] {
            assert_eq!(RequirementsFile::parse(&text).as_ref(), Ok(&file), "{}: {text}", preset.name);
        }
        assert!(Preset::named(preset.name) == Some(preset));
    }
}

#[test]
fn every_preset_of_the_folder_is_known() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/presets");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    files.sort();
    let mut names: Vec<&str> = Preset::all().iter().map(|preset| preset.name).collect();
    names.sort_unstable();
    assert_eq!(files, names);
}

#[test]
fn what_is_wrong_is_told() {
    let table = [
        ("max_with = 3", "unknown key \"max_with\"; the nearest is \"max_width\""),
        ("Max_Bytes = 3", "the nearest is \"max_bytes\""),
        ("titles = \"x\"", "the nearest is \"title\""),
        ("{\"allow_alphas\": false}", "the nearest is \"allow_alpha\""),
        ("max_width = -1", "max_width"),
        ("max_width = \"big\"", "max_width"),
        ("max_bytes = 1.5", "max_bytes"),
        ("max_bytes = 0", "0 leaves nothing"),
        ("max_width = 0", "leaves nothing"),
        ("formats = [\"gif\"]", "formats are \"jpeg\" and \"png\""),
        ("formats = []", "at least one"),
        ("min_aspect_ratio = \"wide\"", "such as \"16:9\""),
        ("min_aspect_ratio = \"0:1\"", "such as \"16:9\""),
        ("min_aspect_ratio = \"2:1\"\nmax_aspect_ratio = \"1:1\"", "no aspect ratio is at least 2:1"),
        ("min_width = 10\nmax_width = 9", "no width is at least 10 and at most 9"),
        ("min_short_side = 10\nmax_long_side = 9", "at least 10 and at most 9"),
        ("max_width", "TOML"),
        ("{\"max_width\": }", "line 1"),
    ];
    for (text, why) in table {
        let error = RequirementsFile::parse(text).expect_err(text).to_string();
        assert!(error.contains(why), "{text}: {error}");
    }
}
