//! The requests of a run in the ledger: adds them, waits for their answers, closes them. Each run that asks has one queue.
//!
//! An answer wakes the run. It also checks once a second, in case a wake-up is lost.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OnceCell};
use tokio::task::JoinHandle;

use crate::ledger::{
    AddedRequest, ApprovalAnswer, ApprovalRecord, ApprovalState, Claim, Ledger, LedgerError, NewAnswer,
    NewRequest, PipeWake, Retention, RunRecord, SqliteLedger, Wake, WakeMessage,
};
use crate::runtime::approval::{Decision, PendingRequest, Verdict};

/// How often a run looks without having been woken.
const LOOK: Duration = Duration::from_secs(1);

/// Between two looks at a request whose time is over here and not yet for the store.
const SHORTEST_PAUSE: Duration = Duration::from_millis(20);

/// How long the secret part of an answer may come after the answer itself.
const SECRET_LIMIT: Duration = Duration::from_secs(5);

/// The requests of one run in a ledger, where anybody of the same user answers them with an
/// [`ApprovalService`](super::ApprovalService). Used within a tokio runtime.
#[derive(Debug)]
pub struct ApprovalQueue {
    place: Place,
    retention: Retention,
    registered: OnceCell<Arc<RegisteredRun>>,
    /// Requests are added in the order in which they came.
    order: tokio::sync::Mutex<()>,
}

/// Where the ledger is.
#[derive(Debug)]
enum Place {
    /// Nowhere: nothing can wait, and nothing is logged.
    Nowhere,
    /// In a state directory; opened with the first request.
    Directory(PathBuf),
    Open {
        ledger: Arc<dyn Ledger>,
        wake: Arc<dyn Wake>,
    },
}

/// A run that is in the ledger, and listens.
#[derive(Debug)]
struct RegisteredRun {
    ledger: Arc<dyn Ledger>,
    run: RunRecord,
    mail: Arc<Mail>,
    listening: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Mail {
    came: Notify,
    secrets: Mutex<HashMap<String, Decision>>,
}

/// How a queued request ended.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum QueueOutcome {
    /// Somebody answered.
    Answered(Verdict),
    /// Nobody did in time, or the request can no longer be answered.
    Expired,
}

impl Drop for RegisteredRun {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl ApprovalQueue {
    /// For a run whose ledger is in this state directory, as `turnwise approve` reads it. Nothing is opened before the first
    /// request.
    pub fn in_directory(state: impl Into<PathBuf>) -> Self {
        Self::at(Place::Directory(state.into()))
    }

    /// For a run that has no place for a ledger: nothing can wait, and nothing is logged.
    pub(crate) fn nowhere() -> Self {
        Self::at(Place::Nowhere)
    }

    /// For a run with this ledger, which is woken by this.
    pub fn new(ledger: Arc<dyn Ledger>, wake: Arc<dyn Wake>) -> Self {
        Self::at(Place::Open { ledger, wake })
    }

    fn at(place: Place) -> Self {
        Self {
            place,
            retention: Retention::default(),
            registered: OnceCell::new(),
            order: tokio::sync::Mutex::default(),
        }
    }

    /// How many old requests are kept when the run is registered; see [`Retention`] for the defaults.
    #[must_use]
    pub fn retention(mut self, retention: Retention) -> Self {
        self.retention = retention;
        self
    }

    async fn registered(&self, pending: &PendingRequest) -> Result<Arc<RegisteredRun>, LedgerError> {
        let register = || async {
            let run = RunRecord::new(&pending.context.cwd);
            let wake: Arc<dyn Wake> = match &self.place {
                Place::Nowhere => return Err(no_place()),
                Place::Directory(state) => Arc::new(PipeWake::new(state)),
                Place::Open { wake, .. } => Arc::clone(wake),
            };
            // It listens before anybody can see a request, so that the run counts as alive.
            let mut listener = wake.listen(&run.id).await?;
            let ledger = match &self.place {
                Place::Open { ledger, .. } => Arc::clone(ledger),
                Place::Directory(state) => open(SqliteLedger::path_in(state)).await?,
                Place::Nowhere => return Err(no_place()),
            };
            let run = ledger.register_run(run).await?;
            if let Err(error) = ledger.prune(self.retention).await {
                tracing::warn!("the ledger could not be pruned: {error}");
            }
            let mail = Arc::new(Mail::default());
            let delivering = Arc::clone(&mail);
            let listening = tokio::spawn(async move {
                while let Ok(message) = listener.recv().await {
                    if let WakeMessage::Secret { id, decision } = message {
                        lock(&delivering.secrets).insert(id, decision);
                    }
                    delivering.came.notify_waiters();
                }
            });
            Ok(Arc::new(RegisteredRun {
                ledger,
                run,
                mail,
                listening,
            }))
        };
        self.registered.get_or_try_init(register).await.cloned()
    }

    /// Adds a request that waits: for this long, or without an end.
    ///
    /// # Errors
    /// When the ledger cannot be used; [`LedgerError::hint`] says what to do.
    pub async fn add(
        &self,
        pending: &PendingRequest,
        limit: Option<Duration>,
    ) -> Result<QueuedApproval, LedgerError> {
        let _turn = self.order.lock().await;
        let registered = self.registered(pending).await?;
        let request = NewRequest::new(&registered.run.id, pending.clone(), pending.summary());
        let added = registered.ledger.add_request(request.expires_in(limit)).await?;
        Ok(QueuedApproval {
            registered,
            added,
            digest: pending.digest(),
            limit: limit.map(|limit| tokio::time::Instant::now() + limit),
            over: false,
        })
    }

    /// Adds a request that was answered at once, for the log.
    ///
    /// # Errors
    /// As [`ApprovalQueue::add`].
    pub async fn log(&self, pending: &PendingRequest, answer: NewAnswer) -> Result<(), LedgerError> {
        if matches!(self.place, Place::Nowhere) {
            return Ok(());
        }
        let registered = self.registered(pending).await?;
        let request = NewRequest::new(&registered.run.id, pending.clone(), pending.summary());
        registered.ledger.add_request(request.answered(answer)).await?;
        Ok(())
    }
}

fn no_place() -> LedgerError {
    LedgerError::Unavailable {
        store: "ledger".to_owned(),
        reason: "no directory for it".to_owned(),
    }
}

/// Opens a ledger on a thread for blocking work.
async fn open(path: PathBuf) -> Result<Arc<dyn Ledger>, LedgerError> {
    let store = path.display().to_string();
    let opened = tokio::task::spawn_blocking(move || SqliteLedger::open(&path)).await;
    let opened = opened.map_err(|error| LedgerError::Unavailable {
        store,
        reason: error.to_string(),
    })?;
    Ok(Arc::new(opened?))
}

/// A request that waits in the ledger. Dropped without an answer, it is closed.
#[derive(Debug)]
pub struct QueuedApproval {
    registered: Arc<RegisteredRun>,
    added: AddedRequest,
    digest: String,
    limit: Option<tokio::time::Instant>,
    over: bool,
}

impl QueuedApproval {
    /// What to type to answer it.
    pub fn id(&self) -> &str {
        &self.added.id
    }

    /// How it is kept: its id, and until when it can be answered.
    pub fn added(&self) -> &AddedRequest {
        &self.added
    }

    /// Answers it from this process; another process may have been faster.
    ///
    /// # Errors
    /// When the ledger cannot be used.
    pub async fn answer(&self, answer: NewAnswer) -> Result<Claim, LedgerError> {
        self.registered
            .ledger
            .answer(&self.added.id, &self.digest, answer)
            .await
    }

    /// Waits for an answer, or for the end of its time. Cancel-safe.
    ///
    /// # Errors
    /// When the ledger cannot be used.
    pub async fn answered(&mut self) -> Result<QueueOutcome, LedgerError> {
        loop {
            let mail = Arc::clone(&self.registered.mail);
            // Registered before the look, so that nothing that comes in between is missed.
            let came = mail.came.notified();
            tokio::pin!(came);
            came.as_mut().enable();
            if self.limit.is_some() {
                self.registered.ledger.expire_overdue().await?;
            }
            match self.registered.ledger.request(&self.added.id).await? {
                Some(ApprovalRecord {
                    state: ApprovalState::Answered,
                    answer: Some(answer),
                    digest,
                    ..
                }) if digest == self.digest => {
                    let verdict = self.opened(answer).await;
                    self.delivered().await;
                    return Ok(QueueOutcome::Answered(verdict));
                }
                Some(ApprovalRecord {
                    state: ApprovalState::Open,
                    ..
                }) => {}
                // Its time is over, this run was considered dead, or the store was tampered with. It can no longer be
                // answered, and in doubt the answer is no.
                record => {
                    self.over = record.is_some_and(|record| record.state == ApprovalState::Expired);
                    return Ok(QueueOutcome::Expired);
                }
            }
            // Never without a pause: the store's clock may be behind.
            let left = self.limit.map_or(LOOK, |limit| {
                let left = limit.saturating_duration_since(tokio::time::Instant::now());
                left.clamp(SHORTEST_PAUSE, LOOK)
            });
            // The loop checks again in both cases.
            let _ = tokio::time::timeout(left, came).await;
        }
    }

    /// The verdict of an answer, with its secret part if it has one.
    async fn opened(&self, answer: ApprovalAnswer) -> Verdict {
        let mut verdict = Verdict::new(answer.decision, answer.by);
        verdict.reason = answer.reason;
        if answer.secret {
            let mail = &self.registered.mail;
            let secret = async {
                loop {
                    let came = mail.came.notified();
                    tokio::pin!(came);
                    came.as_mut().enable();
                    if let Some(decision) = lock(&mail.secrets).remove(&self.added.id) {
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
        if let Err(error) = self.registered.ledger.mark_delivered(&self.added.id).await {
            tracing::warn!("that the answer was taken could not be noted: {error}");
        }
    }

    /// Marks its answer as taken: the one that was given here.
    pub async fn mark_delivered(mut self) {
        self.delivered().await;
    }
}

impl Drop for QueuedApproval {
    fn drop(&mut self) {
        if !self.over {
            // The call is made even if nothing awaits it.
            drop(
                self.registered
                    .ledger
                    .close(&self.added.id, ApprovalState::Closed),
            );
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // A map is valid between any two statements.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approval::{AnswerOutcome, ApprovalService};
    use crate::runtime::approval::{ApprovalKind, ApprovalRequest, RunContext};
    use serde_json::json;

    fn secret_question() -> PendingRequest {
        let questions = json!([{ "id": "token", "header": "", "question": "Which token?", "isSecret": true, "options": null }]);
        let request = ApprovalRequest::new(
            "0",
            ApprovalKind::UserInput,
            "item/tool/requestUserInput",
            json!({ "questions": questions }),
        );
        PendingRequest::new(request, RunContext::default())
    }

    #[tokio::test]
    async fn a_secret_reaches_the_run_and_is_written_nowhere() {
        let directory = tempfile::tempdir().unwrap();
        let state = directory.path().to_owned();
        let queue = ApprovalQueue::in_directory(&state);
        let mut queued = queue.add(&secret_question(), None).await.unwrap();
        let id = queued.id().to_owned();
        let service = ApprovalService::open(&state).unwrap();
        let answering = tokio::spawn(async move {
            let record = service.request(&id).await.unwrap();
            let pairs = vec![("token".to_owned(), "hunter2-hunter2".to_owned())];
            let decision = record.pending.answer(&pairs).unwrap();
            service.answer(&record, &decision, None, "test").await.unwrap()
        });
        let QueueOutcome::Answered(verdict) = queued.answered().await.unwrap() else {
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
    async fn a_request_that_is_dropped_is_closed_and_its_pipe_goes_with_the_run() {
        let directory = tempfile::tempdir().unwrap();
        let queue = ApprovalQueue::in_directory(directory.path());
        let queued = queue.add(&secret_question(), None).await.unwrap();
        let id = queued.id().to_owned();
        drop((queued, queue));
        let service = ApprovalService::open(directory.path()).unwrap();
        let record = service.request(&id).await.unwrap();
        assert_eq!(record.state, ApprovalState::Closed);
        assert!(service.waiting().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_request_that_nobody_answers_in_time_expires() {
        let directory = tempfile::tempdir().unwrap();
        let queue = ApprovalQueue::in_directory(directory.path());
        let mut queued = queue
            .add(&secret_question(), Some(Duration::from_millis(30)))
            .await
            .unwrap();
        assert_eq!(queued.answered().await.unwrap(), QueueOutcome::Expired);
        let service = ApprovalService::open(directory.path()).unwrap();
        let record = service.request(queued.id()).await.unwrap();
        assert_eq!(record.state, ApprovalState::Expired);
    }
}
