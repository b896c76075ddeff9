//! `turnwise automate stop-all`: nothing runs until it is released. The ledger holds it.

use std::io;
use std::path::Path;

use crate::exit::Exit;
use crate::ledger::{JobLedger, now};
use clap::Args;

use super::jobs::Jobs;
use crate::commands::context::Context;
use crate::commands::failure::Failure;

/// Stop all jobs, running ones too, until --release
#[derive(Debug, Args)]
pub(super) struct StopAllArgs {
    /// Release the jobs; missed runs are skipped
    #[arg(long)]
    release: bool,
}

/// Runs the command.
pub(super) fn run(args: &StopAllArgs, context: &Context) -> Result<Exit, Failure> {
    let jobs = Jobs::open(context)?;
    jobs.ledger.set_stopped_at((!args.release).then(now))?;
    jobs.ring();
    context.note(if args.release {
        "Released all jobs."
    } else {
        "Stopped all jobs; release them with `turnwise automate stop-all --release`."
    });
    Ok(Exit::Success)
}

/// Puts into the ledger what versions before it held there said with a file in the state directory. Whoever puts one there
/// by hand means the same.
pub(super) fn take_stop_file(state: &Path, ledger: &impl JobLedger) -> Result<(), Failure> {
    let file = state.join("stop-all");
    if !file.exists() {
        return Ok(());
    }
    ledger.set_stopped_at(Some(now()))?;
    match std::fs::remove_file(&file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::system(file.display(), error)),
        _ => Ok(()),
    }
}
