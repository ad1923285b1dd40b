//! The endpoint's rules as pure functions: a parsed request and the rules in, an answer out. No sockets here.

pub(crate) mod authorize;
pub(crate) mod checks;
pub(crate) mod consent_page;
pub(crate) mod cors;
pub(crate) mod disposition;
pub(crate) mod html;
pub(crate) mod loopback;
pub(crate) mod modules;
pub(crate) mod multipart;
pub(crate) mod oauth;
pub(crate) mod picture;
pub(crate) mod reserved;
pub(crate) mod response;
pub(crate) mod route;
pub(crate) mod settings;
pub(crate) mod triggers;
