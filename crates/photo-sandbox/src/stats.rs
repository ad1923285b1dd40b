//! What a sandbox has counted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A snapshot of what a sandbox has counted since its start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Stats {
    /// Connections accepted.
    pub connections: u64,
    /// Requests of every kind whose head was read.
    pub requests: u64,
    /// Requests to a photo's path, whatever their method and answer; scripts count these.
    pub photo_requests: u64,
    /// Most photo requests under way at one moment, those over the limit included.
    pub max_concurrent: u64,
    /// Uploads stored, whether or not the client got to know.
    pub uploads_accepted: u64,
    /// Uploads stored, by `Module/record`.
    pub accepted: BTreeMap<String, u64>,
    /// Uploads stored whose whole success answer was handed to the connection, by `Module/record`. More than
    /// 1 for a record to which a client meant to upload once shows that it sent again after a success.
    pub confirmed: BTreeMap<String, u64>,
    /// Photos handed out.
    pub downloads: u64,
    /// Photos deleted.
    pub deletes: u64,
    /// Photos forgotten because [`Config::store_bytes`](field@crate::Config::store_bytes) was reached.
    pub photos_forgotten: u64,
    /// Refusals of photo requests and unknown paths, by the [label](crate::Code::label) of their code, faults
    /// included.
    pub refusals: BTreeMap<String, u64>,
    /// Faults that struck, by [kind](crate::Fault::kind).
    pub faults: BTreeMap<String, u64>,
    /// Requests to the token endpoint.
    pub token_requests: u64,
    /// Access tokens given out by the token endpoint.
    pub token_refreshes: u64,
    /// Refusals of the token endpoint, by their `error`.
    pub token_refusals: BTreeMap<String, u64>,
    /// Times that valid access tokens were made to expire by a fault, a plan or
    /// [`expire_token`](crate::Sandbox::expire_token); passing their lifetime doesn't count.
    pub token_expiries: u64,
    /// Grants in a browser: tokens and codes that were sent to a redirect URI.
    pub grants: u64,
    /// Requests for facts about modules, fields, users and the organization.
    pub settings_requests: u64,
    /// Preflight requests (`OPTIONS`) that were answered.
    pub preflights: u64,
    /// Bytes of bodies read to be looked at.
    pub bytes_read: u64,
    /// Bytes of refused bodies read and thrown away before the answer.
    pub bytes_drained: u64,
    /// Bodies that broke off because the client went away.
    pub bodies_broken: u64,
}

impl Stats {
    /// How many uploads to this record were stored.
    #[must_use]
    pub fn accepted_for(&self, module: &str, record: &str) -> u64 {
        self.accepted.get(&key(module, record)).copied().unwrap_or(0)
    }

    /// How many uploads to this record were stored and their success answered in full.
    #[must_use]
    pub fn confirmed_for(&self, module: &str, record: &str) -> u64 {
        self.confirmed.get(&key(module, record)).copied().unwrap_or(0)
    }

    /// How many requests were refused with this code.
    #[must_use]
    pub fn refused(&self, code: crate::Code) -> u64 {
        self.refusals.get(code.label()).copied().unwrap_or(0)
    }
}

/// The key of a record in the maps.
pub(crate) fn key(module: &str, record: &str) -> String {
    format!("{module}/{record}")
}

/// Adds one to a counter of a map.
pub(crate) fn bump(map: &mut BTreeMap<String, u64>, name: &str) {
    match map.get_mut(name) {
        Some(count) => *count += 1,
        None => {
            map.insert(name.to_owned(), 1);
        }
    }
}
