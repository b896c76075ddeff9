//! Approvals: what is asked, what each answer would cause, and who answers: policy, terminal or ledger.
//!
//! The runtime hands every server request to the chain through its port (`runtime::approval`). No protocol framing, no
//! drawing here.

pub mod policy;
pub mod shell;
