//! Saved threads at the server: copied, named, archived, deleted.

use serde_json::{Value, json};

use crate::runtime::error::RuntimeError;
use crate::runtime::id::ThreadId;
use crate::runtime::profile::Sandbox;
use crate::runtime::saved::rollout::Home;
use crate::runtime::session::client::Client;
use crate::runtime::session::config_error::of_configuration;
use crate::runtime::session::resume::{fork, refused, written};

impl Client {
    /// Copies a saved thread with all its turns (`thread/fork`); gives the copy's id.
    pub async fn fork_session(&self, thread_id: &str) -> Result<ThreadId, RuntimeError> {
        fork(self.runtime().shared(), thread_id)
            .await
            .map_err(|error| refused(error, thread_id, self.codex_home()))
            .map_err(|error| of_configuration(error, self.codex_home()))
    }

    /// Names a saved thread (`thread/name/set`), and waits until the name is written: the oldest servers reply before, and lose
    /// it when they are ended at once.
    ///
    /// # Errors
    /// [`SessionMissing`](RuntimeError::SessionMissing), or the server's own.
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
                let load = json!({ "threadId": thread_id, "sandbox": Sandbox::ReadOnly.as_str() });
                self.change("thread/resume", thread_id, &load).await?;
                self.change("thread/name/set", thread_id, &params).await
            }
            outcome => outcome
                .map(drop)
                .map_err(|error| refused(error, thread_id, self.codex_home())),
        }
    }

    /// Archives a saved thread (`thread/archive`). A running turn of it is interrupted.
    ///
    /// # Errors
    /// [`SessionMissing`](RuntimeError::SessionMissing), [`SessionArchived`](RuntimeError::SessionArchived), or the server's own.
    pub async fn archive_session(&self, thread_id: &str) -> Result<(), RuntimeError> {
        self.change("thread/archive", thread_id, &json!({ "threadId": thread_id }))
            .await?;
        self.close_open(thread_id);
        Ok(())
    }

    /// Restores an archived thread (`thread/unarchive`).
    ///
    /// # Errors
    /// [`SessionMissing`](RuntimeError::SessionMissing), or the server's own.
    pub async fn unarchive_session(&self, thread_id: &str) -> Result<(), RuntimeError> {
        self.change("thread/unarchive", thread_id, &json!({ "threadId": thread_id }))
            .await
    }

    /// Deletes a saved thread permanently (`thread/delete`).
    ///
    /// # Errors
    /// [`SessionMissing`](RuntimeError::SessionMissing), [`MethodMissing`](RuntimeError::MethodMissing) with the oldest servers, or
    /// the server's own.
    pub async fn delete_session(&self, thread_id: &str) -> Result<(), RuntimeError> {
        self.change("thread/delete", thread_id, &json!({ "threadId": thread_id }))
            .await?;
        self.close_open(thread_id);
        Ok(())
    }

    /// A session of an archived or deleted thread begins no other turn.
    fn close_open(&self, thread_id: &str) {
        if let Some(thread) = self.threads().find(thread_id) {
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
