//! The reducer: what the server says about a thread, to events. Pure; no channel, no clock, no process.

use crate::protocol::types::{
    DeprecationNoticeNotification, McpServerStartupStatusNotification, TurnStatus as Status,
    WarningNotification,
};
use crate::runtime::event::{
    DeltaKind, ErrorEvent, Event, Item, ItemDelta, ItemDetails, ItemEvent, TodoItem, TurnEnd, TurnError,
    TurnErrorKind, TurnStatus, Usage,
};
use crate::runtime::id::{ThreadId, TurnId};
use crate::runtime::items::convert;
use crate::runtime::mcp::{self, McpServers, McpStatus, STARTUP_STATUS};
use crate::runtime::rpc::queue::{Inbound, Notification, OwnedDelta};
use crate::runtime::session::failure::{classify, too_long};
use crate::runtime::session::notifications::{
    HookCompleted, ItemUpdate, TurnUpdate, diff_updated, error, plan_updated, usage_updated,
};

/// What is said of a turn that completed without an answer.
const NO_MESSAGE: &str = "the turn completed without a message from the model";

/// Reduces the messages of one session: its own thread's, and its sub-agents'.
#[derive(Debug)]
pub(crate) struct Reducer {
    thread_id: ThreadId,
    turn: TurnState,
    /// The thread's token counts as last heard, across turns.
    thread_usage: Option<Usage>,
    mcp_servers: McpServers,
}

/// What is known of the turn that runs.
#[derive(Debug, Default)]
struct TurnState {
    turn_id: Option<TurnId>,
    /// The thread's token counts when the turn began.
    baseline: Option<Usage>,
    usage: Usage,
    plan: Option<Item>,
    last_error: Option<ErrorEvent>,
    /// Whether there is a message with text.
    has_spoken: bool,
    /// Whether there is text of a message that is not whole yet. The whole message counts, when it comes.
    is_speaking: bool,
    /// Why a hook of Codex did not let the prompt through.
    blocked: Option<String>,
    /// Whether the model did something.
    worked: bool,
}

impl Reducer {
    /// A reducer for the session of a thread.
    pub(crate) fn new(thread_id: impl Into<ThreadId>) -> Self {
        Self {
            thread_id: thread_id.into(),
            turn: TurnState::default(),
            thread_usage: None,
            mcp_servers: McpServers::default(),
        }
    }

    /// A turn is about to be asked for.
    pub(crate) fn begin_turn(&mut self) {
        self.turn = TurnState {
            baseline: self.thread_usage,
            ..TurnState::default()
        };
    }

    /// The turn's id, once known.
    pub(crate) fn set_turn_id(&mut self, turn_id: &TurnId) {
        self.turn.turn_id = Some(turn_id.clone());
    }

    /// Tokens of the turn so far.
    pub(crate) fn usage(&self) -> Usage {
        self.turn.usage
    }

    /// The last error of the turn that was heard of, retried ones included.
    pub(crate) fn last_error(&self) -> Option<&ErrorEvent> {
        self.turn.last_error.as_ref()
    }

    /// The MCP servers that the turn waits for, as far as can be told: the agent has done nothing yet, and they are starting.
    pub(in crate::runtime) fn awaited_mcp_servers(&self) -> Option<String> {
        mcp::in_words(&self.mcp_servers.starting()).filter(|_| !self.turn.worked)
    }

    /// Reduces one notification.
    pub(crate) fn notification(&mut self, notification: &Notification, out: &mut impl FnMut(Event)) {
        if self.try_notification(notification, out).is_none() {
            let params = serde_json::from_str(notification.params.get()).unwrap_or_default();
            out(Event::Unknown {
                method: notification.method.clone(),
                params,
            });
        }
    }

    pub(crate) fn inbound(&mut self, inbound: Inbound, out: &mut impl FnMut(Event)) {
        match inbound {
            Inbound::Delta(delta) => out(Event::ItemDelta(self.delta(delta))),
            Inbound::Notification(notification) => self.notification(&notification, out),
            Inbound::Event(event) => out(*event),
            Inbound::TooLong(oversize) => out(Event::Error(too_long(oversize.length))),
        }
    }

    fn delta(&mut self, delta: OwnedDelta) -> ItemDelta {
        self.turn.is_speaking = self.turn.is_speaking
            || delta.kind == DeltaKind::AgentMessage
                && delta.thread_id == self.thread_id
                && !delta.text.trim().is_empty();
        ItemDelta {
            item_id: delta.item_id.into(),
            kind: delta.kind,
            delta: delta.text,
            index: delta.index,
            thread_id: (delta.thread_id != self.thread_id).then(|| delta.thread_id.into()),
        }
    }

    /// `None` when the method, or the shape of its params, is not known.
    fn try_notification(&mut self, notification: &Notification, out: &mut impl FnMut(Event)) -> Option<()> {
        let params = notification.params.get();
        match notification.method.as_str() {
            "item/started" => out(Event::ItemStarted(self.own_work(params)?)),
            "item/completed" => {
                let event = self.own_work(params)?;
                if let ItemDetails::AgentMessage { text, .. } = &event.item.details
                    && event.thread_id.is_none()
                {
                    self.turn.has_spoken |= !text.trim().is_empty();
                    self.turn.is_speaking = false;
                }
                out(Event::ItemCompleted(event));
            }
            "hook/completed" => {
                self.hook_completed(params);
                // There is no event for it.
                return None;
            }
            "turn/started" => self.turn_started(params, out)?,
            "turn/completed" => self.turn_completed(params, out)?,
            "turn/plan/updated" => self.plan_updated(params, out)?,
            "turn/diff/updated" => {
                let update = diff_updated(params)?;
                if self.is_own(Some(&update.thread_id)) {
                    out(Event::DiffUpdated { diff: update.diff });
                }
            }
            "thread/tokenUsage/updated" => self.usage_updated(params, out)?,
            "error" => self.error(params, out)?,
            STARTUP_STATUS => self.mcp_server_started(params, out)?,
            "warning" | "guardianWarning" => {
                out(Event::Warning {
                    message: serde_json::from_str::<WarningNotification>(params).ok()?.message,
                });
            }
            // Both have a summary and details.
            "configWarning" | "deprecationNotice" => {
                let notice: DeprecationNoticeNotification = serde_json::from_str(params).ok()?;
                // Said at every start where the system has no bubblewrap of its own, and nothing is the matter.
                if notice.summary.ends_with("bubblewrap in the meantime.") {
                    return Some(());
                }
                let details = notice
                    .details
                    .map(|details| format!("\n{details}"))
                    .unwrap_or_default();
                out(Event::Warning {
                    message: notice.summary + &details,
                });
            }
            // News that concern other kinds of clients, or that other events say as well.
            "thread/started"
            | "thread/status/changed"
            | "thread/readState/changed"
            | "thread/settings/updated"
            | "thread/name/updated"
            | "thread/queue/changed"
            | "account/rateLimits/updated"
            | "account/updated"
            | "remoteControl/status/changed"
            | "serverRequest/resolved"
            | "item/reasoning/summaryPartAdded"
            | "skills/changed"
            | "app/list/updated" => {}
            _ => return None,
        }
        Some(())
    }

    fn is_own(&self, thread_id: Option<&str>) -> bool {
        thread_id.is_none_or(|thread_id| thread_id == self.thread_id)
    }

    fn foreign(&self, thread_id: Option<String>) -> Option<ThreadId> {
        thread_id
            .map(ThreadId::from)
            .filter(|thread_id| *thread_id != self.thread_id)
    }

    fn item(&self, params: &str) -> Option<ItemEvent> {
        let update: ItemUpdate<'_> = serde_json::from_str(params).ok()?;
        Some(ItemEvent {
            item: convert(update.item)?,
            turn_id: update.turn_id.map(TurnId::from),
            thread_id: self.foreign(update.thread_id),
        })
    }

    fn mcp_server_started(&mut self, params: &str, out: &mut impl FnMut(Event)) -> Option<()> {
        let update: McpServerStartupStatusNotification = serde_json::from_str(params).ok()?;
        McpStatus::known(&update.status)?;
        // A sub-agent has the same servers.
        if self.is_own(update.thread_id.as_deref())
            && let Some(server) = self.mcp_servers.update(update)
            && server.status == McpStatus::Failed
        {
            let reason = server.reason.as_deref().unwrap_or("Codex gives no reason");
            out(Event::Warning {
                message: format!(
                    "the MCP server {} did not start, so its tools are missing: {reason}",
                    server.name
                ),
            });
        }
        Some(())
    }

    /// An item, noted as work of the model if it is.
    fn own_work(&mut self, params: &str) -> Option<ItemEvent> {
        let event = self.item(params)?;
        let given = matches!(
            event.item.details,
            ItemDetails::UserMessage { .. } | ItemDetails::Other { .. }
        );
        self.turn.worked |= event.thread_id.is_none() && !given;
        Some(event)
    }

    fn hook_completed(&mut self, params: &str) {
        let Ok(update) = serde_json::from_str::<HookCompleted>(params) else {
            return;
        };
        let decides = matches!(
            update.run.event_name.as_str(),
            "userPromptSubmit" | "sessionStart"
        );
        let refused = matches!(update.run.status.as_str(), "blocked" | "stopped");
        if decides && refused && self.is_own(Some(&update.thread_id)) {
            let texts = update.run.entries.iter().map(|entry| entry.text.trim());
            let reason = texts
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join("; ");
            self.turn.blocked = Some(reason);
        }
    }

    fn turn_started(&mut self, params: &str, out: &mut impl FnMut(Event)) -> Option<()> {
        let update: TurnUpdate = serde_json::from_str(params).ok()?;
        let (thread_id, turn_id) = (self.foreign(Some(update.thread_id)), TurnId::from(update.turn.id));
        if thread_id.is_none() {
            self.turn.turn_id = Some(turn_id.clone());
        }
        out(Event::TurnStarted { turn_id, thread_id });
        Some(())
    }

    fn turn_completed(&mut self, params: &str, out: &mut impl FnMut(Event)) -> Option<()> {
        let update: TurnUpdate = serde_json::from_str(params).ok()?;
        if let Some(thread_id) = self.foreign(Some(update.thread_id)) {
            out(Event::SubagentCompleted {
                thread_id,
                status: update
                    .turn
                    .status
                    .map_or_else(String::new, |status| status.to_string()),
            });
            return Some(());
        }
        if self
            .turn
            .turn_id
            .as_ref()
            .is_some_and(|turn_id| *turn_id != update.turn.id)
        {
            // The end of a turn that is not the one being consumed, such as one left behind by an interrupt.
            return Some(());
        }
        if let Some(item) = self.turn.plan.take() {
            let turn_id = Some(TurnId::from(&update.turn.id));
            out(Event::ItemCompleted(ItemEvent {
                item,
                turn_id,
                thread_id: None,
            }));
        }
        if let Some(servers) = mcp::in_words(&self.mcp_servers.take_starting()) {
            out(Event::Warning {
                message: format!("the turn ended before {servers} had started, so the tools were missing"),
            });
        }
        let mut end = TurnEnd {
            turn_id: update.turn.id.into(),
            usage: self.turn.usage,
            ..TurnEnd::default()
        };
        match update.turn.status {
            Some(Status::Completed) => match self.turn.blocked.take() {
                // The server calls that completed, too.
                Some(reason) if !self.turn.worked => {
                    let colon = if reason.is_empty() { "" } else { ": " };
                    let message = format!("a hook of Codex blocked the prompt{colon}{reason}");
                    end.status = TurnStatus::Failed;
                    end.error = Some(TurnError::new(TurnErrorKind::Blocked, message));
                }
                _ => {
                    if !self.turn.has_spoken && !self.turn.is_speaking {
                        out(Event::Warning {
                            message: NO_MESSAGE.to_owned(),
                        });
                    }
                    out(Event::TurnCompleted(end));
                    return Some(());
                }
            },
            Some(Status::Interrupted) => {
                end.status = TurnStatus::Interrupted;
                end.error = Some(TurnError::new(
                    TurnErrorKind::Interrupted,
                    "the turn was interrupted",
                ));
            }
            _ => {
                end.status = TurnStatus::Failed;
                let error = update
                    .turn
                    .error
                    .map(ErrorEvent::from)
                    .or_else(|| self.turn.last_error.clone());
                end.error = Some(classify(&error.unwrap_or_default()));
            }
        }
        out(Event::TurnFailed(end));
        Some(())
    }

    fn plan_updated(&mut self, params: &str, out: &mut impl FnMut(Event)) -> Option<()> {
        let update = plan_updated(params)?;
        if !self.is_own(said(&update.thread_id)) {
            return None;
        }
        let details = ItemDetails::TodoList {
            items: update.plan.into_iter().map(TodoItem::from).collect(),
            explanation: update.explanation,
        };
        let turn_id = said(&update.turn_id).map(TurnId::from);
        let turn_id = turn_id.or_else(|| self.turn.turn_id.clone());
        let id = format!("plan-{}", turn_id.as_deref().unwrap_or_default());
        let item = Item::new(id, details);
        let first = self.turn.plan.replace(item.clone()).is_none();
        let event = ItemEvent {
            item,
            turn_id,
            thread_id: None,
        };
        out(if first {
            Event::ItemStarted(event)
        } else {
            Event::ItemUpdated(event)
        });
        Some(())
    }

    fn usage_updated(&mut self, params: &str, out: &mut impl FnMut(Event)) -> Option<()> {
        let update = usage_updated(params)?;
        if !self.is_own(Some(&update.thread_id)) {
            return Some(());
        }
        let window = update.token_usage.model_context_window;
        let (total, last) = (
            Usage::from(update.token_usage.total),
            Usage::from(update.token_usage.last),
        );
        // A thread that was resumed has tokens from before; they are not this turn's.
        let baseline = *self.turn.baseline.get_or_insert_with(|| minus(total, last));
        self.thread_usage = Some(total);
        self.turn.usage = minus(total, baseline);
        out(Event::UsageUpdated {
            usage: self.turn.usage,
            context_window: window.and_then(|window| window.try_into().ok()),
        });
        Some(())
    }

    fn error(&mut self, params: &str, out: &mut impl FnMut(Event)) -> Option<()> {
        let update = error(params)?;
        let error = ErrorEvent {
            will_retry: update.will_retry,
            ..update.error.into()
        };
        if self.is_own(said(&update.thread_id)) {
            self.turn.last_error = Some(error.clone());
        }
        out(Event::Error(error));
        Some(())
    }
}

/// An id, unless it is empty because the server did not say it.
fn said(id: &str) -> Option<&str> {
    Some(id).filter(|id| !id.is_empty())
}

fn minus(a: Usage, b: Usage) -> Usage {
    Usage {
        input_tokens: a.input_tokens.saturating_sub(b.input_tokens),
        cached_input_tokens: a.cached_input_tokens.saturating_sub(b.cached_input_tokens),
        cache_write_input_tokens: a
            .cache_write_input_tokens
            .saturating_sub(b.cache_write_input_tokens),
        output_tokens: a.output_tokens.saturating_sub(b.output_tokens),
        reasoning_output_tokens: a
            .reasoning_output_tokens
            .saturating_sub(b.reasoning_output_tokens),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::value::RawValue;
    use serde_json::{Value, json};

    fn reduce(reducer: &mut Reducer, method: &str, params: &Value) -> Vec<Event> {
        let params = RawValue::from_string(params.to_string()).unwrap();
        let mut events = Vec::new();
        reducer.notification(
            &Notification {
                method: method.into(),
                params,
            },
            &mut |event| events.push(event),
        );
        events
    }

    fn reducer() -> Reducer {
        let mut reducer = Reducer::new("t");
        reducer.begin_turn();
        reducer
    }

    fn warnings(events: &[Event]) -> Vec<&str> {
        fn warning(event: &Event) -> Option<&str> {
            match event {
                Event::Warning { message } => Some(message),
                _ => None,
            }
        }
        events.iter().filter_map(warning).collect()
    }

    #[test]
    fn an_mcp_server_is_told_of_when_it_fails_or_is_late_and_only_then() {
        let mut reducer = reducer();
        let mut hear = |name: &str, status: &str, thread: &str| {
            let params =
                json!({ "name": name, "status": status, "error": "broken pipe", "threadId": thread });
            reduce(&mut reducer, STARTUP_STATUS, &params)
        };
        for name in ["a", "b", "c"] {
            assert!(hear(name, "starting", "t").is_empty());
        }
        assert!(hear("a", "ready", "t").is_empty());
        let failed = hear("b", "failed", "t");
        assert!(warnings(&failed)[0].contains("MCP server b did not start") && failed.len() == 1);
        assert!(hear("b", "failed", "t").is_empty(), "once");
        assert!(
            hear("d", "failed", "child").is_empty(),
            "a sub-agent's are the same"
        );
        assert_eq!(reducer.awaited_mcp_servers().as_deref(), Some("the MCP server c"));
        let end = json!({ "threadId": "t", "turn": { "id": "u", "status": "interrupted" } });
        let ended = reduce(&mut reducer, "turn/completed", &end);
        assert_eq!(
            warnings(&ended),
            ["the turn ended before the MCP server c had started, so the tools were missing"]
        );
        reducer.begin_turn();
        assert!(
            warnings(&reduce(&mut reducer, "turn/completed", &end)).is_empty(),
            "once"
        );
    }

    fn failed(info: &Value) -> TurnError {
        let params = json!({ "threadId": "t", "turn": {
            "id": "u", "status": "failed", "error": { "message": "no", "codexErrorInfo": info } } });
        let event = reduce(&mut reducer(), "turn/completed", &params).remove(0);
        let Event::TurnFailed(end) = event else {
            panic!("{event:?}")
        };
        end.error.unwrap()
    }

    fn usage(input: u64, last: u64) -> Value {
        json!({ "threadId": "t", "turnId": "u", "tokenUsage": {
            "total": { "inputTokens": input }, "last": { "inputTokens": last }, "modelContextWindow": 9 } })
    }

    #[test]
    fn failures_are_sorted_by_what_a_caller_can_do() {
        use TurnErrorKind::{Failed, Unauthorized, Unavailable};
        for (info, kind) in [
            (
                json!({ "httpConnectionFailed": { "httpStatusCode": 401 } }),
                Unauthorized,
            ),
            (json!("unauthorized"), Unauthorized),
            (json!("usageLimitExceeded"), Unavailable),
            (
                json!({ "responseTooManyFailedAttempts": { "httpStatusCode": 429 } }),
                Unavailable,
            ),
            (json!("serverOverloaded"), Unavailable),
            (json!("contextWindowExceeded"), Failed),
            (json!("something new"), Failed),
            (json!({ "new": { "shape": [] } }), Failed),
            (Value::Null, Failed),
        ] {
            assert_eq!(failed(&info).kind, kind, "{info}");
        }
    }

    #[test]
    fn the_end_of_another_turn_is_not_the_end_of_this_one() {
        let mut reducer = reducer();
        reducer.set_turn_id(&"u".into());
        let end = |id: &str| json!({ "threadId": "t", "turn": { "id": id, "status": "completed" } });
        assert!(reduce(&mut reducer, "turn/completed", &end("old")).is_empty());
        assert!(matches!(
            reduce(&mut reducer, "turn/completed", &end("u")).last(),
            Some(Event::TurnCompleted(_))
        ));
    }

    #[test]
    fn a_turn_that_completes_without_a_message_is_warned_of() {
        let end = json!({ "threadId": "t", "turn": { "id": "u", "status": "completed" } });
        let message = |text: &str, thread: &str| {
            let item = json!({ "type": "agentMessage", "id": "m", "text": text });
            json!({ "threadId": thread, "turnId": "u", "item": item })
        };
        for (said, warned) in [
            (message("", "t"), true),
            (message(" \n", "t"), true),
            (message("theirs", "child"), true),
            (message("mine", "t"), false),
        ] {
            let mut reducer = reducer();
            reduce(&mut reducer, "item/completed", &said);
            let events = reduce(&mut reducer, "turn/completed", &end);
            assert_eq!(matches!(events[0], Event::Warning { .. }), warned, "{said}");
            // The next turn begins anew.
            reducer.begin_turn();
            let events = reduce(&mut reducer, "turn/completed", &end);
            assert!(matches!(
                &events[..],
                [Event::Warning { .. }, Event::TurnCompleted(_)]
            ));
        }
    }

    #[test]
    fn the_tokens_of_a_resumed_thread_are_not_counted_again() {
        let mut reducer = reducer();
        reduce(&mut reducer, "thread/tokenUsage/updated", &usage(1_000, 10));
        reduce(&mut reducer, "thread/tokenUsage/updated", &usage(1_030, 30));
        assert_eq!(reducer.usage().input_tokens, 40);
        reducer.begin_turn();
        reduce(&mut reducer, "thread/tokenUsage/updated", &usage(1_035, 5));
        assert_eq!(reducer.usage().input_tokens, 5);
    }

    #[test]
    fn a_subagents_end_is_not_the_turns_end() {
        let params = json!({ "threadId": "child", "turn": { "id": "c", "status": "completed" } });
        let events = reduce(&mut reducer(), "turn/completed", &params);
        assert!(matches!(&events[0], Event::SubagentCompleted { thread_id, .. } if thread_id == "child"));
    }

    #[test]
    fn a_plan_starts_is_updated_and_completed_with_the_turn() {
        let mut reducer = reducer();
        let plan =
            |status| json!({ "threadId": "t", "turnId": "u", "plan": [{ "step": "a", "status": status }] });
        assert!(matches!(
            reduce(&mut reducer, "turn/plan/updated", &plan("pending"))[0],
            Event::ItemStarted(_)
        ));
        assert!(matches!(
            reduce(&mut reducer, "turn/plan/updated", &plan("completed"))[0],
            Event::ItemUpdated(_)
        ));
        let end = json!({ "threadId": "t", "turn": { "id": "u", "status": "completed" } });
        let events = reduce(&mut reducer, "turn/completed", &end);
        assert!(matches!(
            &events[..],
            [Event::ItemCompleted(_), .., Event::TurnCompleted(_)]
        ));
    }

    #[test]
    fn what_is_not_known_is_passed_on_unchanged() {
        let events = reduce(&mut reducer(), "brand/new", &json!({ "threadId": "t", "x": [1] }));
        assert!(
            matches!(&events[..], [Event::Unknown { method, params }] if method == "brand/new" && params["x"] == json!([1]))
        );
        let events = reduce(&mut reducer(), "turn/started", &json!({ "unexpected": true }));
        assert!(matches!(&events[..], [Event::Unknown { .. }]));
    }

    proptest! {
        #[test]
        fn any_order_of_messages_never_panics(steps in prop::collection::vec((0usize..12, 0u64..5), 0..40)) {
            let mut reducer = reducer();
            for (step, n) in steps {
                let thread = if n == 4 { "child" } else { "t" };
                let turn = json!({ "threadId": thread, "turn": { "id": n.to_string(), "status": "interrupted" } });
                let item = json!({ "threadId": thread, "turnId": "u", "item": { "type": "agentMessage", "id": "i" } });
                let (method, params) = match step {
                    0 => ("turn/started", turn),
                    1 => ("turn/completed", turn),
                    2 => ("item/started", item),
                    3 => ("item/completed", item),
                    4 => ("thread/tokenUsage/updated", usage(n, 3)),
                    5 => ("turn/plan/updated", json!({ "plan": [{ "step": "", "status": "" }] })),
                    6 => ("error", json!({ "error": {}, "willRetry": true })),
                    7 => ("error", json!({ "error": 1 })),
                    8 => ("turn/diff/updated", json!({ "threadId": thread, "diff": "" })),
                    9 => ("item/completed", json!({ "item": {} })),
                    10 => { reducer.begin_turn(); continue }
                    _ => ("nonsense", Value::Null),
                };
                reduce(&mut reducer, method, &params);
            }
        }
    }
}
