//! The tokio runtime of a command.

use super::failure::Failure;

/// A runtime on this thread, with timers and sockets.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::system("the runtime", error))
}
