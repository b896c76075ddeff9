//! Saved threads as the server tells of them: listed page by page, and read. The files themselves are read in
//! [`rollout`](crate::runtime::saved::rollout), which needs no server.

use serde::Serialize;
use serde_json::json;

use crate::protocol::brief::brief_debug;
use crate::protocol::types::{Listed, Thread, ThreadResponse, Turn};
use crate::runtime::error::RuntimeError;
use crate::runtime::id::ThreadId;
use crate::runtime::session::client::Client;
use crate::runtime::session::resume::refused;

/// Which threads to list.
///
/// ```
/// use turnwise::runtime::ThreadQuery;
///
/// let mine = ThreadQuery::new().cwd("/src/project").limit(20);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ThreadQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    cwd: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    search_term: Option<String>,
    archived: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
    sort_key: &'static str,
    model_providers: [&'static str; 0],
    source_kinds: [&'static str; 4],
}

impl Default for ThreadQuery {
    fn default() -> Self {
        Self {
            cwd: None,
            search_term: None,
            archived: false,
            limit: None,
            cursor: None,
            sort_key: "updated_at",
            // Without these the server leaves out other providers' and those of `codex exec`.
            model_providers: [],
            source_kinds: ["cli", "vscode", "exec", "appServer"],
        }
    }
}

impl ThreadQuery {
    /// All threads that are not archived, of every provider and every program, most recent first.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only threads of this directory, spelled exactly so.
    #[must_use]
    pub fn cwd(mut self, directory: impl Into<String>) -> Self {
        self.cwd = Some(directory.into());
        self
    }

    /// Only threads whose title contains this.
    #[must_use]
    pub fn search(mut self, text: impl Into<String>) -> Self {
        self.search_term = Some(text.into());
        self
    }

    /// Archived threads instead.
    #[must_use]
    pub fn archived(mut self) -> Self {
        self.archived = true;
        self
    }

    /// Maximum number of threads in a page; the server's default otherwise.
    #[must_use]
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Continues after a page: its [`next_cursor`](Listed::next_cursor).
    #[must_use]
    pub fn after(mut self, cursor: impl Into<String>) -> Self {
        self.cursor = Some(cursor.into());
        self
    }
}

/// A thread as the server tells of it: the stable part of [`Thread`].
#[derive(Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ThreadSummary {
    /// Its id.
    pub id: ThreadId,
    /// The name that it was given.
    pub name: Option<String>,
    /// What the user said first.
    pub preview: String,
    /// Its working directory.
    pub cwd: String,
    /// The provider of its model.
    pub model_provider: String,
    /// When it began, in seconds since 1970.
    pub created_at: i64,
    /// When it was last written to, in seconds since 1970.
    pub updated_at: i64,
    /// Its file.
    pub path: Option<String>,
    /// The version of Codex that began it.
    pub cli_version: String,
    /// The thread that it was copied from.
    pub forked_from_id: Option<ThreadId>,
    /// Its turns; only where they were asked for.
    pub turns: Vec<Turn>,
}

impl From<Thread> for ThreadSummary {
    fn from(thread: Thread) -> Self {
        Self {
            id: thread.id.into(),
            name: thread.name,
            preview: thread.preview,
            cwd: thread.cwd,
            model_provider: thread.model_provider,
            created_at: thread.created_at,
            updated_at: thread.updated_at,
            path: thread.path,
            cli_version: thread.cli_version,
            forked_from_id: thread.forked_from_id.map(ThreadId::from),
            turns: thread.turns,
        }
    }
}

brief_debug!(ThreadSummary);

impl Client {
    /// A page of saved threads (`thread/list`).
    ///
    /// # Errors
    /// The server's own.
    pub async fn list_threads(&self, query: &ThreadQuery) -> Result<Listed<ThreadSummary>, RuntimeError> {
        let page: Listed<Thread> = self.runtime().call("thread/list", query).await?;
        Ok(page.map(ThreadSummary::from))
    }

    /// One thread (`thread/read`), with its turns if they are wanted.
    ///
    /// # Errors
    /// [`SessionMissing`](RuntimeError::SessionMissing), or the server's own: it has no turns of a thread that had none.
    pub async fn read_thread(&self, thread_id: &str, turns: bool) -> Result<ThreadSummary, RuntimeError> {
        let params = json!({ "threadId": thread_id, "includeTurns": turns });
        let reply: Result<ThreadResponse, _> = self.runtime().call("thread/read", &params).await;
        reply
            .map(|reply| reply.thread.into())
            .map_err(|error| refused(error, thread_id, self.codex_home()))
    }
}
