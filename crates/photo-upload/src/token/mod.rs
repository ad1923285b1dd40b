//! Access tokens and where they come from.

mod refresh;
pub(crate) mod response;
mod source;
mod store;

pub use refresh::{RefreshToken, RefreshTokenBuilder};
pub(crate) use source::Tokens;
pub use source::{AccessToken, StaticToken, TokenFuture, TokenSource};
