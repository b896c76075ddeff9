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
mod compared;
mod config;
mod control;
mod earlier;
mod ends;
mod faults;
mod files;
mod help;
mod histories;
mod hooks;
mod library;
mod login;
mod pictures;
mod programs;
mod record;
mod rpc;
mod run;
mod screens;
mod session;
mod sessions;
mod shells;
mod shorthand;
mod snapshots;
mod start;
mod status;
mod terminal;

#[path = "../support/mod.rs"]
mod support;
