//! The runtime: a `codex app-server` process, its protocol, and turns as streams of events.
//!
//! The way of a message: process → framing → wire → router → queue → reducer → events. No terminal here.
//!
//! [`Client`] and [`Session`] are what programs use; [`Runtime`] is the connection below them, for raw calls.

mod answer;
pub mod approval;
pub mod error;
pub mod event;
pub(crate) mod provider_error;
mod remedy;
mod rpc;
mod saved;
pub(crate) mod session;
mod transport;

pub use crate::protocol::wire::RequestId;
pub use error::{ErrorKind, RuntimeError};
pub use remedy::Remedy;
pub use rpc::connection::{Runtime, RuntimeConfig};
pub use rpc::feed::Feed;
pub use rpc::mcp::{McpServer, McpStatus};
pub use rpc::queue::Notification;
pub use saved::threads::{Listing, ThreadQuery, ThreadSummary};
pub(crate) use saved::writer::writer_of;
pub use saved::{exec_events, rollout};
pub use session::client::{Account, Client};
pub use session::client_config::ClientConfig;
pub use session::events::SessionEvents;
pub use session::handle::SessionHandle;
pub use session::models::ModelInfo;
pub use session::outcome::{Answer, TurnFailure};
pub use session::output_schema::OutputSchema;
pub use session::probe::SandboxProbe;
pub use session::profile::{ApprovalPolicy, RunProfile, Sandbox};
pub use session::prompt::{MAX_PROMPT_CHARS, Prompt};
pub use session::session::Session;
pub use session::session_config::SessionConfig;
pub use session::transcript::Transcript;
pub use session::turn::Turn;
pub(crate) use session::writing::Writing;
#[cfg(feature = "remote")]
pub use transport::remote;
pub(crate) use transport::started::servers_ended;
#[cfg(feature = "app-server")]
pub(crate) use {
    crate::protocol::wire::{Message, notification_in},
    rpc::connection::backoff,
    rpc::queue::Closed,
    rpc::tap::Tap,
    session::joining::take_up_and_ask,
};
