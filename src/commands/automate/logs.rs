//! `turnwise automate logs`: the saved output of a job's last runs.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use crate::automation::process::logs;
use crate::exit::Exit;
use crate::files;
use crate::render::style::{Palette, Tone};
use crate::text::sanitize;
use clap::Args;
use serde::Serialize;

use super::jobs::Jobs;
use super::time;
use crate::commands::context::Context;
use crate::commands::failure::Failure;

/// Show the output of a job's last runs
///
/// Each log has the messages of one attempt, its result as JSON (`turnwise.run/1`) and its exit status. The last 30 logs of a job
/// are kept.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turnwise automate logs nightly\n  turnwise automate logs nightly -n 5 --json"
)]
pub(super) struct LogsArgs {
    /// Job
    #[arg(value_name = "NAME")]
    job: String,
    /// Maximum number of logs, the last ones; 0 for all
    #[arg(short = 'n', long, value_name = "N", default_value = "1")]
    limit: usize,
    /// Print JSON (`turnwise.logs/1`)
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct LogsDocument<'a> {
    schema: &'static str,
    job: &'a str,
    logs: Vec<LogOut>,
}

#[derive(Serialize)]
struct LogOut {
    id: String,
    started_at: Option<String>,
    path: PathBuf,
    text: String,
}

/// Runs the command.
pub(super) fn run(args: &LogsArgs, context: &Context) -> Result<Exit, Failure> {
    let jobs = Jobs::open(context)?;
    let job = jobs.record(&args.job)?;
    let directory = logs::directory(&jobs.state, &job.name);
    let most = if args.limit == 0 { usize::MAX } else { args.limit };
    let unreadable = |error: io::Error| Failure::system(directory.display(), error);
    let paths = logs::latest(&jobs.state, &job.name, most).map_err(unreadable)?;
    if args.json {
        let logs = paths.iter().map(|path| log_out(path));
        let document = LogsDocument {
            schema: "turnwise.logs/1",
            job: &job.name,
            logs: logs.collect::<io::Result<_>>().map_err(unreadable)?,
        };
        context.print_json(&document)?;
        return Ok(Exit::Success);
    }
    if paths.is_empty() {
        context.note(&format!("No logs yet: {} has not run.", job.name));
    }
    let palette = context.palette();
    let has_several = paths.len() > 1;
    for path in paths {
        let file = files::open_regular(&path).map_err(|error| Failure::system(path.display(), error))?;
        context.print(|out| {
            if has_several {
                writeln!(out, "{}", heading(&path, palette))?;
            }
            copy(file, out)
        })?;
    }
    Ok(Exit::Success)
}

fn heading(path: &Path, palette: Palette) -> String {
    let started = logs::started_at(path).map(|at| time::local(at.as_millisecond()));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    palette.paint(
        Tone::Strong,
        &format!("── {}", started.as_deref().unwrap_or(&name)),
    )
}

/// Writes a log, line by line: the agent's commands may have written anything into it.
fn copy(file: File, out: &mut dyn Write) -> io::Result<()> {
    let (mut reader, mut line) = (BufReader::new(file), Vec::new());
    while reader.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        writeln!(out, "{}", sanitize::text(text.trim_end_matches(['\n', '\r'])))?;
        line.clear();
    }
    Ok(())
}

fn log_out(path: &Path) -> io::Result<LogOut> {
    let name = path.file_stem().unwrap_or_default();
    Ok(LogOut {
        id: name.to_string_lossy().into_owned(),
        started_at: logs::started_at(path).map(|at| at.to_string()),
        path: path.to_owned(),
        text: String::from_utf8_lossy(&files::read_regular(path, files::LARGEST)?).into_owned(),
    })
}
