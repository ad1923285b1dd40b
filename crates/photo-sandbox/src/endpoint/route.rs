//! Which of the two services a path means.

/// What a path means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    /// The photo of a record; module and record are not checked yet.
    Photo(PhotoPath<'a>),
    /// The token endpoint.
    Token,
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

/// Reads a path (without its query).
pub(crate) fn route(path: &str) -> Route<'_> {
    let segments: Vec<&str> = path.split('/').skip(1).take(6).collect();
    match segments.as_slice() {
        ["crm", version, module, record, "photo"] => match parse_version(version) {
            Some(version) => Route::Photo(PhotoPath { version, module, record }),
            None => Route::Unknown,
        },
        ["oauth", "v2", "token"] => Route::Token,
        ["clientoauth", "v2", portal, "token"] if !portal.is_empty() => Route::Token,
        _ => Route::Unknown,
    }
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
            ("/", Route::Unknown),
        ];
        for (path, meaning) in table {
            assert_eq!(route(path), meaning, "{path}");
        }
    }
}
