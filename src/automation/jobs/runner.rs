//! The loop that takes jobs when they are due: claims them, keeps their leases while they run, and settles them.
//!
//! It has a ledger, a clock and an executor, and knows nothing of processes, files and signals; so tests can let it
//! run turns that are none.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::options::{Clock, RunnerOptions};
use super::parts::Parts;
use super::plan::{next_step, next_wake};
use super::ports::{AttemptEnd, AttemptOutcome, Executor, ManualRun, RunnerEnd, RunnerSignal, Task, Until};
use super::seen::LastSeen;
use super::spec::JobSpec;
use crate::ledger::LedgerError;
use crate::ledger::jobs::{Advance, Advanced, JobLedger, JobRecord, JobRun};

/// The longest time between two polls: the machine may have slept, or its clock may have been set.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// The pause after an error of the ledger.
const AFTER_ERROR: Duration = Duration::from_secs(5);

/// The pause before a job is polled again that cannot be read, such as a later version's.
const AFTER_UNREADABLE: SignedDuration = SignedDuration::from_hours(1);

/// How many jobs are read at once.
const BATCH: usize = 64;

/// Takes jobs when they are due.
pub struct Runner<E> {
    parts: Arc<Parts<E>>,
}

/// The work of a runner in progress.
struct Work {
    running: JoinSet<()>,
    stop: CancellationToken,
}

impl<E: Executor> Runner<E> {
    /// A runner of the jobs in a ledger. Leases are renewed through `renewals`: the same jobs, but a connection of its own,
    /// so that renewing waits for nothing else that this runner does.
    pub fn new(
        ledger: Arc<dyn JobLedger>,
        renewals: Arc<dyn JobLedger>,
        clock: Arc<dyn Clock>,
        executor: E,
        options: RunnerOptions,
    ) -> Self {
        Self {
            parts: Arc::new(Parts::new(ledger, renewals, clock, executor, options)),
        }
    }

    /// The executor.
    pub fn executor(&self) -> &E {
        &self.parts.executor
    }

    /// Works. Must be called within a tokio runtime with timers.
    ///
    /// # Errors
    /// Until it is idle: the ledger's first error that it meets with nothing running. Until it is stopped: none, since
    /// it tries again.
    pub async fn serve(
        &self,
        until: Until,
        wakes: &mut mpsc::Receiver<RunnerSignal>,
    ) -> Result<RunnerEnd, LedgerError> {
        let parts = &self.parts;
        let horizon = (until == Until::Idle).then(|| parts.clock.now());
        let mut work = Work {
            running: JoinSet::new(),
            stop: CancellationToken::new(),
        };
        let (mut complaint, mut fruitless) = (String::new(), 0_u32);
        let mut seen = LastSeen::new(until, parts.clock.now());
        loop {
            let polled = parts.poll(&mut work, until, horizon).await;
            let pause = match polled {
                Ok(pause) => {
                    complaint.clear();
                    seen.keep(&*parts.ledger, parts.clock.now()).await;
                    pause
                }
                Err(error) if until == Until::Idle && work.running.is_empty() => return Err(error),
                Err(error) => {
                    let said = format!("{error}; retrying");
                    if said != complaint {
                        parts.executor.warn(&said);
                        complaint = said;
                    }
                    AFTER_ERROR
                }
            };
            if until == Until::Idle && work.running.is_empty() {
                return Ok(RunnerEnd::Idle);
            }
            // Jobs that stay due after a poll must not make this a busy loop.
            fruitless = if pause.is_zero() { fruitless + 1 } else { 0 };
            let pause = pause.max(Duration::from_millis((1 << fruitless.min(10)) >> 1));
            tokio::select! {
                wake = wakes.recv() => match wake {
                    Some(RunnerSignal::Poll) => {}
                    Some(RunnerSignal::Reload) => parts.reload().await,
                    Some(RunnerSignal::Stop) | None => {
                        let _ = parts.stopped_at.set(Instant::now());
                        work.stop.cancel();
                        while work.running.join_next().await.is_some() {}
                        if until == Until::Stopped {
                            seen.stop(&*parts.ledger, parts.clock.now()).await;
                        }
                        return Ok(RunnerEnd::Stopped);
                    }
                },
                Some(_) = work.running.join_next() => fruitless = 0,
                () = sleep(pause) => {}
            }
        }
    }

    /// Runs a job now, regardless of its schedule.
    ///
    /// # Errors
    /// Errors of the ledger.
    pub async fn run_now(
        &self,
        job: JobRecord,
        spec: JobSpec,
        stop: CancellationToken,
    ) -> Result<ManualRun, LedgerError> {
        let parts = &self.parts;
        let lease = parts.options.lease_from(parts.clock.now());
        parts.ledger.reap_expired(lease.now, &[]).await?;
        if !parts.ledger.claim_now(job.id, &lease).await? {
            return Ok(ManualRun::Busy);
        }
        let run = JobRun::claimed(&job, lease.now, true, &lease);
        let ended = parts.run_attempt(Task { job, spec, run }, stop).await;
        Ok(ended.map_or(ManualRun::Lost, |ended| ManualRun::Ended(Box::new(ended))))
    }
}

impl<E: Executor> Parts<E> {
    /// Starts due jobs, or interrupts all runs if all jobs are stopped. Gives the time until the next poll.
    async fn poll(
        self: &Arc<Self>,
        work: &mut Work,
        until: Until,
        horizon: Option<Timestamp>,
    ) -> Result<Duration, LedgerError> {
        let stopped = self.ledger.stopped_at().await?.is_some();
        if stopped && !work.running.is_empty() {
            // Only the present runs are interrupted; later ones have a new token.
            std::mem::take(&mut work.stop).cancel();
        }
        self.poll_due(work, horizon, stopped).await?;
        self.pause(work, until).await
    }

    /// Claims due jobs and starts them.
    async fn poll_due(
        self: &Arc<Self>,
        work: &mut Work,
        horizon: Option<Timestamp>,
        stopped: bool,
    ) -> Result<(), LedgerError> {
        let now = self.clock.now();
        // Its own runs continue, also if the machine slept for longer than their leases.
        let spared = self.running();
        let expired = self.ledger.reap_expired(now.as_millisecond(), &spared);
        for (job, run) in expired.await? {
            self.report_expired(work, job, run);
        }
        let now = horizon.unwrap_or(now);
        let free = |work: &Work| self.options.at_once.max(1).saturating_sub(work.running.len());
        if !stopped && free(work) > 0 {
            let lease = self.options.lease_from(self.clock.now());
            let claimed = self
                .ledger
                .claim_retries(now.as_millisecond(), &lease, free(work));
            for (job, run) in claimed.await? {
                self.start(work, job, run);
            }
        }
        while free(work) > 0 {
            let jobs = self.ledger.jobs_to_poll(now.as_millisecond(), BATCH).await?;
            if jobs.is_empty() {
                break;
            }
            for job in jobs {
                if free(work) == 0 {
                    break;
                }
                self.step(work, job, now, stopped).await?;
            }
        }
        Ok(())
    }

    /// Takes a job's next step.
    async fn step(
        self: &Arc<Self>,
        work: &mut Work,
        job: JobRecord,
        now: Timestamp,
        stopped: bool,
    ) -> Result<(), LedgerError> {
        let step = JobSpec::from_json(&job.spec).and_then(|spec| {
            let step = next_step(&job, &spec, now, stopped).map_err(|error| error.to_string())?;
            match step {
                Some(step) => Ok(step),
                None => only_wake(&job, &spec, now),
            }
        });
        let step = step.unwrap_or_else(|error| {
            self.executor.warn(&format!("{}: {error}", job.name));
            let later = now.saturating_add(AFTER_UNREADABLE).unwrap_or(now);
            Advance {
                handled_at: job.handled_at,
                wake_at: Some(later.as_millisecond()),
                skipped: Vec::new(),
                run: None,
            }
        });
        let lease = self.options.lease_from(self.clock.now());
        if self.ledger.advance(&job, &step, &lease).await? == Advanced::Overtaken {
            return Ok(());
        }
        // Not read back: the run is claimed by now, so that no error may come between.
        if let Some(due_at) = step.run {
            let run = JobRun::claimed(&job, due_at, false, &lease);
            self.start(work, job, run);
        }
        Ok(())
    }

    fn start(self: &Arc<Self>, work: &mut Work, job: JobRecord, run: JobRun) {
        let spec = match JobSpec::from_json(&job.spec) {
            Ok(spec) => spec,
            // Only another version's job can be claimed and not be read; its lease ends.
            Err(error) => return self.executor.warn(&format!("{}: {error}", job.name)),
        };
        let (parts, stop) = (Arc::clone(self), work.stop.child_token());
        work.running.spawn(async move {
            parts.run_attempt(Task { job, spec, run }, stop).await;
        });
    }

    fn report_expired(self: &Arc<Self>, work: &mut Work, job: JobRecord, run: JobRun) {
        let spec = match JobSpec::from_json(&job.spec) {
            Ok(spec) => spec,
            Err(error) => return self.executor.warn(&format!("{}: {error}", job.name)),
        };
        let outcome = AttemptOutcome {
            kind: Some("runner_died".to_owned()),
            message: run.reason.clone(),
            ..AttemptOutcome::default()
        };
        let (parts, task) = (Arc::clone(self), Task { job, spec, run });
        let stop = work.stop.child_token();
        work.running.spawn(async move {
            let ended = AttemptEnd {
                task,
                outcome,
                settlement: None,
            };
            parts.executor.report(&ended, stop).await;
        });
    }

    /// The time until the next poll.
    async fn pause(&self, work: &Work, until: Until) -> Result<Duration, LedgerError> {
        if until == Until::Idle || work.running.len() >= self.options.at_once.max(1) {
            return Ok(LOOK_AGAIN);
        }
        let Some(next) = self.ledger.next_poll().await? else {
            return Ok(LOOK_AGAIN);
        };
        let left = next.saturating_sub(self.clock.now().as_millisecond());
        Ok(Duration::from_millis(u64::try_from(left).unwrap_or(0)).min(LOOK_AGAIN))
    }

    /// Corrects when jobs are polled, where time zones have other rules than they had.
    async fn reload(&self) {
        if let Err(error) = self.correct_wakes().await {
            self.executor.warn(&error.to_string());
        }
    }

    async fn correct_wakes(&self) -> Result<(), LedgerError> {
        let now = self.clock.now();
        let lease = self.options.lease_from(now);
        for job in self.ledger.jobs().await? {
            let step = JobSpec::from_json(&job.spec).and_then(|spec| only_wake(&job, &spec, now));
            // One that cannot be read is reported where it is polled.
            if let Ok(step) = step
                && step.wake_at < job.wake_at
            {
                self.ledger.advance(&job, &step, &lease).await?;
            }
        }
        Ok(())
    }
}

/// The step that only sets the time of the next poll.
fn only_wake(job: &JobRecord, spec: &JobSpec, now: Timestamp) -> Result<Advance, String> {
    Ok(Advance {
        handled_at: job.handled_at,
        wake_at: next_wake(job, spec, now).map_err(|error| error.to_string())?,
        skipped: Vec::new(),
        run: None,
    })
}
