//! `turnwise status`: running sessions and jobs, waiting requests, the next due job, and schedulers.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use crate::approval::ApprovalService;
use crate::automation::jobs::{ScheduleOverview, schedule_overview};
use crate::control::reach::running;
use crate::exit::Exit;
use crate::ledger::jobs::{JobLedger, JobRun};
use crate::ledger::{Millis, SqliteLedger};
use crate::render::columns::{Cell, Columns};
use crate::render::output;
use crate::render::style::Tone;
use crate::runtime::rollout::summaries;
use crate::text::{safe_json, sanitize};
use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::automate::status::{RunnerOut, runner_out};
use super::automate::{install, scheduler};
use super::context::Context;
use super::failure::Failure;
use super::sessions::Saved;
use crate::commands::tokio_runtime::runtime;

/// How often `--watch` looks.
const PAUSE: Duration = Duration::from_secs(1);

/// Moves to the top of the screen and clears it.
const CLEAR: &[u8] = b"\x1b[H\x1b[2J";

/// Number of the latest runs of jobs to search for open ones.
const LATEST_RUNS: usize = 200;

/// Show what runs, waits and is due
///
/// It lists running sessions and jobs, approval requests that wait for an answer, the next due job, and the schedulers that
/// looked for due jobs.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  turnwise status\n  turnwise status --watch")]
pub(crate) struct StatusArgs {
    /// Refresh every second until Ctrl-C
    #[arg(short, long)]
    watch: bool,
    /// Print JSON (`turnwise.status/1`); with --watch, a line for each change
    #[arg(long)]
    json: bool,
}

/// How things stand.
#[derive(Debug, Default)]
struct Status {
    sessions: Vec<RunningSession>,
    approvals: Vec<WaitingApproval>,
    runs: Vec<JobRun>,
    schedule: Option<ScheduleOverview>,
}

#[derive(Debug, Serialize)]
struct RunningSession {
    id: String,
    name: Option<String>,
    preview: Option<String>,
    cwd: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
struct WaitingApproval {
    id: String,
    kind: String,
    summary: String,
    cwd: PathBuf,
    requested_at: String,
    #[serde(skip)]
    since: Millis,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    sessions: &'a [RunningSession],
    runs: Vec<RunOut<'a>>,
    approvals: &'a [WaitingApproval],
    stopped: bool,
    next_due: Option<NextOut<'a>>,
    runners: Vec<RunnerOut<'a>>,
}

#[derive(Serialize)]
struct RunOut<'a> {
    id: String,
    job: &'a str,
    state: &'static str,
    due_at: String,
    started_at: Option<String>,
    session_id: Option<&'a str>,
}

#[derive(Serialize)]
struct NextOut<'a> {
    job: &'a str,
    at: String,
}

/// Runs the command. With `--watch` it ends with a signal or a closed output.
pub(crate) fn run(args: &StatusArgs, context: &Context) -> Result<Exit, Failure> {
    let runtime = runtime()?;
    let redraws = context.stdout.interactive && !args.json;
    // Asked once: it starts other programs.
    let installed = OnceCell::new();
    let mut before = None;
    loop {
        let status = runtime.block_on(Status::read(context))?;
        if !args.watch {
            let text = status.shown(args, &installed, context)?;
            context.print(|out| out.write_all(&text))?;
            return Ok(Exit::Success);
        }
        let state = status.state()?;
        // At a terminal the ages change, too; elsewhere only a change is worth a line.
        if redraws || before.as_ref() != Some(&state) {
            let text = status.shown(args, &installed, context)?;
            let clear: &[u8] = if redraws { CLEAR } else { b"" };
            match write(&[clear, &text].concat()) {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(Exit::Success),
                written => written.map_err(Failure::stdout)?,
            }
            before = Some(state);
        }
        std::thread::sleep(PAUSE);
    }
}

fn write(text: &[u8]) -> io::Result<()> {
    let mut out = output::stdout();
    out.write_all(text)?;
    out.flush()
}

impl Status {
    async fn read(context: &Context) -> Result<Self, Failure> {
        let state = &context.directories()?.state;
        let ids = running(state).map_err(|error| Failure::system("the running sessions", error))?;
        let waiting = ApprovalService::open(state)?.waiting().await?;
        let approvals = waiting.into_iter().map(|listed| WaitingApproval {
            id: listed.id,
            kind: listed.kind,
            summary: listed.summary,
            cwd: listed.cwd,
            requested_at: rfc3339(listed.requested_at),
            since: listed.requested_at,
        });
        let mut status = Self {
            sessions: sessions(ids, context),
            approvals: approvals.collect(),
            ..Self::default()
        };
        let path = SqliteLedger::path_in(state);
        // Looking does not make a ledger.
        if path.exists() {
            let ledger = SqliteLedger::open(&path)?;
            status.runs = ledger.job_runs(None, LATEST_RUNS).await?;
            status.runs.retain(|run| run.state.is_open());
            status.schedule = Some(schedule_overview(&ledger).await?);
        }
        Ok(status)
    }

    fn document(&self) -> Document<'_> {
        let schedule = self.schedule.as_ref();
        let now = Timestamp::now();
        let next = schedule.and_then(|schedule| schedule.next_due.as_ref());
        let runners = schedule.map_or(&[][..], |schedule| &schedule.runners);
        Document {
            schema: "turnwise.status/1",
            sessions: &self.sessions,
            runs: self.runs.iter().map(run_out).collect(),
            approvals: &self.approvals,
            stopped: schedule.is_some_and(|schedule| schedule.stopped_at.is_some()),
            next_due: next.map(|next| NextOut {
                job: &next.job,
                at: next.at.to_string(),
            }),
            runners: runners.iter().map(|runner| runner_out(runner, now)).collect(),
        }
    }

    /// Everything except the times that change with every look.
    fn state(&self) -> Result<Vec<u8>, Failure> {
        let mut document = self.document();
        for runner in &mut document.runners {
            runner.seen_at.clear();
        }
        serde_json::to_vec(&document).map_err(|error| Failure::system("the status", error))
    }

    fn shown(
        &self,
        args: &StatusArgs,
        installed: &OnceCell<bool>,
        context: &Context,
    ) -> Result<Vec<u8>, Failure> {
        let mut text = Vec::new();
        let written = if args.json {
            safe_json::write(&mut text, &self.document()).and_then(|()| writeln!(text))
        } else {
            self.table(installed, context).write(context.palette(), &mut text)
        };
        written.map_err(|error| Failure::system("the status", error))?;
        Ok(text)
    }

    /// A row for each thing, after a word for its kind.
    fn table(&self, installed: &OnceCell<bool>, context: &Context) -> Columns<'_> {
        let mut columns = Columns::default();
        let mut rows = |label: &'static str, rows: Vec<(Tone, String)>| {
            for (index, (tone, text)) in rows.into_iter().enumerate() {
                let label = if index == 0 { label } else { "" };
                columns.row([Cell::toned(Tone::Strong, label), Cell::toned(tone, text)]);
            }
        };
        rows("running", self.running());
        rows("waiting", self.waiting());
        rows("due next", vec![self.due_next()]);
        rows("scheduler", self.scheduler(installed, context));
        columns
    }

    fn running(&self) -> Vec<(Tone, String)> {
        let sessions = self.sessions.iter().map(|session| {
            let what = session
                .name
                .as_deref()
                .or(session.preview.as_deref())
                .unwrap_or_default();
            format!(
                "session {}  {}",
                sanitize::line(&session.id),
                sanitize::excerpt(what, 60)
            )
        });
        let runs = self.runs.iter().map(|run| {
            let since = run
                .started_at
                .map(|at| format!(" for {}", age(at)))
                .unwrap_or_default();
            format!("job {}  {}{since}", sanitize::line(&run.job), run.state.as_str())
        });
        let rows = sessions
            .chain(runs)
            .map(|row| (Tone::Good, row.trim_end().to_owned()));
        or_else(rows.collect(), "nothing")
    }

    fn waiting(&self) -> Vec<(Tone, String)> {
        let rows = self.approvals.iter().map(|approval| {
            let summary = sanitize::excerpt(&approval.summary, 60);
            let row = format!("approval {}  {summary}  for {}", approval.id, age(approval.since));
            (Tone::Warn, row)
        });
        let mut rows = rows.collect::<Vec<_>>();
        if !rows.is_empty() {
            rows.push((Tone::Faint, "answer with `turnwise approve`".to_owned()));
        }
        or_else(rows, "nothing")
    }

    fn due_next(&self) -> (Tone, String) {
        let Some(schedule) = &self.schedule else {
            return (Tone::Faint, "no jobs".to_owned());
        };
        match &schedule.next_due {
            _ if schedule.stopped_at.is_some() => (
                Tone::Warn,
                "all jobs are stopped; release them with `turnwise automate stop-all --release`".to_owned(),
            ),
            Some(next) => {
                let at = next
                    .at
                    .to_zoned(TimeZone::system())
                    .strftime("%Y-%m-%d %H:%M")
                    .to_string();
                let late = if next.at < Timestamp::now() {
                    ", overdue"
                } else {
                    ""
                };
                (
                    Tone::Link,
                    format!("job {}  {at}{late}", sanitize::line(&next.job)),
                )
            }
            None => (Tone::Faint, "no jobs".to_owned()),
        }
    }

    fn scheduler(&self, installed: &OnceCell<bool>, context: &Context) -> Vec<(Tone, String)> {
        let Some(schedule) = &self.schedule else {
            return or_else(Vec::new(), "none seen");
        };
        let now = Timestamp::now();
        let rows = schedule.runners.iter().map(|runner| {
            let recent = runner.is_recent(now.as_millisecond());
            let tone = if recent { Tone::Good } else { Tone::Faint };
            (tone, scheduler::seen(runner, now))
        });
        let mut rows = or_else(rows.collect(), "none seen");
        if let Some(trouble) = scheduler::trouble(schedule, now, || {
            *installed.get_or_init(|| install::is_installed(context))
        }) {
            rows.push((Tone::Warn, trouble.sentence()));
        }
        rows
    }
}

fn or_else(rows: Vec<(Tone, String)>, nothing: &str) -> Vec<(Tone, String)> {
    if rows.is_empty() {
        vec![(Tone::Faint, nothing.to_owned())]
    } else {
        rows
    }
}

/// The running sessions, with their names where they are saved.
fn sessions(ids: Vec<String>, context: &Context) -> Vec<RunningSession> {
    let saved = if ids.is_empty() {
        None
    } else {
        Saved::read(context).ok()
    };
    let mut about = BTreeMap::new();
    if let Some(saved) = saved {
        let wanted = saved
            .sessions
            .iter()
            .filter(|session| ids.iter().any(|id| session.id.as_str() == id));
        for summary in summaries(wanted.cloned().collect(), saved.home.names()).flatten() {
            about.insert(summary.id.to_string(), summary);
        }
    }
    let sessions = ids.into_iter().map(|id| {
        let summary = about.remove(&id);
        RunningSession {
            name: summary.as_ref().and_then(|summary| summary.name.clone()),
            preview: summary.as_ref().map(|summary| summary.preview.clone()),
            cwd: summary.map(|summary| summary.cwd),
            id,
        }
    });
    sessions.collect()
}

fn run_out(run: &JobRun) -> RunOut<'_> {
    RunOut {
        id: format!("{}@{}", run.job, rfc3339(run.due_at)),
        job: &run.job,
        state: run.state.as_str(),
        due_at: rfc3339(run.due_at),
        started_at: run.started_at.map(rfc3339),
        session_id: run.session_id.as_deref(),
    }
}

fn rfc3339(at: Millis) -> String {
    Timestamp::from_millisecond(at).unwrap_or_default().to_string()
}

/// How long ago a time was, roughly.
fn age(at: Millis) -> String {
    let seconds = Timestamp::now().as_millisecond().saturating_sub(at).max(0) / 1_000;
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}
