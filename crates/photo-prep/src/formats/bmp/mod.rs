//! BMP: 1 to 32 bits, run lengths, bit fields, alpha, profiles.

pub(crate) mod decode;
mod header;
mod masks;
mod palette;
pub(crate) mod probe;
pub(crate) mod recover;
mod rows;
mod runs;
#[cfg(test)]
mod tests;
