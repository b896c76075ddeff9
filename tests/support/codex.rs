//! The real codex for the tests: an exact version, installed once through npm, and shared by all test processes.

use std::path::PathBuf;
use std::sync::OnceLock;

use turnwise::codex::{Directories, NEWEST_TESTED, OLDEST, install};

/// The native binary: `TURNWISE_TEST_CODEX`, or the version in `TURNWISE_TEST_CODEX_VERSION`, or the newest tested one.
pub(crate) fn binary() -> PathBuf {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY
        .get_or_init(|| {
            if let Some(path) = std::env::var_os("TURNWISE_TEST_CODEX") {
                return path.into();
            }
            let directories = Directories::under(&super::test_dir().join("codex"));
            install(&directories, &version())
                .unwrap_or_else(|error| panic!("{error}"))
                .found
                .path
        })
        .clone()
}

/// The version that the tests run against.
pub(crate) fn version() -> String {
    std::env::var("TURNWISE_TEST_CODEX_VERSION").unwrap_or_else(|_| NEWEST_TESTED.to_owned())
}

/// Whether the tests run against the newest version: some things only newer servers do.
pub(crate) fn is_newest() -> bool {
    version() == NEWEST_TESTED
}

/// Whether the tests run against the oldest version: some things it does not do.
pub(crate) fn is_oldest() -> bool {
    version() == OLDEST
}

/// Whether this Codex waits for a client over a WebSocket that cannot take everything at once: the older ones cut it off as soon
/// as a short queue is full.
pub(crate) fn waits_for_slow_clients() -> bool {
    !matches!(version().as_str(), "0.104.0" | "0.125.0")
}

/// Whether this Codex can be reached at a socket in the file system: 0.104 has none, and that of 0.125 disconnects on the
/// first message.
pub(crate) fn has_socket() -> bool {
    !matches!(version().as_str(), "0.104.0" | "0.125.0")
}
