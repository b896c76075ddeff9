//! `rpc pipe`: the app-server's own protocol on stdin and stdout, after the handshake, for programs in any language.

use std::io;
use std::sync::Arc;

use crate::app_server::Relay;
use crate::exit::Exit;
use crate::files::long_lines::{LONGEST, LongLines};
use crate::render::output;
use crate::runtime::servers_ended;
use clap::Args;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::call::LAST_WAIT;
use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::run::Signals;
use crate::commands::tokio_runtime::runtime;

/// How many lines are read ahead, each counted once more for every MiB of it: together at most about the longest line.
const AHEAD: usize = 64;

/// A line of stdin.
struct Said {
    number: usize,
    /// Its content; none if too long.
    bytes: Option<Vec<u8>>,
    /// Its share of the lines read ahead.
    _ahead: Option<OwnedSemaphorePermit>,
}

/// Pipe JSON-RPC lines to and from the app-server
///
/// turnwise does the handshake. It sends each line of stdin to the server and prints each line of the server, with the server's
/// requests, which you answer. At the end of stdin it waits for the replies and stops the server.
#[derive(Debug, Args)]
pub(super) struct PipeArgs {
    /// Include experimental methods and fields
    #[arg(long)]
    experimental: bool,
}

/// Runs the command.
pub(super) fn run(args: &PipeArgs, context: &Context) -> Result<Exit, Failure> {
    let mut config = context.client()?;
    if args.experimental {
        config = config.experimental_api();
    }
    let runtime = runtime()?;
    let outcome = runtime.block_on(async {
        let mut signals = Signals::listen().map_err(|error| Failure::system("the signals", error))?;
        let relay = Relay::start(config, Box::new(output::stdout())).await?;
        let outcome = tokio::select! {
            // First, because the end also ends the wait for replies.
            biased;
            reason = relay.closed() => match reason {
                // Whoever read the output has seen enough.
                None => Ok(Exit::Success),
                Some(reason) => Err(Failure::new(Exit::Codex, "server_gone", format!("codex app-server is gone: {reason}"))),
            },
            exit = signals.next() => Ok(exit),
            outcome = feed(&relay) => outcome,
        };
        relay.close().await;
        servers_ended(LAST_WAIT).await;
        outcome
    });
    // The thread that reads stdin may be blocked for ever; it is abandoned.
    runtime.shutdown_background();
    outcome
}

/// Sends the lines of stdin, and waits for the last reply.
async fn feed(relay: &Relay) -> Result<Exit, Failure> {
    let (sender, mut lines) = mpsc::channel(AHEAD);
    let ahead = Arc::new(Semaphore::new(AHEAD));
    let runtime = tokio::runtime::Handle::current();
    let failed = sender.clone();
    let read = move || -> io::Result<()> {
        let mut stdin = LongLines::new(io::stdin().lock());
        while let Some(line) = stdin.next()? {
            let weight = 1 + (line.bytes.map_or(0, <[u8]>::len) >> 20);
            let weight = u32::try_from(weight.min(AHEAD)).unwrap_or(u32::MAX);
            let said = Said {
                number: line.number,
                bytes: line.bytes.map(<[u8]>::to_vec),
                _ahead: runtime
                    .block_on(Arc::clone(&ahead).acquire_many_owned(weight))
                    .ok(),
            };
            if sender.blocking_send(Ok(said)).is_err() {
                return Ok(());
            }
        }
        Ok(())
    };
    std::thread::Builder::new()
        .name("turnwise-stdin".to_owned())
        .spawn(move || {
            if let Err(error) = read() {
                // Nobody listens any longer when the pipe has ended.
                let _ = failed.blocking_send(Err(error));
            }
        })
        .map_err(|error| Failure::system("a thread for stdin", error))?;
    while let Some(said) = lines.recv().await {
        let said = said.map_err(|error| Failure::system("stdin", error))?;
        match &said.bytes {
            Some(line) => relay.send(line).await?,
            None => relay.refuse(&format!(
                "line {} is longer than {} MiB; not sent",
                said.number,
                LONGEST >> 20
            )),
        }
    }
    relay.drained().await;
    Ok(Exit::Success)
}
