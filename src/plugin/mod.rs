//! Hooks: programs and code of the user's around runs, sessions, turns and tools.
//!
//! A pre-hook sees what is about to happen and can change or block it; a post-hook learns of what happened. Hooks before tools
//! give an opinion: they can deny, have a person asked, or, if they are trusted to, allow. Whatever goes wrong with a pre-hook
//! counts as a block, unless its owner says otherwise: a hook never says yes by accident.
//!
//! ```
//! use turnwise::plugin::{HookAction, HookContext, HookError, HookPatch, Hooks, PreHook};
//! use turnwise::runtime::ClientConfig;
//!
//! struct Ticket;
//!
//! impl PreHook for Ticket {
//!     fn name(&self) -> String {
//!         "ticket".to_owned()
//!     }
//!
//!     async fn run(&self, context: &HookContext) -> Result<HookAction, HookError> {
//!         let prompt = context.prompt.as_deref().unwrap_or_default();
//!         Ok(HookAction::Mutate(HookPatch::new().prompt(format!("{prompt}\n\nTicket: ABC-1"))))
//!     }
//! }
//!
//! let hooks = Hooks::new().with_pre_hook([turnwise::plugin::Phase::PreTurn], Ticket);
//! let config = ClientConfig::new().hooks(hooks);
//! ```
//!
//! No terminal and no configuration file is known here; the session calls hooks through a port of `runtime::session`.

mod action;
mod context;
mod document;
mod error;
mod hook;
mod hooks;
pub(crate) mod interceptor;
#[cfg(feature = "cli")]
mod link;
mod matcher;
mod notice;
mod phase;
mod post;
mod program;
mod tool;

pub use action::{BlockReason, HookAction, HookPatch, ToolOpinion};
pub use context::{HookContext, HookReport};
pub use document::{RESULT_SCHEMA, SCHEMA};
pub use error::HookError;
pub use hook::{FilteredPostHook, FilteredPreHook, FilteredToolHook, PostHook, PreHook, ToolHook};
pub use hooks::{Hooks, OnError};
#[cfg(feature = "cli")]
pub use link::HookLink;
pub use matcher::HookMatcher;
pub use notice::HookNotice;
pub use phase::Phase;
pub use program::ShellCommandHook;
pub use tool::{Tool, ToolOutcome, ToolUse};
