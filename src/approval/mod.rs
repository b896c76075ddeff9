//! Approvals: what is asked, what each answer would cause, and who answers: policy, terminal or ledger.
//!
//! The runtime hands every server request to the chain through its port (`runtime::approval`). No protocol framing, no
//! drawing here.

pub mod answers;
pub mod ask;
pub mod chain;
pub mod choices;
pub mod desk;
pub(crate) mod harmless;
mod judged;
mod key_bytes;
pub mod keys;
pub mod line;
pub mod notify;
pub mod parking;
pub mod policy;
pub mod shell;
pub mod terminal;
#[cfg(test)]
mod tests;
