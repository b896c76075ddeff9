//! Saved sessions: what the server does with them, and Codex's own files of them, which need no server.

pub mod exec_events;
pub(in crate::runtime) mod requests;
pub mod rollout;
pub(in crate::runtime) mod threads;
pub(in crate::runtime) mod writer;
