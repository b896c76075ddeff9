//! `turnwise automate stop-all`: nothing runs until it is released. The ledger holds it.

use crate::exit::Exit;
use crate::ledger::{JobLedger, now};
use clap::Args;

use super::jobs::Jobs;
use super::wait::wait;
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
    wait(jobs.ledger.set_stopped_at((!args.release).then(now)))?;
    jobs.ring();
    context.note(if args.release {
        "Released all jobs."
    } else {
        "Stopped all jobs; release them with `turnwise automate stop-all --release`."
    });
    Ok(Exit::Success)
}
