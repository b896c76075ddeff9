//! What a process executor is given: how an attempt is called, how its report is read, and who is told of what happens.

use std::ffi::OsString;

use crate::automation::jobs::{AttemptEnd, Task};
use crate::ledger::jobs::JobRun;

/// How one attempt is started.
#[derive(Debug)]
pub(crate) struct AttemptCommand {
    /// The arguments of the program. Every user of the machine can read them.
    pub(crate) arguments: Vec<OsString>,
    /// Its stdin.
    pub(crate) input: Vec<u8>,
}

/// Why an attempt is not started.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// The kind of error.
    pub(crate) kind: &'static str,
    /// The problem and the remedy.
    pub(crate) message: String,
}

/// The summary of a report.
#[derive(Debug, Default)]
pub(crate) struct ReportSummary {
    /// The session.
    pub(crate) session_id: Option<String>,
    /// Input and output tokens.
    pub(crate) tokens: Option<u64>,
    /// The kind of its error.
    pub(crate) error_kind: Option<String>,
    /// Its error, and what to do.
    pub(crate) error: Option<String>,
    /// Who declined a request of the agent, if somebody did. The agent continued, but not to the end that was wanted.
    pub(crate) declined_by: Option<String>,
}

/// Knows the program that makes attempts, and who reads of them.
pub(crate) trait AttemptHost: Send + Sync + 'static {
    /// How an attempt is started.
    fn command(&self, task: &Task) -> Result<AttemptCommand, Refusal>;
    /// Reads the report that an attempt wrote to its stdout.
    fn summary(&self, report: &[u8]) -> ReportSummary;
    /// The document that a hook is given: the report, or one made of what is known, with the job in it.
    fn hook_document(&self, ended: &AttemptEnd, run: &JobRun) -> Vec<u8>;
    /// An attempt ended.
    fn attempt_ended(&self, ended: &AttemptEnd, run: &JobRun);
    /// A hook failed. It is always reported.
    fn hook_failed(&self, message: &str);
    /// A hook wrote this to its stderr.
    fn hook_output(&self, output: &str);
    /// Warns a person.
    fn warn(&self, message: &str);
}
