//! What is wrong with what was asked for, told all at once.

use crate::failure::UsageError;

#[derive(Debug, Default)]
pub(crate) struct Problems {
    first: Vec<String>,
    more: usize,
}

impl Problems {
    pub(crate) fn add(&mut self, what: String) {
        if self.first.len() < MOST {
            self.first.push(what);
        } else {
            self.more += 1;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// An error that tells all of them, if there are any.
    pub(crate) fn told(self, of: &str) -> Result<(), UsageError> {
        let rest = if self.more == 0 { String::new() } else { format!("\n  and {} more", self.more) };
        match &*self.first {
            [] => Ok(()),
            [only] => Err(UsageError(format!("{of}, {only}"))),
            several => {
                let count = several.len() + self.more;
                let list = several.join("\n  ");
                Err(UsageError(format!("{of}: {count} problems, nothing was sent\n  {list}{rest}")))
            }
        }
    }
}

/// So many are told; more would only scroll away.
const MOST: usize = 50;
