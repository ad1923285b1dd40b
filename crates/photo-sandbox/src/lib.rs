//! A local stand-in for the photo endpoint of Zoho CRM: an HTTP server on 127.0.0.1 that gives the documented
//! answers, for demos and for the tests of everything that uploads photos.
//!
//! ```
//! use photo_sandbox::{Config, Fault, Sandbox};
//! # fn main() -> Result<(), photo_sandbox::Error> {
//! let sandbox = Sandbox::start(Config::default())?;
//! sandbox.push_fault(Fault::BadGateway); // the first request will fail, to see that the client tries again
//! let (api_domain, token) = (sandbox.url(), sandbox.token());
//! // … here the client under test uploads to `{api_domain}/crm/v2/Leads/3000000038009/photo` …
//! # let _ = (api_domain, token);
//! assert_eq!(sandbox.stats().uploads_accepted, 0); // nobody did, in this example
//! assert!(sandbox.photo("Leads", "3000000038009").is_none());
//! # Ok(()) }
//! ```
//!
//! Or from a shell, with the address and the token of a running sandbox:
//!
//! ```sh
//! curl -X POST "$URL/crm/v2/Leads/3000000038009/photo?restrict_triggers=workflow" \
//!      -H "Authorization: Zoho-oauthtoken $TOKEN" -F "file=@x.png"
//! ```
//!
//! # The nouns
//!
//! * [`Sandbox`]: the handle on a running server. Dropping it stops the server.
//! * [`Config`]: how it behaves: modules, records, permissions, limits, tokens, clients, origins, time-outs.
//! * [`Code`]: a documented answer, with its status and message.
//! * [`Fault`] and [`Script`]: what is to go wrong, and when.
//! * [`Stats`] and [`StoredPhoto`]: what came of it.
//!
//! # What it serves
//!
//! * `POST`, `GET` and `DELETE` on `/crm/{version}/{module}/{record}/photo`, versions v2 to v8. An upload is
//!   a multipart form with a file in the part `file`; a download is the picture as PNG, as from the real
//!   service, or status 204. This crate knows no pixels: what is no PNG already is converted by
//!   [`Config::png_converter`](Config::png_converter()), and comes back as it was uploaded where there is
//!   none (or [`Config::returns_png`](field@Config::returns_png) is off).
//! * `POST` on `/oauth/v2/token` and `/clientoauth/v2/{portal}/token`, with parameters in the query, an
//!   urlencoded or a multipart body, for the grants `refresh_token` and `authorization_code`. Wrong
//!   parameters get status 200 and an `error`, as from the real service; more than 10 tokens within 10
//!   minutes get `Access Denied`.
//! * `GET` on `/oauth/v2/auth` and `/oauth/v2/auth/refresh`, for browsers: the implicit grant
//!   (`response_type=token`) and the authorization code (`response_type=code`). The browser is sent to the
//!   `redirect_uri`, which must lie on loopback, at once or from a consent page
//!   ([`Config::auto_consent`](field@Config::auto_consent)). What is wrong is told as `INVALID_DATA` with
//!   status 400 and the name of the parameter in `details`.
//! * `GET` on `/crm/{version}/settings/modules`, `/settings/modules/{name}`,
//!   `/settings/fields?module={name}`, `/users` and `/org`, as far as the vendor's SDKs read them. They need
//!   a token, but no scope.
//! * `OPTIONS` on all of these but the grant, before authorization; every answer lets pages on loopback, and
//!   of [`Config::origins`](field@Config::origins), read it.
//! * A page for people at `/`: uploads, stored photos, requests as they come. With
//!   [`Config::web_package`](field@Config::web_package) it prepares pictures first, in the browser. `/sandbox/stats` is [`Stats`]
//!   as JSON. Only for a `Host` on loopback.
//!
//! The checks come in this order, and the first that fails decides: path, method, authorization, scope,
//! module, permission, record, triggers, form, magic bytes, bytes, pixels (from the header). Scripted faults,
//! the concurrency limit and the credits come right after the path. Messages are those of the documentation,
//! to the letter; version v8 has some of its own ([`Code::message_in`]).
//!
//! # Provoking every answer
//!
//! Every code has a cause of its own, and a *reserved record id* that answers with it, in every module and
//! for every method, once the request has passed the checks before the record ([`reserved_record`] names it;
//! [`Config::reserved`](field@Config::reserved) turns them off). The header `X-Sandbox-Fault` with a text
//! from the table at [`Fault`] provokes the same and everything else; a text that is not in the table is
//! ignored.
//!
//! | code | HTTP | reserved record | its own cause |
//! |---|---|---|---|
//! | `INVALID_MODULE` | 400 | `990000000000001` | a module that doesn't exist, e.g. `Leadz` |
//! | `INVALID_MODULE.unsupported` | 400 | `990000000000002` | a module without photos, e.g. `Tasks`, or `Deals` before version v5 |
//! | `INVALID_URL_PATTERN` | 404 | `990000000000003` | any other path, e.g. `/crm/v9/Leads/1/photo` |
//! | `OAUTH_SCOPE_MISMATCH` | 401 | `990000000000004` | the token with `-noscope` behind it; `Config::scope`; a token granted for another scope |
//! | `NO_PERMISSION` | 403 | `990000000000005` | the token with `-nopermission` behind it; `Config::permission` |
//! | `INTERNAL_ERROR` | 500 | `990000000000006` | the header `X-Sandbox-Fault: 500` |
//! | `INVALID_REQUEST_METHOD` | 400 | `990000000000007` | `-X PUT` |
//! | `AUTHORIZATION_FAILED` | 400 | `990000000000008` | the token with `-noprivilege` behind it; `Config::privilege` |
//! | `INVALID_DATA` | 400 | `990000000000009` | a record id that is no number, `restrict_triggers` other than `workflow` (from v8 on also `approval`, `blueprint`, `pathfinder`, `orchestration`, or a list), or a form without a file in the part `file` |
//! | `INVALID_DATA.file` | 415 | `990000000000010` | a file that is no JPEG, PNG, GIF or BMP |
//! | `FILE_SIZE_MORE_THAN_ALLOWED_SIZE` | 415 | `990000000000011` | more than 10,000,000 bytes or pixels, versions before v8 |
//! | `FILE_SIZE_EXCEEDS` | 413 | `990000000000012` | more than 10,000,000 bytes, version v8 |
//! | `FILE_RESOLUTION_EXCEEDS` | 415 | `990000000000013` | more than 10,000,000 pixels, version v8 |
//! | `INVALID_TOKEN` | 401 | `990000000000014` | any other token, or one that has expired |
//! | `AUTHENTICATION_FAILURE` | 401 | `990000000000015` | no header `Authorization`, or the token with `-unauthenticated` behind it |
//! | `INVALID_OAUTHTOKEN` | 401 | `990000000000016` | the token with `-stale` behind it |
//! | `TOO_MANY_REQUESTS` | 429 | `990000000000017` | `X-Sandbox-Fault: 429`; `Config::concurrency_limit` |
//! | `RATE_LIMIT_EXCEEDED` | 429 | `990000000000018` | `Config::credits` |
//! | `RECORD_LOCKED` | 400 | `990000000000019` | the reserved record |
//! | `NOT_APPROVED` | 400 | `990000000000020` | the reserved record |
//! | `NOT_REVIEWED` | 400 | `990000000000021` | the reserved record |
//! | `CANNOT_PERFORM_ACTION` | 400 | `990000000000022` | the reserved record |
//! | `REQUEST_TIMEOUT` | 408 | `990000000000023` | a body that stops coming for 10 s (not documented by the service) |
//! | `SANDBOX_UNDOCUMENTED` | 400 | `990000000000024` | the reserved record (a code that a client can't know) |
//!
//! (The names with a dot tell the two meanings of a code apart in [`Code::label`]; on the wire they end
//! before it.)
//!
//! # Limits and non-goals
//!
//! * Loopback only, plain HTTP/1.1, no TLS. It protects nothing: the tokens are made up and easily guessed.
//! * Pictures live in memory and are gone with the sandbox; beyond
//!   [`Config::store_bytes`](field@Config::store_bytes) the oldest are forgotten.
//! * A request takes at most the largest picture's bytes plus 1 MiB of memory; what is longer is read and
//!   thrown away within bounds, and then answered, so that clients that write before they read get their
//!   answer.
//! * Pictures are not decoded: magic bytes, header and size decide, as far as anybody knows like the real
//!   endpoint.
//! * It knows no other part of the CRM than is listed above, and no workflows: `restrict_triggers` is checked
//!   and noted.
//!
//! # Features
//!
//! None.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod codes;
mod config;
mod endpoint;
mod error;
mod error_code;
mod events;
mod fault;
#[cfg(fuzzing)]
pub mod fuzzing;
mod png_converter;
mod sandbox;
mod scopes;
mod script;
mod server;
mod state;
mod stats;
mod store;
mod tokens;
mod web_package;

pub use config::{Config, Credentials, ExpiresIn, Records, RegisteredClient};
pub use error::Error;
pub use error_code::{Code, UnknownCode};
pub use fault::{Fault, FaultSyntax, RetryHint};
pub use png_converter::PngConverter;
pub use sandbox::Sandbox;
pub use script::Script;
pub use stats::Stats;
pub use store::StoredPhoto;
pub use web_package::WebPackage;

/// The reserved record id that provokes this code in every module, e.g. `990000000000019` for
/// `RECORD_LOCKED`.
///
/// ```
/// assert_eq!(photo_sandbox::reserved_record(photo_sandbox::Code::RecordLocked), "990000000000019");
/// ```
#[must_use]
pub fn reserved_record(code: Code) -> String {
    endpoint::reserved::id_for(code)
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_above_lists_every_code_with_its_status_and_record() {
        let text = include_str!("lib.rs");
        for code in Code::ALL {
            let row = format!("| `{code}` | {} | `{}` |", code.status(), reserved_record(code));
            assert!(text.contains(&row), "no row {row}");
        }
    }
}
