//! `approve show`: one request, whole.

use crate::approval::ask::Asked;
use crate::approval::choices::Action;
use crate::approval::notify::rfc3339;
use crate::exit::Exit;
use crate::ledger::{Entry, State};
use crate::render::request::{page, summary};
use crate::render::style::Palette;
use crate::text::sanitize;
use crate::text::words::{decision, sentence};
use clap::Args;
use serde::Serialize;

use super::list::{AnswerOut, ago, local};
use super::{desk, print, print_json};
use crate::commands::context::Context;
use crate::commands::failure::Failure;

/// Show a request in full
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Request ID
    id: String,
    /// Print JSON (`turnwise.approval/1`)
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    id: &'a str,
    summary: String,
    state: State,
    requested_at: String,
    expires_at: Option<String>,
    answer: Option<AnswerOut<'a>>,
    choices: Vec<ChoiceOut>,
    #[serde(flatten)]
    asked: &'a Asked,
}

#[derive(Serialize)]
struct ChoiceOut {
    /// `accept`, `decline`, …; `answer` where values have to be filled in.
    decision: &'static str,
    label: String,
    effects: Vec<String>,
}

/// Runs the command.
pub(super) fn run(args: &ShowArgs, context: &Context) -> Result<Exit, Failure> {
    let entry = desk(context)?.entry(&args.id)?;
    if args.json {
        let choices = entry.asked.choices().into_iter().map(|choice| ChoiceOut {
            decision: match &choice.action {
                Action::Decide(decision) => decision.word(),
                Action::FillIn => "answer",
            },
            label: choice.label,
            effects: choice.effects,
        });
        return print_json(&Document {
            schema: "turnwise.approval/1",
            id: &entry.id,
            summary: summary(&entry.asked),
            state: entry.state,
            requested_at: rfc3339(entry.requested_at),
            expires_at: entry.expires_at.map(rfc3339),
            answer: entry.answer.as_ref().map(AnswerOut::from),
            choices: choices.collect(),
            asked: &entry.asked,
        });
    }
    let width = context
        .stdout
        .terminal
        .then(|| usize::from(console::Term::stdout().size().1));
    let mut text = page(&entry.asked, Palette::new(context.stdout.color), width).join("\n");
    text.push_str(&format!("\n\n{}\n", standing(&entry)));
    print(text.as_bytes())
}

/// How a request stands, and how to answer it.
fn standing(entry: &Entry) -> String {
    let id = &entry.id;
    match (entry.state, &entry.answer) {
        (State::Open, _) => {
            let answers = entry
                .asked
                .choices()
                .iter()
                .any(|choice| choice.action == Action::FillIn);
            let yes = if answers { "answer" } else { "accept" };
            let until = entry
                .expires_at
                .map(|at| format!(", until {}", local(at)))
                .unwrap_or_default();
            format!(
                "Waiting for {}{until}. Answer: turnwise approve {yes}|decline|cancel {id}",
                ago(entry.requested_at)
            )
        }
        (State::Answered, Some(answer)) => format!(
            "{} by {}, {}, from {}",
            sentence(&decision(answer.decision.word())),
            sanitize::line(&answer.by),
            local(answer.at),
            sanitize::line(&answer.from),
        ),
        (state, _) => format!("Closed: {}", super::answer::how(state)),
    }
}
