//! Reserved record ids and token endings: how every documented code is provoked without a special client.

use crate::error_code::Code;

/// The code that a reserved record id stands for.
pub(crate) fn record(id: &str) -> Option<Code> {
    let number =
        id.strip_prefix(PREFIX).filter(|rest| rest.len() == 3 && rest.bytes().all(|b| b.is_ascii_digit()))?;
    let index: usize = number.parse().ok()?;
    Code::ALL.get(index.checked_sub(1)?).copied()
}

/// The reserved record id that stands for this code.
pub(crate) fn id_for(code: Code) -> String {
    let index = Code::ALL.iter().position(|&other| other == code).unwrap_or_default();
    format!("{PREFIX}{:03}", index + 1)
}

/// Splits a token from a reserved ending, e.g. `abc-noscope`.
pub(crate) fn token(presented: &str) -> (&str, Option<Code>) {
    for (ending, code) in ENDINGS {
        if let Some(token) = presented.strip_suffix(ending) {
            return (token, Some(code));
        }
    }
    (presented, None)
}

const PREFIX: &str = "990000000000";

const ENDINGS: [(&str, Code); 5] = [
    ("-noscope", Code::OauthScopeMismatch),
    ("-nopermission", Code::NoPermission),
    ("-noprivilege", Code::AuthorizationFailed),
    ("-stale", Code::InvalidOauthtoken),
    ("-unauthenticated", Code::AuthenticationFailure),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_record_of_its_own() {
        for code in Code::ALL {
            assert_eq!(record(&id_for(code)), Some(code));
        }
        for id in [
            "",
            "990000000000",
            "990000000000000",
            "990000000000999",
            "9900000000001",
            "3000000038009",
            "990000000000+01",
        ] {
            assert_eq!(record(id), None, "{id}");
        }
    }

    #[test]
    fn endings_are_split_off() {
        assert_eq!(token("a.b-noscope"), ("a.b", Some(Code::OauthScopeMismatch)));
        assert_eq!(token("a.b-noscope2"), ("a.b-noscope2", None));
    }
}
