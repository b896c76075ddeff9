//! The specification of a job, in the form that the ledger keeps. Names of fields are part of the ledger's format.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::automation::{Bounds, CronExpression, DuePolicy, Missed, Schedule, ScheduleError, zone};

/// The specification of a job: its run, its schedule, and the consequences of an end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobSpec {
    /// The run that it makes.
    pub run: SavedRun,
    /// Its schedule.
    pub schedule: SavedSchedule,
    /// Whether its runs share a session.
    #[serde(default)]
    pub session: SessionUse,
    /// Whether an error stops the job.
    #[serde(default)]
    pub on_error: OnError,
    /// Maximum number of retries of a run that failed for a temporary reason.
    #[serde(default)]
    pub retries: u32,
    /// How missed due times are handled.
    #[serde(default)]
    pub missed: Missed,
    /// See [`DuePolicy::jitter`], in milliseconds.
    #[serde(default)]
    pub jitter_ms: i64,
    /// A shell line to run after a failed run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_failure: Option<String>,
    /// A shell line to run after a successful run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_success: Option<String>,
    /// The environment of its runs, because cron and systemd have less than a shell.
    pub environment: JobEnvironment,
}

/// The run of a job, as JSON. Its form is that of a run's specification, which whoever makes the run knows; only the directory,
/// where hooks run, too, is read here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SavedRun(Value);

impl SavedRun {
    /// Keeps a run.
    ///
    /// # Errors
    /// A value that JSON cannot hold, such as a path that is not UTF-8.
    pub fn new(run: &impl Serialize) -> Result<Self, String> {
        serde_json::to_value(run)
            .map(Self)
            .map_err(|error| error.to_string())
    }

    /// Reads it as this type.
    ///
    /// # Errors
    /// Another form.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, String> {
        T::deserialize(&self.0).map_err(|error| error.to_string())
    }

    /// Its working directory. An empty path if the run has none.
    pub fn cwd(&self) -> &Path {
        Path::new(self.0["cwd"].as_str().unwrap_or_default())
    }
}

/// Whether a job's runs share a session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionUse {
    /// Each run has its own session.
    #[default]
    Fresh,
    /// Each run continues the session of the run before.
    Reuse,
}

/// Whether an error stops a job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnError {
    /// The job stops.
    #[default]
    Stop,
    /// Continue with the next due time.
    Continue,
}

/// The environment of a job's runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobEnvironment {
    /// The codex binary; none for a running server.
    pub codex: Option<PathBuf>,
    /// That server's address, if one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect: Option<String>,
    /// The file with the token for it. A token itself is not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect_token_file: Option<PathBuf>,
    /// Codex's directory, if one was named.
    pub codex_home: Option<PathBuf>,
    /// `TURNWISE_HOME`, if it was set.
    pub turnwise_home: Option<PathBuf>,
    /// turnwise's configuration, if one was named.
    pub config: Option<PathBuf>,
    /// The profile in it, if one was named.
    pub profile: Option<String>,
    /// Values for Codex's configuration that hold no secret.
    #[serde(default)]
    pub codex_config: Vec<String>,
    /// Settings that were removed because they may be secrets. The job does not run until a person edits it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed_settings: Vec<String>,
    /// `HOME`, where the scheduler has none.
    pub home: Option<PathBuf>,
    /// `PATH`, where the agent's commands find their programs.
    pub path: Option<String>,
}

/// When a job is due.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SavedSchedule {
    /// Its trigger.
    #[serde(flatten)]
    pub trigger: SavedTrigger,
    /// The name of its time zone.
    pub zone: String,
    /// See [`Bounds`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_at: Option<Timestamp>,
    /// See [`Bounds`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_at: Option<Timestamp>,
    /// See [`Bounds`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_runs: Option<u64>,
}

/// What makes a job due.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SavedTrigger {
    /// At an interval.
    Every {
        /// The interval in milliseconds, greater than zero.
        interval_ms: i64,
        /// When the schedule was made.
        created: Timestamp,
    },
    /// By a cron expression.
    Cron(String),
    /// Once.
    At(Timestamp),
}

impl SavedSchedule {
    /// Reads only the schedule from a job's saved form. Lists of thousands of jobs need no more.
    pub fn of_json(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Glimpse {
            schedule: SavedSchedule,
        }
        let glimpse: Result<Glimpse, _> = serde_json::from_str(text);
        glimpse
            .map(|glimpse| glimpse.schedule)
            .map_err(|error| format!("cannot read its schedule: {error}"))
    }

    /// The schedule, once it was checked.
    pub fn schedule(&self) -> Result<Schedule, ScheduleError> {
        Ok(self.unbounded()?.within_checked(self.bounds()))
    }

    /// Checks it before it is saved.
    pub fn check(&self) -> Result<(), ScheduleError> {
        if let SavedTrigger::Cron(expression) = &self.trigger {
            // Stricter than older versions were.
            expression.parse::<CronExpression>()?;
        }
        self.unbounded()?.within(self.bounds()).map(drop)
    }

    fn bounds(&self) -> Bounds {
        Bounds {
            start_at: self.start_at,
            stop_at: self.stop_at,
            max_runs: self.max_runs,
        }
    }

    fn unbounded(&self) -> Result<Schedule, ScheduleError> {
        Ok(match &self.trigger {
            SavedTrigger::Every { interval_ms, created } => {
                Schedule::every(SignedDuration::from_millis(*interval_ms), *created)?
            }
            SavedTrigger::Cron(expression) => {
                Schedule::cron(CronExpression::saved(expression)?, zone(&self.zone)?)
            }
            SavedTrigger::At(at) => Schedule::at(*at),
        })
    }

    /// The schedule in a few words.
    pub fn words(&self) -> String {
        match &self.trigger {
            SavedTrigger::Every { interval_ms, .. } => {
                format!("every {:#}", SignedDuration::from_millis(*interval_ms))
            }
            SavedTrigger::Cron(expression) => format!("{expression} ({})", self.zone),
            SavedTrigger::At(at) => format!("at {at}"),
        }
    }
}

impl JobSpec {
    /// Its policy for due times.
    pub fn policy(&self) -> DuePolicy {
        DuePolicy {
            missed: self.missed,
            jitter: SignedDuration::from_millis(self.jitter_ms),
            ..DuePolicy::default()
        }
    }

    /// Reads the saved form.
    pub fn from_json(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| format!("cannot read the job: {error}"))
    }

    /// The saved form.
    ///
    /// # Errors
    /// A path that is not UTF-8.
    pub fn to_json(&self) -> Result<String, String> {
        serde_json::to_string(self).map_err(|error| format!("cannot save the job: {error}"))
    }
}
