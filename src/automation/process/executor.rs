//! Makes attempts of jobs as child processes, and runs the hooks of their ends.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use super::child::{LONGEST_REPORT, Timeouts, interrupt_or_wait};
use super::environment::set_job_env;
use super::host::{AttemptCommand, AttemptHost};
use super::outcome::{not_started, outcome, run_after};
use super::{hooks, logs};
use crate::automation::jobs::{AttemptEnd, AttemptOutcome, Executor, RunLease, Task};
use crate::exit::Exit;
use crate::ledger::jobs::{JobRun, JobRunState};
use crate::user_program::{read_at_most, wait_with_io};

/// The most ends that are remembered. A daemon never asks for them.
const MOST_ENDED: usize = 10_000;

/// Makes attempts as processes.
pub(crate) struct ProcessExecutor {
    state: PathBuf,
    program: PathBuf,
    host: Arc<dyn AttemptHost>,
    timeouts: Timeouts,
    ended: Mutex<Vec<(JobRun, Option<i32>)>>,
}

impl ProcessExecutor {
    /// Attempts are made by this program. Logs are kept below the state directory.
    pub(crate) fn new(state: PathBuf, program: PathBuf, host: Arc<dyn AttemptHost>) -> Self {
        Self {
            state,
            program,
            host,
            timeouts: Timeouts::default(),
            ended: Mutex::default(),
        }
    }

    /// The runs that ended since this was asked last, each with the exit code of a failure.
    pub(crate) fn take_ended(&self) -> Vec<(JobRun, Option<i32>)> {
        std::mem::take(&mut *self.ended.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn command(&self, task: &Task, attempt: &AttemptCommand, log: Option<&File>) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&attempt.arguments).current_dir(task.spec.run.cwd());
        set_job_env(&mut command, &task.spec, &task.run);
        let log = log.and_then(|log| log.try_clone().ok());
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log.map_or_else(Stdio::null, Stdio::from))
            // A Ctrl-C at the runner's terminal comes to the run through the runner, once.
            .process_group(0)
            .kill_on_drop(true);
        command
    }

    async fn attempt(&self, task: &Task, lease: &RunLease, stop: CancellationToken) -> AttemptOutcome {
        let name = &task.job.name;
        let attempt = match self.host.command(task) {
            Ok(attempt) => attempt,
            Err(refusal) => return not_started(refusal.kind, refusal.message, Exit::Usage),
        };
        let log = logs::begin(&self.state, name, Timestamp::now())
            .map_err(|error| self.warn(&format!("{name}: cannot write a log: {error}")))
            .ok();
        let file = log.as_ref().map(|(_, file)| file);
        let mut child = match self.command(task, &attempt, file).spawn() {
            Ok(child) => child,
            Err(error) => {
                let cwd = task.spec.run.cwd().display();
                let message = format!("cannot start in {cwd}: {error}");
                return not_started("system", message, Exit::Failed);
            }
        };
        let (path, file) = log.unzip();
        if let Some(pid) = child.id() {
            match lease.started(pid, path.unwrap_or_default()).await {
                Ok(true) => {}
                // Another runner has ended it. It must not run beside the next run.
                Ok(false) => stop.cancel(),
                Err(error) => self.warn(&format!("{name}: {error}")),
            }
        }
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let mut report = Vec::new();
        let exchange = async {
            let writing = async {
                if let Some(mut stdin) = stdin {
                    // A run that is wrong ends without reading it.
                    let _ = stdin.write_all(&attempt.input).await;
                }
            };
            let reading = async {
                if let Some(stdout) = stdout {
                    read_at_most(stdout, LONGEST_REPORT, &mut report).await;
                }
            };
            tokio::join!(writing, reading)
        };
        let ending = interrupt_or_wait(&mut child, &stop, self.timeouts.interrupted);
        let (status, interrupted) = wait_with_io(ending, exchange, self.timeouts.output).await;
        if let Some(mut file) = file {
            // The log is a help, and no more.
            let _ = file
                .write_all(&report)
                .and_then(|()| writeln!(file, "{}", shown(status)));
        }
        outcome(task, &report, self.host.summary(&report), status, interrupted)
    }

    /// Runs the hook for this end, if the job has one.
    async fn run_hook(&self, ended: &AttemptEnd, run: &JobRun, stop: CancellationToken) {
        let spec = &ended.task.spec;
        let hook = match run.state {
            JobRunState::Ran => &spec.on_success,
            JobRunState::Failed => &spec.on_failure,
            _ => &None,
        };
        let Some(hook) = hook else { return };
        let document = self.host.hook_document(ended, run);
        let end = hooks::run(hook, spec, run, document, self.timeouts.hook, stop).await;
        if !end.output.trim().is_empty() {
            self.host.hook_output(end.output.trim_end());
        }
        if let Err(problem) = end.outcome {
            self.host.hook_failed(&format!("{}: {problem}", run.job));
        }
    }
}

impl Executor for ProcessExecutor {
    async fn execute(&self, task: &Task, lease: &RunLease, stop: CancellationToken) -> AttemptOutcome {
        self.attempt(task, lease, stop).await
    }

    async fn report(&self, ended: &AttemptEnd, stop: CancellationToken) {
        let run = run_after(ended);
        self.host.attempt_ended(ended, &run);
        self.run_hook(ended, &run, stop).await;
        let exit_code = (run.state == JobRunState::Failed).then_some(run.exit_code.unwrap_or(1));
        // A run whose runner died is not a failure of this runner.
        if ended.settlement.is_some() {
            let mut all = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
            if all.len() < MOST_ENDED {
                all.push((run, exit_code));
            }
        }
    }

    fn warn(&self, message: &str) {
        self.host.warn(message);
    }
}

fn shown(status: Option<ExitStatus>) -> String {
    status.map_or_else(|| "unknown exit status".to_owned(), |status| status.to_string())
}
