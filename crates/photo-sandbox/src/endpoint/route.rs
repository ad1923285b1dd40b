//! Which service a path means.

/// What a path means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    /// The photo of a record; module and record are not checked yet.
    Photo(PhotoPath<'a>),
    /// The token endpoint.
    Token,
    /// A grant in a browser.
    Authorize {
        /// Whether an earlier grant is to be renewed.
        refresh: bool,
    },
    /// What is told of the organization and its modules.
    Settings(SettingsPath<'a>),
    /// The page for people, and what belongs to it.
    Page(PagePath<'a>),
    /// Nothing.
    Unknown,
}

/// The parts of a photo's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PhotoPath<'a> {
    /// The major version, 2 to 8.
    pub(crate) version: u8,
    pub(crate) module: &'a str,
    pub(crate) record: &'a str,
}

/// A path to facts about the organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SettingsPath<'a> {
    /// The major version, 2 to 8.
    pub(crate) version: u8,
    pub(crate) what: Settings<'a>,
}

/// Which facts about the organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Settings<'a> {
    Modules,
    Module(&'a str),
    Fields,
    Users,
    Organization,
}

/// The page for people, and what belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PagePath<'a> {
    Index,
    Style,
    Script,
    PrepareStyle,
    PrepareScript,
    Redirect,
    RedirectScript,
    Stats,
    Events,
    Photos,
    Photo {
        module: &'a str,
        record: &'a str,
    },
    /// A file of the package that prepares pictures.
    Package(&'a str),
}

/// Reads a path (without its query).
pub(crate) fn route(path: &str) -> Route<'_> {
    let segments: Vec<&str> = path.split('/').skip(1).take(6).collect();
    match segments.as_slice() {
        ["crm", version, rest @ ..] => match parse_version(version) {
            Some(version) => api(version, rest),
            None => Route::Unknown,
        },
        ["oauth", "v2", "auth"] => Route::Authorize { refresh: false },
        ["oauth", "v2", "auth", "refresh"] => Route::Authorize { refresh: true },
        ["oauth", "v2", "token"] => Route::Token,
        ["clientoauth", "v2", portal, "token"] if !portal.is_empty() => Route::Token,
        [""] => Route::Page(PagePath::Index),
        ["sandbox", rest @ ..] => page(rest).map_or(Route::Unknown, Route::Page),
        _ => Route::Unknown,
    }
}

/// A path below the version.
fn api<'a>(version: u8, rest: &[&'a str]) -> Route<'a> {
    let what = match *rest {
        [module, record, "photo"] => return Route::Photo(PhotoPath { version, module, record }),
        ["settings", "modules"] => Settings::Modules,
        ["settings", "modules", name] => Settings::Module(name),
        ["settings", "fields"] => Settings::Fields,
        ["users"] => Settings::Users,
        ["org"] => Settings::Organization,
        _ => return Route::Unknown,
    };
    Route::Settings(SettingsPath { version, what })
}

/// A path of the page for people.
fn page<'a>(rest: &[&'a str]) -> Option<PagePath<'a>> {
    Some(match *rest {
        ["page.css"] => PagePath::Style,
        ["page.js"] => PagePath::Script,
        ["prepare.css"] => PagePath::PrepareStyle,
        ["prepare.js"] => PagePath::PrepareScript,
        ["web", name] => PagePath::Package(name),
        ["redirect"] => PagePath::Redirect,
        ["redirect.js"] => PagePath::RedirectScript,
        ["stats"] => PagePath::Stats,
        ["events"] => PagePath::Events,
        ["photos"] => PagePath::Photos,
        ["photos", module, record] => PagePath::Photo { module, record },
        _ => return None,
    })
}

/// `v2` to `v8`, perhaps with a minor version (`v2.1`).
fn parse_version(text: &str) -> Option<u8> {
    let digits = text.strip_prefix('v')?;
    let (major, minor) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| part.len() == 1 && part.bytes().all(|b| b.is_ascii_digit());
    if !plain(major) || !plain(minor) {
        return None;
    }
    major.parse().ok().filter(|version| (2..=8).contains(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_their_meaning() {
        let photo = |version, module, record| Route::Photo(PhotoPath { version, module, record });
        let settings = |version, what| Route::Settings(SettingsPath { version, what });
        let table = [
            ("/crm/v2/Leads/3000000038009/photo", photo(2, "Leads", "3000000038009")),
            ("/crm/v2.1/Leads/1/photo", photo(2, "Leads", "1")),
            ("/crm/v8/Deals/x/photo", photo(8, "Deals", "x")),
            ("/crm/v8///photo", photo(8, "", "")),
            ("/crm/v1/Leads/1/photo", Route::Unknown),
            ("/crm/v9/Leads/1/photo", Route::Unknown),
            ("/crm/v22/Leads/1/photo", Route::Unknown),
            ("/crm/2/Leads/1/photo", Route::Unknown),
            ("/crm/v2/Leads/1/photo/", Route::Unknown),
            ("/crm/v2/Leads/1/photos", Route::Unknown),
            ("/crm/v2/Leads/photo", Route::Unknown),
            ("/oauth/v2/token", Route::Token),
            ("/clientoauth/v2/500123/token", Route::Token),
            ("/clientoauth/v2//token", Route::Unknown),
            ("/oauth/v3/token", Route::Unknown),
            ("*", Route::Unknown),
            ("", Route::Unknown),
            ("/crm/v2/settings/modules", settings(2, Settings::Modules)),
            ("/crm/v8/settings/modules/Leads", settings(8, Settings::Module("Leads"))),
            ("/crm/v2.1/settings/fields", settings(2, Settings::Fields)),
            ("/crm/v8/users", settings(8, Settings::Users)),
            ("/crm/v8/org", settings(8, Settings::Organization)),
            ("/crm/v9/org", Route::Unknown),
            ("/crm/v8/settings/layouts", Route::Unknown),
            ("/crm/v8", Route::Unknown),
            ("/oauth/v2/auth", Route::Authorize { refresh: false }),
            ("/oauth/v2/auth/refresh", Route::Authorize { refresh: true }),
            ("/oauth/v2/auth/refresh/x", Route::Unknown),
            ("/", Route::Page(PagePath::Index)),
            ("//", Route::Unknown),
            ("/sandbox/stats", Route::Page(PagePath::Stats)),
            ("/sandbox/photos/Leads/1", Route::Page(PagePath::Photo { module: "Leads", record: "1" })),
            ("/sandbox/web/index.js", Route::Page(PagePath::Package("index.js"))),
            ("/sandbox/web/../index.html", Route::Unknown),
            ("/sandbox", Route::Unknown),
            ("/sandbox/../stats", Route::Unknown),
        ];
        for (path, meaning) in table {
            assert_eq!(route(path), meaning, "{path}");
        }
    }
}
