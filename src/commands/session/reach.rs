//! `session interrupt`, `steer` and `watch`: a turn that another turnwise process of the same user runs, or that runs at the
//! server that is connected to.

use std::io;
use std::sync::Arc;
use std::thread;

use crate::control::reach::{Connection, Outcome, WatchEvent, running};
use crate::exit::Exit;
use crate::ledger::NotPrivate;
use crate::render::output::unless_closed;
use crate::render::{RenderThread, build};
use crate::runtime::{Transcript, writer_of};
use clap::Args;
use tokio::sync::mpsc;

use super::at_server;
use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::replay::recorded;
use crate::commands::run::{Clock, FormatArg, Next, Signals, Waits, next, render_options};
use crate::commands::sessions::Saved;
use crate::commands::tokio_runtime::runtime;

/// How much is read ahead of the display.
pub(super) const AHEAD: usize = 256;

/// Interrupt a running turn
///
/// The turn runs in another terminal or in the background. With --connect, turns of other clients of that server count too.
#[derive(Debug, Args)]
pub(crate) struct InterruptArgs {
    /// Session
    session: String,
}

/// Send a message to a running turn
///
/// The agent reads it as soon as it can. A reply that it is writing is discarded. With --connect, turns of other clients of
/// that server count too.
#[derive(Debug, Args)]
pub(crate) struct SteerArgs {
    /// Session
    session: String,
    /// Message
    #[arg(required = true)]
    text: Vec<String>,
}

/// Watch a running turn from its beginning
///
/// In a chat it continues with the next turn. Ctrl-C stops watching, not the turn. The exit code is the turn's. With --connect,
/// turns of other clients of that server count too; their approval requests are shown and cannot be answered here.
#[derive(Debug, Args)]
pub(crate) struct WatchArgs {
    /// Session [default: the only one running]
    pub(super) session: Option<String>,
    /// Output format
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "text")]
    format: FormatArg,
    /// Stream messages into a pipe too
    #[arg(long)]
    stream: bool,
}

/// Runs `session interrupt`.
pub(super) fn interrupt(args: &InterruptArgs, context: &Context) -> Result<Exit, Failure> {
    let (id, connection) = match reached(Some(&args.session), context)? {
        Reached::Process(id, connection) => (id, connection),
        Reached::Server => {
            let id = at_server::interrupt(&args.session, context)?;
            return Ok(done(context, &format!("Interrupted {id}.")));
        }
    };
    let cut = outcome(&id, connection.interrupt())?;
    let lost = if cut {
        "; the unfinished reply was discarded"
    } else {
        ""
    };
    Ok(done(context, &format!("Interrupted {id}{lost}.")))
}

/// Runs `session steer`.
pub(super) fn steer(args: &SteerArgs, context: &Context) -> Result<Exit, Failure> {
    let text = args.text.join(" ");
    if text.trim().is_empty() {
        return Err(Failure::usage("the message is empty"));
    }
    let (id, connection) = match reached(Some(&args.session), context)? {
        Reached::Process(id, connection) => (id, connection),
        Reached::Server => {
            let id = at_server::steer(&args.session, &text, context)?;
            return Ok(done(context, &format!("Message sent to {id}.")));
        }
    };
    let cut = outcome(&id, connection.steer(&text))?;
    let lost = if cut {
        "; the unfinished reply was discarded"
    } else {
        ""
    };
    Ok(done(context, &format!("Message sent to {id}{lost}.")))
}

/// Runs `session watch`.
pub(super) fn watch(args: &WatchArgs, context: &Context) -> Result<Exit, Failure> {
    let (id, connection) = match reached(args.session.as_deref(), context)? {
        Reached::Process(id, connection) => (id, connection),
        Reached::Server => return at_server::watch(args, context),
    };
    let events = connection.watch().map_err(|error| Failure::system(&id, error))?;
    let (sender, receiver) = mpsc::channel(AHEAD);
    thread::Builder::new()
        .name("turnwise-watch".to_owned())
        .spawn(move || {
            for event in events {
                if sender.blocking_send(event).is_err() {
                    return;
                }
            }
        })
        .map_err(|error| Failure::system("the display", error))?;
    let runtime = runtime()?;
    let outcome = runtime.block_on(drawn(receiver, args, context));
    runtime.shutdown_background();
    outcome
}

/// Draws events until they end.
pub(super) async fn drawn(
    mut receiver: mpsc::Receiver<io::Result<WatchEvent>>,
    args: &WatchArgs,
    context: &Context,
) -> Result<Exit, Failure> {
    let options = render_options(args.format, args.stream, false, context);
    let mut display =
        RenderThread::start(build(options)).map_err(|error| Failure::system("the display", error))?;
    // Listened to from here on: one that came between two looks would be lost.
    let mut signals = Signals::listen().map_err(|error| Failure::system("the signals", error))?;
    let mut transcript = Transcript::default();
    let mut clock = Clock::new(options.stderr.interactive);
    let written = |outcome| unless_closed(outcome).map_err(|error| Failure::system("stdout", error));
    let lost = loop {
        let waits = Waits {
            signals: &mut signals,
            server: None,
            display: &mut display,
            watch_display: true,
            clock: &mut clock,
        };
        match next(Some(&mut receiver), waits).await {
            Next::Item(Ok(WatchEvent::Event(event))) => {
                transcript.observe(&event);
                display.push(*event);
            }
            Next::Item(Ok(WatchEvent::Idle)) => {
                context.note("No turn is running; waiting for the next one.");
            }
            Next::Item(Err(error)) => break Some(error),
            Next::Ended => break None,
            Next::Signal(exit) => return Ok(exit),
            Next::Closed(outcome) => return written(outcome).map(|()| Exit::Success),
            Next::Command(_) => {}
        }
    };
    if let Some(error) = lost {
        drop(display);
        let id = transcript
            .thread()
            .map_or("the session", |thread| &thread.thread_id);
        return Err(Failure::system(format!("watching {id}"), error)
            .hint("show the saved part with `turnwise session show`"));
    }
    let exit = transcript.end().map_or(Exit::Failed, Exit::from);
    let failure = transcript
        .end()
        .and_then(|end| end.error.as_ref())
        .map(Failure::from_turn);
    display.finish(recorded(Arc::new(transcript)));
    let shown = display.done().await;
    drop(display);
    written(shown)?;
    if let Some(failure) = failure {
        failure.print();
    }
    Ok(exit)
}

/// Where a turn is reached.
enum Reached {
    /// In another turnwise process, which runs this session.
    Process(String, Connection),
    /// At the server that is connected to.
    Server,
}

/// Connects to the process that runs a session. If no turnwise process runs it, the server is asked, if one was named.
fn reached(word: Option<&str>, context: &Context) -> Result<Reached, Failure> {
    let state = context.directories()?.state.clone();
    if context.endpoint().is_some() {
        let fits = |id: &&String| word.is_none_or(|word| id.starts_with(word));
        let running = running(&state).map_err(unreachable)?;
        let mut fitting = running.iter().filter(fits);
        let (Some(id), None) = (fitting.next(), fitting.next()) else {
            return Ok(Reached::Server);
        };
        let connection = Connection::open(&state, id).map_err(unreachable)?;
        return Ok(connection.map_or(Reached::Server, |connection| {
            Reached::Process(id.clone(), connection)
        }));
    }
    let nobody = "no session is running";
    let id = one_of(&running(&state).map_err(unreachable)?, word, nobody, context)?;
    let connection = Connection::open(&state, &id).map_err(unreachable)?;
    connection
        .map(|connection| Reached::Process(id.clone(), connection))
        .ok_or_else(|| {
            let nobody = Failure::new(
                Exit::Failed,
                "not_running",
                format!("session {id} is not running"),
            );
            match writer_of(&context.codex_home(), &id) {
                Some(writer) => nobody.hint(format!("{writer} has it open and cannot be reached")),
                None => nobody.hint(format!("resume it with `turnwise resume {id}`")),
            }
        })
}

/// Why no process can be reached.
fn unreachable(error: io::Error) -> Failure {
    match NotPrivate::of(&error) {
        Some(reason) => Failure::new(Exit::Failed, "not_private", reason.to_string()).hint(reason.hint()),
        None => Failure::system("connecting to the run", error),
    }
}

/// The session of a word: a running one, otherwise a saved one. Without a word, the only running one.
pub(super) fn one_of(
    running: &[String],
    word: Option<&str>,
    nobody: &str,
    context: &Context,
) -> Result<String, Failure> {
    let Some(word) = word else {
        return match running {
            [id] => Ok(id.clone()),
            [] => Err(Failure::new(Exit::Failed, "not_running", nobody)),
            several => Err(Failure::usage(format!(
                "several sessions are running; name one: {}",
                several.join(", ")
            ))),
        };
    };
    let fitting = running
        .iter()
        .filter(|id| id.starts_with(word))
        .collect::<Vec<_>>();
    match fitting[..] {
        [id] => Ok(id.clone()),
        _ => Ok(Saved::read(context)?.named(word)?.id.into()),
    }
}

fn outcome(id: &str, outcome: io::Result<Outcome>) -> Result<bool, Failure> {
    match outcome {
        Ok(Outcome::Done { cut }) => Ok(cut),
        Ok(Outcome::Refused(reason)) => Err(Failure::new(Exit::Failed, "refused", format!("{id}: {reason}"))),
        Err(error) => Err(Failure::system(id, error)),
    }
}

fn done(context: &Context, sentence: &str) -> Exit {
    context.note(sentence);
    Exit::Success
}
