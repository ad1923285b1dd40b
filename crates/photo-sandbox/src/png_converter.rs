//! What makes a PNG of a stored photo: given by the program around the sandbox, which has no pixels itself.

use std::fmt;
use std::sync::Arc;

/// Makes a PNG of a photo's bytes; see [`Config::png_converter`](crate::Config::png_converter()).
#[derive(Clone)]
pub struct PngConverter(Arc<dyn Fn(&[u8]) -> Option<Vec<u8>> + Send + Sync>);

impl PngConverter {
    pub(crate) fn new(convert: impl Fn(&[u8]) -> Option<Vec<u8>> + Send + Sync + 'static) -> Self {
        PngConverter(Arc::new(convert))
    }

    /// The PNG, or nothing if the photo can't be read.
    #[must_use]
    pub fn convert(&self, photo: &[u8]) -> Option<Vec<u8>> {
        (self.0)(photo)
    }
}

impl fmt::Debug for PngConverter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PngConverter(..)")
    }
}
