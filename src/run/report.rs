//! The outcome of a run: what `--format json` prints (`turnwise.run/1`), and what every consumer gets at the end.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::time::rfc3339;
use crate::codex::CodexError;
use crate::exit::Exit;
use crate::runtime::approval::{ApprovalKind, DecidedBy};
use crate::runtime::event::{Item, TurnEnd, TurnError, TurnErrorKind, TurnStatus, Usage};
use crate::runtime::{ApprovalId, RuntimeError, ThreadId, Transcript, TurnId};

/// One run, from its prompt to its end.
///
/// Its JSON form is `turnwise.run/1`. Fields that a newer turnwise adds are ignored.
#[derive(Clone)]
#[non_exhaustive]
pub struct RunReport {
    /// How the turn ended.
    pub status: TurnStatus,
    /// The exit code of a `turnwise` process with this end.
    pub exit_code: u8,
    /// The thread, for resuming it; none if Codex did not get that far.
    pub session_id: Option<ThreadId>,
    /// The turn; none if it did not begin.
    pub turn_id: Option<TurnId>,
    /// The answer as JSON, with an output schema that it matches.
    pub structured: Option<Value>,
    /// The server's requests and how each was settled.
    pub approvals: Vec<ReportedApproval>,
    /// Tokens of this turn.
    pub usage: Usage,
    /// The cumulative diff of the turn, where the server sent one.
    pub diff: Option<String>,
    /// The model that answered.
    pub model: Option<String>,
    /// When the run began, RFC 3339; empty where that is not known.
    pub started_at: String,
    /// From start to end, in milliseconds.
    pub duration_ms: u64,
    /// Warnings, in order: the server's and turnwise's own.
    pub warnings: Vec<String>,
    /// Why the exit code is not 0.
    pub error: Option<RunError>,
    content: Content,
}

/// The answer and the items. They may be long, so a report shares them with the transcript that it is made of.
#[derive(Clone)]
enum Content {
    Shared(Arc<Transcript>),
    Read { text: Option<String>, items: Vec<Item> },
}

/// A server request in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportedApproval {
    /// The request's id.
    pub id: ApprovalId,
    /// What was asked: `command`, `file_change`, …
    pub kind: ApprovalKind,
    /// The command line, for a command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The agent's own words for why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The decision as in `approval.resolved`; none if there was none.
    pub decision: Option<String>,
    /// Who decided.
    pub by: Option<DecidedBy>,
}

/// Why a run did not go well, and the object that `json` and `jsonl` print for an error before the turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunError {
    /// A word for the kind, stable for scripts.
    pub kind: String,
    /// What happened.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// What the model's API answered, as it came, where the message says the same in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
    /// When the limit resets that the turn ran into, as RFC 3339, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resets_at: Option<String>,
}

/// How a run ended.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RunEnd {
    /// How the turn ended.
    pub status: TurnStatus,
    /// What a process ends with.
    pub exit: Exit,
    /// Why it did not go well.
    pub error: Option<RunError>,
}

/// When a run began and how long it took.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct RunTime {
    /// None where it is not known, as in a recording.
    pub started_at: Option<SystemTime>,
    /// From start to end.
    pub duration: Duration,
}

impl RunReport {
    /// The name and number of the JSON form.
    pub const SCHEMA: &str = "turnwise.run/1";

    /// The report of what was observed, and how it ended. `structured` is the answer as JSON, if it matches the output schema.
    pub fn new(transcript: Arc<Transcript>, end: &RunEnd, structured: Option<Value>, time: RunTime) -> Self {
        let approvals = transcript.approvals().iter().map(|(request, resolution)| {
            let resolution = resolution.as_ref();
            ReportedApproval {
                id: request.id.clone(),
                kind: request.kind,
                command: request.command.clone(),
                reason: request.reason.clone(),
                decision: resolution.map(|resolution| resolution.decision.clone()),
                by: resolution.map(|resolution| resolution.by.clone()),
            }
        });
        let thread = transcript.thread();
        Self {
            status: end.status,
            exit_code: end.exit.code(),
            session_id: thread.map(|thread| thread.thread_id.clone()),
            turn_id: transcript.turn_id().cloned(),
            structured,
            approvals: approvals.collect(),
            usage: transcript.usage(),
            diff: transcript.diff().map(str::to_owned),
            model: thread.and_then(|thread| thread.model.clone()),
            started_at: time.started_at.map(rfc3339).unwrap_or_default(),
            duration_ms: u64::try_from(time.duration.as_millis()).unwrap_or(u64::MAX),
            warnings: transcript.warnings().to_vec(),
            error: end.error.clone(),
            content: Content::Shared(transcript),
        }
    }

    /// The final answer; what had come of it, if the turn did not complete. None if there was no message with text.
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Shared(transcript) => Some(transcript.text()).filter(|text| !text.is_empty()),
            Content::Read { text, .. } => text.as_deref(),
        }
    }

    /// For tests: another answer and other items.
    #[cfg(test)]
    pub(crate) fn with_content(mut self, text: &str, items: Vec<Item>) -> Self {
        self.content = Content::Read {
            text: Some(text.to_owned()).filter(|text| !text.is_empty()),
            items,
        };
        self
    }

    /// The turn's items in order, each in its last known form.
    pub fn items(&self) -> &[Item] {
        match &self.content {
            Content::Shared(transcript) => transcript.items(),
            Content::Read { items, .. } => items,
        }
    }
}

impl RunEnd {
    /// The end of a turn that was followed to its end.
    pub fn of_turn(end: Option<&TurnEnd>) -> Self {
        match end {
            Some(end) => Self {
                status: end.status,
                exit: end.into(),
                error: end.error.as_ref().map(RunError::from),
            },
            None => Self::failed(
                Exit::Codex,
                RunError::new("server_gone", "the turn ended without a result"),
            ),
        }
    }

    /// The end of a turn that others ran, as far as it was recorded.
    pub fn of_recording(end: Option<&TurnEnd>) -> Self {
        match end {
            Some(_) => Self::of_turn(end),
            None => Self {
                status: TurnStatus::Interrupted,
                exit: Exit::Failed,
                error: None,
            },
        }
    }

    /// A run that could not continue. With [`Exit::Timeout`] it has timed out.
    pub fn failed(exit: Exit, error: RunError) -> Self {
        let timed_out = exit == Exit::Timeout;
        Self {
            status: if timed_out {
                TurnStatus::TimedOut
            } else {
                TurnStatus::Failed
            },
            exit,
            error: Some(error),
        }
    }

    /// A run that was interrupted; `error` is missing where that is no error.
    pub fn interrupted(exit: Exit, error: Option<RunError>) -> Self {
        Self {
            status: TurnStatus::Interrupted,
            exit,
            error,
        }
    }

    /// The status stays what it is: something besides the turn failed.
    pub fn fail(&mut self, exit: Exit, error: RunError) {
        self.exit = exit;
        self.error = Some(error);
    }
}

impl From<&RuntimeError> for RunEnd {
    fn from(error: &RuntimeError) -> Self {
        Self::failed(error.into(), error.into())
    }
}

impl RunError {
    /// An error without a hint.
    pub fn new(kind: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            message: message.into(),
            hint: None,
            details: None,
            resets_at: None,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<&TurnError> for RunError {
    fn from(error: &TurnError) -> Self {
        Self {
            hint: error.hint.clone(),
            details: error.details.clone(),
            ..Self::new(kind_of(error.kind), error.message.clone())
        }
    }
}

fn kind_of(kind: TurnErrorKind) -> String {
    let kind = serde_json::to_value(kind).unwrap_or_default();
    kind.as_str().unwrap_or("failed").to_owned()
}

impl From<&RuntimeError> for RunError {
    fn from(error: &RuntimeError) -> Self {
        let kind = match error {
            RuntimeError::Codex(error) => match error {
                CodexError::NotFound { .. } => "codex_not_found",
                CodexError::Unusable { .. } => "codex_unusable",
                CodexError::TooOld { .. } => "codex_too_old",
                CodexError::NpmMissing { .. } | CodexError::Install { .. } => "install",
            },
            RuntimeError::Spawn { .. } | RuntimeError::StartUp { .. } => "codex_start",
            RuntimeError::ServerGone { .. } => "server_gone",
            RuntimeError::Connect { .. } => "no_connection",
            RuntimeError::RequestTimeout { .. } => "no_reply",
            RuntimeError::CodexConfig { .. } => "codex_config",
            RuntimeError::NotLoggedIn => "not_logged_in",
            RuntimeError::SessionMissing { .. } => "session_missing",
            RuntimeError::SessionArchived { .. } => "session_archived",
            RuntimeError::SessionBusy { .. } | RuntimeError::TurnRunning { .. } => "session_busy",
            RuntimeError::MethodMissing { .. } => "method_missing",
            RuntimeError::NoTurn => "no_turn",
            RuntimeError::Privileged { .. } | RuntimeError::InvalidInput { .. } | RuntimeError::Params(_) => {
                "usage"
            }
            RuntimeError::Overloaded { .. } => "overloaded",
            RuntimeError::Turn(failure) => return (&failure.error).into(),
            RuntimeError::Closed { .. } => "closed",
            RuntimeError::Blocked { .. } => "blocked",
            _ => "codex_error",
        };
        Self {
            hint: error.remedy().map(|remedy| remedy.to_string()),
            ..Self::new(kind, error.to_string())
        }
    }
}

/// The JSON form, of a report that is written or read.
#[derive(Serialize, Deserialize)]
struct Document<'a> {
    schema: Cow<'a, str>,
    status: TurnStatus,
    exit_code: u8,
    #[serde(default)]
    session_id: Option<Cow<'a, ThreadId>>,
    #[serde(default)]
    turn_id: Option<Cow<'a, TurnId>>,
    #[serde(default)]
    text: Option<Cow<'a, str>>,
    #[serde(default)]
    structured: Cow<'a, Option<Value>>,
    #[serde(default)]
    items: Cow<'a, [Item]>,
    #[serde(default)]
    approvals: Cow<'a, [ReportedApproval]>,
    #[serde(default)]
    usage: Usage,
    #[serde(default)]
    diff: Option<Cow<'a, str>>,
    #[serde(default)]
    model: Option<Cow<'a, str>>,
    #[serde(default)]
    started_at: Cow<'a, str>,
    #[serde(default)]
    duration_ms: u64,
    #[serde(default)]
    warnings: Cow<'a, [String]>,
    #[serde(default)]
    error: Cow<'a, Option<RunError>>,
}

impl Serialize for RunReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let document = Document {
            schema: Cow::Borrowed(Self::SCHEMA),
            status: self.status,
            exit_code: self.exit_code,
            session_id: self.session_id.as_ref().map(Cow::Borrowed),
            turn_id: self.turn_id.as_ref().map(Cow::Borrowed),
            text: self.text().map(Cow::Borrowed),
            structured: Cow::Borrowed(&self.structured),
            items: Cow::Borrowed(self.items()),
            approvals: Cow::Borrowed(&self.approvals),
            usage: self.usage,
            diff: self.diff.as_deref().map(Cow::Borrowed),
            model: self.model.as_deref().map(Cow::Borrowed),
            started_at: Cow::Borrowed(&self.started_at),
            duration_ms: self.duration_ms,
            warnings: Cow::Borrowed(&self.warnings),
            error: Cow::Borrowed(&self.error),
        };
        document.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RunReport {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let document = Document::deserialize(deserializer)?;
        if document.schema != Self::SCHEMA {
            let message = format!("the schema is {}, not {}", document.schema, Self::SCHEMA);
            return Err(D::Error::custom(message));
        }
        Ok(Self {
            status: document.status,
            exit_code: document.exit_code,
            session_id: document.session_id.map(Cow::into_owned),
            turn_id: document.turn_id.map(Cow::into_owned),
            structured: document.structured.into_owned(),
            approvals: document.approvals.into_owned(),
            usage: document.usage,
            diff: document.diff.map(Cow::into_owned),
            model: document.model.map(Cow::into_owned),
            started_at: document.started_at.into_owned(),
            duration_ms: document.duration_ms,
            warnings: document.warnings.into_owned(),
            error: document.error.into_owned(),
            content: Content::Read {
                text: document.text.map(Cow::into_owned),
                items: document.items.into_owned(),
            },
        })
    }
}

impl fmt::Debug for RunReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What was said may be long, and a secret.
        formatter
            .debug_struct("RunReport")
            .field("status", &self.status)
            .field("exit_code", &self.exit_code)
            .field("session_id", &self.session_id)
            .field("turn_id", &self.turn_id)
            .field("items", &self.items().len())
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

impl PartialEq for RunReport {
    /// Equal are reports with the same JSON form.
    fn eq(&self, other: &Self) -> bool {
        let json = |report: &Self| serde_json::to_value(report).ok();
        json(self) == json(other)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::runtime::event::{Event, TurnEnd};

    fn events() -> Vec<Event> {
        let lines = [
            json!({ "type": "thread.started", "thread_id": "t", "model": "m" }),
            json!({ "type": "turn.started", "turn_id": "u" }),
            json!({ "type": "item.completed", "item": { "id": "i", "type": "agent_message", "text": "hi" } }),
            json!({ "type": "approval.requested", "approval": { "id": "1", "kind": "command", "method": "x",
                "command": "ls", "params": {} } }),
            json!({ "type": "approval.resolved", "id": "1", "decision": "decline", "by": "flag" }),
            json!({ "type": "warning", "message": "w" }),
            json!({ "type": "turn.failed", "turn_id": "u", "status": "failed", "usage": { "input_tokens": 3 },
                "error": { "kind": "unavailable", "message": "busy", "hint": "later" } }),
        ];
        lines
            .into_iter()
            .map(|line| serde_json::from_value(line).unwrap())
            .collect()
    }

    fn report() -> RunReport {
        let mut transcript = Transcript::default();
        for event in events() {
            transcript.observe(&event);
        }
        let end = RunEnd::of_turn(transcript.end());
        let time = RunTime {
            started_at: Some(SystemTime::UNIX_EPOCH + Duration::from_millis(1_500)),
            duration: Duration::from_millis(20),
        };
        RunReport::new(Arc::new(transcript), &end, None, time)
    }

    fn document() -> Value {
        json!({
            "schema": "turnwise.run/1",
            "status": "failed",
            "exit_code": 75,
            "session_id": "t",
            "turn_id": "u",
            "text": "hi",
            "structured": null,
            "items": [{ "id": "i", "type": "agent_message", "text": "hi" }],
            "approvals": [{ "id": "1", "kind": "command", "command": "ls", "decision": "decline", "by": "flag" }],
            "usage": { "input_tokens": 3, "cached_input_tokens": 0, "cache_write_input_tokens": 0,
                "output_tokens": 0, "reasoning_output_tokens": 0 },
            "diff": null,
            "model": "m",
            "started_at": "1970-01-01T00:00:01.5Z",
            "duration_ms": 20,
            "warnings": ["w"],
            "error": { "kind": "unavailable", "message": "busy", "hint": "later" },
        })
    }

    #[test]
    fn a_report_has_everything_that_was_observed_and_is_read_as_it_was_written() {
        let written = serde_json::to_string(&report()).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), document());
        let read: RunReport = serde_json::from_str(&written).unwrap();
        assert_eq!(read, report());
        assert_eq!((read.text(), read.items().len()), (Some("hi"), 1));
    }

    #[test]
    fn a_report_may_have_fields_of_a_newer_version_and_no_other_schema() {
        let mut newer = document();
        newer["of_the_future"] = json!(1);
        assert_eq!(serde_json::from_value::<RunReport>(newer).unwrap(), report());
        let mut other = document();
        other["schema"] = json!("turnwise.run/2");
        let error = serde_json::from_value::<RunReport>(other).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the schema is turnwise.run/2, not turnwise.run/1"
        );
    }

    #[test]
    fn a_turn_without_an_end_is_a_failure_and_a_recording_without_one_is_not_explained() {
        let live = RunEnd::of_turn(None);
        assert_eq!((live.exit, live.status), (Exit::Codex, TurnStatus::Failed));
        let recorded = RunEnd::of_recording(None);
        assert_eq!(
            (recorded.exit, recorded.status, recorded.error),
            (Exit::Failed, TurnStatus::Interrupted, None)
        );
        let completed = TurnEnd::default();
        assert_eq!(RunEnd::of_recording(Some(&completed)).exit, Exit::Success);
    }
}
