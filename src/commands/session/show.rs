//! `session show` and `session export`: one saved session as a document, streamed from its file.

use std::io::{self, Write};
use std::path::PathBuf;

use crate::exit::Exit;
use crate::ledger::{ApprovalFilter, Ledger as _, SqliteLedger};
use crate::render::export::{Approval, Document, Head, write};
use crate::runtime::rollout::{Conversation, FullHistory, SavedSession, full_history, summaries};
use clap::Args;

use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::run::runtime;
use crate::commands::say;
use crate::commands::sessions::Saved;
use crate::input::output::{Directory, OutputFile};

/// Show a saved session
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Session
    session: String,
    /// Print JSON (`turnwise.session/1`)
    #[arg(long)]
    json: bool,
}

/// Export a saved session as a document
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// Session
    session: String,
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
#[group(required = true, multiple = false)]
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

/// Runs `session show`.
pub(super) fn show(args: &ShowArgs, context: &Context) -> Result<Exit, Failure> {
    let document = if args.json {
        Document::Json
    } else {
        Document::Markdown
    };
    print(&args.session, document, context)
}

fn print(session: &str, document: Document, context: &Context) -> Result<Exit, Failure> {
    let ready = ready(session, context)?;
    context.print(|mut out| ready.write(document, &mut out))?;
    Ok(Exit::Success)
}

/// Runs `session export`.
pub(super) fn export(args: &ExportArgs, context: &Context) -> Result<Exit, Failure> {
    let document = match (args.format.html, args.format.json) {
        (true, _) => Document::Html,
        (_, true) => Document::Json,
        _ => Document::Markdown,
    };
    let Some(path) = &args.output else {
        return print(&args.session, document, context);
    };
    let ready = ready(&args.session, context)?;
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
}

fn ready(word: &str, context: &Context) -> Result<Ready, Failure> {
    let saved = Saved::read(context)?;
    let session = saved.named(word)?;
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
