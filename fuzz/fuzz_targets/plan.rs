//! Any bytes and options: facts and plans are sane, whatever a header claims.
#![no_main]

use libfuzzer_sys::fuzz_target;
use photo_fuzz::{file_and_options, set_panic_hook};
use photo_prep::{InputLimits, Options, Plan, Route};

fn check(options: &Options, plan: &Plan) {
    let (info, size) = (plan.info(), plan.output_size());
    assert!(info.size.width > 0 && info.size.height > 0 && size.width > 0 && size.height > 0);
    assert!(
        size.pixels() <= options.requirements.max_pixels.unwrap() && size.width.max(size.height) <= 65_535,
        "{plan}"
    );
    let whole = info.upright_size();
    assert!(size.width <= whole.width && size.height <= whole.height, "never enlarged: {plan}");
    assert_eq!(plan.violations().is_empty(), matches!(plan.route(), Route::PassThrough), "{plan}");
    assert!(plan.route().attempts().count() > 0);
    let beside_input = plan.estimate().peak_memory.checked_sub(info.bytes).expect("the input counts");
    assert!(beside_input > 0 && beside_input <= options.input_limits.memory, "{plan}");
    let text = plan.to_string();
    // It may go to a terminal.
    assert!(text.lines().count() >= 2 && !text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
}

fuzz_target!(init: set_panic_hook(), |bytes: &[u8]| {
    let Some((file, options)) = file_and_options(bytes, InputLimits::default()) else { return };
    match options.probe(&file) {
        Ok(info) => {
            assert_eq!(info.bytes, file.len() as u64);
            assert!(info.private_bytes + info.unreferenced_bytes <= info.bytes, "{info:?}");
            assert!(!info.to_string().is_empty());
            match options.plan(&info, photo_prep::Resources::of_current_pool()) {
                Ok(plan) => {
                    check(&options, &plan);
                    assert!(options.plan(&info, photo_prep::Resources::of_current_pool()).is_ok_and(|again| again == plan), "same facts, same plan");
                }
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
