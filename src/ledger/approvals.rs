//! Requests for approval as the ledger keeps them, and [`Ledger`]: what can be done with them.

use std::fmt::Debug;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{LedgerError, Millis, host};
use crate::runtime::approval::{DecidedBy, Decision, PendingRequest};

/// A run that asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunRecord {
    /// Its own id, unique for all times.
    pub id: String,
    /// Its process.
    pub pid: u32,
    /// The machine that it runs on.
    pub host: String,
    /// Its working directory.
    pub cwd: PathBuf,
    /// When it was registered, in milliseconds since 1970 by the store's clock; 0 before that.
    pub started_at: Millis,
}

impl RunRecord {
    /// A run of this process, with a fresh id.
    pub fn new(cwd: impl Into<PathBuf>) -> Self {
        Self {
            id: super::fresh_run_id(),
            pid: std::process::id(),
            host: host(),
            cwd: cwd.into(),
            started_at: 0,
        }
    }

    /// The same run under another id, which has to be unique for all times.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }
}

/// How far a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ApprovalState {
    /// It waits for an answer.
    Open,
    /// It has its answer.
    Answered,
    /// It was closed without one: the turn ended, or the server resolved it.
    Closed,
    /// Nobody answered in time.
    Expired,
    /// The run died before anybody answered.
    Abandoned,
}

impl ApprovalState {
    /// The word for it in the store and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered => "answered",
            Self::Closed => "closed",
            Self::Expired => "expired",
            Self::Abandoned => "abandoned",
        }
    }

    /// What is not known is over.
    pub(super) fn parse(word: &str) -> Self {
        match word {
            "open" => Self::Open,
            "answered" => Self::Answered,
            "expired" => Self::Expired,
            "abandoned" => Self::Abandoned,
            _ => Self::Closed,
        }
    }
}

/// An answer that is about to be kept: what, by whom, from where. When is the store's to say.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct NewAnswer {
    /// What was decided.
    pub decision: Decision,
    /// Who decided.
    pub by: DecidedBy,
    /// From where: `terminal`, `approve`, `policy`, `flag`, with the machine and the process where that tells more.
    pub from: String,
    /// Why not, in the person's words.
    pub reason: Option<String>,
    /// Whether the answer itself goes to the run only. `decision` then has to be without it.
    pub secret: bool,
}

impl NewAnswer {
    /// An answer without a reason, and with no secret in it.
    pub fn new(decision: Decision, by: impl Into<DecidedBy>, from: impl Into<String>) -> Self {
        Self {
            decision,
            by: by.into(),
            from: from.into(),
            reason: None,
            secret: false,
        }
    }

    /// Why not: the agent is told.
    #[must_use]
    pub fn reason(mut self, reason: Option<String>) -> Self {
        self.reason = reason;
        self
    }

    /// Takes the answer's values out: they are a secret, and reach the run by [`Wake`](super::Wake) alone.
    #[must_use]
    pub fn without_secret(mut self) -> Self {
        self.decision = Decision::Answer(serde_json::Value::Null);
        self.secret = true;
        self
    }

    /// The answer as it is kept, given at this moment of the store's clock.
    pub fn at(self, at: Millis) -> ApprovalAnswer {
        ApprovalAnswer {
            decision: self.decision,
            by: self.by,
            from: self.from,
            at,
            reason: self.reason,
            secret: self.secret,
        }
    }
}

/// An answer: what, by whom, from where, when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApprovalAnswer {
    /// What was decided. Secrets are left out: see [`ApprovalAnswer::secret`].
    pub decision: Decision,
    /// Who decided: a user, a rule of the policy, a flag.
    pub by: DecidedBy,
    /// From where: `terminal`, `approve`, `policy`, `flag`, with the machine and the process where that tells more.
    pub from: String,
    /// When, in milliseconds since 1970 by the store's clock.
    pub at: Millis,
    /// Why not, in the person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The answer itself went to the run and is not kept here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub secret: bool,
}

/// A request as it is kept.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ApprovalRecord {
    /// Short enough to type.
    pub id: String,
    /// The run that asks.
    pub run: RunRecord,
    /// What it asks.
    pub pending: PendingRequest,
    /// Identifies exactly this content.
    pub digest: String,
    /// How far it is.
    pub state: ApprovalState,
    /// When it was asked, in milliseconds since 1970.
    pub requested_at: Millis,
    /// Until when it can be answered, in milliseconds since 1970; none if there is no limit.
    pub expires_at: Option<Millis>,
    /// Its answer.
    pub answer: Option<ApprovalAnswer>,
    /// When the run took the answer, in milliseconds since 1970.
    pub delivered_at: Option<Millis>,
}

impl ApprovalRecord {
    /// A request that waits without an end. The other fields are public, to be filled in.
    pub fn new(id: impl Into<String>, run: RunRecord, pending: PendingRequest, requested_at: Millis) -> Self {
        Self {
            id: id.into(),
            run,
            digest: pending.digest(),
            pending,
            state: ApprovalState::Open,
            requested_at,
            expires_at: None,
            answer: None,
            delivered_at: None,
        }
    }
}

/// A request in a list: without its content.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ApprovalSummary {
    /// Its id.
    pub id: String,
    /// What kind of request, as in `approval.requested`.
    pub kind: String,
    /// What it asks, in one line. Text from outside.
    pub summary: String,
    /// Where.
    pub cwd: PathBuf,
    /// How far it is.
    pub state: ApprovalState,
    /// When it was asked, in milliseconds since 1970.
    pub requested_at: Millis,
    /// Until when it can be answered, in milliseconds since 1970.
    pub expires_at: Option<Millis>,
    /// Its answer.
    pub answer: Option<ApprovalAnswer>,
    /// The run that asks.
    pub run: RunRecord,
}

impl ApprovalSummary {
    /// What a list shows of a request.
    pub fn new(record: &ApprovalRecord, summary: impl Into<String>) -> Self {
        let kind = serde_json::to_value(record.pending.request.kind).unwrap_or_default();
        Self {
            id: record.id.clone(),
            kind: kind.as_str().unwrap_or("unknown").to_owned(),
            summary: summary.into(),
            cwd: record.pending.context.cwd.clone(),
            state: record.state,
            requested_at: record.requested_at,
            expires_at: record.expires_at,
            answer: record.answer.clone(),
            run: record.run.clone(),
        }
    }
}

/// What became of an attempt to answer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Claim {
    /// It is the answer, as it is kept.
    Won(ApprovalAnswer),
    /// There was another before, or the request is over: how it stands now.
    Lost(Box<ApprovalRecord>),
    /// There is no such request.
    Missing,
}

/// A request that is about to be kept. When it was asked is the store's to say.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct NewRequest {
    /// The run that asks; it must have been registered.
    pub run_id: String,
    /// What it asks.
    pub pending: PendingRequest,
    /// What it asks, in one line.
    pub summary: String,
    /// How long it can be answered; without an end by default.
    pub expires_in: Option<Duration>,
    /// Its answer, if it has one at once: a policy's, or a flag's.
    pub answer: Option<NewAnswer>,
}

impl NewRequest {
    /// A request that waits without an end.
    pub fn new(run_id: impl Into<String>, pending: PendingRequest, summary: impl Into<String>) -> Self {
        Self {
            run_id: run_id.into(),
            pending,
            summary: summary.into(),
            expires_in: None,
            answer: None,
        }
    }

    /// Lets it be answered for this long only.
    #[must_use]
    pub fn expires_in(mut self, limit: Option<Duration>) -> Self {
        self.expires_in = limit;
        self
    }

    /// A request that was answered at once: it is kept for the log.
    #[must_use]
    pub fn answered(mut self, answer: NewAnswer) -> Self {
        self.answer = Some(answer);
        self
    }
}

/// A request that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddedRequest {
    /// Its id, short enough to type.
    pub id: String,
    /// When it was asked, in milliseconds since 1970 by the store's clock.
    pub requested_at: Millis,
    /// Until when it can be answered, in milliseconds since 1970.
    pub expires_at: Option<Millis>,
}

impl AddedRequest {
    /// A request that was kept under this id.
    pub fn new(id: String, requested_at: Millis, expires_at: Option<Millis>) -> Self {
        Self {
            id,
            requested_at,
            expires_at,
        }
    }
}

/// Which requests to list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApprovalFilter {
    /// Those that wait, oldest first.
    Open,
    /// All, newest first, at most this many.
    Latest(usize),
    /// What was asked in a session (by its id), oldest first.
    Session(String),
}

/// How long and how much is kept of what is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retention {
    /// Requests that are older are dropped. 90 days by default.
    pub age: Duration,
    /// The maximum number of requests. 20,000 by default.
    pub count: usize,
}

impl Retention {
    /// At most this old, and at most this many.
    pub fn new(age: Duration, count: usize) -> Self {
        Self { age, count }
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self::new(Duration::from_secs(90 * 24 * 60 * 60), 20_000)
    }
}

/// The outcome of a call of the ledger, later.
pub type LedgerFuture<T> = Pin<Box<dyn Future<Output = Result<T, LedgerError>> + Send>>;

/// What the product needs of a ledger. Each call is one transaction, and durable when its future resolves.
///
/// A call never blocks its thread. It begins when it is made, in the order in which calls are made; its future only waits for
/// the outcome, so that dropping it cancels nothing. Time is told by the store's own clock.
pub trait Ledger: Debug + Send + Sync {
    /// Registers a run; gives it with its start.
    fn register_run(&self, run: RunRecord) -> LedgerFuture<RunRecord>;
    /// Keeps a request.
    fn add_request(&self, request: NewRequest) -> LedgerFuture<AddedRequest>;
    /// Answers a request, if it waits and is the one with this digest ([`PendingRequest::digest`]). The first wins.
    fn answer(&self, id: &str, digest: &str, answer: NewAnswer) -> LedgerFuture<Claim>;
    /// Ends a request that waits, or whose answer was not taken, without an answer; gives how it stands then, or none if
    /// there is no such request.
    fn close(&self, id: &str, state: ApprovalState) -> LedgerFuture<Option<ApprovalState>>;
    /// Marks requests whose time is over as expired; gives how many.
    fn expire_overdue(&self) -> LedgerFuture<usize>;
    /// The run has taken the answer.
    fn mark_delivered(&self, id: &str) -> LedgerFuture<()>;
    /// One request; none if there is no such request.
    fn request(&self, id: &str) -> LedgerFuture<Option<ApprovalRecord>>;
    /// Several requests.
    fn list(&self, filter: ApprovalFilter) -> LedgerFuture<Vec<ApprovalSummary>>;
    /// Drops what is over and too old or too much; gives how many.
    fn prune(&self, retention: Retention) -> LedgerFuture<usize>;
}
