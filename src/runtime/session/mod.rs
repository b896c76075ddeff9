//! Layer 3: clients, sessions and turns, and how the server's messages become events. No pipes and no framing here.

pub(in crate::runtime) mod attach;
pub(in crate::runtime) mod client;
pub(in crate::runtime) mod client_config;
mod config_error;
pub(in crate::runtime) mod event_log;
pub(in crate::runtime) mod events;
mod failure;
pub(in crate::runtime) mod handle;
#[cfg_attr(
    not(feature = "hooks"),
    expect(dead_code, reason = "the port of hooks, which are not built")
)]
pub(crate) mod interceptor;
mod interrupt;
mod limits;
mod manage;
mod mcp;
pub(in crate::runtime) mod models;
pub(in crate::runtime) mod notifications;
mod observer;
pub(in crate::runtime) mod open_messages;
pub(in crate::runtime) mod open_thread;
pub(in crate::runtime) mod open_threads;
pub(in crate::runtime) mod probe;
pub(in crate::runtime) mod prompt;
pub(crate) mod reducer;
pub(in crate::runtime) mod resume;
#[expect(clippy::module_inception, reason = "a session is the folder's main type")]
pub(in crate::runtime) mod session;
pub(in crate::runtime) mod session_config;
pub(in crate::runtime) mod threads;
pub(in crate::runtime) mod turn;
mod turn_end;
mod turn_limits;
