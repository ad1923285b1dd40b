//! Plans are pure, and say what happens.

use photo_prep::{Options, OutputFormat, Resources, Route};
use proptest::prelude::*;

use crate::support::valid_fixtures;

fn options() -> impl Strategy<Value = Options> {
    let format = prop_oneof![Just(OutputFormat::Auto), Just(OutputFormat::Jpeg), Just(OutputFormat::Png)];
    (1u64..20_000_000, 1_000u64..20_000_000, 1u8..=100, 1u8..=100, format).prop_map(
        |(pixels, bytes, best, floor, format)| {
            Options::default()
                .max_pixels(pixels)
                .max_bytes(bytes)
                .quality(best)
                .quality_floor(floor)
                .format(format)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Facts, options and resources alone make the plan: not the pool that it is made in.
    #[test]
    fn plans_are_pure(options in options(), threads in 1usize..9) {
        let pools = [1, 3].map(|n| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap());
        for (entry, bytes) in valid_fixtures() {
            let planned = || {
                let info = options.probe(&bytes).unwrap();
                (options.plan(&info, Resources::threads(threads)), info)
            };
            let [one, three] = [pools[0].install(planned), pools[1].install(planned)];
            prop_assert_eq!(&one.1, &three.1, "{}", entry.file);
            prop_assert_eq!(format!("{:?}", one.0), format!("{:?}", three.0), "{}", entry.file);
        }
    }

    #[test]
    fn plans_hold_the_limits(options in options()) {
        for (entry, bytes) in valid_fixtures() {
            let info = options.probe(&bytes).unwrap();
            let plan = options.plan(&info, Resources::threads(4)).unwrap();
            prop_assert!(plan.output_size().pixels() <= options.requirements.max_pixels.unwrap(), "{}", entry.file);
            prop_assert_eq!(plan.violations().is_empty(), *plan.route() == Route::PassThrough);
            prop_assert!(plan.route().attempts().count() > 0 && plan.estimate().peak_memory > 0);
            if let Route::Pixels(pixels) = plan.route()
                && let (Some(quality), Some(floor)) = (pixels.quality(), pixels.quality_floor())
            {
                prop_assert!(quality <= options.quality.best || pixels.reuse_source_tables, "{}", entry.file);
                prop_assert!(floor <= quality);
                let source = info.jpeg.as_ref().and_then(|j| j.quality).unwrap_or(100);
                let one_to_one = pixels.size == info.upright_size();
                prop_assert!(quality <= source || !one_to_one, "{}: above the source's quality", entry.file);
            }
            prop_assert!(plan.to_string().ends_with("MB."));
        }
    }
}

#[test]
fn a_plan_explains_itself() {
    let (_, bytes) = valid_fixtures().into_iter().find(|(e, _)| e.file == "orientation_6.jpg").unwrap();
    let options = Options::default().max_pixels(2_000);
    let text = options
        .plan(&options.probe(&bytes).unwrap(), photo_prep::Resources::of_current_pool())
        .unwrap()
        .to_string();
    for part in [
        "JPEG (baseline",
        "9600 pixels (allowed: at most 2000 pixels)",
        "turned 90° clockwise",
        "reduced to",
        "quality",
    ] {
        assert!(text.contains(part), "{part:?} is missing in: {text}");
    }
}

#[test]
fn facts_plans_and_reports_are_data() {
    for (entry, bytes) in valid_fixtures().into_iter().filter(|(e, _)| e.width < 1000) {
        let plan = Options::default()
            .plan(&photo_prep::probe(&bytes).unwrap(), photo_prep::Resources::of_current_pool())
            .unwrap();
        let data = serde_json::to_value(&plan).unwrap();
        assert_eq!(data["info"]["size"]["width"], entry.width, "{}", entry.file);
        let report = serde_json::to_value(plan.execute(&bytes).unwrap().report()).unwrap();
        assert_eq!(report["route"], plan.route().name(), "{}", entry.file);
    }
}
