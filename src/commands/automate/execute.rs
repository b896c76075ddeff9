//! Runs the attempts of jobs: each is a `turnwise run` of its own, and whoever wants to know of its end is told.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::automation::jobs::{Ended, Executor, Hold, JobPrompt, JobSpec, Outcome, Task};
use crate::codex::{search_path, search_path_of};
use crate::environment::variable;
use crate::exit::Exit;
use crate::ledger::jobs::{JobRun, JobRunState};
use crate::render::safe_json;
use crate::text::sanitize;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use super::bounds::{Bounds, beside, end, read};
use super::stop_all;
use super::surroundings::{command_line, needs_attention};
use super::{hooks, logs};
use crate::commands::handed;

/// How much is said of what happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Saying {
    /// Only what went wrong.
    Failures,
    /// Every end.
    All,
    /// Nothing: the caller does.
    Nothing,
}

/// Makes attempts as processes.
pub(super) struct Processes {
    state: PathBuf,
    program: PathBuf,
    saying: Saying,
    bounds: Bounds,
    /// What ended, for who waits for the whole.
    ended: Mutex<Vec<(JobRun, Option<i32>)>>,
}

impl Processes {
    pub(super) fn new(state: &Path, saying: Saying) -> std::io::Result<Self> {
        Ok(Self {
            state: state.to_owned(),
            program: std::env::current_exe()?,
            saying,
            bounds: Bounds::USUAL,
            ended: Mutex::default(),
        })
    }

    /// What ended since this was asked last: the runs, each with the exit code of a failure.
    pub(super) fn take_ended(&self) -> Vec<(JobRun, Option<i32>)> {
        std::mem::take(&mut *self.ended.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn command(&self, task: &Task, log: Option<&File>) -> Command {
        let Task { job, spec, run } = task;
        let mut command = Command::new(&self.program);
        command.args(handed::arguments(&job.name)).current_dir(&spec.cwd);
        dress(&mut command, spec, run);
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

    async fn attempt(&self, task: &Task, hold: &Hold, stop: CancellationToken) -> Outcome {
        if let Some((reason, remedy)) = needs_attention(&task.job.name, &task.spec.surroundings) {
            return not_begun("settings_removed", format!("{reason} ({remedy})"), Exit::Usage);
        }
        let log = logs::begin(&self.state, &task.job.name, Timestamp::now());
        let log = log
            .map_err(|error| self.say(&format!("{}: cannot write a log: {error}", task.job.name)))
            .ok();
        let mut child = match self.command(task, log.as_ref().map(|(_, file)| file)).spawn() {
            Ok(child) => child,
            Err(error) => return not_started(task, &error),
        };
        let (path, file) = log.unzip();
        if let Some(pid) = child.id() {
            match hold.started(pid, path.unwrap_or_default()) {
                Ok(true) => {}
                // Another runner has ended it; it is not run beside whatever comes next.
                Ok(false) => stop.cancel(),
                Err(error) => self.say(&format!("{}: {error}", task.job.name)),
            }
        }
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let prompt = match &task.spec.prompt {
            JobPrompt::Text(text) => text.as_str(),
            JobPrompt::File(_) => "",
        };
        let session = task.job.session_id.as_deref().filter(|_| reuses(&task.spec));
        let mut input = handed::head(&command_line(&task.spec, session));
        input.extend_from_slice(prompt.as_bytes());
        let mut document = Vec::new();
        let exchange = async {
            let asking = async {
                if let Some(mut stdin) = stdin {
                    // A run that is wrong ends without reading it.
                    let _ = stdin.write_all(&input).await;
                }
            };
            tokio::join!(asking, read(stdout, &mut document))
        };
        let ending = end(&mut child, &stop, self.bounds.interrupted);
        let (status, interrupted) = beside(ending, exchange, self.bounds.output).await;
        if let Some(mut file) = file {
            // The log is a help, and no more.
            let _ = file
                .write_all(&document)
                .and_then(|()| writeln!(file, "{}", shown(status)));
        }
        outcome(task, &document, status, interrupted)
    }
}

impl Executor for Processes {
    async fn execute(&self, task: &Task, hold: &Hold, stop: CancellationToken) -> Outcome {
        self.attempt(task, hold, stop).await
    }

    async fn tell(&self, ended: &Ended, stop: CancellationToken) {
        let run = run_of(ended);
        let well = run.state == JobRunState::Ran;
        if self.saying == Saying::All || (self.saying == Saying::Failures && !well) {
            self.say(&sanitize::line(&super::history::sentence(&run)));
            if ended
                .settlement
                .as_ref()
                .is_some_and(|settlement| settlement.stop)
            {
                let name = &run.job;
                self.say(&format!(
                    "stopped {name}; restart it with `turnwise automate unpause {name}`"
                ));
            }
        }
        let spec = &ended.task.spec;
        let hook = match run.state {
            JobRunState::Ran => &spec.on_success,
            JobRunState::Failed => &spec.on_failure,
            _ => &None,
        };
        if let Some(hook) = hook {
            let document = hook_document(ended, &run);
            if let Err(problem) = hooks::tell(hook, spec, &run, document, self.bounds, stop).await {
                // Whoever should have been told was not.
                crate::commands::say(&sanitize::text(&format!("{}: {problem}", run.job)));
            }
        }
        let exit_code = (run.state == JobRunState::Failed).then_some(run.exit_code.unwrap_or(1));
        // One that nobody was there for is no failure of this runner.
        if ended.settlement.is_some() {
            let mut all = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
            // A daemon never asks for them.
            if all.len() < 10_000 {
                all.push((run, exit_code));
            }
        }
    }

    fn is_halted(&self) -> bool {
        stop_all::is_in_force(&self.state)
    }

    fn say(&self, message: &str) {
        if self.saying != Saying::Nothing {
            crate::commands::say(&sanitize::text(message));
        }
    }
}

fn reuses(spec: &JobSpec) -> bool {
    spec.session == crate::automation::jobs::SessionUse::Reuse
}

/// The environment of a job's processes.
pub(super) fn dress(command: &mut Command, spec: &JobSpec, run: &JobRun) {
    let surroundings = &spec.surroundings;
    // What its runs connect to is the job's to say, not the runner's.
    command.env_remove("TURNWISE_CONNECT");
    if let Some(home) = &surroundings.turnwise_home {
        command.env("TURNWISE_HOME", home);
    }
    // Without what would let the job's directory choose the programs that are named in it.
    command.env(
        "PATH",
        match &surroundings.path {
            Some(path) => search_path_of(path.as_ref()),
            None => search_path(),
        },
    );
    if let Some(home) = surroundings.home.as_ref().filter(|_| variable("HOME").is_none()) {
        command.env("HOME", home);
    }
    command
        .env("TURNWISE_JOB", &run.job)
        .env("TURNWISE_JOB_DUE", super::time::utc(run.due_at))
        .env("TURNWISE_JOB_ATTEMPT", run.attempt.to_string());
}

fn shown(status: Option<ExitStatus>) -> String {
    status.map_or_else(|| "unknown exit status".to_owned(), |status| status.to_string())
}

fn not_started(task: &Task, error: &std::io::Error) -> Outcome {
    let cwd = task.spec.cwd.display();
    let message = format!("cannot start in {cwd}: {error}");
    not_begun("system", message, Exit::Failed)
}

/// An attempt of which nothing ran.
fn not_begun(kind: &str, message: String, exit: Exit) -> Outcome {
    Outcome {
        kind: Some(kind.to_owned()),
        message: Some(message),
        exit_code: Some(i32::from(exit.code())),
        ..Outcome::default()
    }
}

/// What the document and the exit code of a run say.
fn outcome(task: &Task, document: &[u8], status: Option<ExitStatus>, interrupted: bool) -> Outcome {
    let report: Value = serde_json::from_slice(document).unwrap_or_default();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    // An error before the options were understood stands by itself.
    let error = if report["error"].is_object() {
        &report["error"]
    } else {
        &report
    };
    let message = match (text(&error["message"]), text(&error["hint"])) {
        (Some(message), Some(hint)) if !message.to_lowercase().contains(&hint.to_lowercase()) => {
            Some(format!("{message} ({hint})"))
        }
        (message, _) => message,
    };
    let usage = report["usage"].as_object();
    let tokens = usage.map(|usage| {
        let count = |name: &str| usage.get(name).and_then(Value::as_u64).unwrap_or_default();
        count("input_tokens") + count("output_tokens")
    });
    let ended_by = status.and_then(|status| status.signal());
    let exit_code = status.and_then(|status| status.code());
    let refused = refused(&report).filter(|_| exit_code == Some(0));
    Outcome {
        exit_code: if refused.is_some() {
            Some(i32::from(Exit::Approval.code()))
        } else {
            exit_code
        },
        interrupted,
        kind: text(&error["kind"]).or_else(|| refused.as_ref().map(|_| "approval_refused".to_owned())),
        message: message
            .or(refused)
            .or_else(|| ended_by.map(|signal| format!("ended by signal {signal}"))),
        session_id: text(&report["session_id"])
            .or_else(|| task.job.session_id.clone().filter(|_| reuses(&task.spec))),
        tokens,
        report: String::from_utf8_lossy(document).into_owned(),
    }
}

/// What a person declined. The agent went on without it and came to an end, but not to the one that was wanted; a policy
/// or a flag that declines was wanted so.
fn refused(report: &Value) -> Option<String> {
    let by_rule = |by: &str| by == "flag" || by.starts_with("policy ");
    let declined = report["approvals"].as_array()?.iter().find(|approval| {
        approval["decision"] == "decline" && !approval["by"].as_str().is_some_and(by_rule)
    })?;
    let by = declined["by"].as_str().unwrap_or("somebody");
    Some(format!("{by} declined an approval request"))
}

/// The run as it is after its end.
fn run_of(ended: &Ended) -> JobRun {
    let mut run = ended.task.run.clone();
    if let Some(settlement) = &ended.settlement {
        run.state = settlement.state;
        run.reason.clone_from(&settlement.reason);
        run.exit_code = settlement.exit_code;
        run.ended_at = Some(settlement.ended_at);
        run.retry_at = settlement.retry_at;
        run.tokens = settlement.tokens;
        run.session_id.clone_from(&settlement.session_id);
    }
    run
}

/// The run's document with the job in it; where the run left none, one that says what is known.
fn hook_document(ended: &Ended, run: &JobRun) -> Vec<u8> {
    let mut report: Value = serde_json::from_str(&ended.outcome.report).unwrap_or_default();
    if report["schema"] != "turnwise.run/1" {
        report = json!({
            "schema": "turnwise.run/1",
            "status": "failed",
            "exit_code": run.exit_code.unwrap_or(1),
            "session_id": run.session_id,
            "turn_id": null,
            "text": "",
            "items": [],
            "approvals": [],
            "usage": null,
            "error": {
                "kind": ended.outcome.kind.as_deref().unwrap_or("failed"),
                "message": run.reason.as_deref().unwrap_or("failed"),
            },
        });
    }
    if run.state == JobRunState::Failed && report["error"].is_null() {
        report["exit_code"] = json!(run.exit_code);
        report["error"] = json!({ "kind": ended.outcome.kind, "message": run.reason });
    }
    report["job"] = json!({
        "name": run.job,
        "due_at": super::time::utc(run.due_at),
        "state": run.state.word(),
        "attempt": run.attempt,
    });
    let mut document = Vec::new();
    // Writing to memory does not fail.
    let _ = safe_json::write(&mut document, &report);
    document.push(b'\n');
    document
}
