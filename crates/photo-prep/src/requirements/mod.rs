//! What a service that receives pictures requires of a file.

mod aspect_ratio;
mod definition;
#[cfg(feature = "requirement-files")]
mod file;
mod formats;
#[cfg(feature = "requirement-files")]
mod preset;
mod sides;

pub use aspect_ratio::AspectRatio;
pub use definition::Requirements;
#[cfg(feature = "requirement-files")]
pub use file::{RequirementsError, RequirementsFile};
pub use formats::AcceptedFormats;
#[cfg(feature = "requirement-files")]
pub use preset::Preset;
pub use sides::{Bound, Side};
