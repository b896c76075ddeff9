//! What the scripted model of `turnwise demo` says and does.

use std::sync::Arc;
use std::time::Duration;

use super::model::Responder;
use super::reply::Step;

/// How much of a prompt is quoted.
const QUOTED: usize = 400;

/// The script: a thought, a harmless command in the sandbox, a streamed answer that says what it is.
pub fn showcase() -> Arc<Responder> {
    Arc::new(|request| match request.round() {
        0 => vec![
            Step::Reasoning(vec!["Looking at where this runs, before answering.".to_owned()]),
            Step::command("uname -s && pwd"),
            Step::Usage(1_200, 40),
        ],
        _ => vec![
            Step::streamed(answer(&request.prompt()), 90, Duration::from_millis(22)),
            Step::Usage(1_300, 210),
        ],
    })
}

fn answer(prompt: &str) -> String {
    let quoted = prompt.chars().take(QUOTED).collect::<String>();
    let more = if prompt.chars().count() > QUOTED {
        " …"
    } else {
        ""
    };
    // As a quote, so that nothing in it is taken for the answer's own Markdown blocks.
    let quoted = quoted
        .lines()
        .map(|line| format!("> {line}\n"))
        .collect::<String>();
    format!(
        "# It works\n\n\
         You asked:\n\n{quoted}{more}\n\
         **This answer is scripted.** No account was used and nothing left this machine: the model is a small program \
         on loopback. Everything else is real:\n\n\
         - a `codex app-server` process, started and watched by turnwise;\n\
         - a command that the agent ran in Codex's *read-only sandbox*;\n\
         - this text, streamed to you piece by piece.\n\n\
         Next, with your own account:\n\n\
         ```console\n$ codex login\n$ turnwise run \"What does this repository do?\"\n```\n"
    )
}
