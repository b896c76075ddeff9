//! The runtime: a `codex app-server` process, its protocol, and turns as streams of events.
//!
//! The way of a message: process → framing → wire → router → queue → reducer → events. No terminal here.
//!
//! [`Client`] and [`Session`] are what programs use; [`Runtime`] is the connection below them, for raw calls.

mod answer;
pub mod approval;
mod client;
mod connection;
pub mod error;
pub mod event;
mod events;
pub mod exec_events;
#[doc(hidden)]
pub mod framing;
mod handle;
mod items;
mod notifications;
mod outbox;
mod peer;
mod pending;
mod probe;
mod process;
mod profile;
mod prompt;
pub mod protocol;
mod queue;
mod reader;
#[doc(hidden)]
pub mod reducer;
#[cfg(feature = "remote")]
pub mod remote;
mod requests;
pub mod rollout;
mod router;
mod session;
mod strays;
mod tap;
mod threads;
mod transcript;
mod turn;
mod wire;
mod writer;
mod writing;

pub use client::{Account, Client, ClientConfig, ModelInfo};
pub use connection::{Feed, Runtime, RuntimeConfig};
pub use error::RuntimeError;
pub use events::SessionEvents;
pub use handle::SessionHandle;
pub use probe::SandboxProbe;
pub use profile::{ApprovalPolicy, RunProfile, Sandbox};
pub use prompt::{MAX_PROMPT_CHARS, Prompt};
pub use queue::Notification;
pub use session::{Session, SessionConfig};
pub use strays::servers_ended;
pub use threads::{ThreadPage, ThreadQuery, ThreadSummary};
pub use transcript::Transcript;
pub use turn::{Answer, Turn};
pub use wire::RequestId;
pub use writer::writer_of;
pub use writing::Writing;
#[cfg(feature = "app-server")]
pub(crate) use {
    connection::backoff,
    queue::Closed,
    tap::Tap,
    wire::{Message, notification_in},
};
