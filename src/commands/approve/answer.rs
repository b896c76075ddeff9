//! `approve accept|decline|cancel|answer`: one answer to one request.

use std::io::{self, BufRead, Write};

use crate::approval::notify::rfc3339;
use crate::approval::{AnswerOutcome, ApprovalError, ApprovalService, Pairs};
use crate::exit::Exit;
use crate::ledger::{ApprovalAnswer, ApprovalRecord, ApprovalState};
use crate::render::output;
use crate::runtime::approval::{ChoiceAction, DecidedBy, Decision};
use crate::text::sanitize;
use crate::text::words::{decision, sentence};
use clap::Args;
use serde::Serialize;

use super::list::local;
use super::{print_json, service};
use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::tokio_runtime::runtime;

/// Approve a request
#[derive(Debug, Args)]
pub(crate) struct AcceptArgs {
    /// Request ID
    id: String,
    /// Approve for the rest of the session
    #[arg(long)]
    for_session: bool,
    /// Always approve; Codex saves the rule that `show` names
    #[arg(long, conflicts_with = "for_session")]
    always: bool,
    /// Print JSON (`turnwise.answer/1`)
    #[arg(long)]
    json: bool,
}

/// Decline a request; the turn continues
#[derive(Debug, Args)]
pub(crate) struct DeclineArgs {
    /// Request ID
    id: String,
    /// Reason, sent to the agent
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Print JSON (`turnwise.answer/1`)
    #[arg(long)]
    json: bool,
}

/// Decline a request and stop the turn
#[derive(Debug, Args)]
pub(crate) struct CancelArgs {
    /// Request ID
    id: String,
    /// Print JSON (`turnwise.answer/1`)
    #[arg(long)]
    json: bool,
}

/// Answer a question or fill in a form
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  turnwise approve answer k7mq colour=blue size=2\n\nA value of `-` is read from stdin, to keep secrets off the command line."
)]
pub(crate) struct AnswerArgs {
    /// Request ID
    id: String,
    /// Values; repeat a key for several values
    #[arg(value_name = "KEY=VALUE", required = true)]
    values: Vec<String>,
    /// Print JSON (`turnwise.answer/1`)
    #[arg(long)]
    json: bool,
}

/// Runs `approve accept`.
pub(super) fn accept(args: &AcceptArgs, context: &Context) -> Result<Exit, Failure> {
    give(&args.id, args.json, context, |record| {
        if args.always {
            return always(record);
        }
        Ok((
            if args.for_session {
                Decision::AcceptForSession
            } else {
                Decision::Accept
            },
            None,
        ))
    })
}

/// The permanent choice, if there is one.
fn always(record: &ApprovalRecord) -> Result<(Decision, Option<String>), Failure> {
    let choices = record.pending.choices();
    choices
        .into_iter()
        .find_map(|choice| match choice.action {
            ChoiceAction::Decide(decision @ (Decision::AcceptAlways | Decision::AcceptWithRule(_))) => {
                Some((decision, None))
            }
            _ => None,
        })
        .ok_or_else(|| Failure::usage("--always: this request can only be approved once or for the session"))
}

/// Runs `approve decline`.
pub(super) fn decline(args: &DeclineArgs, context: &Context) -> Result<Exit, Failure> {
    give(&args.id, args.json, context, |_| {
        Ok((Decision::Decline, args.reason.clone()))
    })
}

/// Runs `approve cancel`.
pub(super) fn cancel(args: &CancelArgs, context: &Context) -> Result<Exit, Failure> {
    give(&args.id, args.json, context, |_| Ok((Decision::Cancel, None)))
}

/// Runs `approve answer`.
pub(super) fn answer(args: &AnswerArgs, context: &Context) -> Result<Exit, Failure> {
    give(&args.id, args.json, context, |record| {
        let mut pairs = Pairs::new();
        for pair in &args.values {
            let (key, value) = pair
                .split_once('=')
                .ok_or_else(|| Failure::usage(format!("`{pair}`: expected KEY=VALUE")))?;
            let value = if value == "-" {
                line_of_stdin(key)?
            } else {
                value.to_owned()
            };
            pairs.push((key.to_owned(), value));
        }
        let decision = record.pending.answer(&pairs).map_err(ApprovalError::Unfit)?;
        Ok((decision, None))
    })
}

fn line_of_stdin(key: &str) -> Result<String, Failure> {
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    read.map_err(|error| Failure::system(format!("{key}=-: stdin"), error))?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    id: &'a str,
    /// `answered`, `not_yet_taken`, `already_answered`, `gone`.
    outcome: &'static str,
    state: ApprovalState,
    decision: Option<&'static str>,
    by: Option<&'a DecidedBy>,
    from: Option<&'a str>,
    at: Option<String>,
}

fn give(
    id: &str,
    json: bool,
    context: &Context,
    decide: impl FnOnce(&ApprovalRecord) -> Result<(Decision, Option<String>), Failure>,
) -> Result<Exit, Failure> {
    let service = service(context)?;
    let (record, outcome) = runtime()?.block_on(async {
        let record = service.request(id).await?;
        let outcome = match (record.state, &record.answer) {
            (ApprovalState::Open, _) => {
                let (decision, reason) = decide(&record)?;
                from_person(&service, &record, &decision, reason).await?
            }
            (ApprovalState::Answered, Some(answer)) => AnswerOutcome::AlreadyAnswered(answer.clone()),
            (state, _) => AnswerOutcome::Over(state),
        };
        Ok::<_, Failure>((record, outcome))
    })?;
    if json {
        print_json(context, &document(id, &outcome))?;
    }
    report(&record, &outcome, context.global.quiet)
}

fn document<'a>(id: &'a str, given: &'a AnswerOutcome) -> Document<'a> {
    let (outcome, state, answer) = match given {
        AnswerOutcome::Delivered(answer) => ("answered", ApprovalState::Answered, Some(answer)),
        AnswerOutcome::NotYetDelivered(answer) => ("not_yet_taken", ApprovalState::Answered, Some(answer)),
        AnswerOutcome::AlreadyAnswered(answer) => ("already_answered", ApprovalState::Answered, Some(answer)),
        AnswerOutcome::Over(state) => ("gone", *state, None),
    };
    Document {
        schema: "turnwise.answer/1",
        id,
        outcome,
        state,
        decision: answer.map(|answer| answer.decision.as_str()),
        by: answer.map(|answer| &answer.by),
        from: answer.map(|answer| answer.from.as_str()),
        at: answer.map(|answer| rfc3339(answer.at)),
    }
}

/// Prints the outcome of an answer on stderr.
pub(super) fn report(record: &ApprovalRecord, given: &AnswerOutcome, quiet: bool) -> Result<Exit, Failure> {
    let id = &record.id;
    match given {
        AnswerOutcome::Delivered(answer) => {
            if !quiet {
                say(&format!(
                    "{} {id}; the run continues: {}",
                    sentence(&words(answer)),
                    record.pending.summary()
                ));
            }
            Ok(Exit::Success)
        }
        AnswerOutcome::NotYetDelivered(answer) => {
            say(&format!(
                "{} {id}; the run has not received the answer yet",
                sentence(&words(answer))
            ));
            Ok(Exit::Success)
        }
        AnswerOutcome::AlreadyAnswered(answer) => {
            let message = format!(
                "{id} was already answered: {} by {}, {}, from {}",
                words(answer),
                answer.by,
                local(answer.at),
                answer.from
            );
            Err(Failure::new(Exit::Approval, "already_answered", message))
        }
        AnswerOutcome::Over(state) => Err(Failure::new(
            Exit::Approval,
            "approval_gone",
            format!("{id} cannot be answered any more: {}", how(*state)),
        )),
    }
}

/// How a request ended without an answer.
pub(super) fn how(state: ApprovalState) -> &'static str {
    match state {
        ApprovalState::Open => "it is open",
        ApprovalState::Answered => "already answered",
        ApprovalState::Closed => "the turn ended or Codex withdrew the request",
        ApprovalState::Expired => "expired without an answer",
        ApprovalState::Abandoned => "its run is no longer alive",
    }
}

fn words(answer: &ApprovalAnswer) -> String {
    decision(answer.decision.as_str())
}

fn say(text: &str) {
    // There is nowhere left to complain to.
    let _ = writeln!(output::stderr(), "{}", sanitize::line(text));
}

/// Answers in the name of the person who runs the command.
pub(super) async fn from_person(
    service: &ApprovalService,
    record: &ApprovalRecord,
    decision: &Decision,
    reason: Option<String>,
) -> Result<AnswerOutcome, Failure> {
    Ok(service.answer(record, decision, reason, "approve").await?)
}
