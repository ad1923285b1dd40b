//! The commands.

mod explain;
mod prep;
mod sandbox;
mod upload;

use crate::args::{Command, Common};
use crate::failure::Outcome;

pub(crate) async fn run(command: Command, common: &Common) -> Outcome {
    match command {
        Command::Prep { inputs, out } => prep::run(&inputs, &out, common).await,
        Command::Explain { inputs } => explain::run(&inputs, common).await,
        Command::Upload(args) => upload::run(args, common).await,
        Command::Sandbox { port, token } => sandbox::run(port, token).await,
    }
}
