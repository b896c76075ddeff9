//! A run as a value: a [`RunSpec`] says what to run.
//!
//! No terminal, no flag and no argument parser here. Output is for whoever consumes the events.

mod spec;

pub use spec::{CodexSpec, OnApproval, PromptSource, RunSpec, SchemaSource, SessionChoice};
