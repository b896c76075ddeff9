//! `turnwise approve` at a terminal: one waiting request after another, each in full, then the choices.

use std::collections::HashSet;
use std::io::{self, Write};
use std::time::Duration;

use crate::approval::{ApprovalService, CloseReason};
use crate::exit::Exit;
use crate::ledger::{ApprovalRecord, ApprovalState};
use crate::render::output;
use crate::render::prompt::{Answered, Prompt, cancel_pair};
use crate::render::style::Palette;
use crate::runtime::approval::Decision;
use crate::text::sanitize;
use crate::text::words;
use tokio::time::sleep;

use super::answer::{from_person, report};
use super::list::ago;
use super::service;
use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::tokio_runtime::runtime;

/// How often it is looked whether the request on the screen was answered elsewhere.
const LOOK: Duration = Duration::from_millis(100);

/// Runs the inbox.
pub(super) fn run(context: &Context) -> Result<Exit, Failure> {
    if !context.stderr.terminal || !context.stdin_terminal {
        return Err(Failure::usage("the inbox needs a terminal")
            .hint("`turnwise approve list` and `turnwise approve show ID` work without one"));
    }
    let prompt = Prompt {
        palette: Palette::new(context.stderr.color),
        later: true,
    };
    runtime()?.block_on(inbox(&service(context)?, prompt))
}

async fn inbox(service: &ApprovalService, prompt: Prompt) -> Result<Exit, Failure> {
    let mut left = HashSet::new();
    let mut answered = 0_usize;
    loop {
        let waiting = service.waiting().await?;
        let next = waiting.iter().find(|listed| !left.contains(&listed.id));
        let Some(listed) = next else {
            let rest = waiting.len();
            say(&match (answered, rest) {
                (0, 0) => "No requests waiting.".to_owned(),
                (_, 0) => "No more requests waiting.".to_owned(),
                (_, rest) => format!("{} left for later.", words::count(rest, "request")),
            });
            return Ok(Exit::Success);
        };
        let Ok(record) = service.request(&listed.id).await else {
            continue;
        };
        if record.state != ApprovalState::Open {
            continue;
        }
        let title = format!("{} of {} · {}", left.len() + 1, waiting.len(), origin(&record));
        match ask(prompt, &record, title, service).await? {
            Answered::With(decision, reason) => {
                deliver(service, &record, &decision, reason).await?;
                answered += 1;
            }
            Answered::Closed => {}
            // In the inbox Ctrl-C leaves a request for later.
            Answered::Later | Answered::Interrupted => {
                left.insert(record.id);
            }
        }
    }
}

/// Which request it is, and where it comes from.
pub(super) fn origin(record: &ApprovalRecord) -> String {
    format!(
        "{} · asked {} ago by process {} in {}",
        record.id,
        ago(record.requested_at),
        record.run.pid,
        record.run.cwd.display(),
    )
}

/// Delivers an answer. One that came too late is told, and that is all.
pub(super) async fn deliver(
    service: &ApprovalService,
    record: &ApprovalRecord,
    decision: &Decision,
    reason: Option<String>,
) -> Result<(), Failure> {
    let outcome = from_person(service, record, decision, reason).await?;
    if let Err(failure) = report(record, &outcome, false) {
        failure.print();
    }
    Ok(())
}

/// Shows one request, and closes the prompt when it is answered elsewhere.
pub(super) async fn ask(
    prompt: Prompt,
    record: &ApprovalRecord,
    title: String,
    service: &ApprovalService,
) -> Result<Answered, Failure> {
    let system = |error: io::Error| Failure::system("the terminal", error);
    let (guard, cancel) = cancel_pair().map_err(system)?;
    let closing = CloseReason::default();
    let (pending, told) = (record.pending.clone(), closing.clone());
    let mut prompting = tokio::task::spawn_blocking(move || prompt.ask(&pending, &title, &cancel, &told));
    let outcome = tokio::select! {
        outcome = &mut prompting => outcome,
        reason = answered_elsewhere(service, &record.id) => {
            closing.set(reason);
            drop(guard);
            prompting.await
        }
    };
    outcome
        .map_err(|error| system(io::Error::other(error)))?
        .map_err(system)
}

/// Resolves with the outcome of a request. An unreadable ledger is ignored here: a late answer is reported afterwards.
async fn answered_elsewhere(service: &ApprovalService, id: &str) -> String {
    loop {
        match service.request(id).await {
            Ok(record) if record.state != ApprovalState::Open => {
                return record.answer.as_ref().map_or_else(
                    || super::answer::how(record.state).to_owned(),
                    |answer| {
                        let word = words::decision(answer.decision.as_str());
                        format!("{word} by {} first", answer.by)
                    },
                );
            }
            _ => sleep(LOOK).await,
        }
    }
}

fn say(text: &str) {
    // There is nowhere left to complain to.
    let _ = writeln!(output::stderr(), "{}", sanitize::line(text));
}
