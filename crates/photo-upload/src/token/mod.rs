//! Access tokens and where they come from.

mod authorization_code;
mod endpoint;
mod refresh;
pub(crate) mod response;
mod source;
mod store;

pub use authorization_code::{AuthorizationCode, GrantedTokens};
pub use refresh::{RefreshToken, RefreshTokenBuilder};
pub(crate) use source::Tokens;
pub use source::{AccessToken, StaticToken, TokenFuture, TokenSource};
