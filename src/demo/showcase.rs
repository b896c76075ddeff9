//! The script of the model of `turnwise demo`.

use std::sync::Arc;
use std::time::Duration;

use super::model::{ModelRequest, Responder, is_codex_speaking};
use super::reply::Step;

/// How much of a prompt is quoted.
const QUOTED: usize = 400;

/// The command that needs an approval. It writes to the demo's directory, which is removed afterwards.
const ASKED: &str = "echo 'allowed by you' > note.txt && cat note.txt";

/// The script: a thought, a harmless command in the sandbox, an approval request, and a streamed answer.
pub fn showcase() -> Arc<Responder> {
    Arc::new(|request| match outputs(&request.body).count() {
        0 => vec![
            Step::Reasoning(vec!["Checking the directory before answering.".to_owned()]),
            Step::command("uname -s && pwd"),
            Step::Usage(1_200, 40),
        ],
        1 => vec![
            Step::text("The sandbox is read-only, so I ask before I write a note."),
            Step::escalated(
                ASKED,
                "Write a note in the demo's directory, as an example of an approval.",
            ),
            Step::Usage(1_250, 60),
        ],
        _ => vec![
            Step::streamed(
                answer(&asked_first(request), was_allowed(&request.body)),
                90,
                Duration::from_millis(22),
            ),
            Step::Usage(1_300, 210),
        ],
    })
}

/// The user's first message: a reason for a decline is also sent as the user.
fn asked_first(request: &ModelRequest) -> String {
    let items = request.body["input"].as_array().map_or(&[][..], Vec::as_slice);
    let text = |item: &serde_json::Value| {
        let parts = item["content"].as_array().map_or(&[][..], Vec::as_slice);
        parts
            .iter()
            .filter_map(|part| part["text"].as_str())
            .collect::<String>()
    };
    let said = items
        .iter()
        .filter(|item| item["type"] == "message" && item["role"] == "user")
        .map(text);
    let mut said = said.filter(|text| !is_codex_speaking(text));
    said.next().unwrap_or_default()
}

/// The outputs of the commands so far. Counted over all, because a reason for a no is a message of the user's.
fn outputs(body: &serde_json::Value) -> impl Iterator<Item = &serde_json::Value> {
    let items = body["input"].as_array().map_or(&[][..], Vec::as_slice);
    items.iter().filter(|item| item["type"] == "function_call_output")
}

/// Whether the command ran, by the output that Codex gave the model.
fn was_allowed(body: &serde_json::Value) -> bool {
    let last = outputs(body).last();
    last.is_some_and(|item| item["output"].to_string().contains("allowed by you"))
}

fn answer(prompt: &str, allowed: bool) -> String {
    let approval = if allowed {
        "was allowed: the note was written"
    } else {
        "was not allowed: nothing was written"
    };
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
         - a request to leave the sandbox, which {approval};\n\
         - this text, streamed to you piece by piece.\n\n\
         Next, with your own account:\n\n\
         ```console\n$ turnwise login\n$ turnwise run \"What does this repository do?\"\n```\n"
    )
}
