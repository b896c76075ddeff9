//! Approvals: answers to the server's requests, by policy, at a prompt or through the ledger.
//!
//! The runtime hands every server request to an approver through its port ([`runtime::approval`](crate::runtime::approval)).
//! [`ApproverChain`] is the approver of `turnwise run`; a program can use it, too. [`ApprovalService`] answers the requests of
//! other runs. No protocol framing, no drawing here.

#[cfg(feature = "cli")]
mod chain;
#[cfg(feature = "cli")]
mod form;
pub(crate) mod harmless;
mod judged;
#[cfg(feature = "cli")]
mod links;
#[cfg(test)]
#[cfg(feature = "cli")]
mod memory;
#[cfg(feature = "cli")]
pub(crate) mod notify;
pub mod policy;
#[cfg(feature = "cli")]
mod queue;
#[cfg(feature = "cli")]
mod service;
pub mod shell;
#[cfg(feature = "cli")]
mod summary;
#[cfg(test)]
#[cfg(feature = "cli")]
mod tests;

#[cfg(feature = "cli")]
pub use chain::{ApproverChain, Link, LinkOutcome};
#[cfg(feature = "cli")]
pub use form::Pairs;
#[cfg(feature = "cli")]
pub(crate) use judged::shell_line;
#[cfg(feature = "cli")]
pub(crate) use links::Announcer;
#[cfg(feature = "cli")]
pub use links::{CloseReason, PolicyLink, PromptLink, Prompter, QueueLink};
pub use policy::Policy;
#[cfg(feature = "cli")]
pub use queue::{ApprovalQueue, QueueOutcome, QueuedApproval};
#[cfg(feature = "cli")]
pub use service::{AnswerOutcome, ApprovalError, ApprovalService};
