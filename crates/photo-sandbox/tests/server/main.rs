//! The sandbox over real sockets: answers, faults, tokens, awkward clients, and `curl`.

mod answers;
mod awkward;
mod client;
mod curl;
mod faults;
mod hostile;
mod run;
mod tokens;
