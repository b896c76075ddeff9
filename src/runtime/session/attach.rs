//! A turn that began before its thread was resumed here, at a server that outlives this client: finding it, and what it has
//! done so far, and following it.
//!
//! The server sends the turn's open requests as soon as the thread is resumed. They are deferred until the turn is attached to: an
//! observer must not answer them, and the files of a file change come only with the turn.

use std::sync::{Arc, MutexGuard, PoisonError};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::protocol::types::{
    self, CollabAgentToolCallStatus, ItemStatus, ThreadItem, ThreadItemDetails, ThreadResponse, ThreadStatus,
    TurnStatus,
};
use crate::runtime::error::RuntimeError;
use crate::runtime::id::TurnId;
use crate::runtime::profile::RunProfile;
use crate::runtime::rpc::connection::Shared;
use crate::runtime::rpc::queue::{Inbound, Notification};
use crate::runtime::session::limits::Limits;
use crate::runtime::session::open_thread::{OpenThread, RunningTurn};
use crate::runtime::session::resume::resume;
use crate::runtime::session::turn::Turn;

/// The part of a `thread/resume` reply that says whether a turn runs. The history, which some servers send with it, is not read.
#[derive(Deserialize)]
struct Resumed {
    thread: ResumedThread,
}

#[derive(Deserialize)]
struct ResumedThread {
    #[serde(default)]
    status: Option<ThreadStatus>,
}

/// The turn among these that has not ended.
pub(in crate::runtime) fn running(turns: Vec<types::Turn>) -> Option<types::Turn> {
    let mut newest_first = turns.into_iter().rev();
    newest_first.find(|turn| turn.status == TurnStatus::InProgress)
}

impl OpenThread {
    pub(in crate::runtime) fn running_turn(&self) -> Option<TurnId> {
        self.running().as_ref().map(|turn| turn.id.clone())
    }

    pub(in crate::runtime) async fn attach(
        self: &Arc<Self>,
        profile: &RunProfile,
    ) -> Result<Turn, RuntimeError> {
        let schema = profile.compiled_schema()?;
        let running = self.running().take().ok_or(RuntimeError::NoTurn)?;
        let mut state = Arc::clone(&self.state).lock_owned().await;
        state.reducer.begin_turn();
        state.reducer.set_turn_id(&running.id);
        *self.handle.active() = Some(running.id.clone());
        let limits = Limits::of(profile, Instant::now());
        let mut turn = Turn::new(Arc::clone(self), state, running.id, limits, schema);
        for notification in running.so_far {
            turn.absorb(Inbound::Notification(notification));
        }
        self.shared.requests.ask_deferred(&self.shared, self.id());
        Ok(turn)
    }

    /// A prompt would only be said to the turn that runs.
    pub(in crate::runtime) fn is_free(&self) -> Result<(), RuntimeError> {
        match self.running_turn() {
            Some(turn_id) => Err(RuntimeError::TurnRunning {
                id: self.id().to_owned(),
                turn_id,
            }),
            None => Ok(()),
        }
    }

    pub(in crate::runtime) fn running(&self) -> MutexGuard<'_, Option<RunningTurn>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a thread up (`thread/resume`), and finds the turn that runs in it. Where one does, the requests that wait in it are
/// held until [`ask_deferred`](crate::runtime::rpc::requests::ServerRequests::ask_deferred).
///
/// # Errors
/// The server's own.
pub(in crate::runtime) async fn resume_with_running_turn<R: DeserializeOwned>(
    shared: &Arc<Shared>,
    thread_id: &str,
    params: Value,
) -> Result<(R, Option<RunningTurn>), RuntimeError> {
    shared.requests.defer(thread_id);
    let outcome = async {
        let raw: Box<RawValue> = resume(shared, params).await?;
        let reply = parse(&raw)?;
        let active = matches!(
            parse::<Resumed>(&raw)?.thread.status,
            Some(ThreadStatus::Active(_))
        );
        let running = if active {
            running_turn(shared, thread_id).await?
        } else {
            None
        };
        Ok((reply, running))
    }
    .await;
    if !matches!(outcome, Ok((_, Some(_)))) {
        shared.requests.ask_deferred(shared, thread_id);
    }
    outcome
}

/// Takes a thread up, and asks what waits in the turn that runs in it.
///
/// # Errors
/// The server's own.
#[cfg(feature = "app-server")]
pub(crate) async fn resume_and_ask<R: DeserializeOwned>(
    shared: &Arc<Shared>,
    thread_id: &str,
    params: Value,
) -> Result<R, RuntimeError> {
    let (reply, _) = resume_with_running_turn(shared, thread_id, params).await?;
    shared.requests.ask_deferred(shared, thread_id);
    Ok(reply)
}

fn parse<T: DeserializeOwned>(raw: &RawValue) -> Result<T, RuntimeError> {
    serde_json::from_str(raw.get()).map_err(|error| RuntimeError::bad_reply("thread/resume", error))
}

/// The turn that runs: only the reply with the turns has the items that are not done yet.
async fn running_turn(shared: &Arc<Shared>, thread_id: &str) -> Result<Option<RunningTurn>, RuntimeError> {
    let params = json!({ "threadId": thread_id });
    let reply: ThreadResponse = shared.call("thread/resume", &params).await?;
    let Some(turn) = running(reply.thread.turns) else {
        // It ended in between.
        return Ok(None);
    };
    let notification = |item: &ThreadItem| as_notification(thread_id, &turn.id, item);
    let so_far = turn.items.iter().filter_map(notification).collect::<Vec<_>>();
    for notification in &so_far {
        // What a file change would do is shown with its request.
        shared
            .requests
            .observe(shared, &notification.method, notification.params.get());
    }
    Ok(Some(RunningTurn {
        id: turn.id.into(),
        so_far,
    }))
}

/// An item as the server tells of it while a turn runs: begun, or done. A message that is still being written is told when
/// it is done.
fn as_notification(thread_id: &str, turn_id: &str, item: &ThreadItem) -> Option<Notification> {
    let being_written = item.started_at_ms.is_some() && item.completed_at_ms.is_none();
    let method = if in_progress(&item.details) {
        "item/started"
    } else if being_written && grows(&item.details) {
        return None;
    } else {
        "item/completed"
    };
    let params = json!({ "threadId": thread_id, "turnId": turn_id, "item": item });
    Some(Notification {
        method: method.to_owned(),
        params: serde_json::value::to_raw_value(&params).ok()?,
    })
}

/// Whether its text comes in pieces.
fn grows(details: &ThreadItemDetails) -> bool {
    use ThreadItemDetails::{AgentMessage, Reasoning, Unrecognized};
    let named = |item: &Value| matches!(item["type"].as_str(), Some("agentMessage" | "reasoning"));
    matches!(details, AgentMessage(_) | Reasoning(_)) || matches!(details, Unrecognized(item) if named(item))
}

/// Whether an item says that it has not ended. A message does not say it.
fn in_progress(details: &ThreadItemDetails) -> bool {
    use ThreadItemDetails as Details;
    match details {
        Details::CommandExecution(item) => item.status == ItemStatus::InProgress,
        Details::FileChange(item) => item.status == ItemStatus::InProgress,
        Details::McpToolCall(item) => item.status == ItemStatus::InProgress,
        Details::DynamicToolCall(item) => item.status == ItemStatus::InProgress,
        Details::CollabAgentToolCall(item) => item.status == CollabAgentToolCallStatus::InProgress,
        Details::ImageGeneration(item) => item.status == "inProgress",
        Details::Unrecognized(item) => item["status"] == "inProgress",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_and_what_is_not_are_told_apart() {
        let method = |item: Value| {
            let mut item = item;
            item["id"] = "i".into();
            let item = serde_json::from_value(item).unwrap();
            as_notification("t", "u", &item).map(|notification| notification.method)
        };
        let done = Some("item/completed".to_owned());
        let begun = Some("item/started".to_owned());
        assert_eq!(
            method(json!({ "type": "fileChange", "status": "inProgress" })),
            begun
        );
        assert_eq!(
            method(json!({ "type": "commandExecution", "status": "failed" })),
            done
        );
        assert_eq!(method(json!({ "type": "agentMessage", "text": "whole" })), done);
        let written = json!({ "type": "agentMessage", "startedAtMs": 1, "completedAtMs": null });
        assert_eq!(method(written), None);
        let whole = json!({ "type": "agentMessage", "startedAtMs": 1, "completedAtMs": 2 });
        assert_eq!(method(whole), done);
    }
}
