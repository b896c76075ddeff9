//! For tests: every variant of every event, item, entry and request, with one text in all places that come from outside.
//!
//! Each list is a chain of matches: a new variant does not compile until it has its place in it.

use std::iter::successors;

use serde_json::{Value, json};

use crate::render::RunReport;
use crate::render::testing::{item, report};
use crate::run::{ReportedApproval, RunError};
use crate::runtime::approval::{ApprovalKind, ApprovalRequest, PendingRequest, RunContext};
use crate::runtime::event::{
    ApprovalResolution, ApprovalWaiting, CommandExecution, DeltaKind, ErrorEvent, Event, FileChange,
    ItemDelta, ItemDetails, ItemEvent, ItemStatus, ThreadInfo, TodoItem, TurnEnd, TurnError, TurnErrorKind,
    TurnStatus, Usage,
};
use crate::runtime::rollout::Entry;

/// Every event; those with an item once for each kind of item, those with a request once for each kind of request.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the chain of events has no wildcard"
)]
pub(crate) fn events(text: &str) -> Vec<Event> {
    let first = Event::ThreadStarted(ThreadInfo {
        thread_id: text.into(),
        model: Some(text.to_owned()),
        model_provider: Some(text.to_owned()),
        cwd: Some(text.to_owned()),
        codex_version: Some(text.to_owned()),
    });
    let kinds = successors(Some(first), |event| next_event(event, text));
    kinds
        .flat_map(|event| match event {
            Event::ItemStarted(_) => of_items(text, Event::ItemStarted),
            Event::ItemUpdated(_) => of_items(text, Event::ItemUpdated),
            Event::ItemCompleted(_) => of_items(text, Event::ItemCompleted),
            Event::ItemDelta(delta) => deltas(&delta),
            Event::ApprovalRequested { .. } => requests(text)
                .into_iter()
                .map(|asked| Event::ApprovalRequested {
                    approval: asked.request,
                })
                .collect(),
            other => vec![other],
        })
        .collect()
}

fn next_event(event: &Event, text: &str) -> Option<Event> {
    let text = || text.to_owned();
    let any = || item(&text(), ItemDetails::ContextCompaction {});
    let end = || TurnEnd {
        turn_id: text().into(),
        status: TurnStatus::Failed,
        usage: Usage::default(),
        error: Some(TurnError {
            kind: TurnErrorKind::Failed,
            message: text(),
            code: Some(text()),
            hint: Some(text()),
            remedy: None,
            details: Some(text()),
        }),
        duration_ms: Some(1),
    };
    Some(match event {
        Event::ThreadStarted(_) => Event::TurnStarted {
            turn_id: text().into(),
            thread_id: Some(text().into()),
        },
        Event::TurnStarted { .. } => Event::ItemStarted(any()),
        Event::ItemStarted(_) => Event::ItemUpdated(any()),
        Event::ItemUpdated(_) => Event::ItemCompleted(any()),
        Event::ItemCompleted(_) => Event::ItemDelta(ItemDelta {
            item_id: text().into(),
            kind: DeltaKind::AgentMessage,
            delta: text(),
            index: None,
            thread_id: None,
        }),
        Event::ItemDelta(_) => Event::DiffUpdated { diff: text() },
        Event::DiffUpdated { .. } => Event::UsageUpdated {
            usage: Usage::default(),
            context_window: None,
        },
        Event::UsageUpdated { .. } => Event::Warning { message: text() },
        Event::Warning { .. } => Event::TurnSteered {
            by: text(),
            message: text(),
        },
        Event::TurnSteered { .. } => Event::Error(ErrorEvent {
            message: text(),
            code: Some(text()),
            http_status: None,
            details: Some(text()),
            will_retry: true,
        }),
        Event::Error(_) => Event::ApprovalRequested {
            approval: request(ApprovalKind::Unknown, Value::Null, &text()).request,
        },
        Event::ApprovalRequested { .. } => Event::ApprovalWaiting(ApprovalWaiting {
            id: text().into(),
            approval_id: text(),
            timeout_ms: Some(1),
        }),
        Event::ApprovalWaiting(_) => Event::ApprovalResolved(ApprovalResolution {
            id: text().into(),
            decision: text(),
            by: text().into(),
        }),
        Event::ApprovalResolved(_) => Event::TurnCompleted(end()),
        Event::TurnCompleted(_) => Event::TurnFailed(end()),
        Event::TurnFailed(_) => Event::SubagentCompleted {
            thread_id: text().into(),
            status: text(),
        },
        Event::SubagentCompleted { .. } => Event::Unknown {
            method: text(),
            params: values(&text()),
        },
        Event::Unknown { .. } => return None,
    })
}

fn deltas(like: &ItemDelta) -> Vec<Event> {
    let kinds = successors(Some(DeltaKind::AgentMessage), |kind| match kind {
        DeltaKind::AgentMessage => Some(DeltaKind::ReasoningSummary),
        DeltaKind::ReasoningSummary => Some(DeltaKind::Reasoning),
        DeltaKind::Reasoning => Some(DeltaKind::CommandOutput),
        DeltaKind::CommandOutput => Some(DeltaKind::FileChangeOutput),
        DeltaKind::FileChangeOutput => Some(DeltaKind::Plan),
        DeltaKind::Plan => None,
    });
    kinds
        .map(|kind| Event::ItemDelta(ItemDelta { kind, ..like.clone() }))
        .collect()
}

/// The session's own items, and the same of a sub-agent.
fn of_items(text: &str, event: fn(ItemEvent) -> Event) -> Vec<Event> {
    let own = items(text).into_iter().map(|details| item(text, details));
    let others = items(text).into_iter().map(|details| ItemEvent {
        thread_id: Some(text.into()),
        ..item(text, details)
    });
    own.chain(others).map(event).collect()
}

/// Every kind of item.
pub(crate) fn items(text: &str) -> Vec<ItemDetails> {
    let first = ItemDetails::UserMessage {
        text: text.to_owned(),
    };
    successors(Some(first), |details| next_item(details, text)).collect()
}

fn next_item(details: &ItemDetails, text: &str) -> Option<ItemDetails> {
    let text = || text.to_owned();
    let status = ItemStatus::Failed;
    Some(match details {
        ItemDetails::UserMessage { .. } => ItemDetails::AgentMessage {
            text: text(),
            phase: Some(text()),
        },
        ItemDetails::AgentMessage { .. } => ItemDetails::Reasoning { text: text() },
        ItemDetails::Reasoning { .. } => ItemDetails::CommandExecution(CommandExecution {
            command: text(),
            cwd: Some(text()),
            aggregated_output: text(),
            exit_code: None,
            status,
            duration_ms: Some(1_000),
        }),
        ItemDetails::CommandExecution(_) => ItemDetails::FileChange {
            changes: changes(&text()),
            status,
        },
        ItemDetails::FileChange { .. } => ItemDetails::McpToolCall {
            server: text(),
            tool: text(),
            arguments: values(&text()),
            result: values(&text()),
            error: values(&text()),
            status,
        },
        ItemDetails::McpToolCall { .. } => ItemDetails::DynamicToolCall {
            tool: text(),
            arguments: values(&text()),
            status,
            success: None,
        },
        ItemDetails::DynamicToolCall { .. } => ItemDetails::TodoList {
            items: vec![TodoItem {
                text: text(),
                completed: false,
                in_progress: true,
            }],
            explanation: Some(text()),
        },
        ItemDetails::TodoList { .. } => ItemDetails::Plan { text: text() },
        ItemDetails::Plan { .. } => ItemDetails::WebSearch {
            query: text(),
            action: values(&text()),
        },
        ItemDetails::WebSearch { .. } => ItemDetails::CollabToolCall {
            tool: text(),
            receiver_thread_ids: vec![text().into()],
            status,
        },
        ItemDetails::CollabToolCall { .. } => ItemDetails::ContextCompaction {},
        ItemDetails::ContextCompaction {} => ItemDetails::Review { text: text() },
        ItemDetails::Review { .. } => ItemDetails::Other {
            kind: text(),
            data: values(&text()),
        },
        ItemDetails::Other { .. } => return None,
    })
}

fn changes(text: &str) -> Vec<FileChange> {
    ["add", "delete", "update", text]
        .map(|kind| FileChange {
            path: text.to_owned(),
            kind: kind.to_owned(),
            move_path: Some(text.to_owned()),
            diff: format!("{text}\n+{text}\n-{text}"),
        })
        .into()
}

fn values(text: &str) -> Value {
    json!({ text: [text, { text: text }] })
}

fn request(kind: ApprovalKind, params: Value, text: &str) -> PendingRequest {
    PendingRequest {
        request: ApprovalRequest {
            id: text.into(),
            kind,
            method: text.to_owned(),
            thread_id: Some(text.into()),
            turn_id: Some(text.into()),
            item_id: Some(text.into()),
            reason: Some(text.to_owned()),
            command: Some(text.to_owned()),
            cwd: Some(text.to_owned()),
            changes: changes(text),
            params,
        },
        context: RunContext {
            cwd: text.into(),
            sandbox: text.to_owned(),
            approval: text.to_owned(),
            codex_home: text.into(),
            session_id: Some("own".into()),
        },
    }
}

/// Requests of every kind, in every shape that is shown in its own way.
pub(crate) fn requests(text: &str) -> Vec<PendingRequest> {
    let kinds = successors(Some(ApprovalKind::Command), |kind| match kind {
        ApprovalKind::Command => Some(ApprovalKind::FileChange),
        ApprovalKind::FileChange => Some(ApprovalKind::Permissions),
        ApprovalKind::Permissions => Some(ApprovalKind::UserInput),
        ApprovalKind::UserInput => Some(ApprovalKind::Elicitation),
        ApprovalKind::Elicitation => Some(ApprovalKind::ToolCall),
        ApprovalKind::ToolCall => Some(ApprovalKind::Unknown),
        ApprovalKind::Unknown => None,
    });
    let shapes = [
        Value::Null,
        json!({
            "command": [text, text], "kind": "writeStdin", "cwd": text, "additionalPermissions": values(text),
            "proposedExecpolicyAmendment": [text], "grantRoot": text, "tool": text, "arguments": values(text),
            "proposedNetworkPolicyAmendments": [{ "host": text, "action": "allow" }],
            "permissions": { "network": { "enabled": true }, "fileSystem": { "read": [text], "write": [text] }, text: text },
            "questions": [{ "id": text, "header": text, "question": text, "isSecret": true,
                "options": [{ "label": text, "description": text }] }],
            "serverName": text, "message": text, "mode": "form", "requestedSchema": {
                "type": "object", "properties": { text: { "type": "string", "title": text, "description": text,
                    "enum": [text], "default": text } }, "required": [text] },
        }),
        json!({ "networkApprovalContext": { "host": text, "protocol": text }, "serverName": text, "mode": "url", "url": text,
            "message": text }),
        json!({ "serverName": text, "message": text, "_meta": { "codex_approval_kind": "mcp_tool_call", "tool_name": text,
            "tool_title": text, "tool_params": values(text) } }),
    ];
    kinds
        .flat_map(|kind| shapes.clone().map(|params| request(kind, params, text)))
        .collect()
}

/// Every entry of a saved session.
pub(crate) fn entries(text: &str) -> Vec<Entry> {
    let some = Some(text.to_owned());
    let first = Entry::Turn {
        turn_id: Some(text.into()),
        model: some.clone(),
        sandbox: some.clone(),
        approval: some,
    };
    successors(Some(first), |entry| next_entry(entry, text)).collect()
}

fn next_entry(entry: &Entry, text: &str) -> Option<Entry> {
    let text = || text.to_owned();
    Some(match entry {
        Entry::Turn { .. } => Entry::User { text: text() },
        Entry::User { .. } => Entry::Agent { text: text() },
        Entry::Agent { .. } => Entry::Reasoning { text: text() },
        Entry::Reasoning { .. } => Entry::Command {
            call_id: text(),
            command: text(),
            justification: Some(text()),
        },
        Entry::Command { .. } => Entry::Patch {
            call_id: text(),
            patch: text(),
        },
        Entry::Patch { .. } => Entry::Plan {
            steps: vec![(text(), text()), (text(), "completed".to_owned())],
        },
        Entry::Plan { .. } => Entry::Tool {
            call_id: text(),
            name: text(),
            arguments: values(&text()),
        },
        Entry::Tool { .. } => Entry::Output {
            call_id: text(),
            text: format!("Exit code: {}\nOutput:\n{}", text().replace('\n', " "), text()),
        },
        Entry::Output { .. } => Entry::Aborted { reason: text() },
        Entry::Aborted { .. } => Entry::Compacted,
        Entry::Compacted => Entry::Usage {
            input_tokens: 1,
            output_tokens: 1,
        },
        Entry::Usage { .. } => Entry::Missing { id: text() },
        Entry::Missing { .. } => Entry::Damaged { line: 1 },
        Entry::Damaged { .. } => Entry::Unknown {
            kind: text(),
            payload: values(&text()),
        },
        Entry::Unknown { .. } => return None,
    })
}

/// A report with everything in it.
pub(crate) fn full_report(text: &str) -> RunReport {
    let some = Some(text.to_owned());
    let items = items(text).into_iter().map(|details| item(text, details).item);
    let mut report = report(text).with_content(text, items.collect());
    report.session_id = Some(text.into());
    report.turn_id = Some(text.into());
    report.structured = Some(values(text));
    report.approvals = vec![ReportedApproval {
        id: text.into(),
        kind: ApprovalKind::Command,
        command: some.clone(),
        reason: some.clone(),
        decision: some.clone(),
        by: Some(text.into()),
    }];
    report.diff.clone_from(&some);
    report.model.clone_from(&some);
    report.warnings = vec![text.to_owned()];
    report.error = Some(RunError {
        kind: text.to_owned(),
        message: text.to_owned(),
        hint: some.clone(),
        details: some.clone(),
        resets_at: some,
    });
    report
}
