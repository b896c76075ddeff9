//! turnwise runs turns of the Codex agent through a local `codex app-server`: safe by default, streamed, and with
//! nothing left running.
//!
//! | layer | entry point | for |
//! |---|---|---|
//! | 1 | [`quick_run`], [`quick_run_with_profile`] | one prompt, disposable session |
//! | 2 | [`Workflow`], [`WorkflowConfig`] | repeated runs in one directory |
//! | 3 | [`runtime::Client`], [`runtime::Session`] | explicit lifecycle: start, ask, stream, steer, interrupt, close |
//! | 4 | [`automation::spawn`], [`automation::AutomationSpec`] | recurring turns on one prepared session |
//! | 5 | `app_server::AppServer` (feature `app-server`) | any method: typed, checked against the server's own schema, or unchecked |
//! | 6 | [`runtime::Runtime`] | live messages, server requests, raw JSON-RPC |
//!
//! Everything runs on a tokio runtime of the caller's, of either flavour.

#[cfg(not(unix))]
compile_error!("turnwise needs process groups and signals, which it uses on Linux and macOS only");

// The examples of the documentation, compiled with the tests.
#[cfg(all(doctest, feature = "cli"))]
#[doc = include_str!("../docs/library.md")]
mod documentation {}

#[cfg(feature = "app-server")]
pub mod app_server;
#[cfg(any(feature = "cli", feature = "hooks"))]
pub mod approval;
pub mod automation;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
pub mod codex;
#[cfg(feature = "cli")]
mod commands;
#[cfg(feature = "cli")]
mod config;
#[cfg(feature = "cli")]
mod control;
#[cfg(feature = "cli")]
pub mod demo;
mod environment;
pub mod exit;
mod files;
#[cfg(fuzzing)]
pub mod fuzzing;
#[cfg(feature = "cli")]
mod input;
#[cfg(feature = "cli")]
pub mod ledger;
#[cfg(feature = "hooks")]
pub mod plugin;
pub mod protocol;
mod quick;
#[cfg(feature = "cli")]
mod render;
pub mod run;
pub mod runtime;
#[cfg(any(feature = "cli", feature = "hooks"))]
mod text;
#[cfg(any(feature = "cli", feature = "hooks"))]
mod user_program;
mod workflow;

pub use quick::{quick_run, quick_run_with_profile};
pub use workflow::{Workflow, WorkflowConfig};
