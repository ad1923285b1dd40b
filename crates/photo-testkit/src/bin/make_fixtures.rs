//! Writes `fixtures/` at the workspace's root, or the folder named as the only argument.

use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).map_or_else(photo_testkit::fixtures::folder, PathBuf::from);
    let bytes = photo_testkit::fixtures::write(&folder)?;
    println!("{}: {} files, {bytes} bytes", folder.display(), photo_testkit::fixtures::files().len());
    Ok(())
}
