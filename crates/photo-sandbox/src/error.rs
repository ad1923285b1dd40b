//! Why a sandbox can't start.

use std::io;
use std::path::PathBuf;

/// Why a sandbox can't start. Nothing a client sends can cause an error here: clients get answers.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The port is taken or may not be used. Choose another one, or 0 for any.
    #[error("can't listen on 127.0.0.1:{port}: {source}; choose another port, or 0 for any free one")]
    Listen {
        /// The port that was asked for.
        port: u16,
        /// What the system says.
        source: io::Error,
    },
    /// The system refuses a thread or an event queue: it is short of them.
    #[error("can't start the server's thread: {0}; the system is short of threads or file handles")]
    Thread(#[source] io::Error),
    /// The configured access token could not be sent in a header.
    #[error("the access token must be 1 to 256 visible ASCII characters without spaces")]
    Token,
    /// A folder is not the npm package that the page would use.
    #[error("no package for the page in {}: {why}; bindings/web/build.sh makes it", folder.display())]
    WebPackage {
        /// The folder that was asked for.
        folder: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}
