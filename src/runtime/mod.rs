//! The runtime: a `codex app-server` process, its protocol, and turns as streams of events.
//!
//! The way of a message: process → framing → wire → router → queue → reducer → events. No terminal here.
//!
//! [`Client`] and [`Session`] are what programs use; [`Runtime`] is the connection below them, for raw calls.

mod answer;
pub mod approval;
mod approvals;
pub(crate) mod brief;
mod client;
mod client_config;
mod connection;
pub mod error;
pub mod event;
mod events;
pub mod exec_events;
mod fan;
mod feed;
#[doc(hidden)]
pub mod framing;
#[cfg(target_os = "linux")]
mod guard;
mod handle;
mod items;
mod joining;
#[doc(hidden)]
pub mod long_lines;
mod mcp;
mod models;
mod notifications;
mod onlooker;
mod open;
mod open_thread;
mod outbox;
mod outcome;
mod output_schema;
mod paths;
mod peer;
mod pending;
mod probe;
mod process;
mod profile;
mod prompt;
pub mod protocol;
pub(crate) mod provider_error;
mod queue;
mod reader;
mod redacted;
#[doc(hidden)]
pub mod reducer;
#[cfg(feature = "remote")]
pub mod remote;
mod requests;
pub mod rollout;
mod router;
mod saved;
mod session;
mod session_config;
mod started;
mod surrogates;
mod tap;
mod threads;
mod transcript;
mod turn;
mod wire;
mod wire_path;
mod writer;
mod writing;

pub use client::{Account, Client};
pub use client_config::ClientConfig;
pub use connection::{Runtime, RuntimeConfig};
pub use error::{ErrorKind, RuntimeError};
pub use events::SessionEvents;
pub use feed::Feed;
pub use handle::SessionHandle;
pub use mcp::{McpServer, McpStatus};
pub use models::ModelInfo;
pub use outcome::{Answer, TurnFailure};
pub use output_schema::OutputSchema;
pub use probe::SandboxProbe;
pub use profile::{ApprovalPolicy, RunProfile, Sandbox};
pub use prompt::{MAX_PROMPT_CHARS, Prompt};
pub use queue::Notification;
pub use session::Session;
pub use session_config::SessionConfig;
pub use started::servers_ended;
pub use threads::{Listing, ThreadQuery, ThreadSummary};
pub use transcript::Transcript;
pub use turn::Turn;
pub use wire::RequestId;
pub use writer::writer_of;
pub use writing::Writing;
#[cfg(feature = "app-server")]
pub(crate) use {
    connection::backoff,
    joining::take_up_and_ask,
    queue::Closed,
    tap::Tap,
    wire::{Message, notification_in},
};
