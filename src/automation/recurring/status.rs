//! How recurring turns stand, and the turns that ended.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::runtime::{Answer, RuntimeError};

/// A turn that completed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AutomationRun {
    /// Which one, from 1.
    pub number: u64,
    /// When it began.
    pub started_at: SystemTime,
    /// How long it took.
    pub duration: Duration,
    /// Its answer.
    pub answer: Answer,
}

/// How far an automation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AutomationState {
    /// It waits for its next turn.
    Waiting,
    /// A turn runs.
    Running,
    /// All its turns are done.
    Finished,
    /// It was stopped.
    Stopped,
    /// An error ended it.
    Failed,
}

impl AutomationState {
    /// Whether nothing more comes.
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Waiting | Self::Running)
    }
}

/// How an automation stands.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AutomationStatus {
    /// How far it is.
    pub state: AutomationState,
    /// How many turns began, not counting repetitions.
    pub runs: u64,
    /// How many turns and repetitions did not complete.
    pub failures: u64,
    /// When the next turn begins; none while one runs, and once it is over. A turn that takes longer than the interval is
    /// followed by the next multiple of it.
    pub next_due: Option<SystemTime>,
    /// The turn that ended last.
    pub last_run: Option<LastRun>,
    /// What ended it, or how the last turn that did not complete failed.
    pub last_error: Option<Arc<RuntimeError>>,
}

/// A turn that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LastRun {
    /// Which one, from 1.
    pub number: u64,
    /// When it began.
    pub started_at: SystemTime,
    /// How long it took.
    pub duration: Duration,
    /// Whether it completed.
    pub completed: bool,
}
