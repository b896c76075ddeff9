//! `turnwise automate history`: every due time and its run.

use std::io::{self, Write};
use std::path::PathBuf;

use crate::exit::Exit;
use crate::ledger::JobLedger;
use crate::ledger::jobs::{JobRun, JobRunState};
use crate::render::columns::{Cell, Columns};
use crate::render::style::{Palette, Tone};
use crate::text::safe_json;
use crate::text::sanitize;
use crate::text::words::count;
use clap::Args;
use serde::Serialize;

use super::jobs::Jobs;
use super::time;
use super::wait::wait;
use crate::commands::context::Context;
use crate::commands::failure::Failure;

/// How many runs the bar shows.
const BAR: usize = 40;

/// Show run history
#[derive(Debug, Args)]
pub(super) struct HistoryArgs {
    /// Job [default: all]
    #[arg(value_name = "NAME")]
    job: Option<String>,
    /// Maximum number of results; 0 for all
    #[arg(short = 'n', long, value_name = "N", default_value = "50")]
    limit: usize,
    /// Print JSON (`turnwise.runs/1`)
    #[arg(long)]
    json: bool,
}

/// A run in `turnwise.runs/1`.
#[derive(Serialize)]
struct RunSummary<'a> {
    id: String,
    job: &'a str,
    due_at: String,
    first_due_at: String,
    due_times: u64,
    manual: bool,
    state: &'static str,
    reason: Option<&'a str>,
    attempt: u32,
    started_at: Option<String>,
    ended_at: Option<String>,
    duration_ms: Option<i64>,
    retry_at: Option<String>,
    exit_code: Option<i32>,
    tokens: Option<u64>,
    session_id: Option<&'a str>,
    runner: Option<&'a str>,
    lease_expires_at: Option<String>,
    log: Option<&'a PathBuf>,
}

/// Writes `turnwise.runs/1`.
pub(super) fn json(runs: &[JobRun], out: &mut impl Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct RunsDocument<'a> {
        schema: &'static str,
        runs: Vec<RunSummary<'a>>,
    }
    let listed = runs.iter().map(|run| RunSummary {
        id: format!("{}@{}", run.job, time::utc(run.due_at)),
        job: &run.job,
        due_at: time::utc(run.due_at),
        first_due_at: time::utc(run.first_due_at),
        due_times: run.due_times,
        manual: run.manual,
        state: run.state.as_str(),
        reason: run.reason.as_deref(),
        attempt: run.attempt,
        started_at: run.started_at.map(time::utc),
        ended_at: run.ended_at.map(time::utc),
        duration_ms: duration(run),
        retry_at: run.retry_at.map(time::utc),
        exit_code: run.exit_code,
        tokens: run.tokens,
        session_id: run.session_id.as_deref(),
        runner: run.holder.as_deref(),
        lease_expires_at: run.lease_expires_at.map(time::utc),
        log: run.log.as_ref().filter(|log| !log.as_os_str().is_empty()),
    });
    let document = RunsDocument {
        schema: "turnwise.runs/1",
        runs: listed.collect(),
    };
    safe_json::write(out, &document)?;
    writeln!(out)
}

fn duration(run: &JobRun) -> Option<i64> {
    Some(run.ended_at?.saturating_sub(run.started_at?))
}

/// Runs the command.
pub(super) fn run(args: &HistoryArgs, context: &Context) -> Result<Exit, Failure> {
    let jobs = Jobs::open(context)?;
    let id = args.job.as_deref().map(|name| jobs.record(name)).transpose()?;
    let limit = if args.limit == 0 { usize::MAX } else { args.limit };
    let runs = wait(jobs.ledger.job_runs(id.as_ref().map(|job| job.id), limit))?;
    if runs.is_empty() && !args.json {
        context.note("No runs yet.");
    }
    context.print(|mut out| {
        if args.json {
            return json(&runs, &mut out);
        }
        let palette = context.palette();
        if id.is_some() && !runs.is_empty() {
            writeln!(out, "{}", bar(&runs, palette))?;
        }
        table(&runs, id.is_some(), palette, &mut out)
    })?;
    Ok(Exit::Success)
}

/// The latest runs as a row of signs, the latest last, and how many there are of each.
fn bar(runs: &[JobRun], palette: Palette) -> String {
    let shown = runs.iter().take(BAR).rev();
    let signs = shown
        .map(|run| {
            let (sign, tone) = sign(run.state);
            palette.paint(tone, sign)
        })
        .collect::<String>();
    let mut counts = Vec::<(JobRunState, u64)>::new();
    for run in runs.iter().take(BAR) {
        match counts.iter_mut().find(|(state, _)| *state == run.state) {
            Some((_, count)) => *count += run.due_times,
            None => counts.push((run.state, run.due_times)),
        }
    }
    let counts = counts
        .iter()
        .map(|(state, count)| format!("{count} {}", state.as_str()))
        .collect::<Vec<_>>();
    format!("{signs}  {}", counts.join(", "))
}

fn sign(state: JobRunState) -> (&'static str, Tone) {
    match state {
        JobRunState::Ran => ("■", Tone::Good),
        JobRunState::Failed => ("✗", Tone::Bad),
        JobRunState::Interrupted => ("□", Tone::Warn),
        JobRunState::Retry => ("↻", Tone::Warn),
        JobRunState::Waiting => ("?", Tone::Warn),
        JobRunState::Claimed | JobRunState::Running => ("▶", Tone::Strong),
        JobRunState::Skipped => ("-", Tone::Faint),
        JobRunState::Missed => ("·", Tone::Faint),
    }
}

/// A line for each due time, the latest first.
pub(super) fn table(runs: &[JobRun], of_one: bool, palette: Palette, out: &mut impl Write) -> io::Result<()> {
    // A sign, a space and the longest state.
    let state = 13;
    let mut columns = if of_one {
        Columns::at_least(&[0, state])
    } else {
        Columns::at_least(&[0, 0, state])
    };
    for run in runs {
        let name = (!of_one).then(|| Cell::toned(Tone::Strong, &run.job));
        let (sign, tone) = sign(run.state);
        let cells = [
            Cell::plain(time::local(run.due_at)),
            Cell::toned(tone, format!("{sign} {}", run.state.as_str())),
            Cell::plain(sanitize::line(&detail(run)).into_owned()),
        ];
        columns.row(name.into_iter().chain(cells));
    }
    columns.write(palette, out)
}

/// A run in a sentence, for a log.
pub(super) fn sentence(run: &JobRun) -> String {
    format!("{}: {}, {}", run.job, run.state.as_str(), detail(run))
}

fn detail(run: &JobRun) -> String {
    let mut parts = Vec::new();
    if run.due_times > 1 {
        let first = time::local(run.first_due_at);
        parts.push(format!("{} due times since {first}", run.due_times));
    }
    if run.manual {
        parts.push("manual".to_owned());
    }
    if let Some(duration) = duration(run).filter(|_| !run.state.is_open()) {
        parts.push(time::took(duration));
    }
    if let Some(tokens) = run.tokens.filter(|tokens| *tokens > 0) {
        parts.push(count(tokens, "token"));
    }
    if run.attempt > 1 {
        parts.push(format!("attempt {}", run.attempt));
    }
    if let Some(code) = run.exit_code.filter(|code| *code != 0) {
        parts.push(format!("exit code {code}"));
    }
    if let Some(at) = run.retry_at {
        parts.push(format!("retry {}", time::local(at)));
    }
    if let Some(reason) = &run.reason {
        parts.push(reason.clone());
    }
    if run.state == JobRunState::Waiting {
        parts.push("see `turnwise approve`".to_owned());
    }
    if parts.is_empty() {
        parts.push(format!("due {}", time::local(run.due_at)));
    }
    parts.join(", ")
}
