//! `turnwise replay`: draws a recorded run again.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::exit::Exit;
use crate::files::{NotText, decode, without_bom};
use crate::render::build;
use crate::render::output::unless_closed;
use crate::run::{RunEnd, RunError, RunReport, RunTime};
use crate::runtime::Transcript;
use crate::runtime::event::{Event, TurnStatus};
use crate::runtime::exec_events::ExecEvents;
use clap::Args;
use serde_json::Value;

use super::context::Context;
use super::failure::Failure;
use super::run::{FormatArg, render_options};

/// How to make a recording.
const RECORD: &str = "`turnwise run --record FILE` makes a recording";

/// How the document of `--format json` begins.
const DOCUMENT: &[u8] = b"{\"schema\":\"turnwise.run/";

/// Number of bytes to check for the encoding.
const LOOKED_AT: usize = 64;

/// Replay a recorded run
///
/// A recording is a file of `turnwise run --record`, or the output of `turnwise run --format jsonl` or `codex exec --json`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turnwise run --record run.jsonl \"What does this repository do?\"\n  turnwise replay run.jsonl\n  turnwise replay run.jsonl --format markdown"
)]
pub(crate) struct ReplayArgs {
    /// Recording; `-` reads it from stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Output format
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "text")]
    format: FormatArg,
    /// Stream messages into a pipe too
    #[arg(long)]
    stream: bool,
}

/// Runs the command.
pub(crate) fn run(args: &ReplayArgs, context: &Context) -> Result<Exit, Failure> {
    let name = args.file.display().to_string();
    let mut reader: Box<dyn BufRead> = if args.file.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        let file = File::open(&args.file).map_err(|error| Failure::usage(format!("{name}: {error}")))?;
        Box::new(BufReader::new(file))
    };
    match reader.fill_buf() {
        Ok(beginning) => check_beginning(&name, beginning)?,
        Err(error) => return Err(Failure::usage(format!("{name}: {error}"))),
    }
    let mut renderer = build(render_options(args.format, args.stream, false, context));
    let mut transcript = Transcript::default();
    let mut known = false;
    // The last error; it is why a recording without an end ends.
    let mut last = None;
    let shown = || -> io::Result<Result<(), Failure>> {
        for event in ExecEvents::new(reader) {
            let event = match event {
                Ok(event) => event,
                Err(damaged) => {
                    let message = format!(
                        "{name}, line {}: not a recorded event: {}",
                        damaged.line, damaged.reason
                    );
                    return Ok(Err(Failure::usage(message)));
                }
            };
            if !known && let Some(failure) = session(&name, &event.raw) {
                return Ok(Err(failure));
            }
            known |= !matches!(event.event, Event::Unknown { .. });
            transcript.observe(&event.event);
            renderer.event(&event.event)?;
            if let Event::Error(error) = event.event
                && !error.will_retry
            {
                last = Some(error.message);
            }
        }
        if !known {
            let failure = Failure::usage(format!("{name}: contains no events of a run"));
            return Ok(Err(failure.hint(RECORD)));
        }
        renderer.flush()?;
        let mut report = recorded(Arc::new(transcript));
        if report.error.is_none() && report.status != TurnStatus::Completed {
            report.error = last.map(|message| RunError::new("failed", message));
        }
        renderer.finish(&report)?;
        // Gone before the last line, so that no live display is drawn over it.
        drop(renderer);
        if let Some(error) = report.error {
            Failure::from_run(Exit::Failed, error).print();
        }
        Ok(Ok(()))
    };
    let mut outcome = Ok(());
    let written = unless_closed(shown().map(|shown| outcome = shown));
    written.map_err(|error| Failure::system(&name, error))?;
    outcome.map(|()| Exit::Success)
}

/// Names the kind of a file that is not a recording.
fn check_beginning(name: &str, beginning: &[u8]) -> Result<(), Failure> {
    let wrong = |what: &dyn Display| Failure::usage(format!("{name}: {what}"));
    if beginning.is_empty() {
        return Err(wrong(&"the file is empty").hint(RECORD));
    }
    if without_bom(beginning).starts_with(DOCUMENT) {
        return Err(wrong(&"this is a run's JSON document; only JSONL can be replayed").hint(RECORD));
    }
    // A character may be cut in two at the end, which does not matter here.
    match decode(beginning[..beginning.len().min(LOOKED_AT)].to_vec()) {
        Err(error @ NotText::Encoding(_)) => Err(wrong(&error)),
        _ => Ok(()),
    }
}

/// The error for a saved session, if the line is from one.
fn session(name: &str, line: &Value) -> Option<Failure> {
    if line["type"] != "session_meta" {
        return None;
    }
    let failure = Failure::usage(format!("{name}: this is a saved session, not a recorded run"));
    Some(match line["payload"]["id"].as_str() {
        Some(id) => failure.hint(format!("show it with `turnwise session show {id}`")),
        None => failure.hint("show it with `turnwise session show`"),
    })
}

/// The report of a turn that another process ran.
pub(crate) fn recorded(transcript: Arc<Transcript>) -> RunReport {
    let end = RunEnd::of_recording(transcript.end());
    let duration = transcript.end().and_then(|end| end.duration_ms);
    let time = RunTime {
        started_at: None,
        duration: Duration::from_millis(duration.unwrap_or_default()),
    };
    RunReport::new(transcript, &end, None, time)
}
