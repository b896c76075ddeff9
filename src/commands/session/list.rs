//! `session list`: saved sessions, from Codex's files alone.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::exit::Exit;
use crate::render::style::{Palette, Tone};
use crate::runtime::rollout::{Problem, SessionSummary, summaries};
use crate::text::safe_json;
use crate::text::sanitize;
use clap::Args;
use serde::Serialize;

use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::sessions::Saved;

/// How many sessions are listed unless told otherwise.
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
    #[arg(long, value_name = "N", default_value_t = LIMIT)]
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
    let mut count = 0;
    let printed = context.print(|out| lines(matching, &mut count, context.palette(), out));
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

fn lines(
    sessions: impl Iterator<Item = SessionSummary>,
    count: &mut usize,
    palette: Palette,
    out: &mut dyn Write,
) -> io::Result<()> {
    for summary in sessions {
        *count += 1;
        let what = summary.name.as_deref().unwrap_or(&summary.preview);
        let what = what.split_whitespace().collect::<Vec<_>>().join(" ");
        writeln!(
            out,
            "{}  {}  {}",
            palette.paint(Tone::Faint, &updated(&summary, "%Y-%m-%d %H:%M")),
            palette.paint(Tone::Strong, &sanitize::line(&summary.id)),
            sanitize::excerpt(&what, 100),
        )?;
    }
    Ok(())
}

fn updated(summary: &SessionSummary, format: &str) -> String {
    let zone = jiff::tz::TimeZone::system();
    let time = jiff::Timestamp::try_from(summary.updated).map(|time| time.to_zoned(zone));
    time.map(|time| time.strftime(format).to_string())
        .unwrap_or_default()
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
