//! Automations that an upload should not set off.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::endpoint::ApiVersion;
use crate::error::Error;

/// A kind of automation that an upload or deletion should not set off, for
/// [`ClientBuilder::restrict_triggers`](crate::ClientBuilder::restrict_triggers): one, or a list of them.
///
/// All versions of the API know `workflow`; the others are of version 8.
///
/// ```
/// use photo_upload::{ApiVersion, Client, DataCenter, Triggers};
/// let builder = || Client::builder().data_center(DataCenter::Us).access_token("1000.example");
/// assert!(builder().restrict_triggers(Triggers::Workflow).build().is_ok());
/// let two = [Triggers::Workflow, Triggers::Approval];
/// assert!(builder().restrict_triggers(two).build().is_err());
/// assert!(builder().restrict_triggers(two).api_version(ApiVersion::V8).build().is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Triggers {
    /// Workflow rules.
    Workflow,
    /// Approval processes.
    Approval,
    /// Blueprints.
    Blueprint,
    /// Journeys of customers.
    Pathfinder,
    /// Journeys that a program conducts.
    Orchestration,
}

impl Triggers {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Workflow, Self::Approval, Self::Blueprint, Self::Pathfinder, Self::Orchestration];

    /// Its name in the parameter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Workflow => "workflow",
            Self::Approval => "approval",
            Self::Blueprint => "blueprint",
            Self::Pathfinder => "pathfinder",
            Self::Orchestration => "orchestration",
        }
    }
}

impl fmt::Display for Triggers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Triggers {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|triggers| triggers.as_str() == name.trim()).ok_or_else(|| {
            let all = Self::ALL.map(Self::as_str).join(", ");
            Error::config(format!("{name:?} cannot be restricted: one of {all} can"))
        })
    }
}

/// One is a list too.
impl IntoIterator for Triggers {
    type Item = Self;
    type IntoIter = std::iter::Once<Self>;

    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(self)
    }
}

/// Those that are restricted, in order and each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Restricted(Vec<Triggers>);

impl Restricted {
    pub(crate) fn new(triggers: impl IntoIterator<Item = Triggers>) -> Self {
        let mut all: Vec<_> = triggers.into_iter().collect();
        all.sort_unstable();
        all.dedup();
        Self(all)
    }

    /// Fails where a version of the API does not know them.
    pub(crate) fn checked(&self, version: ApiVersion) -> Result<(), Error> {
        let later = self.0.iter().find(|triggers| **triggers != Triggers::Workflow);
        match later {
            Some(name) if version < ApiVersion::V8 => Err(Error::config(format!(
                "{name} can be restricted from API version v8 on, not in {version}: in that, only workflow can"
            ))),
            _ => Ok(()),
        }
    }

    /// The parameter's value: one by its name, more as a list in JSON. `None` if nothing is restricted.
    pub(crate) fn value(&self) -> Option<String> {
        match &*self.0 {
            [] => None,
            [one] => Some(one.as_str().to_owned()),
            all => {
                let quoted: Vec<_> = all.iter().map(|triggers| format!("\"{triggers}\"")).collect();
                Some(format!("[{}]", quoted.join(",")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_by_its_name_and_more_as_a_list() {
        use Triggers::{Approval, Blueprint, Workflow};
        let v2 = ApiVersion::V2;
        for (list, value, in_v2) in [
            (vec![], None, true),
            (vec![Workflow], Some("workflow"), true),
            (vec![Workflow, Workflow], Some("workflow"), true),
            (vec![Blueprint], Some("blueprint"), false),
            (vec![Approval, Workflow], Some(r#"["workflow","approval"]"#), false),
        ] {
            let restricted = Restricted::new(list);
            assert_eq!(restricted.value().as_deref(), value);
            assert_eq!(restricted.checked(v2).is_ok(), in_v2);
            assert!(restricted.checked(ApiVersion::V8).is_ok());
        }
        assert_eq!(Restricted::new(Workflow), Restricted::new([Workflow]));
        for triggers in Triggers::ALL {
            assert_eq!(triggers.to_string().parse::<Triggers>().ok(), Some(triggers));
        }
        assert!("everything".parse::<Triggers>().is_err());
    }
}
