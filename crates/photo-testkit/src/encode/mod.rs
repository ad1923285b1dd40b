//! Writers of picture files, with every odd feature a test may want. What goes in is a
//! [`Picture`](crate::Picture) or an [`Indexed`](crate::Indexed) picture; what comes out is a whole file in memory.

pub mod bmp;
pub mod gif;
pub mod isobmff;
pub mod jpeg;
pub mod png;
pub mod tiff;
pub mod webp;
pub mod webp_groups;
