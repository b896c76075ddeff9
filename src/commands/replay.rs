//! `turnwise replay`: draws a recorded run again.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;

use clap::Args;
use turnwise::exit::Exit;
use turnwise::render::report::RUN_SCHEMA;
use turnwise::render::{RunReport, build};
use turnwise::runtime::Transcript;
use turnwise::runtime::event::TurnStatus;
use turnwise::runtime::exec_events::ExecEvents;

use super::context::Context;
use super::failure::Failure;
use super::run::{FormatArg, render_options};

/// Draw a recorded run again
///
/// A recording is what `turnwise run --format jsonl`, or `codex exec --json`, wrote.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  turnwise run --format jsonl \"…\" > run.jsonl\n  turnwise replay run.jsonl"
)]
pub(crate) struct ReplayArgs {
    /// The recording; `-` reads it from stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What is written to stdout
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "text")]
    format: FormatArg,
    /// Stream messages into a pipe too, instead of the final answer only
    #[arg(long)]
    stream: bool,
}

/// Runs the command.
pub(crate) fn run(args: &ReplayArgs, context: &Context) -> Result<Exit, Failure> {
    let name = args.file.display();
    let reader: Box<dyn BufRead> = if args.file.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        let file = File::open(&args.file).map_err(|error| Failure::usage(format!("{name}: {error}")))?;
        Box::new(BufReader::new(file))
    };
    let mut renderer = build(render_options(args.format, args.stream, false, context));
    let mut transcript = Transcript::default();
    let shown = || -> io::Result<Result<(), Failure>> {
        for event in ExecEvents::new(reader) {
            let event = match event {
                Ok(event) => event.event,
                Err(damaged) => {
                    let message = format!(
                        "{name}, line {}: not a recorded event: {}",
                        damaged.line, damaged.reason
                    );
                    return Ok(Err(Failure::usage(message)));
                }
            };
            transcript.observe(&event);
            renderer.event(&event)?;
        }
        renderer.flush()?;
        renderer.finish(&report(&transcript))?;
        Ok(Ok(()))
    };
    match shown() {
        Ok(outcome) => outcome.map(|()| Exit::Success),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Success),
        Err(error) => Err(Failure::system(name, error)),
    }
}

/// What a stream of events came to.
pub(crate) fn report(transcript: &Transcript) -> RunReport {
    let end = transcript.end();
    let thread = transcript.thread();
    let failure = end.and_then(|end| end.error.as_ref()).map(Failure::from_turn);
    RunReport {
        schema: RUN_SCHEMA,
        status: end.map_or(TurnStatus::Interrupted, |end| end.status),
        exit_code: end.map_or(Exit::Failed, Exit::from).code(),
        session_id: thread.map(|thread| thread.thread_id.clone()),
        turn_id: transcript.turn_id().map(str::to_owned),
        text: Some(transcript.text().to_owned()).filter(|text| !text.is_empty()),
        structured: None,
        items: transcript.items().to_vec(),
        approvals: Vec::new(),
        usage: transcript.usage(),
        diff: transcript.diff().map(str::to_owned),
        model: thread.and_then(|thread| thread.model.clone()),
        started_at: String::new(),
        duration_ms: end.and_then(|end| end.duration_ms).unwrap_or_default(),
        warnings: transcript.warnings().to_vec(),
        error: failure.as_ref().map(Failure::reported),
    }
}
