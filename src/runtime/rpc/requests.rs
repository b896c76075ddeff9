//! The server's requests: each reaches the approver, and each gets exactly one valid answer.
//!
//! A request is open from its arrival until it is answered here or closed by the server. Whoever takes it out of the
//! table is the one to answer. What an answer looks like on the wire is in `answer`; who decides is above. One idea with
//! `connection`, which keeps this table and sends the answers.

use std::collections::hash_map::RandomState;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::task::AbortHandle;

use crate::protocol::wire::RequestId;
use crate::runtime::answer::{Answer, answer, kind_of};
use crate::runtime::approval::{ApprovalKind, ApprovalRequest, Approver, DecidedBy, Decision, Verdict};
use crate::runtime::event::{ApprovalResolution, Event, FileChange, ItemDetails};
use crate::runtime::id::{ApprovalId, ItemId, ThreadId, TurnId};
use crate::runtime::items;
use crate::runtime::rpc::connection::Shared;
use crate::runtime::rpc::queue::Inbound;

/// The requests of a connection.
pub(crate) struct ServerRequests {
    /// Who answers; nobody where turns are only looked at.
    approver: Option<Arc<dyn Approver>>,
    /// Tells this connection's requests that belong to no turn from those of others.
    mark: u64,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    open: HashMap<RequestId, Open>,
    /// Every id that ever came: one that comes again is not asked again.
    seen: HashSet<RequestId>,
    /// Threads whose requests wait until somebody follows their turn, with what came.
    deferred: HashMap<ThreadId, Vec<Deferred>>,
    /// Who answers the requests of a thread, where that is not who answers all.
    approvers: HashMap<String, Arc<dyn Approver>>,
    /// The files of file changes that have begun and not ended, by thread and item: the request does not repeat them.
    changes: HashMap<(ThreadId, ItemId), Vec<FileChange>>,
}

struct Deferred {
    id: RequestId,
    method: String,
    params: Box<RawValue>,
}

struct Open {
    approval_id: ApprovalId,
    kind: ApprovalKind,
    method: String,
    thread_id: Option<ThreadId>,
    turn_id: Option<TurnId>,
    params: Value,
    task: Option<AbortHandle>,
}

#[derive(Serialize)]
struct Reply<'a> {
    id: &'a RequestId,
    #[serde(flatten)]
    answer: Answer,
}

/// Whose a request is.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Common {
    thread_id: Option<String>,
    conversation_id: Option<String>,
    turn_id: Option<String>,
}

impl std::fmt::Debug for ServerRequests {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ServerRequests")
            .field("open", &self.lock().open.len())
            .finish_non_exhaustive()
    }
}

impl ServerRequests {
    pub(crate) fn new(approver: Option<Arc<dyn Approver>>) -> Self {
        Self {
            approver,
            mark: random_mark(),
            table: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        // The table is valid between any two statements, so a panic elsewhere does not spoil it.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The id of a request. That of a turn is the same when another connection is asked again.
    fn approval_id(&self, id: &RequestId, turn_id: Option<&TurnId>) -> ApprovalId {
        match turn_id {
            Some(turn_id) => format!("{turn_id}-{id}"),
            None => format!("{:016x}-{id}", self.mark),
        }
        .into()
    }

    /// Whether requests get answers here.
    pub(crate) fn answers(&self) -> bool {
        self.approver.is_some()
    }

    /// From now on somebody else answers the requests of this thread and of its sub-agents.
    pub(crate) fn set_approver(&self, thread_id: &str, approver: Arc<dyn Approver>) {
        self.lock().approvers.insert(thread_id.to_owned(), approver);
    }

    /// Its requests are answered like those of others.
    pub(crate) fn remove_approver(&self, thread_id: &str) {
        self.lock().approvers.remove(thread_id);
    }

    /// Who answers a request of this thread.
    fn approver_of(&self, shared: &Shared, thread_id: Option<&str>) -> Option<Arc<dyn Approver>> {
        let session = thread_id.and_then(|thread_id| shared.router.session_of(thread_id));
        let own = session.and_then(|session| self.lock().approvers.get(&session).cloned());
        own.or_else(|| self.approver.clone())
    }

    /// A request arrived. Called on the reader's thread.
    pub(crate) fn receive(&self, shared: &Arc<Shared>, id: &RequestId, method: &str, params: &RawValue) {
        if !self.lock().seen.insert(id.clone()) {
            tracing::warn!(%id, method, "codex sent a request again; it gets one answer");
            return;
        }
        if !self.try_defer(id, method, params) {
            self.ask(shared, id, method, params);
        }
    }

    /// Requests of this thread are asked only after [`ask_deferred`](Self::ask_deferred).
    pub(crate) fn defer(&self, thread_id: &str) {
        self.lock().deferred.entry(thread_id.into()).or_default();
    }

    /// Asks what was deferred of a thread, and defers no more.
    pub(crate) fn ask_deferred(&self, shared: &Arc<Shared>, thread_id: &str) {
        let deferred = self.lock().deferred.remove(thread_id);
        for request in deferred.into_iter().flatten() {
            self.ask(shared, &request.id, &request.method, &request.params);
        }
    }

    /// Defers the request where its thread wants that; says whether it did.
    fn try_defer(&self, id: &RequestId, method: &str, params: &RawValue) -> bool {
        let mut table = self.lock();
        if table.deferred.is_empty() {
            return false;
        }
        let common: Common = serde_json::from_str(params.get()).unwrap_or_default();
        let thread_id = common.thread_id.unwrap_or_default();
        let Some(deferred) = table.deferred.get_mut(thread_id.as_str()) else {
            return false;
        };
        deferred.push(Deferred {
            id: id.clone(),
            method: method.to_owned(),
            params: params.to_owned(),
        });
        true
    }

    fn ask(&self, shared: &Arc<Shared>, id: &RequestId, method: &str, params: &RawValue) {
        let Some(kind) = kind_of(method) else {
            if self.approver.is_none() {
                return;
            }
            // Not a question to anybody: the client would have to have a capability that it does not have.
            let answer = Answer::unsupported(method);
            let _ = shared.send_now(method, &Reply { id, answer });
            return;
        };
        let mut request = describe(kind, method, params);
        request.id = self.approval_id(id, request.turn_id.as_ref());
        if let (Some(thread_id), Some(item_id)) = (&request.thread_id, &request.item_id)
            && let Some(changes) = self.lock().changes.get(&(thread_id.clone(), item_id.clone()))
        {
            request.changes.clone_from(changes);
        }
        let open = Open {
            approval_id: request.id.clone(),
            kind,
            method: method.to_owned(),
            thread_id: request.thread_id.clone(),
            turn_id: request.turn_id.clone(),
            params: request.params.clone(),
            task: None,
        };
        emit(
            shared,
            open.thread_id.as_deref(),
            &Event::ApprovalRequested {
                approval: request.clone(),
            },
        );
        self.lock().open.insert(id.clone(), open);
        let Some(approver) = self.approver_of(shared, request.thread_id.as_deref()) else {
            return;
        };
        let deciding = decide(Arc::clone(shared), approver, id.clone(), request);
        let task = shared.handle.spawn(deciding).abort_handle();
        if let Some(open) = self.lock().open.get_mut(id) {
            open.task = Some(task);
        }
    }

    /// Looks at a notification for the end of open requests: `serverRequest/resolved` and `turn/completed`.
    pub(crate) fn observe(&self, shared: &Arc<Shared>, method: &str, params: &str) {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Resolved {
            request_id: RequestId,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct TurnCompleted {
            thread_id: ThreadId,
            turn: TurnOf,
        }
        #[derive(Deserialize)]
        struct TurnOf {
            id: TurnId,
        }
        match method {
            "serverRequest/resolved" => {
                if let Ok(resolved) = serde_json::from_str::<Resolved>(params) {
                    for deferred in self.lock().deferred.values_mut() {
                        deferred.retain(|request| request.id != resolved.request_id);
                    }
                    self.close_where(shared, |id, _| *id == resolved.request_id);
                }
            }
            "item/started" if params.contains("\"fileChange\"") => {
                if let Some((key, changes)) = changes_of(params) {
                    self.lock().changes.insert(key, changes);
                }
            }
            "turn/completed" => {
                let idle = {
                    let table = self.lock();
                    table.open.is_empty() && table.changes.is_empty() && table.deferred.is_empty()
                };
                if !idle && let Ok(completed) = serde_json::from_str::<TurnCompleted>(params) {
                    {
                        let mut table = self.lock();
                        let ended = &completed.thread_id;
                        table.changes.retain(|(thread_id, _), _| thread_id != ended);
                        if let Some(deferred) = table.deferred.get_mut(ended) {
                            deferred.clear();
                        }
                    }
                    self.close_where(shared, |_, open| {
                        open.thread_id.as_ref() == Some(&completed.thread_id)
                            && open.turn_id.as_ref() == Some(&completed.turn.id)
                    });
                }
            }
            _ => {}
        }
    }

    /// Closes requests that no longer need an answer.
    fn close_where(&self, shared: &Shared, closes: impl Fn(&RequestId, &Open) -> bool) {
        let closed = {
            let mut table = self.lock();
            table
                .open
                .extract_if(|id, open| closes(id, open))
                .collect::<Vec<_>>()
        };
        for (_, open) in closed {
            if let Some(task) = open.task {
                task.abort();
            }
            resolved(
                shared,
                open.thread_id.as_deref(),
                open.approval_id,
                "closed",
                DecidedBy::Server,
            );
        }
    }

    /// The connection is over: open requests are dropped without an answer.
    pub(crate) fn abandon(&self) {
        for (_, open) in self.lock().open.drain() {
            if let Some(task) = open.task {
                task.abort();
            }
        }
    }

    /// Answers a request, unless that was done or the request was closed.
    fn respond(&self, shared: &Shared, id: &RequestId, verdict: &Verdict) {
        let Some(open) = self.lock().open.remove(id) else {
            return;
        };
        let thread_id = open.thread_id.as_deref();
        let fitting = answer(open.kind, &open.method, &open.params, &verdict.decision);
        let (answer, decision, by) = match fitting {
            Ok(answer) => (answer, verdict.decision.as_str(), verdict.by.clone()),
            Err(reason) => {
                let word = verdict.decision.as_str().replace('_', " ");
                let message = format!(
                    "cancelled {}: the answer “{word}” by {} does not fit: {reason}",
                    open.method, verdict.by
                );
                emit(shared, thread_id, &Event::Warning { message });
                let cancel = answer(open.kind, &open.method, &open.params, &Decision::Cancel);
                // Every request can be cancelled.
                let cancel = cancel.unwrap_or_else(|_| Answer::unsupported(&open.method));
                (cancel, Decision::Cancel.as_str(), DecidedBy::InvalidAnswer)
            }
        };
        // Told before it is sent: the end of the turn may follow the answer at once.
        resolved(shared, thread_id, open.approval_id.clone(), decision, by);
        if let Err(error) = shared.send_now(&open.method, &Reply { id, answer }) {
            tracing::warn!(%id, "the answer could not be sent: {error}");
        }
    }
}

/// Asks the approver and answers. Should the approver panic, or the task be dropped, the answer is no.
async fn decide(shared: Arc<Shared>, approver: Arc<dyn Approver>, id: RequestId, request: ApprovalRequest) {
    struct Unanswered {
        shared: Arc<Shared>,
        id: RequestId,
    }
    impl Drop for Unanswered {
        fn drop(&mut self) {
            let verdict = Verdict::new(Decision::Cancel, DecidedBy::Nobody);
            self.shared.requests.respond(&self.shared, &self.id, &verdict);
        }
    }
    let unanswered = Unanswered { shared, id };
    let shared = &unanswered.shared;
    let (thread_id, turn_id) = (request.thread_id.clone(), request.turn_id.clone());
    let verdict = approver.decide(request).await;
    if let (Decision::Decline, Some(reason), Some(thread_id), Some(turn_id)) =
        (&verdict.decision, &verdict.reason, thread_id, turn_id)
    {
        steer_with_reason(shared, &thread_id, &turn_id, reason).await;
    }
    shared.requests.respond(shared, &unanswered.id, &verdict);
}

/// How long the answer waits for the reason to be taken.
const REASON_LIMIT: Duration = Duration::from_secs(2);

/// Tells the agent why the answer is no. Said before the answer, so that the model reads both together; the answer does
/// not depend on it.
async fn steer_with_reason(shared: &Shared, thread_id: &str, turn_id: &str, reason: &str) {
    let text = format!("Your last request was declined, with this reason: {reason}");
    let params = json!({
        "threadId": thread_id,
        "expectedTurnId": turn_id,
        "input": [{ "type": "text", "text": text, "text_elements": [] }],
    });
    let told = tokio::time::timeout(REASON_LIMIT, shared.call_raw("turn/steer", &params)).await;
    if !matches!(told, Ok(Ok(_))) {
        tracing::warn!("the agent could not be told why it was declined");
    }
}

/// Random enough to be no other connection's, on this host or another.
fn random_mark() -> u64 {
    // The hasher's keys are random in each process, and change with each hasher.
    RandomState::new().hash_one((std::process::id(), SystemTime::now()))
}

/// The request, but for its id.
fn describe(kind: ApprovalKind, method: &str, params: &RawValue) -> ApprovalRequest {
    // One reading of the params, so that what is shown, judged and answered is the same.
    let (kind, params) = match serde_json::from_str::<Value>(params.get()) {
        Ok(value) => (kind, value),
        // Nested too deep, say: a part of it could hide what the rest means.
        Err(_) => (ApprovalKind::Unknown, Value::String(params.get().to_owned())),
    };
    let text = |key: &str| params[key].as_str().map(str::to_owned);
    let command = match &params["command"] {
        Value::Null => None,
        Value::String(line) => Some(line.clone()),
        // The older protocol sends the words of the command.
        words => Some(words.to_string()),
    };
    // Params that cannot be read still say whose they are, if their top level can be.
    let common: Common = match &params {
        Value::String(raw) => serde_json::from_str(raw).unwrap_or_default(),
        _ => Common::default(),
    };
    ApprovalRequest {
        id: ApprovalId::default(),
        kind,
        method: method.to_owned(),
        thread_id: text("threadId")
            .or_else(|| text("conversationId"))
            .or(common.thread_id)
            .or(common.conversation_id)
            .map(ThreadId::from),
        turn_id: text("turnId").or(common.turn_id).map(TurnId::from),
        item_id: text("itemId").or_else(|| text("callId")).map(ItemId::from),
        reason: text("reason").or_else(|| text("message")),
        command,
        cwd: text("cwd"),
        changes: legacy_changes(method, &params),
        params,
    }
}

/// The files of a `fileChange` item that began, with its thread and its id.
fn changes_of(params: &str) -> Option<((ThreadId, ItemId), Vec<FileChange>)> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Started {
        thread_id: ThreadId,
        item: Box<RawValue>,
    }
    let started: Started = serde_json::from_str(params).ok()?;
    let item = items::convert(&started.item)?;
    match item.details {
        ItemDetails::FileChange { changes, .. } => Some(((started.thread_id, item.id), changes)),
        _ => None,
    }
}

/// The older `applyPatchApproval` has the files in itself.
fn legacy_changes(method: &str, params: &Value) -> Vec<FileChange> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Legacy {
        file_changes: std::collections::BTreeMap<String, Change>,
    }
    #[derive(Deserialize)]
    struct Change {
        r#type: String,
        #[serde(default)]
        content: String,
        #[serde(default)]
        unified_diff: String,
        move_path: Option<String>,
    }
    if method != "applyPatchApproval" {
        return Vec::new();
    }
    let files = Legacy::deserialize(params).map(|legacy| legacy.file_changes);
    let change = |(path, change): (String, Change)| FileChange {
        path,
        diff: if change.r#type == "update" {
            change.unified_diff
        } else {
            change.content
        },
        kind: change.r#type,
        move_path: change.move_path,
    };
    files.unwrap_or_default().into_iter().map(change).collect()
}

fn resolved(shared: &Shared, thread_id: Option<&str>, id: ApprovalId, decision: &str, by: DecidedBy) {
    let resolution = ApprovalResolution {
        id,
        decision: decision.to_owned(),
        by,
    };
    emit(shared, thread_id, &Event::ApprovalResolved(resolution));
}

/// Sends an event to the thread's consumers, or to all where there is no thread.
fn emit(shared: &Shared, thread_id: Option<&str>, event: &Event) {
    let inbound = || Inbound::Event(Box::new(event.clone()));
    match thread_id {
        Some(thread_id) => {
            for fan in shared.router.of_request(thread_id) {
                fan.push(inbound());
                fan.wake();
            }
        }
        None => shared.router.broadcast(inbound),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_have_ids_of_their_own_although_each_server_numbers_them_from_zero() {
        let [first, second] = [(); 2].map(|()| ServerRequests::new(None));
        let [zero, one] = [0, 1].map(RequestId::Number);
        assert_ne!(first.approval_id(&zero, None), second.approval_id(&zero, None));
        assert_eq!(first.approval_id(&zero, None), first.approval_id(&zero, None));
        assert_ne!(first.approval_id(&zero, None), first.approval_id(&one, None));
        // A request that waits in a turn is the same for whoever is asked next.
        let turns = ["u", "v"].map(TurnId::from);
        let id = first.approval_id(&zero, Some(&turns[0]));
        assert_eq!(id, second.approval_id(&zero, Some(&turns[0])));
        assert_ne!(id, second.approval_id(&zero, Some(&turns[1])));
    }

    fn described(params: &str) -> ApprovalRequest {
        let params = RawValue::from_string(params.to_owned()).unwrap();
        describe(
            ApprovalKind::Command,
            "item/commandExecution/requestApproval",
            &params,
        )
    }

    #[test]
    fn params_that_cannot_be_read_make_a_request_unknown_and_never_a_plain_command() {
        let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
        let params = format!(
            r#"{{"threadId":"t","turnId":"u","command":"ls","additionalPermissions":{{"network":true}},"x":{deep}}}"#
        );
        let request = described(&params);
        assert_eq!(request.kind, ApprovalKind::Unknown);
        assert_eq!(request.command, None);
        assert_eq!(request.params, Value::String(params));
        // It is still known whose it is.
        assert_eq!(
            (request.thread_id.as_deref(), request.turn_id.as_deref()),
            (Some("t"), Some("u"))
        );
    }

    #[test]
    fn what_is_judged_is_what_is_shown_where_a_key_comes_twice() {
        let request = described(r#"{"command":"ls","command":"rm x","threadId":"t"}"#);
        assert_eq!(request.command.as_deref(), Some("rm x"));
        assert_eq!(request.params["command"], "rm x");
    }

    #[test]
    fn a_field_of_another_type_hides_no_other_field() {
        let request =
            described(r#"{"command":"ls","reason":7,"threadId":"t","additionalPermissions":{"a":1}}"#);
        assert_eq!(request.command.as_deref(), Some("ls"));
        assert_eq!(request.params["additionalPermissions"]["a"], 1);
    }
}
