//! Saved threads as the server tells of them: listed page by page, and read. The files themselves are read in
//! [`rollout`](crate::runtime::saved::rollout), which needs no server.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::protocol::brief::brief_debug;
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
    /// All that are not archived, of every provider and every program, the one that was used last first.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only those of this directory, spelled exactly so.
    #[must_use]
    pub fn cwd(mut self, directory: impl Into<String>) -> Self {
        self.cwd = Some(directory.into());
        self
    }

    /// Only those whose title holds this.
    #[must_use]
    pub fn search(mut self, text: impl Into<String>) -> Self {
        self.search_term = Some(text.into());
        self
    }

    /// The archived ones instead.
    #[must_use]
    pub fn archived(mut self) -> Self {
        self.archived = true;
        self
    }

    /// So many to a page; the server's default otherwise.
    #[must_use]
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Go on after a page: its [`next_cursor`](Listing::next_cursor).
    #[must_use]
    pub fn after(mut self, cursor: impl Into<String>) -> Self {
        self.cursor = Some(cursor.into());
        self
    }
}

/// A page of a listing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Listing<T> {
    /// What is listed.
    pub data: Vec<T>,
    /// Where the next page begins; none after the last.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

/// A thread as the server tells of it (`Thread`).
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
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
    /// Its turns, unchanged; only where they were asked for.
    pub turns: Vec<Value>,
}

brief_debug!(ThreadSummary);

impl Client {
    /// A page of saved threads (`thread/list`).
    pub async fn list_threads(&self, query: &ThreadQuery) -> Result<Listing<ThreadSummary>, RuntimeError> {
        self.runtime().call("thread/list", query).await
    }

    /// One thread (`thread/read`), with its turns if they are wanted.
    ///
    /// # Errors
    /// [`SessionMissing`](RuntimeError::SessionMissing), or the server's own: it has no turns of a thread that had none.
    pub async fn read_thread(&self, thread_id: &str, turns: bool) -> Result<ThreadSummary, RuntimeError> {
        #[derive(Deserialize)]
        struct Reply {
            thread: ThreadSummary,
        }
        let params = json!({ "threadId": thread_id, "includeTurns": turns });
        let reply: Result<Reply, _> = self.runtime().call("thread/read", &params).await;
        reply
            .map(|reply| reply.thread)
            .map_err(|error| refused(error, thread_id, self.codex_home()))
    }
}
