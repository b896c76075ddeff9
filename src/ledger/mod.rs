//! The ledger: runs that asked something, what they asked, and who answered what, when and from where.
//!
//! [`Ledger`] is what the product needs of it, without a word of SQL; [`SqliteLedger`] keeps it in one file. Saved jobs and
//! their runs are in `jobs`, waking a run that waits is in `bell`.

pub mod bell;
mod clean_jobs;
mod digest;
mod error;
pub mod jobs;
pub(crate) mod private;
mod schema;
mod sqlite;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use error::LedgerError;
pub use jobs::JobLedger;
pub use private::{NotPrivate, make_private};
pub use sqlite::SqliteLedger;

use crate::environment;
use crate::runtime::approval::{DecidedBy, Decision, PendingRequest};

/// A moment, in milliseconds since 1970.
pub type Millis = i64;

/// A run that asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Its own id, unique for all times.
    pub id: String,
    /// Its process.
    pub pid: u32,
    /// The machine that it runs on.
    pub host: String,
    /// Its working directory.
    pub cwd: PathBuf,
    /// When it was entered.
    pub started_at: Millis,
}

/// How far a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

    fn parse(word: &str) -> Self {
        match word {
            "open" => Self::Open,
            "answered" => Self::Answered,
            "expired" => Self::Expired,
            "abandoned" => Self::Abandoned,
            _ => Self::Closed,
        }
    }
}

/// An answer: what, by whom, from where, when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApprovalAnswer {
    /// What was decided. Secrets are left out: see [`Answer::secret`].
    pub decision: Decision,
    /// Who: a user, a rule of the policy, a flag.
    pub by: DecidedBy,
    /// From where: `terminal`, `approve`, `policy`, `flag`, with the machine and the process where that tells more.
    pub from: String,
    /// When.
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
    /// When it was asked.
    pub requested_at: Millis,
    /// Until when it can be answered, if there is a limit.
    pub expires_at: Option<Millis>,
    /// Its answer.
    pub answer: Option<ApprovalAnswer>,
    /// When the run took the answer.
    pub delivered_at: Option<Millis>,
}

/// A request in a list: without its content.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ApprovalSummary {
    /// Its id.
    pub id: String,
    /// What kind of request, as in `approval.requested`.
    pub kind: String,
    /// What it asks, in one line.
    pub summary: String,
    /// Where.
    pub cwd: PathBuf,
    /// How far it is.
    pub state: ApprovalState,
    /// When it was asked.
    pub requested_at: Millis,
    /// Until when it can be answered.
    pub expires_at: Option<Millis>,
    /// Its answer.
    pub answer: Option<ApprovalAnswer>,
    /// The run that asks.
    pub run: RunRecord,
}

/// What became of an attempt to answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// It is the answer.
    Won,
    /// There was another before, or the request is over: how it stands now.
    Lost(Box<ApprovalRecord>),
    /// There is no such request.
    Missing,
}

/// A request that is about to be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRequest {
    /// The run that asks; it must have been entered.
    pub run_id: String,
    /// What it asks.
    pub pending: PendingRequest,
    /// What it asks, in one line.
    pub summary: String,
    /// When it was asked.
    pub requested_at: Millis,
    /// Until when it can be answered.
    pub expires_at: Option<Millis>,
    /// Its answer, if it has one at once: a policy's, or a flag's.
    pub answer: Option<ApprovalAnswer>,
}

/// Which requests to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApprovalFilter {
    /// Those that wait, oldest first.
    Open,
    /// All, newest first, so many at most.
    Latest(usize),
}

/// How long and how much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Requests that were over for longer are dropped.
    pub age: std::time::Duration,
    /// Of those that are over, so many are kept.
    pub count: usize,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            age: std::time::Duration::from_secs(90 * 24 * 60 * 60),
            count: 20_000,
        }
    }
}

/// What the product needs of a ledger. Each call is one transaction, and durable when it returns.
pub trait Ledger: Send + Sync {
    /// Enters a run.
    fn enter_run(&self, run: &RunRecord) -> Result<(), LedgerError>;
    /// Keeps a request, and gives its id.
    fn park(&self, request: &NewRequest) -> Result<String, LedgerError>;
    /// Answers a request, if it waits and is the one with this digest. The first wins.
    fn answer(&self, id: &str, digest: &str, answer: &ApprovalAnswer) -> Result<Claim, LedgerError>;
    /// Ends a request that waits without an answer; gives how it stands then.
    fn close(&self, id: &str, state: ApprovalState) -> Result<Option<ApprovalState>, LedgerError>;
    /// The run has taken the answer.
    fn delivered(&self, id: &str, at: Millis) -> Result<(), LedgerError>;
    /// One request.
    fn entry(&self, id: &str) -> Result<Option<ApprovalRecord>, LedgerError>;
    /// Several requests.
    fn list(&self, which: ApprovalFilter) -> Result<Vec<ApprovalSummary>, LedgerError>;
    /// What was asked in a session, oldest first.
    fn of_session(&self, session_id: &str) -> Result<Vec<ApprovalSummary>, LedgerError>;
    /// Drops what is over and too old; gives how many.
    fn tidy(&self, retention: Retention, now: Millis) -> Result<usize, LedgerError>;
}

/// Now.
pub fn now() -> Millis {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// The name of this machine.
pub fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// The user's name, as far as the environment tells.
pub fn user() -> String {
    environment::text("USER")
        .or_else(|| environment::text("LOGNAME"))
        .unwrap_or_else(|| format!("uid {}", rustix::process::getuid().as_raw()))
}

/// Where an answer comes from: by which means, on which machine and in which process.
pub(crate) fn place(means: &str) -> String {
    format!("{means} on {}, process {}", host(), std::process::id())
}
