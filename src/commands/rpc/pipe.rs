//! `rpc pipe`: the app-server's own protocol on stdin and stdout, after the handshake, for programs in any language.

use std::io::{self, BufRead};

use clap::Args;
use tokio::sync::mpsc;
use turnwise::app_server::Relay;
use turnwise::exit::Exit;
use turnwise::runtime::servers_ended;

use super::call::LAST_WAIT;
use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::run::{Signals, runtime};

/// How many lines are read ahead.
const AHEAD: usize = 64;

/// Speak JSON-RPC with the app-server: lines in, lines out
///
/// The handshake is done already. Every line on stdin goes to the server, and every line of the server comes out,
/// its requests included: whoever pipes answers them. At the end of stdin it waits for the replies and ends the server.
#[derive(Debug, Args)]
pub(super) struct PipeArgs {
    /// Ask for the experimental methods and fields, too
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
        let relay = Relay::start(config, Box::new(io::stdout())).await?;
        let outcome = tokio::select! {
            // First, because the end also ends the wait for replies.
            biased;
            reason = relay.ended() => match reason {
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
    // A thread that reads stdin may be blocked for ever; nothing waits for it.
    runtime.shutdown_background();
    outcome
}

/// Sends what comes on stdin, to its end and to the last reply.
async fn feed(relay: &Relay) -> Result<Exit, Failure> {
    let (sender, mut lines) = mpsc::channel(AHEAD);
    std::thread::Builder::new()
        .name("turnwise-stdin".to_owned())
        .spawn(move || {
            let mut stdin = io::stdin().lock();
            loop {
                let mut line = Vec::new();
                match stdin.read_until(b'\n', &mut line) {
                    Ok(0) => return,
                    Ok(_) => {}
                    Err(error) => {
                        let _ = sender.blocking_send(Err(error));
                        return;
                    }
                }
                if sender.blocking_send(Ok(line)).is_err() {
                    return;
                }
            }
        })
        .map_err(|error| Failure::system("a thread for stdin", error))?;
    while let Some(line) = lines.recv().await {
        let line = line.map_err(|error| Failure::system("stdin", error))?;
        relay.send(&line).await?;
    }
    relay.settled().await;
    Ok(Exit::Success)
}
