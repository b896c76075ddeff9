//! What `add` and `edit` can say about a job besides its prompt: when it runs, and what follows from how it ends.

use std::collections::HashSet;
use std::path::PathBuf;

use crate::automation::Missed;
use crate::automation::jobs::{JobSpec, OnError, SavedSchedule, SavedTrigger, SessionUse};
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command, FromArgMatches, ValueEnum};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::time;
use crate::commands::duration::{OptionalDuration, limit};
use crate::commands::failure::Failure;

/// The shortest interval of a saved job.
const SHORTEST: SignedDuration = SignedDuration::from_secs(1);

/// The longest jitter.
const LONGEST_JITTER: SignedDuration = SignedDuration::from_hours(24);

/// When a job runs, and what follows.
#[derive(Debug, Args)]
pub(super) struct JobArgs {
    /// Cron expression: five fields, or @daily
    #[arg(long, value_name = "EXPR", group = "trigger")]
    cron: Option<String>,
    /// Interval, such as 90s, 5m or 1h30m
    #[arg(long, value_name = "DURATION", value_parser = limit, group = "trigger")]
    every: Option<OptionalDuration>,
    /// Run once, such as at 2026-03-29T09:30
    ///
    /// Also with an offset: 2026-03-29T09:30:00+02:00.
    #[arg(long, value_name = "TIME", group = "trigger")]
    at: Option<String>,
    /// Time zone [default: local]
    ///
    /// Such as Europe/Berlin.
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
    /// No runs before this; --every counts from it
    #[arg(long, value_name = "TIME")]
    start_at: Option<String>,
    /// No runs from this time on
    #[arg(long, value_name = "TIME")]
    stop_at: Option<String>,
    /// Maximum number of runs
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    max_runs: Option<u64>,
    /// Session: fresh or reuse [default: fresh]
    ///
    /// A fresh session for each run, or one for all runs.
    #[arg(long, value_name = "USE", hide_possible_values = true)]
    session: Option<SessionArg>,
    /// On error: stop or continue [default: stop]
    #[arg(long, value_name = "WHAT", hide_possible_values = true)]
    on_error: Option<OnErrorArg>,
    /// Maximum number of retries [default: 0]
    ///
    /// For runs that were rate limited, out of quota or met an overloaded server.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=100))]
    retries: Option<u32>,
    /// Missed runs: once or skip [default: once]
    ///
    /// Run once for all missed runs, or skip them.
    #[arg(long, value_name = "HOW", hide_possible_values = true)]
    missed: Option<MissedArg>,
    /// Maximum delay of each run
    ///
    /// The delay is always the same for the same job and time.
    #[arg(long, value_name = "DURATION", value_parser = limit)]
    jitter: Option<OptionalDuration>,
    /// Shell command to run after a failed run
    ///
    /// It reads the run's JSON from stdin.
    #[arg(long, value_name = "COMMAND")]
    on_failure: Option<String>,
    /// Shell command to run after a successful run
    #[arg(long, value_name = "COMMAND")]
    on_success: Option<String>,
    /// Read the prompt from a file, at each run
    #[arg(short = 'f', long, value_name = "FILE", conflicts_with = "prompt")]
    pub(super) prompt_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SessionArg {
    Fresh,
    Reuse,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OnErrorArg {
    Stop,
    Continue,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MissedArg {
    Once,
    Skip,
}

/// The present in whole milliseconds, as the ledger keeps it.
pub(super) fn now() -> Timestamp {
    whole(Timestamp::now())
}

/// A time in whole milliseconds.
fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// Runs that overtake each other would be collapsed, which nobody means.
fn check_jitter(spec: &JobSpec) -> Result<(), Failure> {
    let jitter = SignedDuration::from_millis(spec.jitter_ms);
    if let SavedTrigger::Every { interval_ms, .. } = spec.schedule.trigger
        && jitter >= SignedDuration::from_millis(interval_ms)
    {
        return Err(Failure::usage("--jitter must be shorter than --every"));
    }
    if jitter > LONGEST_JITTER {
        return Err(Failure::usage("--jitter: at most one day"));
    }
    Ok(())
}

fn milliseconds(flag: &str, limit: OptionalDuration) -> Result<i64, Failure> {
    i64::try_from(limit.0.unwrap_or_default().as_millis())
        .map_err(|error| Failure::usage(format!("{flag}: {error}")))
}

/// Which arguments stood on the command line. It has none of its own.
#[derive(Debug)]
pub(super) struct ExplicitArgs(HashSet<String>);

impl Args for ExplicitArgs {
    fn augment_args(command: Command) -> Command {
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        command
    }
}

impl FromArgMatches for ExplicitArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let ids = matches.ids().map(clap::Id::as_str);
        let given = ids.filter(|id| matches.value_source(id) == Some(ValueSource::CommandLine));
        Ok(Self(given.map(str::to_owned).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl ExplicitArgs {
    /// Whether an argument stood there.
    pub(super) fn has(&self, id: &str) -> bool {
        self.0.contains(id)
    }
}

impl JobArgs {
    /// Forgets what only the configuration said: a job that exists does not change because of it.
    pub(super) fn keep_only(&mut self, given: &ExplicitArgs) {
        fn keep<T>(given: &ExplicitArgs, id: &str, value: &mut Option<T>) {
            if !given.has(id) {
                *value = None;
            }
        }
        keep(given, "cron", &mut self.cron);
        keep(given, "every", &mut self.every);
        keep(given, "at", &mut self.at);
        keep(given, "tz", &mut self.tz);
        keep(given, "start_at", &mut self.start_at);
        keep(given, "stop_at", &mut self.stop_at);
        keep(given, "max_runs", &mut self.max_runs);
        keep(given, "session", &mut self.session);
        keep(given, "on_error", &mut self.on_error);
        keep(given, "retries", &mut self.retries);
        keep(given, "missed", &mut self.missed);
        keep(given, "jitter", &mut self.jitter);
        keep(given, "on_failure", &mut self.on_failure);
        keep(given, "on_success", &mut self.on_success);
        keep(given, "prompt_file", &mut self.prompt_file);
    }

    /// Whether anything of the schedule was given.
    pub(super) fn changes_schedule(&self) -> bool {
        self.has_trigger()
            || self.tz.is_some()
            || self.start_at.is_some()
            || self.stop_at.is_some()
            || self.max_runs.is_some()
    }

    fn has_trigger(&self) -> bool {
        self.cron.is_some() || self.every.is_some() || self.at.is_some()
    }

    /// The schedule of a new job.
    pub(super) fn schedule(&self) -> Result<SavedSchedule, Failure> {
        if !self.has_trigger() {
            return Err(Failure::usage("no schedule: give --cron, --every or --at").hint(
                "for example: turnwise automate add nightly --cron \"0 3 * * *\" \"Check the links\"",
            ));
        }
        let zone = self.zone(None)?;
        let schedule = SavedSchedule {
            trigger: self.trigger(&zone)?,
            zone: self.zone_name(&zone)?,
            start_at: None,
            stop_at: None,
            max_runs: None,
        };
        self.bounded(schedule, &zone)
    }

    /// A job's schedule with what was given in place of what it has.
    pub(super) fn changed_schedule(&self, old: &SavedSchedule) -> Result<SavedSchedule, Failure> {
        let zone = self.zone(Some(&old.zone))?;
        let mut schedule = old.clone();
        if self.has_trigger() {
            schedule.trigger = self.trigger(&zone)?;
        }
        if self.tz.is_some() || self.has_trigger() {
            schedule.zone = self.zone_name(&zone)?;
        }
        self.bounded(schedule, &zone)
    }

    fn zone(&self, old: Option<&str>) -> Result<TimeZone, Failure> {
        time::zone_or_local(self.tz.as_deref().or(old))
    }

    fn zone_name(&self, zone: &TimeZone) -> Result<String, Failure> {
        match zone.iana_name() {
            Some(name) => Ok(name.to_owned()),
            // The zone does not matter to an instant.
            None if self.cron.is_none() => Ok("UTC".to_owned()),
            None => Err(Failure::usage("the local time zone has no name")
                .hint("name one with --tz, such as Europe/Berlin")),
        }
    }

    fn trigger(&self, zone: &TimeZone) -> Result<SavedTrigger, Failure> {
        if let Some(expression) = &self.cron {
            return Ok(SavedTrigger::Cron(expression.trim().to_owned()));
        }
        if let Some(at) = &self.at {
            return Ok(SavedTrigger::At(whole(time::read("--at", at, zone)?)));
        }
        let interval_ms = milliseconds("--every", self.every.unwrap_or(OptionalDuration(None)))?;
        if SignedDuration::from_millis(interval_ms) < SHORTEST {
            return Err(Failure::usage("--every: at least 1s for a saved job"));
        }
        Ok(SavedTrigger::Every {
            interval_ms,
            created: now(),
        })
    }

    fn bounded(&self, schedule: SavedSchedule, zone: &TimeZone) -> Result<SavedSchedule, Failure> {
        let read = |flag, text: &Option<String>| {
            let read = text.as_deref().map(|text| time::read(flag, text, zone));
            Ok::<_, Failure>(read.transpose()?.map(whole))
        };
        Ok(SavedSchedule {
            start_at: read("--start-at", &self.start_at)?.or(schedule.start_at),
            stop_at: read("--stop-at", &self.stop_at)?.or(schedule.stop_at),
            max_runs: self.max_runs.or(schedule.max_runs),
            ..schedule
        })
    }

    /// Puts everything but the schedule and the prompt into a specification.
    pub(super) fn apply(&self, spec: &mut JobSpec) -> Result<(), Failure> {
        match self.session {
            Some(SessionArg::Fresh) => spec.session = SessionUse::Fresh,
            Some(SessionArg::Reuse) => spec.session = SessionUse::Reuse,
            None => {}
        }
        match self.on_error {
            Some(OnErrorArg::Stop) => spec.on_error = OnError::Stop,
            Some(OnErrorArg::Continue) => spec.on_error = OnError::Continue,
            None => {}
        }
        match self.missed {
            Some(MissedArg::Once) => spec.missed = Missed::Once,
            Some(MissedArg::Skip) => spec.missed = Missed::Skip,
            None => {}
        }
        if let Some(retries) = self.retries {
            spec.retries = retries;
        }
        if let Some(jitter) = self.jitter {
            spec.jitter_ms = milliseconds("--jitter", jitter)?;
        }
        check_jitter(spec)?;
        let command = |flag: &str, command: &Option<String>, kept: &mut Option<String>| {
            if let Some(command) = command {
                if command.trim().is_empty() {
                    return Err(Failure::usage(format!("{flag}: the command is empty")));
                }
                *kept = Some(command.clone());
            }
            Ok(())
        };
        command("--on-failure", &self.on_failure, &mut spec.on_failure)?;
        command("--on-success", &self.on_success, &mut spec.on_success)
    }
}
