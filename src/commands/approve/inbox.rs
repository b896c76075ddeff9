//! `turnwise approve` at a terminal: one waiting request after another, each in full, then the choices.

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use crate::approval::chain::CloseReason;
use crate::approval::service::ApprovalService;
use crate::exit::Exit;
use crate::ledger::{ApprovalRecord, ApprovalState};
use crate::render::output;
use crate::render::prompt::{Answered, CancelGuard, Prompt, cancel_pair};
use crate::render::style::Palette;
use crate::text::sanitize;
use crate::text::words::{count, decision};

use super::answer::{from_inbox, report};
use super::list::ago;
use super::service;
use crate::commands::context::Context;
use crate::commands::failure::Failure;

/// How often it is looked whether the request on the screen was answered elsewhere.
const LOOK: Duration = Duration::from_millis(100);

/// Runs the inbox.
pub(super) fn run(context: &Context) -> Result<Exit, Failure> {
    if !context.stderr.terminal || !context.stdin_terminal {
        return Err(Failure::usage("the inbox needs a terminal")
            .hint("`turnwise approve list` and `turnwise approve show ID` work without one"));
    }
    let service = service(context)?;
    let state = context.directories()?.state.clone();
    let prompt = Prompt {
        palette: Palette::new(context.stderr.color),
        later: true,
    };
    let mut left = HashSet::new();
    let mut answered = 0_usize;
    loop {
        let waiting = service.waiting()?;
        let next = waiting.iter().find(|listed| !left.contains(&listed.id));
        let Some(listed) = next else {
            let rest = waiting.len();
            say(&match (answered, rest) {
                (0, 0) => "No requests waiting.".to_owned(),
                (_, 0) => "No more requests waiting.".to_owned(),
                (_, rest) => format!("{} left for later.", count(rest, "request")),
            });
            return Ok(Exit::Success);
        };
        let Ok(record) = service.entry(&listed.id) else {
            continue;
        };
        if record.state != ApprovalState::Open {
            continue;
        }
        let title = format!(
            "{} of {} · {} · asked {} ago by process {} in {}",
            left.len() + 1,
            waiting.len(),
            record.id,
            ago(record.requested_at),
            record.run.pid,
            record.run.cwd.display(),
        );
        match ask(prompt, &record, &title, &state)? {
            Answered::With(decision, reason) => {
                let given = from_inbox(&service, &record, &decision, reason)?;
                // One that came too late is told, and the inbox goes on.
                if let Err(failure) = report(&record, &given, false) {
                    failure.print();
                }
                answered += 1;
            }
            Answered::Closed => {}
            Answered::Later => {
                left.insert(record.id);
            }
        }
    }
}

/// Shows one request, and closes the prompt when it is answered elsewhere.
fn ask(prompt: Prompt, record: &ApprovalRecord, title: &str, state: &Path) -> Result<Answered, Failure> {
    let system = |error: io::Error| Failure::system("the terminal", error);
    let (guard, cancel) = cancel_pair().map_err(system)?;
    let closing = CloseReason::default();
    let done = Arc::new(AtomicBool::new(false));
    let (sender, ended) = mpsc::sync_channel(0);
    let watching = {
        let (id, state, closing, done) = (
            record.id.clone(),
            state.to_owned(),
            closing.clone(),
            Arc::clone(&done),
        );
        std::thread::spawn(move || watch(&id, &state, &closing, &done, guard, &ended))
    };
    let outcome = prompt
        .ask(&record.pending, title, &cancel, &closing)
        .map_err(system);
    done.store(true, Ordering::Release);
    drop(sender);
    // It ends at once: its channel is closed.
    let _ = watching.join();
    outcome
}

fn watch(
    id: &str,
    state: &Path,
    closing: &CloseReason,
    done: &AtomicBool,
    guard: CancelGuard,
    ended: &mpsc::Receiver<()>,
) {
    // A connection of its own: the other one is in use.
    let Ok(service) = ApprovalService::open(state) else {
        // The prompt stays; a late answer is told afterwards.
        let _ = ended.recv();
        return;
    };
    while !done.load(Ordering::Acquire) {
        match service.entry(id) {
            Ok(record) if record.state != ApprovalState::Open => {
                if let Some(answer) = &record.answer {
                    closing.because(format!(
                        "{} by {} first",
                        decision(answer.decision.as_str()),
                        answer.by
                    ));
                } else {
                    closing.because(super::answer::how(record.state).to_owned());
                }
                drop(guard);
                return;
            }
            _ => {}
        }
        if ended.recv_timeout(LOOK) == Err(mpsc::RecvTimeoutError::Disconnected) {
            return;
        }
    }
}

fn say(text: &str) {
    // There is nowhere left to complain to.
    let _ = writeln!(output::stderr(), "{}", sanitize::line(text));
}
