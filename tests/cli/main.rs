//! What a user sees: the built program against the real codex, a scripted model, and a server full of faults.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "support code of tests may fail loudly"
)]

mod approvals;
mod automate;
mod chat;
mod commands;
mod control;
mod earlier;
mod ends;
mod faults;
mod files;
mod histories;
mod library;
mod login;
mod programs;
mod rpc;
mod run;
mod session;
mod sessions;
mod shells;
mod snapshots;
mod start;
mod terminal;

#[path = "../support/mod.rs"]
mod support;
