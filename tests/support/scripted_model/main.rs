//! A scripted model for trying turnwise without an account: prints the Codex home whose provider it is, and answers until its stdin
//! ends. A prompt with "note" in it asks to write a file outside of the sandbox; every other one is answered with one sentence.
#![expect(clippy::disallowed_methods, reason = "its output is the home that it made")]

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

use turnwise::demo::{ModelRequest, ScriptedHome, ScriptedModel, Step};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let parent = std::env::args_os()
        .nth(1)
        .ok_or("usage: scripted-model DIRECTORY")?;
    let model = ScriptedModel::start(Arc::new(answer)).await?;
    let home = ScriptedHome::create(Path::new(&parent), &model.base_url(), "")?;
    writeln!(std::io::stdout(), "{}", home.path().display())?;
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    Ok(())
}

fn answer(request: &ModelRequest) -> Vec<Step> {
    if request.prompt().contains("note") && request.round() == 0 {
        return vec![Step::escalated(
            "echo written > note.txt",
            "You asked for a note.",
        )];
    }
    vec![Step::text(format!("You asked: {}", request.prompt()))]
}
