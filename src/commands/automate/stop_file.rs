//! The file with which older versions stopped all jobs.

use std::io;
use std::path::Path;

use crate::ledger::{JobLedger, now};

use super::wait::wait;
use crate::commands::failure::Failure;

/// Moves a stop from a file in the state directory into the ledger. A file that a person puts there means the same.
pub(super) fn take_stop_file(state: &Path, ledger: &impl JobLedger) -> Result<(), Failure> {
    let file = state.join("stop-all");
    if !file.exists() {
        return Ok(());
    }
    wait(ledger.set_stopped_at(Some(now())))?;
    match std::fs::remove_file(&file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::system(file.display(), error)),
        _ => Ok(()),
    }
}
