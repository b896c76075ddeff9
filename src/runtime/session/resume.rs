//! Resuming and copying saved threads, with what servers of different ages need for it; and why one is refused.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::protocol;
use crate::runtime::error::RuntimeError;
use crate::runtime::id::ThreadId;
use crate::runtime::retry::{Retry, retry_until};
use crate::runtime::rpc::connection::Shared;
use crate::runtime::saved::writer::writer_of;

/// How a server refuses a thread that another process writes to.
const OTHER_WRITER: &str = "active writer";

/// How long such a thread is asked for again, and how often.
const BUSY_GRACE: Duration = Duration::from_millis(500);
const BUSY_RETRY: Duration = Duration::from_millis(20);

/// How long a change may take to reach the disk after the server confirmed it, and the pause between two checks.
const WRITTEN_LIMIT: Duration = Duration::from_secs(2);
const WRITTEN_PAUSE: Duration = Duration::from_millis(10);

/// Resumes a thread without its turns, which nobody here reads again. A thread with another writer is asked for again for a
/// moment: a run that has just returned may have left the end of its server to a guard.
///
/// # Errors
/// The server's own, as it said it: [`refused`] makes sense of it.
pub(crate) async fn resume<R: DeserializeOwned>(shared: &Shared, params: Value) -> Result<R, RuntimeError> {
    let is_final = |outcome: &Result<R, RuntimeError>| {
        let Err(RuntimeError::Server { message, .. }) = outcome else {
            return true;
        };
        let has_other = message.contains(OTHER_WRITER);
        if has_other {
            tracing::debug!("the session has another writer; it is asked for again");
        }
        !has_other
    };
    let retry = Retry::every(BUSY_RETRY, BUSY_GRACE);
    retry_until(retry, is_final, || resume_once(shared, params.clone())).await
}

/// Some servers let only those leave out the turns who ask for the experimental API.
async fn resume_once<R: DeserializeOwned>(shared: &Shared, mut params: Value) -> Result<R, RuntimeError> {
    match shared.call("thread/resume", &params).await {
        Err(RuntimeError::Server { message, .. }) if message.contains("requires experimentalApi") => {
            if let Some(params) = params.as_object_mut() {
                params.remove("excludeTurns");
            }
            shared.call("thread/resume", &params).await
        }
        outcome => outcome,
    }
}

/// Copies a saved thread; gives the copy's id once its file is written.
pub(crate) async fn fork(shared: &Shared, thread_id: &str) -> Result<ThreadId, RuntimeError> {
    #[derive(Deserialize)]
    struct Reply {
        thread: Forked,
    }
    #[derive(Deserialize)]
    struct Forked {
        id: String,
        #[serde(default)]
        path: Option<PathBuf>,
    }
    let params = json!({ "threadId": thread_id });
    let reply: Reply = shared.call("thread/fork", &params).await?;
    if let Some(path) = &reply.thread.path {
        let has_begun = || path.metadata().is_ok_and(|metadata| metadata.len() > 0);
        written(&path.display().to_string(), has_begun).await;
    }
    Ok(reply.thread.id.into())
}

/// Waits until something is written. Some servers write after they have said that they have, and not at all when they are
/// ended at once.
pub(in crate::runtime) async fn written(what: &str, is_there: impl Fn() -> bool) {
    let retry = Retry::every(WRITTEN_PAUSE, WRITTEN_LIMIT);
    if !retry_until(retry, |is_there| *is_there, async || is_there()).await {
        tracing::warn!("{what} was not written within {WRITTEN_LIMIT:?}");
    }
}

/// Why a thread cannot be resumed, from the server's refusal.
pub(crate) fn refused(error: RuntimeError, thread_id: &str, codex_home: Option<&Path>) -> RuntimeError {
    let RuntimeError::Server { method, message, .. } = &error else {
        return error;
    };
    // Servers say so in this way, and list all that they have.
    if message.contains(&format!("unknown variant `{method}`")) {
        return RuntimeError::MethodMissing {
            method: method.clone(),
            since: protocol::find(method).map(|known| known.first),
        };
    }
    let id = ThreadId::from(thread_id);
    if message.contains(OTHER_WRITER) {
        let holder = codex_home.and_then(|home| writer_of(home, thread_id));
        let holder = holder.unwrap_or_else(|| "another process".to_owned());
        return RuntimeError::SessionBusy { id, holder };
    }
    if message.contains("is archived") {
        return RuntimeError::SessionArchived { id };
    }
    let missing = [
        "thread not loaded",
        "no rollout found",
        "invalid session id",
        "invalid thread id",
        "thread not found",
    ];
    if missing.iter().any(|words| message.contains(words)) {
        return RuntimeError::SessionMissing { id };
    }
    error
}
