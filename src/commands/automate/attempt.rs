//! The attempts of saved jobs as this program makes and words them: the command line of a child, the report that it prints, and
//! what a person is told of it.

use crate::automation::jobs::{AttemptEnd, SessionUse, Task};
use crate::automation::process::{AttemptCommand, AttemptHost, Refusal, ReportSummary};
use crate::ledger::jobs::{JobRun, JobRunState};
use crate::run::{PromptSource, RunError, RunReport};
use crate::runtime::approval::DecidedBy;
use crate::text::safe_json;
use crate::text::sanitize;
use serde_json::{Value, json};

use super::environment::{command_line, needs_attention};
use super::run_form::run_of;
use super::{history, time};
use crate::commands::{handed, say};

/// How much is said of what happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verbosity {
    /// Nothing: the caller does.
    Silent,
    /// Only what went wrong.
    Failures,
    /// Every end.
    All,
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
        let mut input = handed::head(&command_line(&spec.environment, &run, session));
        if let PromptSource::Text(text) = &run.prompt {
            input.extend_from_slice(text.as_bytes());
        }
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
                error: error.as_ref().map(sentence),
                ..ReportSummary::default()
            };
        };
        ReportSummary {
            tokens: Some(report.usage.total()),
            error_kind: report.error.as_ref().map(|error| error.kind.clone()),
            error: report.error.as_ref().map(sentence),
            declined_by: declined_by(&report),
            session_id: report.session_id,
        }
    }

    fn hook_document(&self, ended: &AttemptEnd, run: &JobRun) -> Vec<u8> {
        let mut report: Value = serde_json::from_str(&ended.outcome.report).unwrap_or_default();
        if report["schema"] != "turnwise.run/1" {
            report = report_of_nothing(ended, run);
        }
        if run.state == JobRunState::Failed && report["error"].is_null() {
            report["exit_code"] = json!(run.exit_code);
            report["error"] = json!({ "kind": ended.outcome.kind, "message": run.reason });
        }
        report["job"] = json!({
            "name": run.job,
            "due_at": time::utc(run.due_at),
            "state": run.state.as_str(),
            "attempt": run.attempt,
        });
        let mut document = Vec::new();
        // Writing to memory does not fail.
        let _ = safe_json::write(&mut document, &report);
        document.push(b'\n');
        document
    }

    fn attempt_ended(&self, ended: &AttemptEnd, run: &JobRun) {
        let failed = run.state != JobRunState::Ran;
        if self.verbosity == Verbosity::All || (self.verbosity == Verbosity::Failures && failed) {
            say(&sanitize::line(&history::sentence(run)));
            let settlement = ended.settlement.as_ref();
            if settlement.is_some_and(|settlement| settlement.stop) {
                let name = &run.job;
                say(&format!(
                    "{name} is stopped; `turnwise automate unpause {name}` lets it go on"
                ));
            }
        }
    }

    fn hook_failed(&self, message: &str) {
        // Whoever should have been told was not.
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

/// The document of a run that left none.
fn report_of_nothing(ended: &AttemptEnd, run: &JobRun) -> Value {
    json!({
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
            "message": run.reason.as_deref().unwrap_or("it failed"),
        },
    })
}

/// An error with what to do about it.
fn sentence(error: &RunError) -> String {
    let RunError { message, hint, .. } = error;
    match hint {
        Some(hint) if !message.to_lowercase().contains(&hint.to_lowercase()) => format!("{message} ({hint})"),
        _ => message.clone(),
    }
}

/// The person who declined a request. A policy or a flag that declines was meant to.
fn declined_by(report: &RunReport) -> Option<String> {
    let declined = report.approvals.iter().find(|approval| {
        approval.decision.as_deref() == Some("decline")
            && !approval.by.as_ref().is_some_and(DecidedBy::is_automatic)
    })?;
    let by = declined.by.as_ref().map(ToString::to_string);
    Some(by.unwrap_or_else(|| "somebody".to_owned()))
}
