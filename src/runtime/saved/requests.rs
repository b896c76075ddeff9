//! What is done to saved threads: taken up, copied, named, put away. What servers of different ages need for it is here.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::protocol;
use crate::runtime::error::RuntimeError;
use crate::runtime::rpc::connection::Shared;
use crate::runtime::saved::rollout::Home;
use crate::runtime::saved::writer::writer_of;
use crate::runtime::session::client::Client;
use crate::runtime::session::profile::Sandbox;

/// How a server refuses a thread that another process writes to.
const OTHER_WRITER: &str = "active writer";

/// How long such a thread is asked for again, and how often.
const BUSY_GRACE: Duration = Duration::from_millis(500);
const BUSY_RETRY: Duration = Duration::from_millis(20);

/// How long what a server said it did is waited for on disk, and how often it is looked for.
const WRITTEN_LIMIT: Duration = Duration::from_secs(2);
const WRITTEN_PAUSE: Duration = Duration::from_millis(10);

impl Client {
    /// Copies a saved thread with all its turns (`thread/fork`); gives the copy's id.
    pub async fn fork_session(&self, thread_id: &str) -> Result<String, RuntimeError> {
        fork(self.runtime().shared(), thread_id)
            .await
            .map_err(|error| refused(error, thread_id, self.codex_home()))
    }

    /// Names a saved thread (`thread/name/set`), and waits until the name is kept: the oldest servers say so before, and
    /// lose it when they are ended at once.
    pub async fn rename_session(&self, thread_id: &str, name: &str) -> Result<(), RuntimeError> {
        self.set_name(thread_id, name).await?;
        let home = self
            .codex_home()
            .filter(|_| !self.runtime().shared().peer.is_remote());
        if let Some(home) = home {
            let saved = Home::new(home);
            written(&format!("the name of {thread_id}"), || {
                saved
                    .names()
                    .get(thread_id)
                    .is_some_and(|kept| kept == name.trim())
            })
            .await;
        }
        Ok(())
    }

    async fn set_name(&self, thread_id: &str, name: &str) -> Result<(), RuntimeError> {
        let params = json!({ "threadId": thread_id, "name": name });
        match self.runtime().call_raw("thread/name/set", &params).await {
            // The oldest servers name only what they have loaded.
            Err(RuntimeError::Server { message, .. }) if message.contains("thread not found") => {
                let load = json!({ "threadId": thread_id, "sandbox": Sandbox::ReadOnly.word() });
                self.change("thread/resume", thread_id, &load).await?;
                self.change("thread/name/set", thread_id, &params).await
            }
            outcome => outcome
                .map(drop)
                .map_err(|error| refused(error, thread_id, self.codex_home())),
        }
    }

    /// Puts a saved thread away (`thread/archive`). A turn that runs in it is interrupted.
    pub async fn archive_session(&self, thread_id: &str) -> Result<(), RuntimeError> {
        self.change("thread/archive", thread_id, &json!({ "threadId": thread_id }))
            .await?;
        self.close_open(thread_id);
        Ok(())
    }

    /// Brings an archived thread back (`thread/unarchive`).
    pub async fn unarchive_session(&self, thread_id: &str) -> Result<(), RuntimeError> {
        self.change("thread/unarchive", thread_id, &json!({ "threadId": thread_id }))
            .await
    }

    /// Deletes a saved thread for good (`thread/delete`, which the oldest servers do not have).
    pub async fn delete_session(&self, thread_id: &str) -> Result<(), RuntimeError> {
        self.change("thread/delete", thread_id, &json!({ "threadId": thread_id }))
            .await?;
        self.close_open(thread_id);
        Ok(())
    }

    /// A session of a thread that is put away has no other turn.
    fn close_open(&self, thread_id: &str) {
        if let Some(thread) = self.runtime().shared().threads.find(thread_id) {
            thread.close();
        }
    }

    async fn change(&self, method: &str, thread_id: &str, params: &Value) -> Result<(), RuntimeError> {
        let outcome = self.runtime().call_raw(method, params).await;
        outcome
            .map(drop)
            .map_err(|error| refused(error, thread_id, self.codex_home()))
    }
}

/// Resumes a thread without its turns, which nobody here reads again. A thread with another writer is asked for again for a
/// moment: a run that has just returned may have left the end of its server to a guard.
///
/// # Errors
/// The server's own, as it said it: [`refused`] makes sense of it.
pub(crate) async fn take_up<R: DeserializeOwned>(shared: &Shared, params: Value) -> Result<R, RuntimeError> {
    let give_up = Instant::now() + BUSY_GRACE;
    loop {
        match take_up_once(shared, params.clone()).await {
            Err(RuntimeError::Server { message, .. })
                if message.contains(OTHER_WRITER) && Instant::now() < give_up =>
            {
                tracing::debug!("the session has another writer; it is asked for again");
                tokio::time::sleep(BUSY_RETRY).await;
            }
            outcome => return outcome,
        }
    }
}

/// Some servers let only those leave out the turns who ask for the experimental API.
async fn take_up_once<R: DeserializeOwned>(shared: &Shared, mut params: Value) -> Result<R, RuntimeError> {
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
pub(crate) async fn fork(shared: &Shared, thread_id: &str) -> Result<String, RuntimeError> {
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
    Ok(reply.thread.id)
}

/// Waits until something is written. Some servers write after they have said that they have, and not at all when they are
/// ended at once.
async fn written(what: &str, is_there: impl Fn() -> bool) {
    let give_up = Instant::now() + WRITTEN_LIMIT;
    while Instant::now() < give_up {
        if is_there() {
            return;
        }
        tokio::time::sleep(WRITTEN_PAUSE).await;
    }
    tracing::warn!("{what} was not written within {WRITTEN_LIMIT:?}");
}

/// Why a thread cannot be taken up, in the words of its refusal.
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
    let id = thread_id.to_owned();
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
