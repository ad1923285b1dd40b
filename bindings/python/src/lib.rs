//! The native half of the Python package `photo_prep`: files and options in, results and typed errors out.
//!
//! What Python programs see of it is written in Python, in `python/photo_prep`, with its types and examples.
//! No `unsafe` here but what PyO3's macros write.
#![deny(unsafe_code)]

mod batch;
mod errors;
mod options;
mod pixels;
mod prepared;
mod single;
mod source;
mod threads;
#[cfg(feature = "upload")]
mod upload;

use pyo3::prelude::*;

/// Functions and classes that `photo_prep`'s Python modules are built on.
#[pymodule]
mod _native {
    #[pymodule_export]
    use super::batch::Batch;
    #[pymodule_export]
    use super::options::{option_names, presets};
    #[pymodule_export]
    use super::pixels::png_of_samples;
    #[pymodule_export]
    use super::prepared::Prepared;
    #[pymodule_export]
    use super::single::{check, plan, prepare, probe};
    #[cfg(feature = "upload")]
    #[pymodule_export]
    use super::upload::{UploadClient, Uploads};
    use pyo3::prelude::*;

    /// Once a process: freed memory is kept, and panics that photo-prep turns into errors are not printed.
    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        photo_prep::raise_glibc_mmap_threshold();
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !photo_prep::catching_panics() {
                usual(info);
            }
        }));
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
