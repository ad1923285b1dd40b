//! The commands.

mod explain;
mod prep;
mod sandbox;
mod upload;

use crate::args::{Command, Common};
use crate::failure::Outcome;

pub(crate) async fn run(command: Command, common: &Common) -> Outcome {
    match command {
        Command::Prep(args) => prep::run(args, common).await,
        Command::Explain(args) => explain::run(args, common).await,
        Command::Upload(args) => upload::run(args, common).await,
        Command::Sandbox(args) => sandbox::run(args).await,
    }
}
