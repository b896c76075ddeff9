//! `approve show`: one request, whole.

use crate::approval::notify::rfc3339;
use crate::exit::Exit;
use crate::ledger::{ApprovalRecord, ApprovalState};
use crate::render::request::page;
use crate::render::style::Palette;
use crate::runtime::approval::{ChoiceAction, PendingRequest};
use crate::text::sanitize;
use crate::text::words::{decision, sentence};
use clap::Args;
use serde::Serialize;

use super::list::{AnswerOut, ago, local};
use super::{print, print_json, service};
use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::tokio_runtime::runtime;

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
    state: ApprovalState,
    requested_at: String,
    expires_at: Option<String>,
    answer: Option<AnswerOut<'a>>,
    choices: Vec<ChoiceOut>,
    #[serde(flatten)]
    asked: &'a PendingRequest,
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
    let service = service(context)?;
    let record = runtime()?.block_on(service.request(&args.id))?;
    if args.json {
        let choices = record.pending.choices().into_iter().map(|choice| ChoiceOut {
            decision: match &choice.action {
                ChoiceAction::Decide(decision) => decision.as_str(),
                ChoiceAction::FillIn => "answer",
            },
            label: choice.label,
            effects: choice.effects,
        });
        return print_json(
            context,
            &Document {
                schema: "turnwise.approval/1",
                id: &record.id,
                summary: record.pending.summary(),
                state: record.state,
                requested_at: rfc3339(record.requested_at),
                expires_at: record.expires_at.map(rfc3339),
                answer: record.answer.as_ref().map(AnswerOut::from),
                choices: choices.collect(),
                asked: &record.pending,
            },
        );
    }
    let width = context
        .stdout
        .terminal
        .then(|| usize::from(console::Term::stdout().size().1));
    let mut text = page(&record.pending, Palette::new(context.stdout.color), width).join("\n");
    text.push_str(&format!("\n\n{}\n", standing(&record)));
    print(context, text.as_bytes())
}

/// How a request stands, and how to answer it.
fn standing(record: &ApprovalRecord) -> String {
    let id = &record.id;
    match (record.state, &record.answer) {
        (ApprovalState::Open, _) => {
            let answers = record
                .pending
                .choices()
                .iter()
                .any(|choice| choice.action == ChoiceAction::FillIn);
            let yes = if answers { "answer" } else { "accept" };
            let until = record
                .expires_at
                .map(|at| format!(", until {}", local(at)))
                .unwrap_or_default();
            format!(
                "Waiting for {}{until}. Answer: turnwise approve {yes}|decline|cancel {id}",
                ago(record.requested_at)
            )
        }
        (ApprovalState::Answered, Some(answer)) => format!(
            "{} by {}, {}, from {}",
            sentence(&decision(answer.decision.as_str())),
            sanitize::line(&answer.by.to_string()),
            local(answer.at),
            sanitize::line(&answer.from),
        ),
        (state, _) => format!("Closed: {}", super::answer::how(state)),
    }
}
