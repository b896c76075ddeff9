//! `approve watch`: requests as they come and go, with a bell, until it is stopped. At a terminal each is answered as it comes.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::time::Duration;

use crate::approval::ApprovalService;
use crate::approval::notify::{Notice, rfc3339};
use crate::exit::Exit;
use crate::ledger::{ApprovalRecord, ApprovalState, ApprovalSummary};
use crate::render::output;
use crate::render::prompt::{Answered, Prompt};
use crate::render::request::page;
use crate::render::style::{Palette, Tone};
use crate::text::safe_json;
use crate::text::sanitize;
use crate::text::words::decision;
use clap::Args;
use serde::Serialize;

use super::inbox::{ask, deliver, origin};
use super::list::AnswerOut;
use super::service;
use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::tokio_runtime::runtime;

/// What a person is told first.
const WATCHING: &str = "Watching for requests; Ctrl-C stops.";

/// How often the ledger is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// Show new requests until Ctrl-C, with a bell
///
/// At a terminal it asks for an answer to each request, as the inbox does.
#[derive(Debug, Args)]
pub(crate) struct WatchArgs {
    /// Print JSON, one document per line
    #[arg(long)]
    json: bool,
    /// Do not ring the bell
    #[arg(long)]
    no_bell: bool,
}

#[derive(Serialize)]
struct Over<'a> {
    schema: &'static str,
    id: &'a str,
    state: crate::ledger::ApprovalState,
    answer: Option<AnswerOut<'a>>,
}

/// Runs the command. It ends with a signal, or when nobody reads any longer.
pub(super) fn run(args: &WatchArgs, context: &Context) -> Result<Exit, Failure> {
    let at_terminal = context.stdin_terminal && context.stdout.terminal && context.stderr.terminal;
    let runtime = runtime()?;
    if at_terminal && !args.json {
        runtime.block_on(answer_each(!args.no_bell, context))
    } else {
        runtime.block_on(watch(args, context))
    }
}

/// Asks the person for an answer to each request, as it comes.
async fn answer_each(ring: bool, context: &Context) -> Result<Exit, Failure> {
    let state = context.directories()?.state.clone();
    let palette = Palette::new(context.stderr.color);
    let prompt = Prompt { palette, later: true };
    let mut service = service(context)?;
    let mut left = HashSet::<String>::new();
    context.note(WATCHING);
    loop {
        let waiting = service.waiting().await?;
        for id in left.extract_if(|id| !waiting.iter().any(|listed| listed.id == *id)) {
            if let Ok(record) = service.request(&id).await {
                context.note(went(&record, false, Palette::new(false)).trim_end());
            }
        }
        let Some(next) = waiting.iter().find(|listed| !left.contains(&listed.id)) else {
            tokio::time::sleep(LOOK).await;
            // A ledger that did not exist may exist now.
            if waiting.is_empty() {
                service = ApprovalService::open(&state)?;
            }
            continue;
        };
        let Ok(record) = service.request(&next.id).await else {
            continue;
        };
        if record.state != ApprovalState::Open {
            continue;
        }
        if ring {
            // A terminal that is gone is noticed by the prompt.
            let _ = output::stderr().write_all(b"\x07");
        }
        match ask(prompt, &record, origin(&record), &service).await? {
            Answered::With(decision, reason) => deliver(&service, &record, &decision, reason).await?,
            Answered::Closed => {}
            Answered::Later => {
                context.note(&format!("Left for later: `turnwise approve show {}`", record.id));
                left.insert(record.id);
            }
            Answered::Interrupted => return Ok(Exit::Interrupt),
        }
    }
}

async fn watch(args: &WatchArgs, context: &Context) -> Result<Exit, Failure> {
    let mut service = service(context)?;
    let state = context.directories()?.state.clone();
    let mut known = HashMap::<String, ApprovalSummary>::new();
    let ring = !args.no_bell && !args.json && context.stdout.terminal;
    let palette = Palette::new(context.stdout.color);
    let terminal = context.stdout.terminal;
    if !args.json {
        context.note(WATCHING);
    }
    loop {
        let waiting = service.waiting().await?;
        let mut lines = Vec::new();
        for listed in &waiting {
            if !known.contains_key(&listed.id)
                && let Ok(record) = service.request(&listed.id).await
            {
                let width = terminal.then(|| usize::from(console::Term::stdout().size().1));
                lines.push(came(&record, args.json, palette, width, ring));
                known.insert(listed.id.clone(), listed.clone());
            }
        }
        let gone = known
            .keys()
            .filter(|id| !waiting.iter().any(|listed| listed.id == **id))
            .cloned()
            .collect::<Vec<_>>();
        for id in gone {
            known.remove(&id);
            if let Ok(record) = service.request(&id).await {
                lines.push(went(&record, args.json, palette));
            }
        }
        if !lines.is_empty() && write(&lines.concat()).is_err() {
            return Ok(Exit::Success);
        }
        tokio::time::sleep(LOOK).await;
        // A ledger that did not exist may exist now.
        if known.is_empty() && waiting.is_empty() {
            service = ApprovalService::open(&state)?;
        }
    }
}

fn write(text: &str) -> io::Result<()> {
    let mut out = output::stdout();
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn json(document: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    // Writing to memory cannot fail.
    let _ = safe_json::write(&mut bytes, document);
    bytes.push(b'\n');
    String::from_utf8(bytes).unwrap_or_default()
}

fn came(
    record: &ApprovalRecord,
    as_json: bool,
    palette: Palette,
    width: Option<usize>,
    ring: bool,
) -> String {
    if as_json {
        return json(&Notice {
            schema: "turnwise.approval/1",
            id: &record.id,
            summary: &record.pending.summary(),
            requested_at: rfc3339(record.requested_at),
            expires_at: record.expires_at.map(rfc3339),
            show: format!("turnwise approve show {}", record.id),
            asked: &record.pending,
        });
    }
    let bell = if ring { "\u{7}" } else { "" };
    let id = palette.paint(Tone::Strong, &record.id);
    let body = page(&record.pending, palette, width).join("\n");
    format!("{bell}{id}\n{body}\n\n")
}

fn went(record: &ApprovalRecord, as_json: bool, palette: Palette) -> String {
    if as_json {
        return json(&Over {
            schema: "turnwise.approval-over/1",
            id: &record.id,
            state: record.state,
            answer: record.answer.as_ref().map(AnswerOut::from),
        });
    }
    let how = record.answer.as_ref().map_or_else(
        || super::answer::how(record.state).to_owned(),
        |answer| {
            format!(
                "{} by {}",
                decision(answer.decision.as_str()),
                sanitize::line(&answer.by.to_string())
            )
        },
    );
    format!("{}  {how}\n\n", palette.paint(Tone::Strong, &record.id))
}
