//! Keeping the access token in a file between runs, readable by its owner only.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use super::AccessToken;

/// What is in the file. `owner` ties it to the credentials it was made with.
#[derive(Serialize, Deserialize)]
struct Entry {
    owner: String,
    access_token: String,
    api_domain: Option<String>,
    /// Seconds since 1970.
    expires_at: u64,
}

/// A token file.
#[derive(Clone, Debug)]
pub(super) struct Store {
    path: PathBuf,
    owner: String,
}

impl Store {
    /// `owner_facts` are hashed, not written.
    pub(super) fn new(path: PathBuf, owner_facts: &[&str]) -> Self {
        Self { path, owner: fingerprint(owner_facts) }
    }

    /// The stored token and what is left of its life; `None` if there is none for these credentials, if it
    /// has expired, or if others could have written or read the file.
    pub(super) fn load(&self) -> Option<(AccessToken, Duration)> {
        let file = File::open(&self.path).ok()?;
        let about = file.metadata().ok()?;
        if !about.is_file() || !is_private(&about) {
            return None;
        }
        let mut text = String::new();
        file.take(MOST_BYTES).read_to_string(&mut text).ok()?;
        let entry: Entry = serde_json::from_str(&text).ok()?;
        let left = entry.expires_at.checked_sub(now()).filter(|left| *left > 0)?;
        if entry.owner != self.owner {
            return None;
        }
        let token = AccessToken::new(entry.access_token).ok()?;
        let token = match entry.api_domain {
            Some(domain) => token.with_api_domain(domain),
            None => token,
        };
        Some((token, Duration::from_secs(left.min(MOST_SECONDS))))
    }

    /// Writes a temporary file beside the old one and renames it, so that nobody ever sees half a file.
    pub(super) fn save(&self, token: &AccessToken, lifetime: Duration) -> io::Result<()> {
        let entry = Entry {
            owner: self.owner.clone(),
            access_token: token.expose().to_owned(),
            api_domain: token.api_domain().map(str::to_owned),
            expires_at: now().saturating_add(lifetime.as_secs()),
        };
        let text = serde_json::to_string(&entry).map_err(io::Error::other)?;
        let temporary = self.temporary_path();
        let written =
            write_private(&temporary, text.as_bytes()).and_then(|()| fs::rename(&temporary, &self.path));
        if written.is_err() {
            // Best effort: the error that matters is the one above.
            let _ = fs::remove_file(&temporary);
        }
        written
    }

    /// Waits until no other process refreshes, for some time: better two refreshes than none. Ends when
    /// dropped.
    pub(super) async fn lock(&self, most: Duration) -> Option<File> {
        let mut name = self.path.file_name().unwrap_or_default().to_os_string();
        name.push(".lock");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(self.path.with_file_name(name)).ok()?;
        let deadline = Instant::now() + most;
        loop {
            match file.try_lock() {
                Ok(()) => return Some(file),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => sleep(LOCK_POLL).await,
                Err(_) => return None,
            }
        }
    }

    fn temporary_path(&self) -> PathBuf {
        let mut name = self.path.file_name().unwrap_or_default().to_os_string();
        name.push(format!(".{:016x}.tmp", fastrand::u64(..)));
        self.path.with_file_name(name)
    }
}

fn write_private(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text)?;
    file.sync_all()
}

#[cfg(unix)]
fn is_private(about: &fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o077 == 0
}

#[cfg(not(unix))]
fn is_private(_: &fs::Metadata) -> bool {
    true
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs())
}

/// FNV-1a. Tells credentials apart; the file holds a secret anyway, so it need not resist an attacker.
fn fingerprint(facts: &[&str]) -> String {
    let bytes = facts.iter().flat_map(|fact| fact.bytes().chain([0]));
    let hash =
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

/// How often a lock is asked for that another process has.
const LOCK_POLL: Duration = Duration::from_millis(50);
const MOST_BYTES: u64 = 16 * 1024;
const MOST_SECONDS: u64 = 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> AccessToken {
        AccessToken::new("1000.stored").expect("good").with_api_domain("https://www.zohoapis.eu")
    }

    #[test]
    fn what_was_saved_is_loaded_by_its_owner_only() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("token.json");
        let store = Store::new(path.clone(), &["url", "id", "refresh"]);
        assert!(store.load().is_none());
        store.save(&token(), Duration::from_secs(100))?;
        let (loaded, left) = store.load().expect("stored");
        assert!(loaded.same_as(&token()) && loaded.api_domain() == token().api_domain());
        assert!((90..=100).contains(&left.as_secs()));
        assert!(Store::new(path.clone(), &["url", "id", "other"]).load().is_none());
        assert_eq!(fs::read_dir(folder.path())?.count(), 1, "no temporary file is left");
        store.save(&token(), Duration::ZERO)?;
        assert!(store.load().is_none(), "expired");
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_private_and_a_public_one_is_not_trusted() -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("token.json");
        let store = Store::new(path.clone(), &["a"]);
        store.save(&token(), Duration::from_secs(100))?;
        assert_eq!(fs::metadata(&path)?.permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644))?;
        assert!(store.load().is_none());
        store.save(&token(), Duration::from_secs(100))?;
        assert_eq!(fs::metadata(&path)?.permissions().mode() & 0o777, 0o600);
        Ok(())
    }

    #[test]
    fn rubbish_is_ignored_and_a_missing_folder_is_an_error() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("token.json");
        let store = Store::new(path.clone(), &["a"]);
        for rubbish in ["", "{", "[]", "{\"owner\":1}", &"x".repeat(100_000)] {
            write_private(&path, rubbish.as_bytes())?;
            assert!(store.load().is_none());
            fs::remove_file(&path)?;
        }
        let nowhere = Store::new(folder.path().join("no/such/token.json"), &["a"]);
        assert!(nowhere.save(&token(), Duration::from_secs(1)).is_err());
        Ok(())
    }
}
