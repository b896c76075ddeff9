//! Answers requests of all runs: lists waiting ones, checks that their runs are alive, and gives each one answer.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::ledger::{
    ApprovalAnswer, ApprovalFilter, ApprovalRecord, ApprovalState, ApprovalSummary, Claim, Ledger,
    LedgerError, NewAnswer, PipeWake, RunRecord, SqliteLedger, Wake, WakeError, WakeMessage, host, place,
    user,
};
use crate::runtime::approval::{DecidedBy, Decision};

/// The maximum wait for the run to take an answer. It needs a few milliseconds.
const DELIVERY_LIMIT: Duration = Duration::from_secs(3);

/// The pause between two checks of that.
const LOOK: Duration = Duration::from_millis(5);

/// The requests of all runs of this user. Used within a tokio runtime.
///
/// ```no_run
/// use turnwise::approval::{AnswerOutcome, ApprovalService};
/// use turnwise::runtime::approval::Decision;
///
/// # async fn example(state: &std::path::Path) -> Result<(), turnwise::approval::ApprovalError> {
/// let service = ApprovalService::open(state)?;
/// for waiting in service.waiting().await? {
///     let record = service.request(&waiting.id).await?;
///     println!("{}", record.pending.summary());
///     let outcome = service.answer(&record, &Decision::Decline, None, "example").await?;
///     assert!(matches!(outcome, AnswerOutcome::Delivered(_)));
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct ApprovalService {
    ledger: Option<Arc<dyn Ledger>>,
    wake: Arc<dyn Wake>,
}

/// What became of an answer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum AnswerOutcome {
    /// The run has it and continues.
    Delivered(ApprovalAnswer),
    /// It is the answer, but the run did not take it within three seconds.
    NotYetDelivered(ApprovalAnswer),
    /// Somebody was faster: this is the answer.
    AlreadyAnswered(ApprovalAnswer),
    /// The request is over without an answer: how.
    Over(ApprovalState),
}

/// Why an answer was not given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApprovalError {
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The request does not exist.
    #[error("request {id} not found")]
    Missing {
        /// What was asked for.
        id: String,
    },
    /// The answer does not fit the request; the text names the possible ones.
    #[error("{0}")]
    Unfit(String),
    /// The answer is a secret that could not be handed to the run.
    #[error("cannot send the answer to the run: {0}")]
    Undeliverable(WakeError),
}

impl ApprovalService {
    /// The requests in a state directory. Without a ledger nothing waits, and none is made. Opening one blocks for some
    /// milliseconds.
    ///
    /// # Errors
    /// When there is a ledger that cannot be used.
    pub fn open(state: &Path) -> Result<Self, LedgerError> {
        let ledger = SqliteLedger::open_existing(&SqliteLedger::path_in(state))?;
        Ok(Self {
            ledger: ledger.map(|ledger| Arc::new(ledger) as Arc<dyn Ledger>),
            wake: Arc::new(PipeWake::new(state)),
        })
    }

    /// The requests in a ledger; their runs are woken by this.
    pub fn new(ledger: Arc<dyn Ledger>, wake: Arc<dyn Wake>) -> Self {
        Self {
            ledger: Some(ledger),
            wake,
        }
    }

    /// What waits, oldest first. Requests of runs that died, or whose time is over, are marked on the way.
    ///
    /// # Errors
    /// When the ledger cannot be used.
    pub async fn waiting(&self) -> Result<Vec<ApprovalSummary>, LedgerError> {
        let Some(ledger) = &self.ledger else {
            return Ok(Vec::new());
        };
        ledger.expire_overdue().await?;
        let mut waiting = Vec::new();
        let mut known = HashMap::new();
        for summary in ledger.list(ApprovalFilter::Open).await? {
            // Each run is checked once, however many requests it has.
            let alive = if let Some(alive) = known.get(&summary.run.id) {
                *alive
            } else {
                let alive = self.is_alive(&summary.run).await;
                known.insert(summary.run.id.clone(), alive);
                alive
            };
            if alive
                || ledger.close(&summary.id, ApprovalState::Abandoned).await? == Some(ApprovalState::Open)
            {
                waiting.push(summary);
            }
        }
        Ok(waiting)
    }

    /// The latest requests in any state, newest first; at most this many.
    ///
    /// # Errors
    /// When the ledger cannot be used.
    pub async fn latest(&self, most: usize) -> Result<Vec<ApprovalSummary>, LedgerError> {
        self.waiting().await?;
        match &self.ledger {
            Some(ledger) => ledger.list(ApprovalFilter::Latest(most)).await,
            None => Ok(Vec::new()),
        }
    }

    /// One request in its present state.
    ///
    /// # Errors
    /// [`ApprovalError::Missing`] when there is none of this id, or when the ledger cannot be used.
    pub async fn request(&self, id: &str) -> Result<ApprovalRecord, ApprovalError> {
        let missing = || ApprovalError::Missing { id: id.to_owned() };
        let ledger = self.ledger.as_ref().ok_or_else(missing)?;
        ledger.expire_overdue().await?;
        let record = ledger.request(id).await?.ok_or_else(missing)?;
        if record.state == ApprovalState::Open && !self.is_alive(&record.run).await {
            ledger.close(id, ApprovalState::Abandoned).await?;
            return ledger.request(id).await?.ok_or_else(missing);
        }
        Ok(record)
    }

    /// Of a run on another machine nothing is known here.
    async fn is_alive(&self, run: &RunRecord) -> bool {
        run.host != host() || self.wake.is_listening(&run.id).await
    }

    /// Answers a request that was shown, in the user's name; `from` says by which means (`approve`, the name of a program). The
    /// first answer wins. Waits up to three seconds for the run to take it.
    ///
    /// # Errors
    /// [`ApprovalError::Unfit`] when the decision is none that this request takes; when the ledger cannot be used; when a
    /// secret cannot be handed to the run.
    pub async fn answer(
        &self,
        record: &ApprovalRecord,
        decision: &Decision,
        reason: Option<String>,
        from: &str,
    ) -> Result<AnswerOutcome, ApprovalError> {
        record.pending.check(decision).map_err(ApprovalError::Unfit)?;
        let missing = || ApprovalError::Missing {
            id: record.id.clone(),
        };
        let ledger = self.ledger.as_ref().ok_or_else(missing)?;
        let secret = matches!(decision, Decision::Answer(_)) && record.pending.wants_secret();
        let mut answer =
            NewAnswer::new(decision.clone(), DecidedBy::Named(user()), place(from)).reason(reason);
        if secret {
            answer = answer.without_secret();
        }
        // The answer is for the request that was shown: the digest is of the request that this process has read.
        let answer = match ledger
            .answer(&record.id, &record.pending.digest(), answer)
            .await?
        {
            Claim::Won(answer) => answer,
            Claim::Lost(record) => {
                return Ok(match (record.state, record.answer) {
                    (ApprovalState::Answered, Some(answer)) => AnswerOutcome::AlreadyAnswered(answer),
                    (ApprovalState::Open, _) => AnswerOutcome::Over(ApprovalState::Expired),
                    (state, _) => AnswerOutcome::Over(state),
                });
            }
            Claim::Missing => return Err(missing()),
        };
        let message = if secret {
            WakeMessage::Secret {
                id: record.id.clone(),
                decision: decision.clone(),
            }
        } else {
            WakeMessage::Look
        };
        match self.wake.notify(&record.run.id, message).await {
            Ok(false) if record.run.host == host() => {
                ledger.close(&record.id, ApprovalState::Abandoned).await?;
                return Ok(AnswerOutcome::Over(ApprovalState::Abandoned));
            }
            // Woken, or the run is on another machine and looks by itself.
            Ok(_) => {}
            Err(error) if secret => return Err(ApprovalError::Undeliverable(error)),
            // It looks by itself within a second.
            Err(error) => tracing::warn!("the run could not be woken: {error}"),
        }
        self.delivery(ledger.as_ref(), record, answer).await
    }

    /// Waits until the run has taken the answer.
    async fn delivery(
        &self,
        ledger: &dyn Ledger,
        record: &ApprovalRecord,
        answer: ApprovalAnswer,
    ) -> Result<AnswerOutcome, ApprovalError> {
        let deadline = Instant::now() + DELIVERY_LIMIT;
        loop {
            match ledger.request(&record.id).await? {
                Some(ApprovalRecord {
                    delivered_at: Some(_),
                    ..
                }) => return Ok(AnswerOutcome::Delivered(answer)),
                Some(ApprovalRecord { state, .. }) if state != ApprovalState::Answered => {
                    return Ok(AnswerOutcome::Over(state));
                }
                _ => {}
            }
            if Instant::now() >= deadline {
                return Ok(AnswerOutcome::NotYetDelivered(answer));
            }
            if !self.is_alive(&record.run).await {
                ledger.close(&record.id, ApprovalState::Abandoned).await?;
                return Ok(match ledger.request(&record.id).await? {
                    Some(ApprovalRecord {
                        delivered_at: Some(_),
                        ..
                    }) => AnswerOutcome::Delivered(answer),
                    _ => AnswerOutcome::Over(ApprovalState::Abandoned),
                });
            }
            sleep(LOOK).await;
        }
    }
}
