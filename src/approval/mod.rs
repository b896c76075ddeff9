//! Approvals: answers to the server's requests, by policy, at a prompt or through the ledger.
//!
//! The runtime hands every server request to an approver through its port ([`runtime::approval`](crate::runtime::approval)).
//! [`ApproverChain`] is the approver of `turnwise run`; a program can use it, too. [`ApprovalService`] answers the requests of
//! other runs. No protocol framing, no drawing here.

mod chain;
mod form;
pub(crate) mod harmless;
mod judged;
mod links;
#[cfg(test)]
mod memory;
pub(crate) mod notify;
pub mod policy;
mod queue;
mod service;
pub mod shell;
mod summary;
#[cfg(test)]
mod tests;

pub use chain::{ApproverChain, Link, LinkOutcome};
pub use form::Pairs;
pub(crate) use judged::shell_line;
pub(crate) use links::Announcer;
pub use links::{CloseReason, PolicyLink, PromptLink, Prompter, QueueLink};
pub use policy::Policy;
pub use queue::{ApprovalQueue, QueueOutcome, QueuedApproval};
pub use service::{AnswerOutcome, ApprovalError, ApprovalService};
