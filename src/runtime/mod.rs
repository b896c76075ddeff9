//! The runtime: a `codex app-server` process, its protocol, and turns as streams of events.
//!
//! The way of a message: process → framing → wire → router → queue → reducer → events. No terminal here.
//!
//! [`Client`] and [`Session`] are what programs use; [`Runtime`] is the connection below them, for raw calls.

mod answer;
pub mod approval;
pub mod error;
pub mod event;
mod file_change;
mod id;
mod items;
mod log;
pub(crate) mod mcp;
mod outcome;
mod output_schema;
mod paths;
mod profile;
pub(crate) mod provider_error;
mod remedy;
pub(crate) mod retry;
mod rpc;
mod saved;
pub(crate) mod session;
mod tolerant;
mod transcript;
mod transport;
mod wire_path;

pub use crate::protocol::wire::RequestId;
pub use error::{ErrorKind, RuntimeError};
pub use id::{ApprovalId, ItemId, ThreadId, TurnId};
pub use log::{EventStream, Frame, Keep, Seq, SeqError};
pub use mcp::{McpServer, McpStatus};
pub use outcome::{Answer, TurnFailure};
pub use output_schema::{OutputSchema, OutputSchemaError};
pub use profile::{ApprovalPolicy, RunProfile, Sandbox};
pub use remedy::Remedy;
pub use rpc::config::RuntimeConfig;
pub use rpc::notification_stream::NotificationStream;
pub use rpc::queue::Notification;
pub use rpc::runtime::Runtime;
#[cfg(feature = "cli")]
pub(crate) use saved::writer::writer_of;
pub use saved::{exec_events, rollout};
pub use session::client::{Account, Client};
pub use session::client_config::ClientConfig;
pub use session::event_log::EventLog;
pub use session::events::SessionEvents;
pub use session::handle::SessionHandle;
#[cfg(feature = "hooks")]
pub(crate) use session::interceptor;
pub use session::models::ModelInfo;
pub(crate) use session::open_messages::OpenMessages;
pub use session::probe::SandboxProbe;
pub use session::prompt::{MAX_PROMPT_CHARS, Prompt};
pub use session::session::Session;
pub use session::session_config::SessionConfig;
pub use session::threads::{ThreadQuery, ThreadSummary};
pub use session::turn::Turn;
pub use transcript::Transcript;
#[cfg(feature = "remote")]
pub use transport::remote;
#[cfg(feature = "cli")]
pub(crate) use transport::started::servers_ended;
#[cfg(feature = "app-server")]
pub(crate) use {
    crate::protocol::wire::{Message, notification_in},
    rpc::message_sink::MessageSink,
    rpc::queue::Closed,
    session::attach::resume_and_ask,
};
