//! The sandbox over real sockets: answers, faults, tokens, grants, pages, awkward clients, and `curl`.

mod answers;
mod awkward;
mod browser;
mod client;
mod curl;
mod faults;
mod grants;
mod hostile;
mod hostile_requests;
mod page;
mod run;
mod settings;
mod tokens;
