//! Requests in the ledger: entered, waited for, closed. One of these for each run that asks.
//!
//! The ledger's calls block for a moment, so they run beside the async side. The run is woken through its bell, and looks
//! once a second in case the bell was not heard.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OnceCell};
use tokio::task::JoinHandle;

use crate::ledger::bell::{Bell, Message};
use crate::ledger::{
    ApprovalAnswer, ApprovalRecord, ApprovalState, Ledger, LedgerError, Millis, NewRequest, Retention,
    RunRecord, SqliteLedger, host, now,
};
use crate::runtime::approval::{Decision, PendingRequest, Verdict};

/// How often a run looks without having been woken.
const LOOK: Duration = Duration::from_secs(1);

/// How long the secret part of an answer may come after the answer itself.
const SECRET_LIMIT: Duration = Duration::from_secs(5);

/// The requests of one run in the ledger.
#[derive(Debug)]
pub struct ApprovalQueue {
    state: PathBuf,
    retention: Retention,
    entered: OnceCell<Arc<Entered>>,
    /// Requests are entered in the order in which they came.
    order: tokio::sync::Mutex<()>,
}

/// A run that is in the ledger.
#[derive(Debug)]
struct Entered {
    ledger: SqliteLedger,
    run: RunRecord,
    mail: Arc<Mail>,
    listening: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Mail {
    came: Notify,
    secrets: Mutex<HashMap<String, Decision>>,
}

/// How a parked request ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Somebody answered.
    Answered(Verdict),
    /// Nobody did in time.
    Expired,
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl ApprovalQueue {
    /// For a run whose ledger is in this state directory. Nothing is opened before the first request.
    pub fn new(state: PathBuf, retention: Retention) -> Self {
        Self {
            state,
            retention,
            entered: OnceCell::new(),
            order: tokio::sync::Mutex::default(),
        }
    }

    async fn entered(&self, asked: &PendingRequest) -> Result<Arc<Entered>, LedgerError> {
        let enter = || async {
            let path = SqliteLedger::path_in(&self.state);
            let run = RunRecord {
                id: run_id(),
                pid: std::process::id(),
                host: host(),
                cwd: asked.context.cwd.clone(),
                started_at: now(),
            };
            let unusable = |error: std::io::Error| LedgerError::from_io(&self.state, &error);
            // The bell is there before a request can be seen: whoever sees one finds the run alive.
            let mut bell = Bell::hang(&self.state, &run.id).map_err(unusable)?;
            let (retention, entering) = (self.retention, run.clone());
            let ledger = aside(move || {
                let ledger = SqliteLedger::open(&path)?;
                ledger.enter_run(&entering)?;
                if let Err(error) = ledger.tidy(retention, now()) {
                    tracing::warn!("the ledger could not be tidied: {error}");
                }
                Ok(ledger)
            })
            .await?;
            let mail = Arc::new(Mail::default());
            let delivering = Arc::clone(&mail);
            let listening = tokio::spawn(async move {
                while let Ok(message) = bell.heard().await {
                    if let Message::Secret { id, decision } = message {
                        lock(&delivering.secrets).insert(id, decision);
                    }
                    delivering.came.notify_waiters();
                }
            });
            Ok(Arc::new(Entered {
                ledger,
                run,
                mail,
                listening,
            }))
        };
        self.entered.get_or_try_init(enter).await.cloned()
    }

    /// Enters a request that waits.
    pub async fn park(
        &self,
        asked: &PendingRequest,
        expires_at: Option<Millis>,
    ) -> Result<QueuedApproval, LedgerError> {
        let _turn = self.order.lock().await;
        let entered = self.entered(asked).await?;
        let request = request(asked, &entered.run.id, expires_at, None);
        let parking = Arc::clone(&entered);
        let id = aside(move || parking.ledger.park(&request)).await?;
        Ok(QueuedApproval {
            entered,
            id,
            digest: asked.digest(),
            expires_at,
            over: false,
        })
    }

    /// Enters a request that was answered at once, for the log. Errors are only worth a line of diagnostics.
    pub async fn record(&self, asked: &PendingRequest, answer: ApprovalAnswer) {
        let outcome = async {
            let entered = self.entered(asked).await?;
            let request = request(asked, &entered.run.id, None, Some(answer));
            aside(move || entered.ledger.park(&request)).await
        };
        if let Err(error) = outcome.await {
            tracing::warn!("the answer could not be logged: {error}");
        }
    }
}

/// A request that waits in the ledger. Dropped without an answer, it is closed.
#[derive(Debug)]
pub struct QueuedApproval {
    entered: Arc<Entered>,
    id: String,
    digest: String,
    expires_at: Option<Millis>,
    over: bool,
}

impl QueuedApproval {
    /// What to type to answer it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Answers it from this process; somebody else may have been faster.
    pub async fn answer(&self, answer: ApprovalAnswer) -> Result<crate::ledger::Claim, LedgerError> {
        let (entered, id, digest) = (Arc::clone(&self.entered), self.id.clone(), self.digest.clone());
        aside(move || entered.ledger.answer(&id, &digest, &answer)).await
    }

    /// Waits for an answer, or for the end of its time.
    pub async fn answered(&mut self) -> Result<Outcome, LedgerError> {
        loop {
            let mail = Arc::clone(&self.entered.mail);
            // Registered before the look, so that nothing that comes in between is missed.
            let came = mail.came.notified();
            tokio::pin!(came);
            came.as_mut().enable();
            let record = self.look().await?;
            match record {
                Some(ApprovalRecord {
                    state: ApprovalState::Answered,
                    answer: Some(answer),
                    digest,
                    ..
                }) if digest == self.digest => {
                    let verdict = self.opened(answer).await;
                    self.delivered().await;
                    return Ok(Outcome::Answered(verdict));
                }
                Some(ApprovalRecord {
                    state: ApprovalState::Open,
                    ..
                }) => {}
                // Marked by somebody who took this run for dead, or the file was tampered with. It can no longer be
                // answered, and the default at any doubt is no.
                _ => return Ok(Outcome::Expired),
            }
            if self.expires_at.is_some_and(|expires_at| expires_at <= now()) {
                let (entered, id) = (Arc::clone(&self.entered), self.id.clone());
                if aside(move || entered.ledger.close(&id, ApprovalState::Expired)).await?
                    == Some(ApprovalState::Expired)
                {
                    self.over = true;
                    return Ok(Outcome::Expired);
                }
                continue;
            }
            let left = self.expires_at.map(|expires_at| {
                Duration::from_millis(u64::try_from(expires_at.saturating_sub(now())).unwrap_or_default())
            });
            let pause = left.map_or(LOOK, |left| left.min(LOOK));
            // In time or not: then it is looked again.
            let _ = tokio::time::timeout(pause, came).await;
        }
    }

    async fn look(&self) -> Result<Option<ApprovalRecord>, LedgerError> {
        let (entered, id) = (Arc::clone(&self.entered), self.id.clone());
        aside(move || entered.ledger.entry(&id)).await
    }

    /// The verdict of an answer, with its secret part if it has one.
    async fn opened(&self, answer: ApprovalAnswer) -> Verdict {
        let by = answer.by.clone();
        let mut verdict = Verdict {
            decision: answer.decision,
            by,
            reason: answer.reason,
        };
        if answer.secret {
            let secret = async {
                loop {
                    let came = self.entered.mail.came.notified();
                    tokio::pin!(came);
                    came.as_mut().enable();
                    if let Some(decision) = lock(&self.entered.mail.secrets).remove(&self.id) {
                        return decision;
                    }
                    came.await;
                }
            };
            verdict.decision = tokio::time::timeout(SECRET_LIMIT, secret)
                .await
                .unwrap_or(Decision::Cancel);
        }
        verdict
    }

    async fn delivered(&mut self) {
        self.over = true;
        let (entered, id) = (Arc::clone(&self.entered), self.id.clone());
        if let Err(error) = aside(move || entered.ledger.delivered(&id, now())).await {
            tracing::warn!("that the answer was taken could not be noted: {error}");
        }
    }

    /// Marks its answer as taken: the one that was given here.
    pub async fn taken(mut self) {
        self.delivered().await;
    }
}

impl Drop for QueuedApproval {
    fn drop(&mut self) {
        if !self.over
            && let Err(error) = self.entered.ledger.close(&self.id, ApprovalState::Closed)
        {
            tracing::warn!("the request could not be closed: {error}");
        }
    }
}

fn request(
    asked: &PendingRequest,
    run_id: &str,
    expires_at: Option<Millis>,
    answer: Option<ApprovalAnswer>,
) -> NewRequest {
    NewRequest {
        run_id: run_id.to_owned(),
        summary: asked.summary(),
        pending: asked.clone(),
        requested_at: now(),
        expires_at,
        answer,
    }
}

/// Unique for all times on all machines that could ever share a ledger.
fn run_id() -> String {
    use std::hash::{BuildHasher, RandomState};
    // The hasher's keys are random, which is all that is wanted of it.
    let random = RandomState::new().hash_one((std::process::id(), now()));
    format!("{:x}-{random:016x}", now())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // A map is valid between any two statements.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs what blocks beside the async side.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LedgerError> + Send + 'static,
) -> Result<T, LedgerError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        Err(LedgerError::Unusable {
            path: PathBuf::new(),
            reason: error.to_string(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approval::service::{AnswerOutcome, ApprovalService, filled_in};
    use crate::runtime::approval::{ApprovalKind, ApprovalRequest, RunContext};
    use serde_json::json;

    fn secret_question() -> PendingRequest {
        let questions = json!([{ "id": "token", "header": "", "question": "ApprovalFilter token?", "isSecret": true, "options": null }]);
        PendingRequest {
            request: ApprovalRequest {
                id: "0".to_owned(),
                kind: ApprovalKind::UserInput,
                method: "item/tool/requestUserInput".to_owned(),
                thread_id: None,
                turn_id: None,
                item_id: None,
                reason: None,
                command: None,
                cwd: None,
                changes: Vec::new(),
                params: json!({ "questions": questions }),
            },
            context: RunContext::default(),
        }
    }

    #[tokio::test]
    async fn a_secret_reaches_the_run_and_is_written_nowhere() {
        let directory = tempfile::tempdir().unwrap();
        let state = directory.path().to_owned();
        let parking = ApprovalQueue::new(state.clone(), Retention::default());
        let asked = secret_question();
        let mut parked = parking.park(&asked, None).await.unwrap();
        let id = parked.id().to_owned();
        let answering = {
            let state = state.clone();
            tokio::task::spawn_blocking(move || {
                let desk = ApprovalService::open(&state).unwrap();
                let record = desk.entry(&id).unwrap();
                let pairs = vec![("token".to_owned(), "hunter2-hunter2".to_owned())];
                let decision = filled_in(&record.pending, &pairs).unwrap();
                desk.answer(&record, &decision, None, "test").unwrap()
            })
        };
        let Outcome::Answered(verdict) = parked.answered().await.unwrap() else {
            panic!("already answered");
        };
        let answers = json!({ "answers": { "token": { "answers": ["hunter2-hunter2"] } } });
        assert_eq!(verdict.decision, Decision::Answer(answers));
        assert!(matches!(answering.await.unwrap(), AnswerOutcome::Delivered(answer) if answer.secret));
        let mut files = vec![
            state.join("ledger/ledger.sqlite"),
            state.join("ledger/ledger.sqlite-wal"),
        ];
        files.retain(|file| file.exists());
        for file in files {
            let bytes = std::fs::read(&file).unwrap();
            assert!(
                !bytes.windows(7).any(|window| window == b"hunter2"),
                "{}",
                file.display()
            );
        }
    }

    #[tokio::test]
    async fn a_request_that_is_dropped_is_closed_and_its_bell_goes_with_the_run() {
        let directory = tempfile::tempdir().unwrap();
        let parking = ApprovalQueue::new(directory.path().to_owned(), Retention::default());
        let parked = parking.park(&secret_question(), None).await.unwrap();
        let id = parked.id().to_owned();
        drop(parked);
        let desk = ApprovalService::open(directory.path()).unwrap();
        assert_eq!(desk.entry(&id).unwrap().state, ApprovalState::Closed);
        assert!(desk.waiting().unwrap().is_empty());
    }
}
