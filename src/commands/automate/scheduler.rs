//! What people are told about the scheduler: whether one looks for due jobs, when it last did, and how to start one.

use crate::automation::jobs::ScheduleOverview;
use crate::ledger::Millis;
use crate::ledger::runners::{RunnerKind, RunnerRecord};
use crate::text::sanitize;
use jiff::Timestamp;

/// How to get a scheduler.
pub(super) const START: &str = "start one with `turnwise automate install` or `turnwise automate daemon`";

/// The same, where only a daemon will do.
const START_DAEMON: &str =
    "start one with `turnwise automate daemon` or `turnwise automate install --systemd`";

/// A problem with the scheduler, and its remedy.
pub(super) struct Trouble {
    pub(super) problem: String,
    pub(super) remedy: &'static str,
}

impl Trouble {
    /// Both in one sentence.
    pub(super) fn sentence(&self) -> String {
        let Self { problem, remedy } = self;
        format!("warning: {problem}; {remedy}")
    }
}

/// Why active jobs do not run when they are due. None if a scheduler was there lately, if no job is active, or if all jobs are
/// stopped, which is said elsewhere.
pub(super) fn trouble(overview: &ScheduleOverview, now: Timestamp) -> Option<Trouble> {
    if overview.active == 0 || overview.stopped_at.is_some() {
        return None;
    }
    let recent = |kind: RunnerKind| {
        let now = now.as_millisecond();
        let mut runners = overview.runners.iter();
        runners.any(|runner| runner.kind == kind && runner.is_recent(now))
    };
    if let Some(job) = &overview.needs_daemon
        && recent(RunnerKind::Tick)
        && !recent(RunnerKind::Daemon)
    {
        return Some(Trouble {
            problem: format!("{job} is due more than once a minute, which needs a daemon"),
            remedy: START_DAEMON,
        });
    }
    if overview.runner(now).is_some() {
        return None;
    }
    let seen = match overview.runners.first() {
        Some(runner) => format!(" (last seen: {})", seen(runner, now)),
        None => String::new(),
    };
    Some(Trouble {
        problem: format!("no scheduler is running{seen}, so that jobs do not run"),
        remedy: if overview.needs_daemon.is_some() {
            START_DAEMON
        } else {
            START
        },
    })
}

/// When and where a runner last looked.
pub(super) fn seen(runner: &RunnerRecord, now: Timestamp) -> String {
    let host = sanitize::line(&runner.host);
    let stopped = match runner.stopped_at {
        Some(_) => ", stopped",
        None => "",
    };
    let ago = ago(now.as_millisecond().saturating_sub(runner.seen_at));
    format!("{} on {host}{stopped} {ago} ago", runner.kind.as_str())
}

/// A duration, roughly.
fn ago(milliseconds: Millis) -> String {
    let seconds = milliseconds.max(0) / 1_000;
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overview(runners: Vec<RunnerRecord>, needs_daemon: Option<&str>) -> ScheduleOverview {
        ScheduleOverview {
            saved: 1,
            active: 1,
            stopped_at: None,
            next_due: None,
            needs_daemon: needs_daemon.map(str::to_owned),
            runners,
        }
    }

    fn runner(kind: RunnerKind, seen_at: Millis) -> RunnerRecord {
        let mut runner = RunnerRecord::new(kind, seen_at);
        runner.host = "here".to_owned();
        runner
    }

    fn said(overview: &ScheduleOverview) -> String {
        let now = Timestamp::from_second(100_000).unwrap();
        trouble(overview, now).map_or(String::new(), |trouble| trouble.sentence())
    }

    #[test]
    fn a_scheduler_that_is_missing_late_or_too_slow_is_named_with_its_remedy() {
        let never = said(&overview(Vec::new(), None));
        assert_eq!(
            never,
            format!("warning: no scheduler is running, so that jobs do not run; {START}")
        );
        let late = vec![runner(RunnerKind::Tick, 10_000_000)];
        assert!(
            said(&overview(late, None)).contains("(last seen: tick on here 25 h ago)"),
            "it says when"
        );
        let lately = vec![runner(RunnerKind::Tick, 99_970_000)];
        assert_eq!(said(&overview(lately.clone(), None)), "");
        let slow = said(&overview(lately, Some("often")));
        assert_eq!(
            slow,
            format!("warning: often is due more than once a minute, which needs a daemon; {START_DAEMON}")
        );
        let daemon = vec![runner(RunnerKind::Daemon, 99_970_000)];
        assert_eq!(said(&overview(daemon, Some("often"))), "");
    }

    #[test]
    fn nobody_is_warned_while_no_job_is_to_run() {
        let mut overview = overview(Vec::new(), None);
        overview.active = 0;
        assert_eq!(said(&overview), "");
        (overview.active, overview.stopped_at) = (1, Some(1));
        assert_eq!(said(&overview), "");
    }
}
