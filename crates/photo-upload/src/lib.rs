//! A thin, reliable HTTP transport that puts a prepared photo onto a CRM record.
//!
//! The photo endpoint takes one picture of at most 10 MB and 10 megapixels. This crate checks the picture
//! before sending it, sends it, and does what a good client has to do when that does not work at the first
//! try: renews the access token, waits when asked to, tries again when that can help, and otherwise says what
//! failed, for how much else that holds, and what to do about it.
//!
//! ```no_run
//! use photo_upload::{Client, DataCenter, Photo, Target};
//!
//! # async fn f() -> Result<(), photo_upload::Error> {
//! let client = Client::builder().data_center(DataCenter::Us).access_token("1000.example").build()?;
//! let photo = Photo::from_path("portrait.jpg").await?;
//! let receipt = client.upload(&Target::new("Leads", "3000000038009")?, &photo).await?;
//! println!("stored after {} attempts in {:?}", receipt.attempts, receipt.elapsed);
//! # Ok(())
//! # }
//! ```
//!
//! # The nouns
//!
//! * [`Client`]: connections, token, concurrency limit and pause, shared by its clones. [`blocking::Client`]
//!   is the same without async.
//! * [`Target`]: a module and a record id.
//! * [`Photo`]: a picture's bytes with a name that is safe to send; from bytes, or through [`Intake`] from a
//!   path, a stream, a reader or a URL, bounded in size and time. [`Limits`] are checked before anything is
//!   sent. What is to be prepared first is read by the same [`Intake`] as [`Content`], of any format.
//! * [`TokenSource`]: [`StaticToken`], [`RefreshToken`], or your own.
//! * [`Receipt`]: what the endpoint confirmed. [`Error`]: why it did not, grouped by what you can do; with
//!   the endpoint's [`ErrorCode`] if it gave one.
//! * [`Batch`]: many uploads, results as they finish, of [`Job`]s from an iterator or a stream.
//!   [`UploadOptions`] are for one upload. [`Breaker`]: what holds uploads back that are bound to
//!   fail, and lets outages pass.
//! * [`Rate`] and [`Transfers`]: how fast requests begin, and how many are under way.
//! * [`HttpOptions`]: certificates, proxy, User-Agent, or an HTTP client of your own.
//! * [`Journal`]: what was begun and what became of it, so that a run that was cut off can go on.
//!
//! # What is sent again, and what is not
//!
//! | what happened | what is done |
//! |---|---|
//! | HTTP 429 | everybody of this client pauses as long as asked (`Retry-After`, then `details.retry_after`), then again |
//! | server errors, broken connections, timeouts | again after a random, growing wait ([`Retry`]) |
//! | a success status whose body is cut off or no JSON | the same: uploading the same picture twice does it no harm. But workflows may run twice: set [`ClientBuilder::restrict_triggers`], or turn it off with [`Retry::ambiguous`] |
//! | a stale token | renewed, sent again; if the new one is refused at once, that is an [`Error`] |
//! | a confirmed success, even if the connection breaks right after | never sent again |
//! | everything else | an [`Error`] at once |
//!
//! # Rules that hold always
//!
//! Redirects are not followed by uploads, downloads, deletions and token requests, not even on the same host,
//! since the token would go with them: a redirect is an error. Pictures fetched from a URL ([`Intake::url`])
//! carry no secret; their redirects are followed by the rules told there. Plain http is only used to this
//! machine, unless allowed. Secrets do not appear in `Debug`, errors, logs or URLs, not even if a server
//! echoes them (unless it disguises them on purpose). Answers are never unpacked, and read up to a bound,
//! however long they are: 64 KiB, or [`ClientBuilder::max_download_bytes`] for a photo; their heads up to
//! about 400 KiB and 100 headers. All waits use tokio's clock, and the jitter can be seeded, so that tests
//! can be exact.
//!
//! What comes back can be told to programs: [`Receipt`], [`Error`], [`Failure`], [`ErrorCode`] and
//! [`Finished`] implement `serde::Serialize`.
//!
//! # Limits and non-goals
//!
//! A photo is held in memory while it is sent (at most the limit, 10 MB each). It is not decoded, changed or
//! made to fit: that is the crate photo-prep's job. Several processes can share a token file, and take turns
//! refreshing. One organization's limits apply to all its clients together; this one only counts its own
//! requests.
//!
//! # Features
//!
//! * `blocking` (default): [`blocking`], a client for code without async.
//! * `prep`: `From<photo_prep::Prepared>` for [`Photo`].
//! * `tracing`: spans (`photo`, with operation, module and record) and events (attempts, waits, pauses, what
//!   the breaker does, new tokens, pictures fetched again) for the crate `tracing`, target `photo_upload`.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod batch;
#[cfg(feature = "blocking")]
pub mod blocking;
mod breaker;
mod builder;
mod cancel;
mod client;
mod endpoint;
mod environment;
mod error;
mod error_code;
mod file_name;
#[cfg(fuzzing)]
pub mod fuzzing;
mod http;
mod image_header;
mod intake;
mod journal;
mod photo;
#[cfg(feature = "prep")]
mod prep;
mod progress;
mod rate;
mod redact;
mod request;
mod request_limiter;
mod response;
mod retry;
mod retry_loop;
mod stop_reason;
mod target;
mod token;
mod trace;
mod transfers;
mod triggers;
mod upload_options;
mod url_rules;

pub use batch::{Batch, Finished, Keyed, Numbered, Stopped};
pub use breaker::{Breaker, BreakerEvent, BreakerOptions};
pub use builder::ClientBuilder;
pub use cancel::CancelToken;
pub use client::{Client, Download, Receipt};
pub use endpoint::{ApiVersion, DataCenter};
pub use error::{Error, Failure, PhotoError, SourceError, TokenError};
pub use error_code::{Class, ErrorCode, Scope};
pub use http::HttpOptions;
pub use image_header::Format;
pub use intake::{Content, Intake, Source};
pub use journal::{JobState, Journal, JournalContent, JournalEntry, JournalError, JournalHead};
pub use photo::{Limits, Photo};
pub use progress::Progress;
pub use rate::Rate;
/// The HTTP client's crate, for [`HttpOptions::client`].
pub use reqwest;
pub use retry::Retry;
pub use stop_reason::StopReason;
pub use target::Target;
pub use token::{
    AccessToken, AuthorizationCode, GrantedTokens, RefreshToken, RefreshTokenBuilder, StaticToken,
    TokenFuture, TokenSource,
};
pub use transfers::Transfers;
pub use triggers::Triggers;
pub use upload_options::{Job, UploadOptions};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
