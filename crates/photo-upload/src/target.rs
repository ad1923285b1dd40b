//! Which record's photo is meant.

use std::fmt;

use serde::Serialize;

use crate::error::Error;

/// The record whose photo is read or written: a module's API name and a record id.
///
/// Only the form is checked here; whether the module and the record exist is for the endpoint to say,
/// since accounts have modules of their own.
///
/// ```
/// let target = photo_upload::Target::new("Leads", "3000000038009")?;
/// assert_eq!(target.to_string(), "Leads/3000000038009");
/// assert!(photo_upload::Target::new("../Leads", "3000000038009").is_err());
/// # Ok::<(), photo_upload::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Target {
    module: String,
    record_id: String,
}

impl Target {
    /// Names a record.
    ///
    /// `module` is 1 to 100 ASCII letters, digits and underscores, starting with a letter; `record_id` is 1
    /// to 32 digits.
    ///
    /// # Errors
    /// [`Error::Config`] if either has another form.
    pub fn new(module: impl Into<String>, record_id: impl Into<String>) -> Result<Self, Error> {
        let (module, record_id) = (module.into(), record_id.into());
        if !is_module_name(&module) {
            return Err(Error::config(format!(
                "{module:?} is no module's API name: give 1 to {MOST_MODULE} ASCII letters, digits and \
                 underscores, starting with a letter, such as Leads"
            )));
        }
        if !is_record_id(&record_id) {
            return Err(Error::config(format!(
                "{record_id:?} is no record id: give its 1 to {MOST_ID} digits, such as 3000000038009"
            )));
        }
        Ok(Self { module, record_id })
    }

    /// The module's API name, such as `Leads`.
    pub fn module(&self) -> &str {
        &self.module
    }

    /// The record's id, digits only.
    pub fn record_id(&self) -> &str {
        &self.record_id
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.module, self.record_id)
    }
}

fn is_module_name(name: &str) -> bool {
    name.len() <= MOST_MODULE
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn is_record_id(id: &str) -> bool {
    (1..=MOST_ID).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit())
}

const MOST_MODULE: usize = 100;
const MOST_ID: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_of_module_and_record() {
        let long = "M".repeat(MOST_MODULE + 1);
        let cases = [
            ("Leads", "3000000038009", true),
            ("CustomModule1", "1", true),
            ("My_Things__s", "12345678901234567890", true),
            ("", "1", false),
            ("1Leads", "1", false),
            ("Le ads", "1", false),
            ("Leads/..", "1", false),
            ("Leäds", "1", false),
            ("Leads\r\nX: y", "1", false),
            (long.as_str(), "1", false),
            ("Leads", "", false),
            ("Leads", "12a", false),
            ("Leads", "-1", false),
            ("Leads", "1/photo", false),
            ("Leads", "١٢", false),
            ("Leads", "123456789012345678901234567890123", false),
        ];
        for (module, id, good) in cases {
            assert_eq!(Target::new(module, id).is_ok(), good, "{module:?} {id:?}");
        }
    }
}
