//! The links of the chain: the policy first, then a fixed answer, the queue in the ledger, or a prompt together with it.

mod announce;
mod fixed;
mod policy;
mod prompt;
mod queue;

pub(crate) use announce::Announcer;
pub use policy::PolicyLink;
pub use prompt::{CloseReason, PromptLink, Prompter};
pub use queue::QueueLink;
