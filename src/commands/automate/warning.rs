//! The warning of `add` and `list` that no scheduler runs jobs when they are due.

use crate::automation::jobs::ScheduleOverview;
use crate::ledger::JobLedger;
use crate::ledger::jobs::JobRecord;
use jiff::Timestamp;

use super::install::is_installed;
use super::jobs::Jobs;
use super::scheduler;
use super::wait::wait;
use crate::commands::context::Context;
use crate::commands::failure::Failure;

/// Says on stderr why these jobs do not run when they are due, if no scheduler looked lately.
pub(super) fn warn_of_no_scheduler(
    among: &[JobRecord],
    jobs: &Jobs,
    context: &Context,
) -> Result<(), Failure> {
    let (stopped_at, runners) = (wait(jobs.ledger.stopped_at())?, wait(jobs.ledger.runners())?);
    let overview = ScheduleOverview::without_next_due(among, stopped_at, runners);
    if let Some(trouble) = scheduler::trouble(&overview, Timestamp::now(), || is_installed(context)) {
        context.note(&trouble.sentence());
    }
    Ok(())
}
