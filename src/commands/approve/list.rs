//! `approve list` and `approve log`: requests, a line each.

use std::path::PathBuf;

use crate::approval::notify::rfc3339;
use crate::exit::Exit;
use crate::ledger::{ApprovalAnswer, ApprovalState, ApprovalSummary, Millis, now};
use crate::render::columns::{Cell, Columns};
use crate::render::style::Tone;
use crate::runtime::approval::DecidedBy;
use crate::text::sanitize;
use crate::text::words::decision;
use clap::Args;
use serde::Serialize;

use super::{print_json, service};
use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::tokio_runtime::runtime;

/// Default number of requests of `--all` and the log.
const LATEST: usize = 100;

/// List waiting requests
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Include answered and closed requests, newest first
    #[arg(long)]
    all: bool,
    /// Print JSON (`turnwise.approvals/1`)
    #[arg(long)]
    json: bool,
    /// Maximum number of results
    #[arg(short = 'n', long, value_name = "N")]
    limit: Option<usize>,
}

/// Show past requests and who answered them
#[derive(Debug, Args)]
pub(crate) struct LogArgs {
    /// Print JSON (`turnwise.approvals/1`)
    #[arg(long)]
    json: bool,
    /// Maximum number of results
    #[arg(short = 'n', long, value_name = "N", default_value_t = LATEST)]
    limit: usize,
}

#[derive(Serialize)]
struct Approvals<'a> {
    schema: &'static str,
    approvals: Vec<Approval<'a>>,
}

/// One request in JSON.
#[derive(Serialize)]
pub(super) struct Approval<'a> {
    id: &'a str,
    kind: &'a str,
    summary: &'a str,
    cwd: &'a PathBuf,
    state: ApprovalState,
    requested_at: String,
    expires_at: Option<String>,
    pub(super) answer: Option<AnswerOut<'a>>,
    run: RunOut<'a>,
}

#[derive(Serialize)]
struct RunOut<'a> {
    id: &'a str,
    pid: u32,
    host: &'a str,
    started_at: String,
}

/// An answer in JSON.
#[derive(Serialize)]
pub(super) struct AnswerOut<'a> {
    decision: &'a crate::runtime::approval::Decision,
    by: &'a DecidedBy,
    from: &'a str,
    at: String,
    reason: Option<&'a str>,
    secret: bool,
}

impl<'a> From<&'a ApprovalAnswer> for AnswerOut<'a> {
    fn from(answer: &'a ApprovalAnswer) -> Self {
        Self {
            decision: &answer.decision,
            by: &answer.by,
            from: &answer.from,
            at: rfc3339(answer.at),
            reason: answer.reason.as_deref(),
            secret: answer.secret,
        }
    }
}

impl<'a> From<&'a ApprovalSummary> for Approval<'a> {
    fn from(listed: &'a ApprovalSummary) -> Self {
        Self {
            id: &listed.id,
            kind: &listed.kind,
            summary: &listed.summary,
            cwd: &listed.cwd,
            state: listed.state,
            requested_at: rfc3339(listed.requested_at),
            expires_at: listed.expires_at.map(rfc3339),
            answer: listed.answer.as_ref().map(AnswerOut::from),
            run: RunOut {
                id: &listed.run.id,
                pid: listed.run.pid,
                host: &listed.run.host,
                started_at: rfc3339(listed.run.started_at),
            },
        }
    }
}

/// Runs `approve list`.
pub(super) fn list(args: &ListArgs, context: &Context) -> Result<Exit, Failure> {
    let service = service(context)?;
    let mut listed = runtime()?.block_on(async {
        if args.all {
            service.latest(args.limit.unwrap_or(LATEST)).await
        } else {
            service.waiting().await
        }
    })?;
    listed.truncate(args.limit.unwrap_or(usize::MAX));
    show(&listed, args.json, "No requests waiting.", context)
}

/// Runs `approve log`.
pub(super) fn log(args: &LogArgs, context: &Context) -> Result<Exit, Failure> {
    let service = service(context)?;
    let mut listed = runtime()?.block_on(service.latest(args.limit))?;
    listed.retain(|listed| listed.state != ApprovalState::Open);
    show(&listed, args.json, "No requests yet.", context)
}

fn show(listed: &[ApprovalSummary], json: bool, nothing: &str, context: &Context) -> Result<Exit, Failure> {
    if json {
        return print_json(
            context,
            &Approvals {
                schema: "turnwise.approvals/1",
                approvals: listed.iter().map(Approval::from).collect(),
            },
        );
    }
    if listed.is_empty() {
        // An empty list is no data: the sentence goes to stderr.
        context.note(nothing);
        return Ok(Exit::Success);
    }
    let mut columns = Columns::default();
    for listed in listed {
        add(listed, &mut columns);
    }
    context.print(|out| columns.write(context.palette(), out))?;
    Ok(Exit::Success)
}

/// One request: a row, and a line with the reason of its answer.
fn add<'a>(listed: &'a ApprovalSummary, columns: &mut Columns<'a>) {
    let (tone, state) = match (listed.state, &listed.answer) {
        (ApprovalState::Open, _) => (Tone::Warn, format!("{} waiting", ago(listed.requested_at))),
        (ApprovalState::Answered, Some(answer)) => {
            let word = decision(answer.decision.as_str());
            let by = sanitize::line(&answer.by.to_string()).into_owned();
            (Tone::Faint, format!("{} {word} by {by}", local(answer.at)))
        }
        (state, _) => (
            Tone::Faint,
            format!("{} {}", local(listed.requested_at), state.as_str()),
        ),
    };
    columns.row([
        Cell::toned(Tone::Strong, listed.id.as_str()),
        Cell::toned(tone, state),
        Cell::plain(sanitize::line(&listed.kind.replace('_', " ")).into_owned()),
        Cell::plain(sanitize::line(&listed.summary)),
    ]);
    if let Some(reason) = listed.answer.as_ref().and_then(|answer| answer.reason.as_deref()) {
        columns.line(format!("      {}", sanitize::line(reason)));
    }
}

/// How long ago, roughly.
pub(super) fn ago(at: Millis) -> String {
    let seconds = now().saturating_sub(at).max(0) / 1_000;
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// A moment in local time.
pub(super) fn local(at: Millis) -> String {
    let zoned = jiff::Timestamp::from_millisecond(at).map(|time| time.to_zoned(jiff::tz::TimeZone::system()));
    zoned.map_or_else(
        |_| at.to_string(),
        |time| time.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    )
}
