//! Saved sessions as files: Codex's own, and what `codex exec` wrote. No server is needed for them.

pub mod exec_events;
pub mod rollout;
pub(in crate::runtime) mod writer;
