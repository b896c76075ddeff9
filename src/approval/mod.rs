//! Approvals: what is asked, what each answer would cause, and who answers: policy, terminal or ledger.
//!
//! The runtime hands every server request to the chain through its port (`runtime::approval`). No protocol framing, no
//! drawing here.

pub mod chain;
pub mod form;
pub(crate) mod harmless;
mod judged;
pub mod notify;
pub mod policy;
pub mod queue;
pub mod service;
pub mod shell;
mod summary;
#[cfg(test)]
mod tests;

pub(crate) use judged::shell_line;
