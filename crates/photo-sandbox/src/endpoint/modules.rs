//! Which modules there are, and which of them have photos.

use crate::config::{Config, MODULES};
use crate::error_code::Code;

/// Whether a module has photos in this version.
pub(crate) fn check(name: &str, version: u8, config: &Config) -> Result<(), Code> {
    if config.modules.contains(name) || is_custom(name, config) {
        let early_deals = name == "Deals" && version < 5;
        return if early_deals { Err(Code::ModuleNotSupported) } else { Ok(()) };
    }
    Err(if WITHOUT_PHOTOS.contains(&name) { Code::ModuleNotSupported } else { Code::InvalidModule })
}

/// Whether there is such a module, with or without photos.
pub(crate) fn exists(name: &str, config: &Config) -> bool {
    config.modules.contains(name) || is_custom(name, config) || WITHOUT_PHOTOS.contains(&name)
}

/// Every module that a list of them names.
pub(crate) fn all(config: &Config) -> Vec<&str> {
    let photos = config.modules.iter().map(String::as_str);
    let unlisted = config.custom_modules && !config.modules.contains(EXAMPLE);
    let others = WITHOUT_PHOTOS.into_iter().filter(|&name| !config.modules.contains(name));
    photos.chain(unlisted.then_some(EXAMPLE)).chain(others).collect()
}

/// Whether a module came with the organization, or was made by its people.
pub(crate) fn is_standard(name: &str) -> bool {
    MODULES.contains(&name) || WITHOUT_PHOTOS.contains(&name)
}

/// Whether a module that no list names is taken for a custom one.
fn is_custom(name: &str, config: &Config) -> bool {
    let form = name.len() <= MAX_NAME && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    config.custom_modules && form && name.len() > CUSTOM.len() && name.starts_with(CUSTOM)
}

const MAX_NAME: usize = 100;
const CUSTOM: &str = "Custom";
const EXAMPLE: &str = "CustomModule1";

/// Modules that exist in every organization, but have no photos.
const WITHOUT_PHOTOS: [&str; 16] = [
    "Activities",
    "Attachments",
    "Calls",
    "Campaigns",
    "Cases",
    "Documents",
    "Events",
    "Invoices",
    "Notes",
    "Price_Books",
    "Projects",
    "Purchase_Orders",
    "Quotes",
    "Sales_Orders",
    "Solutions",
    "Tasks",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_names_what_is_configured_once() {
        let config = Config::default().modules(["Leads", "Parts", "Tasks"]);
        let list = all(&config);
        for name in ["Leads", "Parts", "Tasks", "CustomModule1", "Projects"] {
            assert_eq!(list.iter().filter(|&&listed| listed == name).count(), 1, "{name}");
            assert!(exists(name, &config), "{name}");
        }
        assert!(!list.contains(&"Contacts") && !exists("Contacts", &config));
        assert!(!all(&config.custom_modules(false)).contains(&"CustomModule1"));
        assert!(is_standard("Leads") && is_standard("Tasks") && !is_standard("Parts"));
    }
}
