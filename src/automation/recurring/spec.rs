//! What recurs: the prompt, its times, and what follows a failure.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::recurrence::Recurrence;
use super::status::AutomationRun;
use crate::runtime::Prompt;
use crate::runtime::event::Event;

/// What recurs, and when.
///
/// ```
/// use std::time::Duration;
/// use turnwise::automation::AutomationSpec;
///
/// let spec = AutomationSpec::new("Is the build still green?", Duration::from_secs(600)).max_runs(6);
/// ```
#[derive(Clone)]
pub struct AutomationSpec {
    pub(super) prompt: Prompt,
    pub(super) recurrence: Recurrence,
    pub(super) on_failure: OnFailure,
    pub(super) on_run: Option<Arc<dyn Fn(&AutomationRun) + Send + Sync>>,
    pub(super) on_event: Option<Arc<dyn Fn(&Event) + Send + Sync>>,
}

/// What follows a turn that did not complete.
///
/// Some failures no turn can mend: a server that is gone, a session that was closed, an input that cannot be sent, a panic of a
/// callback. They end the automation as [`Failed`](super::AutomationState::Failed) in any case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnFailure {
    /// The automation ends as [`Failed`](super::AutomationState::Failed).
    #[default]
    Stop,
    /// The next turn follows at its time.
    Continue,
    /// The turn is repeated. When the last repetition fails, the automation ends as [`Failed`](super::AutomationState::Failed).
    Retry {
        /// The maximum number of repetitions of one turn.
        times: u32,
        /// The pause before the first repetition. Each further pause is twice as long.
        backoff: Duration,
    },
}

impl AutomationSpec {
    /// The same prompt at this interval, the first time at once.
    pub fn new(prompt: impl Into<Prompt>, every: Duration) -> Self {
        Self {
            prompt: prompt.into(),
            recurrence: Recurrence::new(every),
            on_failure: OnFailure::Stop,
            on_run: None,
            on_event: None,
        }
    }

    /// Time of the first turn. A past time means at once, as does none.
    #[must_use]
    pub fn start_at(mut self, time: SystemTime) -> Self {
        self.recurrence.start_at = Some(time);
        self
    }

    /// No turns from this time on. A running turn continues to its end. No limit by default.
    #[must_use]
    pub fn stop_at(mut self, time: SystemTime) -> Self {
        self.recurrence.stop_at = Some(time);
        self
    }

    /// Maximum number of turns, not counting repetitions. No limit by default.
    #[must_use]
    pub fn max_runs(mut self, most: u64) -> Self {
        self.recurrence.max_runs = Some(most);
        self
    }

    /// What follows a turn that did not complete; [`OnFailure::Stop`] by default.
    #[must_use]
    pub fn on_failure(mut self, on_failure: OnFailure) -> Self {
        self.on_failure = on_failure;
        self
    }

    /// Calls this with each completed turn, before the next begins. If it panics, the automation ends as
    /// [`Failed`](super::AutomationState::Failed) with [`RuntimeError::Panicked`](crate::runtime::RuntimeError::Panicked).
    #[must_use]
    pub fn on_run(mut self, observer: impl Fn(&AutomationRun) + Send + Sync + 'static) -> Self {
        self.on_run = Some(Arc::new(observer));
        self
    }

    /// Calls this with each event of its turns, in order. The turn waits meanwhile. A panic ends the automation as one of
    /// [`on_run`](Self::on_run) does, and interrupts the turn.
    #[must_use]
    pub fn on_event(mut self, observer: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.on_event = Some(Arc::new(observer));
        self
    }
}

impl fmt::Debug for AutomationSpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AutomationSpec")
            .field("every", &self.recurrence.every)
            .field("start_at", &self.recurrence.start_at)
            .field("stop_at", &self.recurrence.stop_at)
            .field("max_runs", &self.recurrence.max_runs)
            .field("on_failure", &self.on_failure)
            .finish_non_exhaustive()
    }
}
