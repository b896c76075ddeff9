//! Waking whoever waits for the ledger to change: a run that waits for an answer, a runner of jobs.
//!
//! [`Wake`] is what is needed of it; [`PipeWake`](super::PipeWake) does it with named pipes on one machine. Messages are hints
//! to look at the ledger, and may be lost; secret answers are the exception, because the ledger never holds them.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};

use super::LedgerError;
use crate::runtime::approval::Decision;

/// What is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WakeMessage {
    /// Look at the ledger.
    Look,
    /// The answer to a request that the ledger must not hold.
    Secret {
        /// The request.
        id: String,
        /// Its answer.
        decision: Decision,
    },
}

/// Why a message did not reach somebody who listens.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WakeError {
    /// The message is longer than can be sent at once.
    #[error("an answer longer than {limit} bytes cannot be passed on")]
    TooLong {
        /// The most that can be sent, in bytes.
        limit: usize,
    },
    /// It could not be sent.
    #[error(transparent)]
    Failed(#[from] std::io::Error),
}

/// The outcome of a call, later. The call begins when it is made.
pub type WakeFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Wakes others. Names are those of runs (their ids) and of runners.
pub trait Wake: Debug + Send + Sync {
    /// Begins to listen under a name, until the listener is dropped. Called within a tokio runtime.
    fn listen(&self, name: &str) -> WakeFuture<Result<Box<dyn WakeListener>, LedgerError>>;
    /// Sends a message. `false`: no listener under this name on this machine.
    fn notify(&self, name: &str, message: WakeMessage) -> WakeFuture<Result<bool, WakeError>>;
    /// Whether somebody listens under this name on this machine; in doubt, yes.
    fn is_listening(&self, name: &str) -> WakeFuture<bool>;
}

/// Whoever listens.
pub trait WakeListener: Debug + Send {
    /// The next message. Cancel-safe.
    fn recv(&mut self) -> Pin<Box<dyn Future<Output = std::io::Result<WakeMessage>> + Send + '_>>;
}
