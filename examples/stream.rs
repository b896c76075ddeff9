//! A turn as a stream: its text as it comes, the commands that it runs, and what it cost.
//!
//! `cargo run --example stream -- "What does this repository do?"`

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example prints"
)]

use std::io::Write;

use turnwise::runtime::event::{DeltaKind, Event, ItemDetails};
use turnwise::runtime::{Client, ClientConfig, RuntimeError, SessionConfig};

#[tokio::main]
async fn main() -> Result<(), RuntimeError> {
    let prompt = std::env::args().nth(1).unwrap_or("Say hello.".to_owned());
    let client = Client::start(ClientConfig::new()).await?;
    let session = client.start_session(SessionConfig::new(".").ephemeral()).await?;

    // `Turn` is a `futures_core::Stream`, too.
    let mut turn = session.ask_stream(&prompt).await?;
    while let Some(event) = turn.next().await {
        match event {
            Event::ItemDelta(delta) if delta.kind == DeltaKind::AgentMessage => {
                print!("{}", delta.delta);
                // A closed output is no reason to stop the agent here.
                let _ = std::io::stdout().flush();
            }
            Event::ItemStarted(started) => {
                if let ItemDetails::CommandExecution(command) = started.item.details {
                    eprintln!("$ {}", command.command);
                }
            }
            Event::Warning { message } => eprintln!("warning: {message}"),
            _ => {}
        }
    }
    println!();

    let tokens = turn.transcript().usage().total();
    let outcome = turn.finish().await;
    client.close().await;
    // A turn that did not complete is an error, with what there was of it.
    outcome?;
    eprintln!("{tokens} tokens");
    Ok(())
}
