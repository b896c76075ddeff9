//! turnwise runs turns of the Codex agent through a local `codex app-server`.

pub mod exit;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod render;
pub mod runtime;
