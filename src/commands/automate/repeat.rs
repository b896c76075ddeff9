//! `turnwise automate loop`: repeated turns on one prepared session, in the foreground. Nothing is saved.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crate::automation::recurring::recurrence::{NextRun, Recurrence};
use crate::exit::Exit;
use crate::render::Surface;
use crate::render::output;
use crate::render::output::unless_closed;
use crate::run::{Driver, RunEnd, RunReport, RunTime, check_answer};
use crate::runtime::event::Event;
use crate::runtime::{Transcript, servers_ended};
use crate::text::safe_json;
use crate::text::sanitize;
use clap::Args;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::time;
use crate::commands::context::Context;
use crate::commands::duration::{OptionalDuration, limit};
use crate::commands::failure::Failure;
use crate::commands::run::{FormatArg, Plan, Signals, TurnArgs, fail_early, prepare};
use crate::commands::say;
use crate::commands::tokio_runtime::runtime;
use crate::input::prompt;

/// How long the server may take to end.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// Repeat a prompt on one session, in the foreground
///
/// The first turn starts at once or at --start-at. One turn runs at a time; due times that pass meanwhile are skipped. Any error ends
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
    fn recurrence(&self) -> Result<Recurrence, Failure> {
        let zone = time::zone_or_local(None)?;
        let read = |flag, text: &Option<String>| {
            let read = text.as_deref().map(|text| time::read(flag, text, &zone));
            Ok::<_, Failure>(read.transpose()?.map(SystemTime::from))
        };
        let mut recurrence = Recurrence::new(self.every.0.unwrap_or_default());
        recurrence.start_at = read("--start-at", &self.start_at)?;
        recurrence.stop_at = read("--stop-at", &self.stop_at)?;
        recurrence.max_runs = self.max_runs;
        recurrence
            .check()
            .map_err(|error| Failure::usage(error.to_string()))?;
        Ok(recurrence)
    }
}

/// How long a pipe may take to accept an answer. The loop waits for it.
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
            _ => {
                let prompt = prompt::assemble(Some(&args.prompt.join(" ")), None)?;
                Ok((args.turn.plan(context)?, args.recurrence()?, prompt))
            }
        });
    let (plan, recurrence, prompt) = match planned {
        Ok(planned) => planned,
        Err(failure) => return Ok(fail_early(&failure, format, context)),
    };
    let output = Output {
        format,
        surface: context.stdout,
        quiet: context.global.quiet,
        plan,
    };
    let tokio = runtime()?;
    let exit = tokio.block_on(async {
        // Boxed, because every command would be as large.
        let exit = Box::pin(repeat(&output, recurrence, &prompt, context)).await;
        servers_ended(LAST_WAIT).await;
        exit
    });
    tokio.shutdown_background();
    exit
}

async fn repeat(
    output: &Output,
    recurrence: Recurrence,
    prompt: &str,
    context: &Context,
) -> Result<Exit, Failure> {
    let mut signals = Signals::listen().map_err(|error| Failure::system("the signals", error))?;
    let prepared = tokio::select! {
        prepared = prepare(&output.plan, context) => prepared,
        exit = signals.next() => return Ok(exit),
    };
    // The prompt for requests lives as long as the session.
    let (started, _ui) = match prepared {
        Ok(prepared) => prepared,
        Err(failure) => return Ok(fail_early(&failure, output.format, context)),
    };
    if let Some(notice) = started.notice {
        context.note(&format!("warning: {}", sanitize::text(&notice)));
    }
    let mut turns = Turns {
        driver: started.driver,
        signals,
        notices: Notices {
            quiet: context.global.quiet,
            last: String::new(),
        },
    };
    let (exit, kill) = turns.run(output, recurrence, prompt).await;
    turns.driver.close(kill).await;
    Ok(exit)
}

/// The turns of a loop.
struct Turns {
    driver: Driver,
    signals: Signals,
    notices: Notices,
}

/// How a turn ended.
enum TurnOutcome {
    Ended,
    /// It was interrupted by a signal and ended.
    Interrupted(Exit),
    /// A second signal came before it ended.
    Killed(Exit),
}

impl Turns {
    /// Runs turns until there are no more, one fails, or a signal comes. Gives whether the server is not to be waited for.
    async fn run(&mut self, output: &Output, mut recurrence: Recurrence, prompt: &str) -> (Exit, bool) {
        // Signals stop the wait.
        let never = CancellationToken::new();
        loop {
            let number = {
                let waiting = recurrence.next(&never, |_| ());
                tokio::pin!(waiting);
                loop {
                    tokio::select! {
                        next = &mut waiting => match next {
                            NextRun::Due(number) => break number,
                            NextRun::Finished | NextRun::Stopped => return (Exit::Success, false),
                        },
                        exit = self.signals.next() => return (exit, false),
                        Some(event) = self.driver.next_aside() => self.notices.show(event),
                    }
                }
            };
            let time = TurnTime::now();
            let begun = tokio::select! {
                begun = self.driver.ask(prompt) => begun,
                exit = self.signals.next() => return (exit, false),
            };
            if let Err(error) = begun {
                let failure = Failure::from_runtime(&error);
                output.end(&failure, Arc::default(), &failure.end(), &time);
                return (failure.exit, false);
            }
            match self.followed().await {
                TurnOutcome::Ended => {}
                TurnOutcome::Interrupted(exit) => return (exit, false),
                TurnOutcome::Killed(exit) => return (exit, true),
            }
            if let Err(exit) = output.take(number, self.driver.transcript(), &time) {
                return (exit, false);
            }
        }
    }

    /// Follows a turn to its end.
    async fn followed(&mut self) -> TurnOutcome {
        let mut interrupted = None;
        loop {
            tokio::select! {
                event = self.driver.next() => match event {
                    Some(event) => self.notices.show(event),
                    None => return interrupted.map_or(TurnOutcome::Ended, TurnOutcome::Interrupted),
                },
                exit = self.signals.next() => {
                    if interrupted.is_some() {
                        return TurnOutcome::Killed(exit);
                    }
                    interrupted = Some(exit);
                    self.driver.interrupt("the loop was stopped");
                }
            }
        }
    }
}

/// Events that a person has to know of at once, on stderr.
struct Notices {
    quiet: bool,
    /// The last warning: many come again with each turn.
    last: String,
}

impl Notices {
    fn show(&mut self, event: Event) {
        match event {
            Event::Warning { message } if !self.quiet && message != self.last => {
                say(&format!("warning: {}", sanitize::text(&message)));
                self.last = message;
            }
            Event::ApprovalWaiting(waiting) if !self.quiet => {
                let id = &waiting.approval_id;
                say(&format!(
                    "Waiting for approval {id}; answer with `turnwise approve`"
                ));
            }
            _ => {}
        }
    }
}

/// When a turn began.
struct TurnTime {
    started_at: SystemTime,
    started: Instant,
}

impl TurnTime {
    fn now() -> Self {
        Self {
            started_at: SystemTime::now(),
            started: Instant::now(),
        }
    }

    fn so_far(&self) -> RunTime {
        RunTime {
            started_at: Some(self.started_at),
            duration: self.started.elapsed(),
        }
    }
}

/// Where answers go.
struct Output {
    format: FormatArg,
    surface: Surface,
    quiet: bool,
    plan: Plan,
}

impl Output {
    /// Writes what a turn came to. An error is the end of the loop, and was reported.
    fn take(&self, number: u64, transcript: Arc<Transcript>, time: &TurnTime) -> Result<(), Exit> {
        let mut end = RunEnd::of_turn(transcript.end());
        let schema = self.plan.schema.as_ref().map(|schema| &schema.checked);
        let structured = check_answer(schema, &transcript, &mut end);
        if let Some(error) = end.error.clone() {
            let failure = Failure::from_run(end.exit, error);
            self.end(&failure, transcript, &end, time);
            return Err(failure.exit);
        }
        let report = RunReport::new(transcript, &end, structured, time.so_far());
        self.write(number, &report, time).map_err(|failure| {
            let Some(failure) = failure else {
                return Exit::Success;
            };
            self.end(&failure, Arc::default(), &failure.end(), time);
            failure.exit
        })
    }

    /// An error without a failure: whoever read the output is gone.
    fn write(&self, number: u64, report: &RunReport, time: &TurnTime) -> Result<(), Option<Failure>> {
        let answer = report.text().unwrap_or_default();
        if let Some(output) = &self.plan.output {
            output
                .write(answer, Some(Instant::now() + TAKEN))
                .map_err(|error| Some(Failure::system(output.path().display(), error)))?;
        }
        let mut out = output::stdout();
        let written = if self.format == FormatArg::Text {
            if self.surface.terminal && !self.quiet {
                let at = Timestamp::try_from(time.started_at).unwrap_or_default();
                say(&format!("── {number} · {}", time::local(at.as_millisecond())));
            }
            self.write_text(&mut out, answer)
        } else {
            safe_json::write(&mut out, report).and_then(|()| writeln!(out))
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

    /// Prints why it ended, and the partial answer of the turn that did not complete.
    fn end(&self, failure: &Failure, partial: Arc<Transcript>, end: &RunEnd, time: &TurnTime) {
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
                let report = RunReport::new(partial, end, None, time.so_far());
                safe_json::write(&mut out, &report).and_then(|()| writeln!(out))
            }
        };
        failure.print();
    }
}
