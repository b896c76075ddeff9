//! `session interrupt`, `steer` and `watch` at the server that `--connect` names: for turns that any of its clients began.
//! It is a part of `reach`, whose options it takes.

use std::io;
use std::time::Duration;

use crate::control::reach::WatchEvent;
use crate::exit::Exit;
use crate::runtime::{Client, RuntimeError};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

use super::manage::with_client;
use super::reach::{AHEAD, WatchArgs, drawn, one_of};
use crate::commands::context::Context;
use crate::commands::deadline::Deadline;
use crate::commands::failure::Failure;

/// How long an interrupted turn may take to end, and the pause between two checks.
const END_LIMIT: Duration = Duration::from_secs(5);
const END_PAUSE: Duration = Duration::from_millis(50);

/// Interrupts the turn of a session, and waits for its end; gives the session's id.
pub(super) fn interrupt(word: &str, context: &Context) -> Result<String, Failure> {
    with_client(
        context.client()?.observe_only(),
        Deadline::begin(None),
        async |client| {
            let id = meant(Some(word), client, context).await?;
            let turn = client.turn_handle(&id).await.map_err(|error| none(error, &id))?;
            turn.interrupt().await;
            let give_up = Instant::now() + END_LIMIT;
            loop {
                match client.turn_handle(&id).await {
                    Ok(_) if Instant::now() < give_up => sleep(END_PAUSE).await,
                    Ok(_) => {
                        let message = format!(
                            "{id} was interrupted, but its turn is still running after {END_LIMIT:?}"
                        );
                        let failure = Failure::new(Exit::Failed, "refused", message);
                        return Err(failure.hint(format!("watch it with `turnwise session watch {id}`")));
                    }
                    Err(RuntimeError::NoTurn) => return Ok(id),
                    // Not the turn's end: whether it ended is not known.
                    Err(error) => return Err(error.into()),
                }
            }
        },
    )
}

/// Says something to the turn of a session; gives the session's id.
pub(super) fn steer(word: &str, text: &str, context: &Context) -> Result<String, Failure> {
    with_client(
        context.client()?.observe_only(),
        Deadline::begin(None),
        async |client| {
            let id = meant(Some(word), client, context).await?;
            let said = match client.turn_handle(&id).await {
                Ok(turn) => turn.steer(text).await,
                Err(error) => Err(error),
            };
            said.map_err(|error| none(error, &id))?;
            Ok(id)
        },
    )
}

/// Draws the turn of a session: its past, then its events as they come.
pub(super) fn watch(args: &WatchArgs, context: &Context) -> Result<Exit, Failure> {
    with_client(
        context.client()?.observe_only(),
        Deadline::begin(None),
        async |client| {
            let id = meant(args.session.as_deref(), client, context).await?;
            let mut turn = client.watch(&id).await.map_err(|error| none(error, &id))?;
            let (sender, receiver) = mpsc::channel(AHEAD);
            let hand_over = async move {
                while let Some(event) = turn.next().await {
                    let event: io::Result<_> = Ok(WatchEvent::Event(Box::new(event)));
                    if sender.send(event).await.is_err() {
                        return;
                    }
                }
            };
            let drawing = drawn(receiver, args, context);
            tokio::pin!(drawing);
            tokio::select! {
                // When the display ends, watching ends.
                exit = &mut drawing => exit,
                () = hand_over => drawing.await,
            }
        },
    )
}

/// The session of a word: one with a running turn at the server, otherwise a saved one.
async fn meant(word: Option<&str>, client: &Client, context: &Context) -> Result<String, Failure> {
    let running = client.running_threads().await?;
    let running = running.into_iter().map(String::from).collect::<Vec<_>>();
    one_of(&running, word, "no turn is running on this server", context)
}

fn none(error: RuntimeError, id: &str) -> Failure {
    match error {
        RuntimeError::NoTurn => Failure::new(
            Exit::Failed,
            "not_running",
            format!("session {id} is not running on this server"),
        )
        .hint(format!("resume it with `turnwise resume {id}`")),
        error => error.into(),
    }
}
