//! GIF (87a and 89a): the first frame on its canvas.

pub(crate) mod decode;
pub(crate) mod later;
pub(crate) mod probe;
pub(crate) mod recover;
