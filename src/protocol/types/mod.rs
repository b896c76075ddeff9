//! The protocol as types: every stable method of threads, turns, items, approvals, configuration, models, accounts,
//! commands, files, reviews, skills and MCP servers, with what it takes and gives, and what is told of failures.
//!
//! A marker names a method: [`ThreadStart`] with [`AppServer::request`](super::AppServer::request), [`TurnCompleted`] with
//! [`Notification::parse`](crate::runtime::Notification::parse), [`CommandExecutionRequestApproval`] with
//! [`ServerRequest::parse`](super::ServerRequest::parse) and [`AppServer::respond`](super::AppServer::respond). What has no
//! types here goes through [`call_json`](super::AppServer::call_json).
//!
//! ```
//! use turnwise::protocol::types::{SandboxPolicy, TurnStartParams, UserInput};
//!
//! let params = TurnStartParams {
//!     model: Some("gpt-5.5".to_owned()),
//!     sandbox_policy: Some(SandboxPolicy::read_only()),
//!     ..TurnStartParams::new("a thread's id", [UserInput::text("Find the bug")])
//! };
//! assert_eq!(
//!     serde_json::to_value(params).unwrap(),
//!     serde_json::json!({
//!         "threadId": "a thread's id",
//!         "input": [{ "type": "text", "text": "Find the bug" }],
//!         "model": "gpt-5.5",
//!         "sandboxPolicy": { "type": "readOnly" },
//!     })
//! );
//! ```
//!
//! What holds for all of them:
//! - Types keep the names of Codex's protocol, and fields theirs, written as Rust does: `thread_id` is `threadId`. What is
//!   a `type`, a `kind` or a `mode` there is an enum here.
//! - They fit every version of the [matrix](crate::codex::MATRIX). A field that some of them do not have is an `Option`.
//! - None is left out when it is sent. Received, a field that is null and one that is not there are both none, because
//!   the protocol means the same by them; where it does not, the field is an `Option` of an `Option` and says what
//!   `Some(None)`, which is null, means.
//! - Nothing that a newer server sends is an error or is lost. Fields that a type does not have are in its `other`, where
//!   experimental ones can be put, too. Words and kinds that an enum does not have are its `Unrecognized`, and are
//!   written again as they came.
//! - A `new` takes the fields that have to be there.

pub(in crate::protocol) mod shape;

mod account;
mod approval;
mod common;
mod config;
mod elicitation;
mod exec;
mod fs;
mod goal;
mod guardian;
mod input;
mod item;
mod item_events;
mod item_parts;
mod limits;
mod mcp;
mod method;
mod model;
mod notices;
mod permissions;
mod provider;
mod realtime;
mod requirements;
mod review;
mod section;
mod settings;
mod skills;
mod thread;
mod thread_events;
mod thread_params;
mod thread_state;
mod turn;

pub use account::*;
pub use approval::*;
pub use common::*;
pub use config::*;
pub use elicitation::*;
pub use exec::*;
pub use fs::*;
pub use goal::*;
pub use guardian::*;
pub use input::*;
pub use item::*;
pub use item_events::*;
pub use item_parts::*;
pub use limits::*;
pub use mcp::*;
pub use method::{Request, TypedMethod, TypedNotification, TypedServerRequest};
pub use model::*;
pub use notices::*;
pub use permissions::*;
pub use provider::*;
pub use realtime::*;
pub use requirements::*;
pub use review::*;
pub use section::*;
pub use settings::*;
pub use skills::*;
pub use thread::*;
pub use thread_events::*;
pub use thread_params::*;
pub use thread_state::*;
pub use turn::*;

/// Every method that has types here.
pub fn typed_methods() -> impl Iterator<Item = &'static TypedMethod> {
    [
        account::REQUESTS,
        config::REQUESTS,
        exec::REQUESTS,
        fs::REQUESTS,
        goal::REQUESTS,
        item::REQUESTS,
        mcp::REQUESTS,
        model::REQUESTS,
        provider::REQUESTS,
        review::REQUESTS,
        section::REQUESTS,
        skills::REQUESTS,
        thread::REQUESTS,
        turn::REQUESTS,
        approval::SERVER_REQUESTS,
        account::NOTIFICATIONS,
        exec::NOTIFICATIONS,
        fs::NOTIFICATIONS,
        goal::NOTIFICATIONS,
        guardian::NOTIFICATIONS,
        item_events::NOTIFICATIONS,
        mcp::NOTIFICATIONS,
        model::NOTIFICATIONS,
        notices::NOTIFICATIONS,
        provider::NOTIFICATIONS,
        realtime::NOTIFICATIONS,
        section::NOTIFICATIONS,
        skills::NOTIFICATIONS,
        thread_events::NOTIFICATIONS,
        turn::NOTIFICATIONS,
    ]
    .into_iter()
    .flatten()
}
