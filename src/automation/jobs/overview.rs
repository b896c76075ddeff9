//! The schedule as a whole: saved jobs, the next due time, and the runners that looked.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::spec::{SavedSchedule, SavedTrigger};
use crate::automation::Schedule;
use crate::ledger::jobs::{JobLedger, JobRecord, JobState};
use crate::ledger::runners::RunnerRecord;
use crate::ledger::{LedgerError, Millis};

/// The shortest interval that cron can keep.
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// How saved jobs stand. See [`schedule_overview`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScheduleOverview {
    /// How many jobs are saved.
    pub(crate) saved: usize,
    /// How many of them run when they are due.
    pub(crate) active: usize,
    /// Since when all jobs are stopped (`stop-all`), in milliseconds since 1970.
    pub(crate) stopped_at: Option<Millis>,
    /// The next due time. None if no job has one. It is past where no runner looked.
    pub(crate) next_due: Option<NextDue>,
    /// An active job that is due more than once a minute, so that only a daemon can keep its times.
    pub(crate) needs_daemon: Option<String>,
    /// The runners that looked at this ledger, the one seen last first.
    pub(crate) runners: Vec<RunnerRecord>,
}

/// A due time to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NextDue {
    /// The name of the job.
    pub(crate) job: String,
    /// When.
    pub(crate) at: Timestamp,
}

impl ScheduleOverview {
    /// The recent runner that was seen last. None if no runner looked lately.
    pub(crate) fn runner(&self, now: Timestamp) -> Option<&RunnerRecord> {
        let now = now.as_millisecond();
        self.runners.iter().find(|runner| runner.is_recent(now))
    }
}

/// Reads how saved jobs stand.
///
/// # Errors
/// What the ledger says.
pub(crate) async fn schedule_overview(ledger: &dyn JobLedger) -> Result<ScheduleOverview, LedgerError> {
    let jobs = ledger.jobs().await?;
    Ok(ScheduleOverview {
        next_due: next_due(&jobs),
        ..ScheduleOverview::without_next_due(&jobs, ledger.stopped_at().await?, ledger.runners().await?)
    })
}

impl ScheduleOverview {
    /// How these jobs stand. When one is due next takes longest to find, and is left out.
    pub(crate) fn without_next_due(
        jobs: &[JobRecord],
        stopped_at: Option<Millis>,
        runners: Vec<RunnerRecord>,
    ) -> Self {
        let active = || jobs.iter().filter(|job| job.state == JobState::Active);
        Self {
            saved: jobs.len(),
            active: active().count(),
            stopped_at,
            next_due: None,
            needs_daemon: active().find(|job| needs_daemon(job)).map(|job| job.name.clone()),
            runners,
        }
    }
}

fn next_due(jobs: &[JobRecord]) -> Option<NextDue> {
    let mut schedules = Schedules::default();
    let times = jobs.iter().filter_map(|job| {
        let saved = SavedSchedule::of_json(&job.spec).ok()?;
        Some((schedules.next_at(job, &saved)?, &job.name))
    });
    let (at, job) = times.min()?;
    Some(NextDue { job: job.clone(), at })
}

/// Whether a job's times are closer to each other than cron can start a runner. Read only where there is an interval, for lists
/// of thousands.
fn needs_daemon(job: &JobRecord) -> bool {
    job.spec.contains("interval_ms")
        && SavedSchedule::of_json(&job.spec).is_ok_and(|schedule| {
            matches!(schedule.trigger, SavedTrigger::Every { interval_ms, .. }
                if SignedDuration::from_millis(interval_ms) < MINUTE)
        })
}

/// Schedules by the form in which they are saved: among many jobs many have the same, and reading a cron expression takes
/// longest.
#[derive(Default)]
pub(crate) struct Schedules(HashMap<SavedSchedule, Option<Schedule>>);

impl Schedules {
    /// When an active job runs next.
    pub(crate) fn next_at(&mut self, job: &JobRecord, saved: &SavedSchedule) -> Option<Timestamp> {
        if job.state != JobState::Active {
            return None;
        }
        if !self.0.contains_key(saved) {
            self.0.insert(saved.clone(), saved.schedule().ok());
        }
        let schedule = self.0.get(saved)?.as_ref()?;
        let handled = Timestamp::from_millisecond(job.handled_at).unwrap_or_default();
        schedule.times(handled, job.runs).next()
    }
}
