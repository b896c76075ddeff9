//! The outcome of an attempt, from its report and its exit status.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use super::host::ReportSummary;
use crate::automation::jobs::{AttemptEnd, AttemptOutcome, SessionUse, Task};
use crate::exit::Exit;
use crate::ledger::jobs::JobRun;

/// An attempt of which nothing ran.
pub(super) fn not_started(kind: &str, message: String, exit: Exit) -> AttemptOutcome {
    AttemptOutcome {
        kind: Some(kind.to_owned()),
        message: Some(message),
        exit_code: Some(i32::from(exit.code())),
        ..AttemptOutcome::default()
    }
}

/// What an attempt came to. A request that a person declined makes it a failure; a policy or a flag that declines was
/// meant to.
pub(super) fn outcome(
    task: &Task,
    report: &[u8],
    summary: ReportSummary,
    status: Option<ExitStatus>,
    interrupted: bool,
) -> AttemptOutcome {
    let signal = status.and_then(|status| status.signal());
    let exit_code = status.and_then(|status| status.code());
    let declined = summary
        .declined_by
        .filter(|_| exit_code == Some(0))
        .map(|by| format!("{by} declined an approval request"));
    AttemptOutcome {
        exit_code: if declined.is_some() {
            Some(i32::from(Exit::Approval.code()))
        } else {
            exit_code
        },
        interrupted,
        kind: summary
            .error_kind
            .or_else(|| declined.as_ref().map(|_| "approval_refused".to_owned())),
        message: summary
            .error
            .or(declined)
            .or_else(|| signal.map(|signal| format!("ended by signal {signal}"))),
        session_id: summary.session_id.or_else(|| reused_session(task)),
        tokens: summary.tokens,
        report: String::from_utf8_lossy(report).into_owned(),
    }
}

fn reused_session(task: &Task) -> Option<String> {
    let session = task.job.session_id.clone();
    session.filter(|_| task.spec.session == SessionUse::Reuse)
}

/// The run as it is after its end.
pub(super) fn run_after(ended: &AttemptEnd) -> JobRun {
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
