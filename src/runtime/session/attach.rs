//! A turn that began before its thread was resumed here, at a server that outlives this client: finding it, and what it has
//! done so far, and following it.
//!
//! The server sends the requests that wait in it as soon as the thread is taken up. They are held until somebody joins:
//! whoever only looks must not answer them, and what a file change would do is only told with the turn.

use std::sync::{Arc, MutexGuard, PoisonError};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::runtime::error::RuntimeError;
use crate::runtime::id::TurnId;
use crate::runtime::profile::RunProfile;
use crate::runtime::rpc::connection::Shared;
use crate::runtime::rpc::queue::{Inbound, Notification};
use crate::runtime::session::open_thread::OpenThread;
use crate::runtime::session::resume::resume;
use crate::runtime::session::session::Session;
use crate::runtime::session::turn::Turn;
use crate::runtime::session::turn_limits::Limits;

/// A turn that runs.
#[derive(Debug)]
pub(in crate::runtime) struct RunningTurn {
    pub(in crate::runtime) id: TurnId,
    /// What it has done so far, as if it were told now.
    pub(in crate::runtime) so_far: Vec<Notification>,
}

/// The part of a `thread/resume` reply that says whether a turn runs.
#[derive(Deserialize)]
struct Status {
    thread: ThreadStatus,
}

#[derive(Deserialize)]
struct ThreadStatus {
    #[serde(default)]
    status: Value,
}

#[derive(Deserialize)]
struct Turns {
    thread: ThreadTurns,
}

#[derive(Deserialize)]
struct ThreadTurns {
    #[serde(default)]
    turns: Vec<WireTurn>,
}

#[derive(Deserialize)]
pub(in crate::runtime) struct WireTurn {
    pub(in crate::runtime) id: String,
    #[serde(default)]
    status: Value,
    #[serde(default)]
    items: Vec<Box<RawValue>>,
}

impl WireTurn {
    /// Whether it has not ended.
    pub(in crate::runtime) fn runs(&self) -> bool {
        self.status == "inProgress"
    }
}

/// How far an item is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Progress {
    r#type: String,
    #[serde(default)]
    status: Value,
    #[serde(default)]
    started_at_ms: Option<u64>,
    #[serde(default)]
    completed_at_ms: Option<u64>,
}

impl Session {
    /// The turn that was running when the session was resumed, until it is [attached to](Self::attach): the server goes on with a
    /// turn whose client was lost.
    pub fn running_turn(&self) -> Option<TurnId> {
        self.thread.running_turn()
    }

    /// Follows the turn that ran already when the session was taken up (`thread/resume`). What it has done so far comes
    /// first; what it waits for is asked again. The caps of the profile count from now on.
    ///
    /// # Errors
    /// [`NoTurn`](RuntimeError::NoTurn) when there was none, or somebody has joined it.
    pub async fn attach(&self) -> Result<Turn, RuntimeError> {
        self.thread.attach(self.profile()).await
    }
}

impl OpenThread {
    fn running_turn(&self) -> Option<TurnId> {
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
        let active = parse::<Status>(&raw)?.thread.status["type"] == "active";
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
    let reply: Turns = shared.call("thread/resume", &params).await?;
    let mut turns = reply.thread.turns.into_iter().rev();
    let Some(turn) = turns.find(WireTurn::runs) else {
        // It ended in between.
        return Ok(None);
    };
    let notification = |item: &RawValue| as_notification(thread_id, &turn.id, item);
    let so_far = turn
        .items
        .iter()
        .map(AsRef::as_ref)
        .filter_map(notification)
        .collect::<Vec<_>>();
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
fn as_notification(thread_id: &str, turn_id: &str, item: &RawValue) -> Option<Notification> {
    let progress: Progress = serde_json::from_str(item.get()).ok()?;
    let being_written = progress.started_at_ms.is_some() && progress.completed_at_ms.is_none();
    let method = if progress.status == "inProgress" {
        "item/started"
    } else if being_written && matches!(progress.r#type.as_str(), "agentMessage" | "reasoning") {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_and_what_is_not_are_told_apart() {
        let method = |item: Value| {
            let item = serde_json::value::to_raw_value(&item).unwrap();
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
