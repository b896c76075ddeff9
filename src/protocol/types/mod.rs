//! The protocol as types: every stable method of threads, turns, items, approvals, configuration, models, accounts,
//! commands, files, reviews, skills and MCP servers, with what it takes and gives, and what is told of failures.
//!
//! A marker names a method: [`ThreadStart`] with `AppServer::request`, [`TurnCompleted`] with
//! [`Notification::parse`](crate::runtime::Notification::parse), [`CommandExecutionRequestApproval`] with
//! `ServerRequest::parse` and `AppServer::respond`. What has no
//! types here goes through `AppServer::call_json`.
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

mod constructors;
mod generated;
mod listed;
mod method;
mod shape;

pub use generated::*;
pub use listed::Listed;
pub use method::{Request, TypedMethod, TypedNotification, TypedServerRequest};
