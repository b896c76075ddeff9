//! `turnwise automate loop`: repeated turns on one prepared session, in the foreground. Nothing is saved.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::automation::{AutomationRun, AutomationSpec, spawn};
use crate::exit::Exit;
use crate::render::Surface;
use crate::render::output;
use crate::render::output::unless_closed;
use crate::run::{RunEnd, RunReport, RunTime};
use crate::runtime::event::{Event, TurnStatus};
use crate::runtime::{RuntimeError, Transcript, servers_ended};
use crate::text::safe_json;
use crate::text::sanitize;
use clap::Args;
use jiff::Timestamp;
use tokio::sync::mpsc;

use super::time;
use crate::commands::context::Context;
use crate::commands::duration::{OptionalDuration, limit};
use crate::commands::failure::Failure;
use crate::commands::run::{FormatArg, Plan, Signals, TurnArgs, fail_early, prepare, runtime};
use crate::commands::say;
use crate::input::prompt;

/// How long a server that was let go may take to end.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// Repeat a prompt on one session, in the foreground
///
/// The first turn starts at once or at --start-at. One turn runs at a time; turns missed meanwhile are run as one. Any error ends
/// the loop. Approval requests fail unless --on-approval is given.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turnwise automate loop --every 10m --max-runs 6 \"Is the build still green?\"\n  turnwise automate loop --every 1h --stop-at 18:00 --format json \"What is new in the log?\""
)]
pub(super) struct LoopArgs {
    /// Interval, such as 90s, 5m or 1h30m
    #[arg(long, value_name = "DURATION", value_parser = limit)]
    every: OptionalDuration,
    /// Time of the first turn
    #[arg(long, value_name = "TIME")]
    start_at: Option<String>,
    /// No turns from this time on
    #[arg(long, value_name = "TIME")]
    stop_at: Option<String>,
    /// Maximum number of turns
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_runs: Option<u64>,
    /// Prompt
    #[arg(value_name = "PROMPT", required = true)]
    prompt: Vec<String>,
    #[command(flatten)]
    turn: TurnArgs,
}

impl LoopArgs {
    fn spec(&self) -> Result<AutomationSpec, Failure> {
        let zone = time::zone_or_local(None)?;
        let text = prompt::assemble(Some(&self.prompt.join(" ")), None)?;
        let mut spec = AutomationSpec::new(text, self.every.0.unwrap_or_default());
        if let Some(start) = &self.start_at {
            spec = spec.start_at(SystemTime::from(time::read("--start-at", start, &zone)?));
        }
        if let Some(stop) = &self.stop_at {
            spec = spec.stop_at(SystemTime::from(time::read("--stop-at", stop, &zone)?));
        }
        if let Some(most) = self.max_runs {
            spec = spec.max_runs(most);
        }
        Ok(spec)
    }
}

/// How long a pipe may take to take an answer. Nothing else goes on meanwhile.
const TAKEN: Duration = Duration::from_secs(2);

/// Runs the command.
pub(super) fn run(mut args: LoopArgs, context: &Context) -> Result<Exit, Failure> {
    let format = args.turn.format();
    let notified = !context.global.notify.is_empty();
    args.turn.guard_output();
    let planned = args
        .turn
        .away_from_the_terminal(notified)
        .and_then(|()| match format {
            _ if args.turn.agent.is_recorded() => Err(Failure::usage(
                "--record: a loop is not recorded; record single runs with `turnwise run --record`",
            )),
            FormatArg::Markdown => Err(Failure::usage(
                "--format markdown: a loop supports text, json and jsonl",
            )),
            _ => Ok((args.turn.plan(context)?, args.spec()?)),
        });
    let (plan, spec) = match planned {
        Ok(planned) => planned,
        Err(failure) => return Ok(fail_early(&failure, format, context)),
    };
    let output = Output {
        format,
        surface: context.stdout,
        quiet: context.global.quiet,
        plan,
        failure: Mutex::new(None),
    };
    let tokio = runtime()?;
    let exit = tokio.block_on(async {
        let exit = repeat(Arc::new(output), spec, context).await;
        servers_ended(LAST_WAIT).await;
        exit
    });
    tokio.shutdown_background();
    exit
}

async fn repeat(output: Arc<Output>, spec: AutomationSpec, context: &Context) -> Result<Exit, Failure> {
    let mut signals = Signals::listen().map_err(|error| Failure::system("the signals", error))?;
    let prepared = tokio::select! {
        prepared = prepare(&output.plan, context) => prepared,
        exit = signals.next() => return Ok(exit),
    };
    // What belongs to the display of requests lives as long as the session.
    let (started, _ui) = match prepared {
        Ok(prepared) => prepared,
        Err(failure) => return Ok(fail_early(&failure, output.format, context)),
    };
    if let Some(notice) = started.notice {
        context.note(&format!("warning: {}", sanitize::text(&notice)));
    }
    let (client, session, events) = started.driver.into_parts();
    let listening = events.map(|events| tokio::spawn(tell(events, context.global.quiet)));
    let (done, mut full) = mpsc::channel::<()>(1);
    let to = Arc::clone(&output);
    let spec = spec.on_run(move |run| {
        if !to.take(run) {
            // Once is enough to end it.
            let _ = done.try_send(());
        }
    });
    let outcome = match spawn(session, spec) {
        Ok(mut handle) => {
            let ended = tokio::select! {
                status = handle.wait() => Ok(status),
                exit = signals.next() => Err(Some(exit)),
                Some(()) = full.recv() => Err(None),
            };
            match ended {
                Ok(status) => Ok((status.last_error, None)),
                Err(exit) => {
                    handle.stop().await;
                    Ok((None, exit))
                }
            }
        }
        Err(error) => Err(Failure::usage(error.to_string())),
    };
    client.close().await;
    if let Some(listening) = listening {
        listening.abort();
    }
    let (error, exit) = outcome?;
    if let Some(exit) = exit {
        return Ok(exit);
    }
    let partial = match error.as_deref() {
        Some(RuntimeError::Turn(failure)) => failure.partial.transcript.clone(),
        _ => Transcript::default(),
    };
    let of_turn = error.map(|error| Failure::from_runtime(&error));
    let failure = of_turn.or_else(|| {
        output
            .failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    });
    match failure {
        None => Ok(Exit::Success),
        Some(failure) => {
            output.end(&failure, &partial);
            Ok(failure.exit)
        }
    }
}

/// Says what the chain of approvals has to say.
async fn tell(mut said: mpsc::Receiver<Event>, quiet: bool) {
    while let Some(event) = said.recv().await {
        match event {
            Event::Warning { message } if !quiet => say(&format!("warning: {}", sanitize::text(&message))),
            Event::ApprovalWaiting(waiting) if !quiet => {
                let id = &waiting.approval_id;
                say(&format!(
                    "Waiting for approval {id}; answer with `turnwise approve`"
                ));
            }
            _ => {}
        }
    }
}

/// Where answers go.
struct Output {
    format: FormatArg,
    surface: Surface,
    quiet: bool,
    plan: Plan,
    /// What is wrong with writing an answer.
    failure: Mutex<Option<Failure>>,
}

impl Output {
    /// Writes a turn's answer. `false`: that is the end.
    fn take(&self, run: &AutomationRun) -> bool {
        let outcome = self.write(run);
        if let Err(failure) = outcome {
            *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = failure;
            return false;
        }
        true
    }

    /// An error without a failure: whoever read the output went away.
    fn write(&self, run: &AutomationRun) -> Result<(), Option<Failure>> {
        // It was checked with the turn.
        let schema = self.plan.schema.as_ref();
        let structured = schema.and_then(|schema| schema.check(&run.answer.text).ok());
        if let Some(output) = &self.plan.output {
            output
                .write(&run.answer.text, Some(Instant::now() + TAKEN))
                .map_err(|error| Some(Failure::system(output.path().display(), error)))?;
        }
        let mut out = output::stdout();
        let written = if self.format == FormatArg::Text {
            if self.surface.terminal && !self.quiet {
                let at = Timestamp::try_from(run.started_at).unwrap_or_default();
                say(&format!(
                    "── {} · {}",
                    run.number,
                    time::local(at.as_millisecond())
                ));
            }
            self.write_text(&mut out, &run.answer.text)
        } else {
            let time = RunTime {
                started_at: Some(run.started_at),
                duration: run.duration,
            };
            let transcript = Arc::new(run.answer.transcript.clone());
            let end = RunEnd::of_turn(transcript.end());
            let report = RunReport::new(transcript, &end, structured, time);
            safe_json::write(&mut out, &report).and_then(|()| writeln!(out))
        };
        written.and_then(|()| out.flush()).map_err(|error| {
            let real = unless_closed(Err(error)).err();
            real.map(Failure::stdout)
        })
    }

    fn write_text(&self, out: &mut impl Write, text: &str) -> io::Result<()> {
        if self.surface.terminal {
            writeln!(out, "{}", sanitize::prose(text))
        } else {
            writeln!(out, "{text}")
        }
    }

    /// Says why it ended, and what there was of the turn that did not complete.
    fn end(&self, failure: &Failure, partial: &Transcript) {
        let mismatch = failure.exit == Exit::Schema;
        if mismatch
            && let Some(output) = &self.plan.output
            && let Err(error) = output.write(partial.text(), Some(Instant::now() + TAKEN))
        {
            say(&format!("warning: {}: {error}", output.path().display()));
        }
        let mut out = output::stdout();
        // A closed output changes nothing about the failure.
        let _ = match self.format {
            FormatArg::Text if mismatch => self.write_text(&mut out, partial.text()),
            FormatArg::Text => Ok(()),
            _ => {
                let duration = partial.end().and_then(|end| end.duration_ms);
                let time = RunTime {
                    started_at: Some(SystemTime::now()),
                    duration: Duration::from_millis(duration.unwrap_or_default()),
                };
                let mut end = failure.end();
                end.status = TurnStatus::Failed;
                let report = RunReport::new(Arc::new(partial.clone()), &end, None, time);
                safe_json::write(&mut out, &report).and_then(|()| writeln!(out))
            }
        };
        failure.print();
    }
}
