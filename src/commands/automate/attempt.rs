//! The attempts of saved jobs as this program makes and words them: the command line of a child, the report that it prints, and
//! what a person is told of it.

use std::path::PathBuf;

use crate::automation::jobs::{Ended, JobPrompt, SessionUse, Task};
use crate::automation::process::{AttemptCommand, AttemptHost, Refusal, ReportSummary};
use crate::ledger::jobs::{JobRun, JobRunState};
use crate::runtime::approval::DecidedBy;
use crate::text::safe_json;
use crate::text::sanitize;
use serde_json::{Value, json};

use super::environment::{command_line, needs_attention};
use super::{history, stop_all, time};
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
    pub(super) state: PathBuf,
    pub(super) verbosity: Verbosity,
}

impl AttemptHost for TurnwiseHost {
    fn command(&self, task: &Task) -> Result<AttemptCommand, Refusal> {
        let Task { job, spec, .. } = task;
        if let Some((reason, remedy)) = needs_attention(&job.name, &spec.surroundings) {
            return Err(Refusal {
                kind: "settings_removed",
                message: format!("{reason} ({remedy})"),
            });
        }
        let session = job.session_id.as_deref();
        let session = session.filter(|_| spec.session == SessionUse::Reuse);
        let mut input = handed::head(&command_line(spec, session));
        if let JobPrompt::Text(text) = &spec.prompt {
            input.extend_from_slice(text.as_bytes());
        }
        Ok(AttemptCommand {
            arguments: handed::arguments(&job.name).map(Into::into).to_vec(),
            input,
        })
    }

    fn summary(&self, report: &[u8]) -> ReportSummary {
        let report: Value = serde_json::from_slice(report).unwrap_or_default();
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
        ReportSummary {
            session_id: text(&report["session_id"]),
            tokens,
            error_kind: text(&error["kind"]),
            error: message,
            declined_by: declined_by(&report),
        }
    }

    fn hook_document(&self, ended: &Ended, run: &JobRun) -> Vec<u8> {
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
            "state": run.state.word(),
            "attempt": run.attempt,
        });
        let mut document = Vec::new();
        // Writing to memory does not fail.
        let _ = safe_json::write(&mut document, &report);
        document.push(b'\n');
        document
    }

    fn is_halted(&self) -> bool {
        stop_all::is_in_force(&self.state)
    }

    fn attempt_ended(&self, ended: &Ended, run: &JobRun) {
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
fn report_of_nothing(ended: &Ended, run: &JobRun) -> Value {
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
            "message": run.reason.as_deref().unwrap_or("failed"),
        },
    })
}

/// The person who declined a request. A policy or a flag that declines was meant to.
fn declined_by(report: &Value) -> Option<String> {
    let by_rule = |by: &str| DecidedBy::from(by).is_automatic();
    let declined = report["approvals"].as_array()?.iter().find(|approval| {
        approval["decision"] == "decline" && !approval["by"].as_str().is_some_and(by_rule)
    })?;
    Some(declined["by"].as_str().unwrap_or("somebody").to_owned())
}
