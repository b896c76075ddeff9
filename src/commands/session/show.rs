//! `session show` and `session export`: one saved session at the terminal or as a document, streamed from its file.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::exit::Exit;
use crate::ledger::{ApprovalFilter, Ledger as _, SqliteLedger};
use crate::render::export::{Approval, Document, Head, Screen, write, write_screen};
use crate::render::pager::Pager;
use crate::runtime::rollout::{Conversation, FullHistory, SavedSession, full_history, summaries};
use clap::Args;

use super::show_item;
use super::which::WhichArgs;
use crate::commands::ColorChoice;
use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::run::Signals;
use crate::commands::say;
use crate::commands::sessions::Saved;
use crate::commands::tokio_runtime::runtime;
use crate::input::output::{Directory, OutputFile};

/// Show a saved session
///
/// At a terminal it is rendered, and shown in a pager: `TURNWISE_PAGER`, `PAGER` or `less`. Elsewhere it is Markdown.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turnwise session show --last\n  turnwise session show 01a1fc41 > review.md"
)]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Print JSON (`turnwise.session/1`)
    #[arg(long)]
    json: bool,
    /// Print everything at once
    #[arg(long)]
    no_pager: bool,
    /// Print one command, change or tool call with its whole output
    #[arg(long, value_name = "ID", conflicts_with = "json")]
    item: Option<String>,
}

/// Export a saved session as a document
///
/// Without a format, the extension of FILE decides: .html, .json or .md. Otherwise it is Markdown.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turnwise session export --last -O review.html\n  turnwise session export 01a1fc41 --json"
)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    which: WhichArgs,
    #[command(flatten)]
    format: Format,
    /// Write to this file instead of stdout
    #[arg(short = 'O', long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Create the directory of --output
    #[arg(long)]
    mkdir: bool,
}

#[derive(Debug, Args)]
#[group(multiple = false)]
struct Format {
    /// Markdown (the default)
    #[arg(long)]
    markdown: bool,
    /// One self-contained HTML page
    #[arg(long)]
    html: bool,
    /// JSON (`turnwise.session/1`)
    #[arg(long)]
    json: bool,
}

impl Format {
    fn document(&self, output: Option<&Path>) -> Document {
        let extension = output.and_then(Path::extension).unwrap_or_default();
        let extension = extension.to_string_lossy().to_ascii_lowercase();
        match extension.as_str() {
            _ if self.html => Document::Html,
            _ if self.json => Document::Json,
            _ if self.markdown => Document::Markdown,
            "html" | "htm" => Document::Html,
            "json" => Document::Json,
            _ => Document::Markdown,
        }
    }
}

/// Runs `session show`.
pub(super) fn show(args: &ShowArgs, context: &Context) -> Result<Exit, Failure> {
    let ready = ready(&args.which, context)?;
    if let Some(item) = &args.item {
        let (session, terminal) = (ready.head.id.clone(), context.stdout.terminal);
        let mut found = false;
        context.print(|out| {
            found = show_item::write(Conversation::new(ready.lines), item, terminal, out)?;
            Ok(())
        })?;
        let missing = || Failure::usage(format!("item {item} not found in session {session}"));
        return found.then_some(Exit::Success).ok_or_else(missing);
    }
    let rendered = context.stdout.terminal || context.global.color == ColorChoice::Always;
    if args.json || !rendered {
        let document = if args.json {
            Document::Json
        } else {
            Document::Markdown
        };
        context.print(|mut out| ready.write(document, &mut out))?;
        return Ok(Exit::Success);
    }
    let screen = Screen {
        palette: context.palette(),
        width: width(),
    };
    if context.stdout.terminal && !args.no_pager {
        // Ctrl-C is the pager's while it runs; a listener keeps it from ending this process.
        let runtime = runtime()?;
        let signals = runtime.block_on(async { Signals::listen() });
        let _signals = signals.map_err(|error| Failure::system("the signals", error))?;
        let failed =
            |error| Failure::system("the pager", error).hint("set TURNWISE_PAGER, or use --no-pager");
        if let Some(pager) = Pager::start().map_err(failed)? {
            pager.show(|out| ready.draw(screen, out)).map_err(failed)?;
            return Ok(Exit::Success);
        }
    }
    context.print(|out| ready.draw(screen, out))?;
    Ok(Exit::Success)
}

/// The columns of the terminal; in a pipe those of the person's, if it is known.
fn width() -> usize {
    let size = console::Term::stdout()
        .size_checked()
        .or_else(|| console::Term::stderr().size_checked());
    size.map_or(80, |(_, columns)| usize::from(columns).max(8))
}

/// Runs `session export`.
pub(super) fn export(args: &ExportArgs, context: &Context) -> Result<Exit, Failure> {
    let document = args.format.document(args.output.as_deref());
    let ready = ready(&args.which, context)?;
    let Some(path) = &args.output else {
        context.print(|mut out| ready.write(document, &mut out))?;
        return Ok(Exit::Success);
    };
    let output = OutputFile::prepare(path, Directory::made_if(args.mkdir))?;
    output
        .write_with(None, |mut out| ready.write(document, &mut out))
        .map_err(|error| Failure::system(path.display(), error))?;
    Ok(Exit::Success)
}

/// A session that can be written as a document.
struct Ready {
    head: Head,
    lines: FullHistory,
    approvals: Vec<Approval>,
}

impl Ready {
    fn write(self, document: Document, out: &mut impl Write) -> io::Result<()> {
        write(
            document,
            &self.head,
            Conversation::new(self.lines),
            &self.approvals,
            out,
        )
    }

    fn draw(self, screen: Screen, out: &mut dyn Write) -> io::Result<()> {
        let entries = Conversation::new(self.lines);
        write_screen(screen, &self.head, entries, &self.approvals, out)
    }
}

fn ready(which: &WhichArgs, context: &Context) -> Result<Ready, Failure> {
    let saved = Saved::read(context)?;
    let session = which.find(&saved, context)?;
    let head = head(&session, &saved)?;
    let lines = full_history(&session, &saved.sessions)
        .map_err(|error| Failure::system(session.path.display(), error))?;
    let approvals = approvals(&session.id, context);
    Ok(Ready {
        head,
        lines,
        approvals,
    })
}

/// What the agent asked in the session, if it ever asked anything.
fn approvals(id: &str, context: &Context) -> Vec<Approval> {
    let Some(directories) = &context.directories else {
        return Vec::new();
    };
    let ledger = SqliteLedger::open_existing(&SqliteLedger::path_in(&directories.state));
    let asked = async {
        match ledger? {
            Some(ledger) => ledger.list(ApprovalFilter::Session(id.to_owned())).await,
            None => Ok(Vec::new()),
        }
    };
    let asked = runtime().map(|runtime| runtime.block_on(asked));
    let asked = match asked {
        Ok(Ok(asked)) => asked,
        // The conversation is worth showing without it.
        Ok(Err(error)) => {
            say(&format!("warning: cannot show approvals: {error}"));
            Vec::new()
        }
        Err(failure) => {
            failure.print();
            Vec::new()
        }
    };
    asked.iter().map(Approval::from).collect()
}

fn head(session: &SavedSession, saved: &Saved) -> Result<Head, Failure> {
    let summary = summaries(vec![session.clone()], saved.home.names()).next();
    match summary {
        Some(Ok(summary)) => Ok(Head::from(&summary)),
        Some(Err(problem)) => Err(Failure::system(problem.path.display(), problem.reason)),
        None => Err(Failure::system(session.path.display(), "file not found")),
    }
}
