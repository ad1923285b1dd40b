//! Where a program keeps what belongs to its user.

use std::path::PathBuf;

/// A folder for files of a kind: what the first variable names, else this folder in the home folder; on Windows
/// what the last one names. `None` where none of them is set to an absolute path.
fn folder(xdg: &str, in_home: &str, windows: &str) -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = if cfg!(windows) {
        absolute(windows)
    } else {
        absolute(xdg).or_else(|| Some(absolute("HOME")?.join(in_home)))
    };
    Some(base?.join("prep-and-upload"))
}

/// What is kept between runs.
pub(crate) fn state() -> Option<PathBuf> {
    folder("XDG_STATE_HOME", ".local/state", "LOCALAPPDATA")
}

/// What the user has set.
pub(crate) fn config() -> Option<PathBuf> {
    folder("XDG_CONFIG_HOME", ".config", "APPDATA")
}
