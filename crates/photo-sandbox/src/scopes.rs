//! What an access token allows.

use std::sync::Arc;

/// The scopes of a token; one that was granted without any allows everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Scopes(Option<Arc<str>>);

impl Scopes {
    /// The scopes that a grant was asked for, separated by commas or blanks.
    pub(crate) fn of(text: &str) -> Self {
        Scopes(Some(text.into()))
    }

    /// Whether one of these operations is allowed on the records of a module.
    pub(crate) fn allow(&self, module: &str, operations: &[&str]) -> bool {
        let Some(text) = &self.0 else { return true };
        text.split([',', ' ']).any(|scope| allows(scope.trim(), module, operations))
    }
}

/// `ZohoCRM.modules.ALL`, `ZohoCRM.modules.leads.CREATE`, `ZohoCRM.modules.custom.ALL` and the like, in any
/// case.
fn allows(scope: &str, module: &str, operations: &[&str]) -> bool {
    let scope = scope.to_ascii_lowercase();
    let Some(rest) = scope.strip_prefix("zohocrm.modules.") else { return false };
    let (name, operation) = rest.split_once('.').unwrap_or(("", rest));
    let of_module =
        name.is_empty() || name == module.to_ascii_lowercase() || name == "custom" && !is_standard(module);
    of_module && operations.iter().any(|known| known.eq_ignore_ascii_case(operation))
}

fn is_standard(module: &str) -> bool {
    STANDARD.contains(&module)
}

/// The modules that have a scope of their own.
const STANDARD: [&str; 6] = ["Leads", "Contacts", "Accounts", "Products", "Vendors", "Deals"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_allow_what_they_name() {
        let create = ["CREATE", "WRITE", "ALL"];
        let table = [
            ("ZohoCRM.modules.ALL", "Leads", true),
            ("ZohoCRM.users.ALL,zohocrm.modules.all", "CustomModule1", true),
            ("ZohoCRM.modules.leads.CREATE", "Leads", true),
            ("ZohoCRM.modules.Leads.WRITE ZohoCRM.settings.ALL", "Leads", true),
            ("ZohoCRM.modules.CREATE", "Vendors", true),
            ("ZohoCRM.modules.custom.ALL", "Parts", true),
            ("ZohoCRM.modules.custom.ALL", "Leads", false),
            ("ZohoCRM.modules.leads.READ", "Leads", false),
            ("ZohoCRM.modules.contacts.ALL", "Leads", false),
            ("ZohoCRM.settings.ALL", "Leads", false),
            ("", "Leads", false),
        ];
        for (text, module, expected) in table {
            assert_eq!(Scopes::of(text).allow(module, &create), expected, "{text} {module}");
        }
        assert!(Scopes::default().allow("Leads", &create));
    }
}
