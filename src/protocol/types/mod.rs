//! The protocol as types: every stable method of threads, turns, items, approvals, configuration, models, accounts,
//! commands, files, reviews, skills and MCP servers, with their params and results, and notifications about failures.
//!
//! A marker type names a method: [`ThreadStart`] for `AppServer::call`, [`TurnCompleted`] for `Notification::parse`,
//! [`CommandExecutionRequestApproval`] for `ServerRequest::parse` and `AppServer::respond`. Methods without types go
//! through `AppServer::call_json`.
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
//! For all of them:
//! - Types and fields have the protocol's names, in Rust's case: `thread_id` is `threadId`. Where the protocol has a
//!   `type`, a `kind` or a `mode`, the type is an enum.
//! - They fit every version of the matrix of supported Codex versions. A field that some versions lack is an `Option`.
//! - None is not written. When read, null and an absent field are both none, because the protocol treats them alike. Where
//!   it does not, the field is an `Option` of an `Option`, and its documentation says what `Some(None)`, which is null, means.
//! - Data from newer servers is neither an error nor lost. Unknown fields are in `other`, where experimental fields can be
//!   set, too. Unknown words and kinds are `Unrecognized`, and are written as they were received.
//! - A `new` takes the required fields.
//!
//! The types are generated from the schemas of these versions by `scripts/update-protocol`; written by hand are only the
//! macros that declare them, [`Listed`] and a few constructors.

mod constructors;
mod generated;
mod listed;
mod method;
mod shape;

pub use generated::*;
pub use listed::Listed;
pub use method::{Request, TypedMethod, TypedNotification, TypedServerRequest};
