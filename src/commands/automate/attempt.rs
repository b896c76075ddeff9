//! The attempts of saved jobs as this program makes and words them: the command line of a child, the report that it prints, and
//! what a person is told of it.

use std::ffi::OsString;
use std::io;
use std::sync::Arc;

use crate::automation::jobs::{AttemptEnd, JobEnvironment, SessionUse, Task};
use crate::automation::process::{AttemptCommand, AttemptHost, Refusal, ReportSummary};
use crate::exit::Exit;
use crate::ledger::jobs::{JobRun, JobRunState};
use crate::run::{PromptSource, RunEnd, RunError, RunReport, RunSpec, RunTime};
use crate::runtime::approval::DecidedBy;
use crate::text::safe_json;
use crate::text::sanitize;
use serde::{Deserialize, Serialize};

use super::environment::{command_line, needs_attention};
use super::run_form::run_of;
use super::{history, time};
use crate::commands::{handed, say};

/// How much is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verbosity {
    /// Nothing: the caller does.
    Silent,
    /// Only what went wrong.
    Failures,
    /// Every end.
    All,
}

/// A run of a job, as its runner hands it to the process that makes it.
#[derive(Serialize, Deserialize)]
struct HandedRun {
    environment: JobEnvironment,
    /// A prompt that is a text follows.
    run: RunSpec,
    session: Option<String>,
}

/// The arguments of `turnwise` that make a run which was handed over.
pub(crate) fn arguments_of(line: &[u8]) -> io::Result<Vec<OsString>> {
    let handed = serde_json::from_slice::<HandedRun>(line)?;
    let session = handed.session.as_deref();
    Ok(command_line(&handed.environment, &handed.run, session))
}

/// Knows turnwise's own runs.
pub(super) struct TurnwiseHost {
    pub(super) verbosity: Verbosity,
}

impl AttemptHost for TurnwiseHost {
    fn command(&self, task: &Task) -> Result<AttemptCommand, Refusal> {
        let Task { job, spec, .. } = task;
        if let Some((reason, remedy)) = needs_attention(&job.name, &spec.environment) {
            return Err(Refusal {
                kind: "settings_removed",
                message: format!("{reason} ({remedy})"),
            });
        }
        let session = job.session_id.as_deref();
        let session = session.filter(|_| spec.session == SessionUse::Reuse);
        let run = run_of(spec).map_err(|message| Refusal {
            kind: "usage",
            message,
        })?;
        let mut handed = HandedRun {
            environment: spec.environment.clone(),
            run,
            session: session.map(str::to_owned),
        };
        // Of any length, it follows the line.
        let prompt = match &mut handed.run.prompt {
            PromptSource::Text(text) => std::mem::take(text),
            PromptSource::File(_) => String::new(),
        };
        let mut input = handed::head(&handed).map_err(|error| Refusal {
            kind: "usage",
            message: error.to_string(),
        })?;
        input.extend_from_slice(prompt.as_bytes());
        Ok(AttemptCommand {
            arguments: handed::arguments(&job.name).map(Into::into).to_vec(),
            input,
        })
    }

    fn summary(&self, report: &[u8]) -> ReportSummary {
        let Ok(report) = serde_json::from_slice::<RunReport>(report) else {
            // An error before the options were understood stands by itself.
            let error = serde_json::from_slice::<RunError>(report).ok();
            return ReportSummary {
                error_kind: error.as_ref().map(|error| error.kind.clone()),
                error: error.map(in_words),
                ..ReportSummary::default()
            };
        };
        ReportSummary {
            declined_by: declined_by(&report),
            tokens: Some(report.usage.total()),
            error_kind: report.error.as_ref().map(|error| error.kind.clone()),
            error: report.error.map(in_words),
            session_id: report.session_id.map(String::from),
        }
    }

    fn hook_document(&self, ended: &AttemptEnd, run: &JobRun) -> Vec<u8> {
        let report = serde_json::from_str::<RunReport>(&ended.outcome.report);
        let mut report = report.unwrap_or_else(|_| report_of_nothing(ended, run));
        if run.state == JobRunState::Failed && report.error.is_none() {
            report.exit_code = exit_code(run);
            report.error = Some(error_of(ended, run));
        }
        let document = HookDocument {
            report: &report,
            job: JobOfRun {
                name: &run.job,
                due_at: time::utc(run.due_at),
                state: run.state.as_str(),
                attempt: run.attempt,
            },
        };
        let mut bytes = Vec::new();
        // Writing to memory does not fail.
        let _ = safe_json::write(&mut bytes, &document);
        bytes.push(b'\n');
        bytes
    }

    fn attempt_ended(&self, ended: &AttemptEnd, run: &JobRun) {
        let failed = run.state != JobRunState::Ran;
        if self.verbosity == Verbosity::All || (self.verbosity == Verbosity::Failures && failed) {
            say(&sanitize::line(&history::sentence(run)));
            let settlement = ended.settlement.as_ref();
            if settlement.is_some_and(|settlement| settlement.stop) {
                let name = &run.job;
                say(&format!(
                    "stopped {name}; restart it with `turnwise automate unpause {name}`"
                ));
            }
        }
    }

    fn hook_failed(&self, message: &str) {
        // The hook's reader heard nothing, so the person must.
        say(message);
    }

    fn hook_output(&self, output: &str) {
        say(output);
    }

    fn warn(&self, message: &str) {
        if self.verbosity != Verbosity::Silent {
            say(message);
        }
    }
}

/// The document that a hook reads: the report of the run, and the job.
#[derive(Serialize)]
struct HookDocument<'a> {
    #[serde(flatten)]
    report: &'a RunReport,
    job: JobOfRun<'a>,
}

#[derive(Serialize)]
struct JobOfRun<'a> {
    name: &'a str,
    due_at: String,
    state: &'static str,
    attempt: u32,
}

/// The report of a run that left none.
fn report_of_nothing(ended: &AttemptEnd, run: &JobRun) -> RunReport {
    let end = RunEnd::failed(Exit::Failed, error_of(ended, run));
    let mut report = RunReport::new(Arc::default(), &end, None, RunTime::default());
    report.exit_code = exit_code(run);
    report.session_id = run.session_id.as_ref().map(Into::into);
    report
}

fn exit_code(run: &JobRun) -> u8 {
    let code = run.exit_code.and_then(|code| u8::try_from(code).ok());
    code.unwrap_or(Exit::Failed.code())
}

fn error_of(ended: &AttemptEnd, run: &JobRun) -> RunError {
    let kind = ended.outcome.kind.as_deref().unwrap_or("failed");
    RunError::new(kind, run.reason.as_deref().unwrap_or("it failed"))
}

/// What happened, and what to do about it.
fn in_words(error: RunError) -> String {
    let RunError { message, hint, .. } = error;
    match hint {
        Some(hint) if !message.to_lowercase().contains(&hint.to_lowercase()) => {
            format!("{message} ({hint})")
        }
        _ => message,
    }
}

/// The person who declined a request. A policy or a flag that declines was meant to.
fn declined_by(report: &RunReport) -> Option<String> {
    let declined = report.approvals.iter().find(|approval| {
        let automatic = approval.by.as_ref().is_some_and(DecidedBy::is_automatic);
        approval.decision.as_deref() == Some("decline") && !automatic
    })?;
    let by = declined.by.as_ref().map(ToString::to_string);
    Some(by.unwrap_or_else(|| "somebody".to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn host() -> TurnwiseHost {
        TurnwiseHost {
            verbosity: Verbosity::Silent,
        }
    }

    #[test]
    fn a_report_is_summed_up_with_the_person_who_declined() {
        let report = json!({
            "schema": "turnwise.run/1", "status": "completed", "exit_code": 0, "session_id": "t",
            "usage": { "input_tokens": 3, "output_tokens": 4 },
            "approvals": [
                { "id": "1", "kind": "command", "decision": "decline", "by": "policy p.toml:1" },
                { "id": "2", "kind": "command", "decision": "decline", "by": "mia" },
            ],
        });
        let summary = host().summary(report.to_string().as_bytes());
        assert_eq!(
            (
                summary.session_id.as_deref(),
                summary.tokens,
                summary.declined_by.as_deref()
            ),
            (Some("t"), Some(7), Some("mia"))
        );
        assert_eq!((summary.error_kind, summary.error), (None, None));
    }

    #[test]
    fn an_error_without_a_report_is_summed_up_too_and_nothing_is_nothing() {
        let error = json!({ "schema": "turnwise.error/1", "type": "error", "exit_code": 2, "kind": "usage",
            "message": "no such flag", "hint": "see --help" });
        let summary = host().summary(error.to_string().as_bytes());
        assert_eq!(summary.error_kind.as_deref(), Some("usage"));
        assert_eq!(summary.error.as_deref(), Some("no such flag (see --help)"));
        let summary = host().summary(b"");
        assert_eq!(
            (summary.error_kind, summary.error, summary.tokens),
            (None, None, None)
        );
    }
}
