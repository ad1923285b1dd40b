//! Where access tokens are kept between runs: an account gives few of them.

use std::path::PathBuf;

use crate::args::UploadArgs;
use crate::failure::UsageError;
use crate::user_folders;

/// The file; `None` if tokens are not to be kept, or nobody knows where.
pub(crate) fn path(args: &UploadArgs) -> Result<Option<PathBuf>, UsageError> {
    if args.no_token_store {
        return Ok(None);
    }
    if let Some(path) = &args.token_store {
        return Ok(Some(path.clone()));
    }
    let Some(folder) = user_folders::state() else { return Ok(None) };
    let made = private_folder(&folder);
    made.map_err(|error| {
        UsageError(format!(
            "can't make {} for tokens: {error}; name a file with --token-store, or do without: --no-token-store",
            folder.display()
        ))
    })?;
    Ok(Some(folder.join("token.json")))
}

fn private_folder(folder: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
