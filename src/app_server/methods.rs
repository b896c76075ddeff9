//! Typed methods: the ones that this program uses itself, as markers with their params and results. All others go through
//! [`request_json`](super::AppServer::request_json).

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::runtime::protocol::inventory;
use crate::runtime::{Listing, ModelInfo, ThreadQuery, ThreadSummary};

/// A method with the types of its params and its result.
///
/// ```
/// use turnwise::app_server::Request;
///
/// struct ReadConfig;
///
/// impl Request for ReadConfig {
///     const METHOD: &'static str = turnwise::runtime::protocol::inventory::CONFIG_READ;
///     type Params = serde_json::Value;
///     type Result = serde_json::Value;
/// }
/// ```
pub trait Request {
    /// Its name on the wire.
    const METHOD: &'static str;
    /// What is sent.
    type Params: Serialize + Send + Sync;
    /// What comes back. Fields that it does not have are ignored.
    type Result: DeserializeOwned;
}

macro_rules! requests {
    ($($(#[$doc:meta])* $name:ident($method:ident): $params:ty => $result:ty;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl Request for $name {
            const METHOD: &'static str = inventory::$method;
            type Params = $params;
            type Result = $result;
        }
    )*};
}

requests! {
    /// Who is logged in.
    AccountRead(ACCOUNT_READ): Empty => AccountReadResult;
    /// Which models there are.
    ModelList(MODEL_LIST): Page => Listing<ModelInfo>;
    /// Which threads are saved.
    ThreadList(THREAD_LIST): ThreadQuery => Listing<ThreadSummary>;
    /// A copy of a thread.
    ThreadFork(THREAD_FORK): ThreadId => ThreadResult;
    /// Names a thread.
    ThreadNameSet(THREAD_NAME_SET): ThreadName => Empty;
    /// Puts a thread away.
    ThreadArchive(THREAD_ARCHIVE): ThreadId => Empty;
    /// Brings an archived thread back.
    ThreadUnarchive(THREAD_UNARCHIVE): ThreadId => Empty;
    /// Deletes a thread for good.
    ThreadDelete(THREAD_DELETE): ThreadId => Empty;
    /// Stops a turn.
    TurnInterrupt(TURN_INTERRUPT): TurnInterruptParams => Empty;
    /// Runs a command in the server's sandbox; see [`command_exec`](super::AppServer::command_exec) for one to talk with.
    CommandExec(COMMAND_EXEC): CommandExecParams => CommandExecResult;
}

/// No fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Empty {}

/// A thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ThreadId {
    /// Its id.
    pub thread_id: String,
}

/// A thread and its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ThreadName {
    /// Its id.
    pub thread_id: String,
    /// Its new name.
    pub name: String,
}

/// Which page of a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Page {
    /// Where the page before ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// At most so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A result that is a thread.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ThreadResult {
    /// The thread.
    pub thread: ThreadSummary,
}

/// Who is logged in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountReadResult {
    /// The account; null when nobody is.
    #[serde(default)]
    pub account: Value,
    /// Whether the configured provider needs an account.
    #[serde(default)]
    pub requires_openai_auth: bool,
}

/// Which turn to stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TurnInterruptParams {
    /// Its thread.
    pub thread_id: String,
    /// Its id.
    pub turn_id: String,
}

/// A command for the server's sandbox.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CommandExecParams {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Where it runs; the server's own directory otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cwd: Option<PathBuf>,
    /// Variables to set, or with none to unset.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, Option<String>>,
    /// When it is ended, in milliseconds; the server has a limit of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// Another sandbox than the configured one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sandbox_policy: Option<Value>,
}

/// What a command came to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CommandExecResult {
    /// Its exit code; 124 when its time was over.
    pub exit_code: i32,
    /// What it wrote, unless that was streamed.
    pub stdout: String,
    /// Likewise.
    pub stderr: String,
}
