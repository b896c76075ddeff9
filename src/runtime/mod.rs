//! The runtime: a `codex app-server` process, its protocol, and turns as streams of events.
//!
//! The way of a message: process → framing → rpc → protocol → client → session → turn → events. No terminal here.

pub mod approval;
pub mod error;
pub mod event;

pub use error::RuntimeError;
