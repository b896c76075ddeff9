//! `session list`: saved sessions, from Codex's files alone.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

use crate::control::reach::running;
use crate::exit::Exit;
use crate::ledger::{ApprovalFilter, ApprovalState, Ledger as _, SqliteLedger};
use crate::render::columns::{Cell, Columns};
use crate::render::style::{Palette, Tone};
use crate::runtime::rollout::{Problem, SessionSummary, summaries};
use crate::text::safe_json;
use crate::text::sanitize;
use clap::Args;
use console::{Term, measure_text_width, truncate_str};
use serde::Serialize;

use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::sessions::{NARROW, Saved, ShortIds, title, updated};
use crate::commands::tokio_runtime::runtime;

/// The default number of sessions in a list.
const LIMIT: usize = 50;

/// List saved sessions, most recent first
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Include all directories
    #[arg(long)]
    all: bool,
    /// Show archived sessions
    #[arg(long)]
    archived: bool,
    /// Filter by name, first prompt, directory or ID
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Maximum number of results; 0 for all
    #[arg(short = 'n', long, value_name = "N", default_value_t = LIMIT)]
    limit: usize,
    /// Print JSON (`turnwise.sessions/1`)
    #[arg(long)]
    json: bool,
    /// Read the files only; always the case
    #[arg(long, hide = true)]
    offline: bool,
}

#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    name: Option<&'a str>,
    preview: &'a str,
    cwd: Cow<'a, str>,
    created_at: &'a str,
    updated_at: String,
    archived: bool,
    model_provider: Option<&'a str>,
    source: &'a str,
    originator: Option<&'a str>,
    codex_version: Option<&'a str>,
    path: Cow<'a, str>,
}

#[derive(Serialize)]
struct Damaged<'a> {
    path: Cow<'a, str>,
    reason: &'a str,
}

/// Runs the command.
pub(super) fn run(args: &ListArgs, context: &Context) -> Result<Exit, Failure> {
    let saved = Saved::read(context)?;
    let here = std::env::current_dir().map_err(|error| Failure::system("the working directory", error))?;
    let sessions = saved
        .sessions
        .iter()
        .filter(|session| session.archived == args.archived);
    let limit = if args.limit == 0 { usize::MAX } else { args.limit };
    let mut problems = Vec::new();
    let mut summaries = summaries(sessions.cloned().collect(), saved.home.names());
    if !args.all {
        summaries = summaries.in_directory(&here);
    }
    let matching = summaries
        .filter_map(|summary| summary.map_err(|problem| problems.push(problem)).ok())
        .filter(|summary| args.search.as_deref().is_none_or(|text| holds(summary, text)))
        .take(limit);
    if args.json {
        let matching = matching.collect::<Vec<_>>();
        context.print(|out| json(&matching, &problems, out))?;
        return Ok(Exit::Success);
    }
    let states = States::read(context);
    let ids = context.stdout.terminal.then(|| saved.short_ids());
    let mut rows = Rows::new(context, ids);
    for summary in matching {
        let state = states.of(&summary.id);
        rows.add(&summary, state);
    }
    let count = rows.rows.len();
    let printed = context.print(|out| rows.write(context.palette(), out));
    for problem in &problems {
        let what = format!("warning: skipped {}: {}", problem.path.display(), problem.reason);
        context.note(&sanitize::line(&what));
    }
    printed?;
    if count == 0 {
        let more = if args.all {
            ""
        } else {
            " in this directory (--all includes all directories)"
        };
        context.note(&format!("No saved sessions{more}."));
    }
    Ok(Exit::Success)
}

fn holds(summary: &SessionSummary, text: &str) -> bool {
    let text = text.to_lowercase();
    let cwd = summary.cwd.to_string_lossy();
    [
        summary.name.as_deref().unwrap_or_default(),
        &summary.preview,
        &cwd,
        &summary.id,
    ]
    .iter()
    .any(|field| field.to_lowercase().contains(&text))
}

/// What happens in a session now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A turn or a chat of a turnwise process of this user.
    Running,
    /// It runs, and a request waits for an answer.
    Waiting,
}

/// The sessions in which something happens.
struct States {
    running: Vec<String>,
    waiting: Vec<String>,
}

impl States {
    /// Reads which sessions run and which of them wait. Where that cannot be read, nothing is marked.
    fn read(context: &Context) -> Self {
        let state = context.directories.as_ref().map(|directories| &directories.state);
        let running = state.and_then(|state| running(state).ok()).unwrap_or_default();
        let waiting = match state {
            Some(state) if !running.is_empty() => waiting(state, &running),
            _ => Vec::new(),
        };
        Self { running, waiting }
    }

    fn of(&self, id: &str) -> Option<State> {
        let is_in = |ids: &[String]| ids.iter().any(|other| other == id);
        if is_in(&self.waiting) {
            Some(State::Waiting)
        } else {
            is_in(&self.running).then_some(State::Running)
        }
    }
}

/// The sessions among these with a request that waits for an answer.
fn waiting(state: &Path, running: &[String]) -> Vec<String> {
    let Ok(Some(ledger)) = SqliteLedger::open_existing(&SqliteLedger::path_in(state)) else {
        return Vec::new();
    };
    let Ok(runtime) = runtime() else {
        return Vec::new();
    };
    let waits = |id: &&String| {
        let asked = runtime.block_on(ledger.list(ApprovalFilter::Session((*id).clone())));
        asked.is_ok_and(|asked| asked.iter().any(|asked| asked.state == ApprovalState::Open))
    };
    running.iter().filter(waits).cloned().collect()
}

/// The lines of the list. At a terminal they have a header, short IDs, and the width of the screen.
struct Rows {
    rows: Vec<Row>,
    ids: Option<ShortIds>,
    /// Columns of the terminal; `None` for lines of any length.
    width: Option<usize>,
}

struct Row {
    updated: String,
    id: String,
    state: Option<State>,
    title: String,
}

impl Rows {
    fn new(context: &Context, ids: Option<ShortIds>) -> Self {
        let width = context
            .stdout
            .terminal
            .then(|| usize::from(Term::stdout().size().1));
        Self {
            rows: Vec::new(),
            ids,
            width,
        }
    }

    fn add(&mut self, summary: &SessionSummary, state: Option<State>) {
        let id = match &self.ids {
            Some(ids) => ids.of(&summary.id).into_owned(),
            None => sanitize::line(&summary.id).into_owned(),
        };
        self.rows.push(Row {
            updated: updated(summary, self.width.is_some_and(|width| width < NARROW)),
            id,
            state,
            title: title(summary),
        });
    }

    fn write(&self, palette: Palette, out: &mut dyn Write) -> io::Result<()> {
        let marked = self.rows.iter().any(|row| row.state.is_some());
        let mut columns = Columns::default();
        if self.width.is_some() && !self.rows.is_empty() {
            let state = marked.then_some("STATE");
            let names = ["UPDATED", "ID"].into_iter().chain(state).chain(["SESSION"]);
            columns.row(names.map(|name| Cell::toned(Tone::Faint, name)));
        }
        let widest = |cell: fn(&Row) -> &str| self.rows.iter().map(|row| measure_text_width(cell(row))).max();
        let before = widest(|row| &row.updated).max(Some(7)).unwrap_or_default()
            + widest(|row| &row.id).unwrap_or_default()
            + 4
            + if marked { 9 } else { 0 };
        for row in &self.rows {
            let state = marked.then(|| match row.state {
                Some(State::Running) => Cell::toned(Tone::Good, "running"),
                Some(State::Waiting) => Cell::toned(Tone::Warn, "waiting"),
                None => Cell::plain(""),
            });
            let title = match self.width {
                Some(width) => truncate_str(&row.title, width.saturating_sub(before).max(8), "…"),
                None => Cow::Borrowed(row.title.as_str()),
            };
            let cells = [
                Cell::toned(Tone::Faint, row.updated.as_str()),
                Cell::toned(Tone::Strong, row.id.as_str()),
            ];
            columns.row(cells.into_iter().chain(state).chain([Cell::plain(title)]));
        }
        columns.write(palette, out)
    }
}

fn json(sessions: &[SessionSummary], problems: &[Problem], mut out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Document<'a> {
        schema: &'static str,
        sessions: Vec<Listed<'a>>,
        /// Files that are no sessions.
        problems: Vec<Damaged<'a>>,
    }
    let listed = sessions.iter().map(|summary| Listed {
        id: &summary.id,
        name: summary.name.as_deref(),
        preview: &summary.preview,
        cwd: summary.cwd.to_string_lossy(),
        created_at: &summary.created_at,
        updated_at: jiff::Timestamp::try_from(summary.updated)
            .map(|time| time.to_string())
            .unwrap_or_default(),
        archived: summary.archived,
        model_provider: summary.model_provider.as_deref(),
        source: &summary.source,
        originator: summary.originator.as_deref(),
        codex_version: summary.codex_version.as_deref(),
        path: summary.path.to_string_lossy(),
    });
    let problems = problems.iter().map(|problem| Damaged {
        path: problem.path.to_string_lossy(),
        reason: &problem.reason,
    });
    let document = Document {
        schema: "turnwise.sessions/1",
        sessions: listed.collect(),
        problems: problems.collect(),
    };
    safe_json::write(&mut out, &document)?;
    writeln!(out)
}
