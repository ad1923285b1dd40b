//! The endpoint's checks, in its order: method, authorization, scope, module, permission, record, triggers;
//! then, for an upload, form, magic bytes, bytes, pixels.

use std::borrow::Cow;

use super::modules;
use super::multipart::{self, Malformed, Part};
use super::picture::{self, Kind};
use super::reserved;
use super::response::Refusal;
use super::route::PhotoPath;
use super::triggers;
use crate::config::{Config, Records};
use crate::error_code::Code;
use crate::scopes::Scopes;

/// What a request wants with a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Upload,
    Download,
    Delete,
}

impl Action {
    /// The operations of which a scope must name one.
    fn operations(self) -> &'static [&'static str] {
        match self {
            Action::Upload => &["ALL", "WRITE", "CREATE"],
            Action::Download => &["ALL", "READ"],
            Action::Delete => &["ALL", "WRITE", "DELETE"],
        }
    }
}

/// The head of a photo request, as far as the checks look at it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: PhotoPath<'a>,
    pub(crate) authorization: Option<&'a str>,
    pub(crate) restrict_triggers: Option<&'a str>,
}

/// A picture that passed every check.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Accepted<'a> {
    pub(crate) kind: Kind,
    pub(crate) filename: Cow<'a, str>,
    pub(crate) data: &'a [u8],
}

/// Everything that can be checked before the body; `scopes` tells what a valid access token allows.
pub(crate) fn head(
    head: Head<'_>,
    config: &Config,
    scopes: impl Fn(&str) -> Option<Scopes>,
) -> Result<Action, Refusal> {
    let action = action(head.method)?;
    let (scopes, provoked) = authorization(head.authorization, config, scopes)?;
    let in_scope = config.scope && scopes.allow(head.path.module, action.operations());
    if !in_scope || provoked == Some(Code::OauthScopeMismatch) {
        return Err(Code::OauthScopeMismatch.into());
    }
    modules::check(head.path.module, config.version(head.path.version), config)?;
    if !config.permission || provoked == Some(Code::NoPermission) {
        return Err(Code::NoPermission.into());
    }
    if !config.privilege || provoked == Some(Code::AuthorizationFailed) {
        return Err(Code::AuthorizationFailed.into());
    }
    record(head.path.record, config)?;
    let triggers = head
        .restrict_triggers
        .map_or(Ok(()), |value| triggers::check(value, newer(head.path.version, config)));
    triggers.map_err(|why| Refusal::parameter("restrict_triggers", why))?;
    Ok(action)
}

/// Everything that needs the body; `whole` is false if the body was cut off because it is longer than
/// allowed.
pub(crate) fn upload<'a>(
    content_type: &str,
    body: &'a [u8],
    whole: bool,
    version: u8,
    config: &Config,
) -> Result<Accepted<'a>, Refusal> {
    let part = multipart::find(content_type, body, "file").map_err(|why| match why {
        Malformed::NoBoundary if !whole => Refusal::from(too_many_bytes(version, config)),
        _ => Refusal::because(Code::InvalidData, MALFORMED),
    })?;
    let part = part.ok_or(Refusal::because(Code::InvalidData, NO_FILE))?;
    if whole && !part.complete {
        return Err(Refusal::because(Code::InvalidData, MALFORMED));
    }
    let Part { filename: Some(filename), data, complete, .. } = part else {
        return Err(Refusal::because(Code::InvalidData, NO_FILE));
    };
    let kind = Kind::of(data).ok_or(Code::InvalidFileType)?;
    if !complete || data.len() > config.max_bytes {
        return Err(too_many_bytes(version, config).into());
    }
    let pixels = picture::pixels(data).ok_or(Code::InvalidFileType)?;
    if pixels > config.max_pixels {
        return Err(too_many_pixels(version, config).into());
    }
    Ok(Accepted { kind, filename, data })
}

fn action(method: &str) -> Result<Action, Refusal> {
    match method {
        "POST" => Ok(Action::Upload),
        "GET" => Ok(Action::Download),
        "DELETE" => Ok(Action::Delete),
        _ => Err(Code::InvalidRequestMethod.into()),
    }
}

/// Checks the token; returns what it allows, and the code of a reserved ending that belongs to a later check.
pub(crate) fn authorization(
    header: Option<&str>,
    config: &Config,
    scopes: impl Fn(&str) -> Option<Scopes>,
) -> Result<(Scopes, Option<Code>), Refusal> {
    let presented = header.and_then(bearer).ok_or(Code::AuthenticationFailure)?;
    if let Some(scopes) = scopes(presented) {
        return Ok((scopes, None));
    }
    let (token, ending) = reserved::token(presented);
    let code = ending.filter(|_| config.reserved).ok_or(Code::InvalidToken)?;
    let scopes = scopes(token).ok_or(Code::InvalidToken)?;
    match code {
        Code::InvalidOauthtoken | Code::AuthenticationFailure => Err(code.into()),
        later => Ok((scopes, Some(later))),
    }
}

/// The token in the header's value.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("Zoho-oauthtoken") && !token.is_empty()).then_some(token)
}

fn record(id: &str, config: &Config) -> Result<(), Refusal> {
    let form = (1..=MAX_RECORD).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit());
    if let Some(code) = reserved::record(id).filter(|_| config.reserved) {
        return Err(code.into());
    }
    let there = match &config.records {
        Records::Any => form,
        Records::Only(ids) => form && ids.contains(id),
    };
    if there { Ok(()) } else { Err(Code::InvalidData.into()) }
}

fn too_many_bytes(version: u8, config: &Config) -> Code {
    if newer(version, config) { Code::FileSizeExceeds } else { Code::FileSizeMoreThanAllowedSize }
}

fn too_many_pixels(version: u8, config: &Config) -> Code {
    if newer(version, config) { Code::FileResolutionExceeds } else { Code::FileSizeMoreThanAllowedSize }
}

fn newer(version: u8, config: &Config) -> bool {
    config.version(version) >= 8
}

const MAX_RECORD: usize = 25;
const NO_FILE: &str = "the form has no file in a part named file";
const MALFORMED: &str = "the body is not a well-formed multipart/form-data form";

#[cfg(test)]
mod tests {
    use super::super::picture::tests::png;
    use super::*;
    use std::collections::BTreeSet;

    const ID: &str = "3000000038009";
    const FORM: &str = "multipart/form-data; boundary=b";

    fn ask(
        method: &str,
        version: u8,
        module: &str,
        record: &str,
        token: &str,
        config: &Config,
    ) -> Result<Action, Code> {
        let path = PhotoPath { version, module, record };
        let head = Head { method, path, authorization: Some(token), restrict_triggers: None };
        super::head(head, config, scopes).map_err(|refusal| refusal.code)
    }

    /// `T` may do everything, `R` may read leads.
    fn scopes(token: &str) -> Option<Scopes> {
        match token {
            "T" => Some(Scopes::default()),
            "R" => Some(Scopes::of("ZohoCRM.modules.leads.READ")),
            _ => None,
        }
    }

    #[test]
    fn heads_and_their_codes() {
        let ok = "Zoho-oauthtoken T";
        let long = "1".repeat(26);
        let table = [
            ("POST", 2, "Leads", ID, ok, Ok(Action::Upload)),
            ("GET", 8, "Deals", "1", "zoho-OAUTHTOKEN  T", Ok(Action::Download)),
            ("DELETE", 2, "CustomModule1", &long[1..], ok, Ok(Action::Delete)),
            ("PUT", 2, "Nope", "x", "", Err(Code::InvalidRequestMethod)),
            ("POST", 2, "Nope", "x", "", Err(Code::AuthenticationFailure)),
            ("POST", 2, "Nope", "x", "Bearer T", Err(Code::AuthenticationFailure)),
            ("POST", 2, "Nope", "x", "Zoho-oauthtoken U", Err(Code::InvalidToken)),
            ("POST", 2, "Nope", "x", "Zoho-oauthtoken U-noscope", Err(Code::InvalidToken)),
            ("POST", 2, "Nope", "x", "Zoho-oauthtoken T-stale", Err(Code::InvalidOauthtoken)),
            ("POST", 2, "Nope", "x", "Zoho-oauthtoken T-unauthenticated", Err(Code::AuthenticationFailure)),
            ("POST", 2, "Nope", "x", "Zoho-oauthtoken T-noscope", Err(Code::OauthScopeMismatch)),
            ("POST", 2, "Nope", "x", "Zoho-oauthtoken T-nopermission", Err(Code::InvalidModule)),
            ("POST", 2, "Leads", ID, "Zoho-oauthtoken R", Err(Code::OauthScopeMismatch)),
            ("GET", 2, "Leads", ID, "Zoho-oauthtoken R", Ok(Action::Download)),
            ("GET", 2, "Contacts", ID, "Zoho-oauthtoken R", Err(Code::OauthScopeMismatch)),
            ("POST", 2, "Tasks", "x", ok, Err(Code::ModuleNotSupported)),
            ("POST", 4, "Deals", "x", ok, Err(Code::ModuleNotSupported)),
            ("POST", 2, "leads", "x", ok, Err(Code::InvalidModule)),
            ("POST", 2, "Custom", "x", ok, Err(Code::InvalidModule)),
            ("POST", 2, "Leads", "x", "Zoho-oauthtoken T-nopermission", Err(Code::NoPermission)),
            ("POST", 2, "Leads", "x", "Zoho-oauthtoken T-noprivilege", Err(Code::AuthorizationFailed)),
            ("POST", 2, "Leads", "x", ok, Err(Code::InvalidData)),
            ("POST", 2, "Leads", "", ok, Err(Code::InvalidData)),
            ("POST", 2, "Leads", &long, ok, Err(Code::InvalidData)),
            ("POST", 2, "Leads", "990000000000019", ok, Err(Code::RecordLocked)),
        ];
        for (method, version, module, record, token, expected) in table {
            let found = ask(method, version, module, record, token, &Config::default());
            assert_eq!(found, expected, "{method} {version} {module} {record} {token}");
        }
    }

    #[test]
    fn rules_can_be_set() {
        let only = Records::Only(BTreeSet::from([ID.to_owned()]));
        let table = [
            (Config::default().scope(false), ID, Err(Code::OauthScopeMismatch)),
            (Config::default().permission(false), ID, Err(Code::NoPermission)),
            (Config::default().privilege(false), ID, Err(Code::AuthorizationFailed)),
            (Config::default().modules(["Contacts"]), ID, Err(Code::InvalidModule)),
            (Config::default().records(only.clone()), ID, Ok(Action::Upload)),
            (Config::default().records(only), "7", Err(Code::InvalidData)),
            (Config::default().reserved(false), "990000000000019", Ok(Action::Upload)),
            (Config::default().modules(["Leads", "Parts"]), ID, Ok(Action::Upload)),
        ];
        for (config, record, expected) in table {
            assert_eq!(ask("POST", 2, "Leads", record, "Zoho-oauthtoken T", &config), expected, "{config:?}");
        }
    }

    fn form(name: &str, data: &[u8]) -> Vec<u8> {
        let head = format!("--b\r\nContent-Disposition: form-data; name={name}; filename=\"a\"\r\n\r\n");
        [head.as_bytes(), data, b"\r\n--b--\r\n"].concat()
    }

    fn judge(content_type: &str, body: &[u8], whole: bool, version: u8) -> Result<Kind, Code> {
        let config = Config::default().max_bytes(64).max_pixels(100);
        let accepted = upload(content_type, body, whole, version, &config);
        accepted.map(|accepted| accepted.kind).map_err(|refusal| refusal.code)
    }

    #[test]
    fn bodies_and_their_codes() {
        let padded = |len: usize| [png(10, 10), vec![0; len - png(10, 10).len()]].concat();
        let older = Code::FileSizeMoreThanAllowedSize;
        let table = [
            (FORM, form("file", &padded(64)), 8, Ok(Kind::Png)),
            (FORM, form("file", &padded(65)), 8, Err(Code::FileSizeExceeds)),
            (FORM, form("file", &padded(65)), 7, Err(older)),
            (FORM, form("file", &png(101, 1)), 8, Err(Code::FileResolutionExceeds)),
            (FORM, form("file", &png(101, 1)), 2, Err(older)),
            (FORM, form("file", b"hello"), 2, Err(Code::InvalidFileType)),
            (FORM, form("file", b""), 2, Err(Code::InvalidFileType)),
            (FORM, form("file", b"\x89PNG\r\n\x1A\n"), 2, Err(Code::InvalidFileType)),
            (FORM, form("photo", &png(1, 1)), 2, Err(Code::InvalidData)),
            (
                FORM,
                b"--b\r\nContent-Disposition: form-data; name=file\r\n\r\nx\r\n--b--".to_vec(),
                2,
                Err(Code::InvalidData),
            ),
            (
                FORM,
                b"--b\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\nBM".to_vec(),
                2,
                Err(Code::InvalidData),
            ),
            (FORM, b"garbage".to_vec(), 2, Err(Code::InvalidData)),
            ("image/png", png(1, 1), 2, Err(Code::InvalidData)),
            ("", Vec::new(), 2, Err(Code::InvalidData)),
        ];
        for (content_type, body, version, expected) in table {
            assert_eq!(
                judge(content_type, &body, true, version),
                expected,
                "{}",
                String::from_utf8_lossy(&body)
            );
        }
    }

    #[test]
    fn a_body_cut_off_is_judged_by_what_came() {
        let cut = |body: Vec<u8>| body[..body.len() - 8].to_vec();
        assert_eq!(judge(FORM, &cut(form("file", &png(1, 1))), false, 8), Err(Code::FileSizeExceeds));
        assert_eq!(judge(FORM, &cut(form("file", b"not a picture")), false, 8), Err(Code::InvalidFileType));
        assert_eq!(judge(FORM, b"a preamble without end", false, 8), Err(Code::FileSizeExceeds));
        assert_eq!(judge(FORM, &cut(form("photo", &png(1, 1))), false, 8), Err(Code::InvalidData));
    }
}
