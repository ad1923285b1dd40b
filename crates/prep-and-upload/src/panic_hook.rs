//! Silence for panics that are caught.

/// Decoders of odd formats panic on odd files; photo-prep catches that and returns an error, so the usual text about a
/// panic would only mislead, unless details are wanted. All other panics are told as usual.
pub(crate) fn install(details: bool) {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !photo_prep::catching_panics() {
            usual(info);
        } else if details {
            eprintln!("caught, to become an error: {info}");
        }
    }));
}
