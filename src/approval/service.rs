//! Where requests of any run are answered: what waits, whether its run still lives, and the one answer of each.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::form::Pairs;
use crate::ledger::bell::{Message, is_alive, ring};
use crate::ledger::{
    ApprovalAnswer, ApprovalFilter, ApprovalRecord, ApprovalState, ApprovalSummary, Claim, Ledger,
    LedgerError, RunRecord, SqliteLedger, host, now, place, user,
};
use crate::runtime::approval::{DecidedBy, Decision, PendingRequest};

/// How long it is waited for the run to take an answer. It needs a few milliseconds.
const TAKEN_LIMIT: Duration = Duration::from_secs(3);

/// How often it is looked whether it has.
const LOOK: Duration = Duration::from_millis(5);

/// The requests of all runs of this user.
#[derive(Debug)]
pub struct ApprovalService {
    ledger: Option<SqliteLedger>,
    state: PathBuf,
}

/// What became of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum AnswerOutcome {
    /// The run has it and goes on.
    Delivered(ApprovalAnswer),
    /// It is the answer, but the run has not taken it yet.
    NotYetDelivered(ApprovalAnswer),
    /// Somebody was faster.
    AlreadyAnswered(ApprovalAnswer),
    /// The request is over: how.
    Over(ApprovalState),
}

/// Why an answer was not given.
#[derive(Debug, thiserror::Error)]
pub enum ApprovalError {
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// There is no such request.
    #[error("request {id} not found")]
    Missing {
        /// What was asked for.
        id: String,
    },
    /// The answer does not fit the request.
    #[error("{0}")]
    Unfit(String),
    /// The answer is a secret that could not be handed to the run.
    #[error("cannot send the answer to the run: {0}")]
    Undeliverable(std::io::Error),
}

impl ApprovalService {
    /// The desk of a state directory. Without a ledger nothing waits, and none is made.
    pub fn open(state: &Path) -> Result<Self, LedgerError> {
        Ok(Self {
            ledger: SqliteLedger::open_existing(&SqliteLedger::path_in(state))?,
            state: state.to_owned(),
        })
    }

    /// What waits, oldest first. Requests of runs that died are marked on the way.
    pub fn waiting(&self) -> Result<Vec<ApprovalSummary>, LedgerError> {
        let Some(ledger) = &self.ledger else {
            return Ok(Vec::new());
        };
        let mut waiting = ledger.list(ApprovalFilter::Open)?;
        let mut dead = Vec::new();
        let mut known = HashMap::new();
        for listed in &waiting {
            // Many requests of one run: it is looked for once.
            let alive = *known
                .entry(listed.run.id.clone())
                .or_insert_with(|| self.is_alive(&listed.run));
            if let Some(state) = over(alive, listed.expires_at)
                && ledger.close(&listed.id, state)? == Some(state)
            {
                dead.push(listed.id.clone());
            }
        }
        waiting.retain(|listed| !dead.contains(&listed.id));
        Ok(waiting)
    }

    /// The latest requests, newest first, whatever their state.
    pub fn latest(&self, count: usize) -> Result<Vec<ApprovalSummary>, LedgerError> {
        self.waiting()?;
        self.ledger.as_ref().map_or(Ok(Vec::new()), |ledger| {
            ledger.list(ApprovalFilter::Latest(count))
        })
    }

    /// One request as it stands.
    pub fn entry(&self, id: &str) -> Result<ApprovalRecord, ApprovalError> {
        let missing = || ApprovalError::Missing { id: id.to_owned() };
        let ledger = self.ledger.as_ref().ok_or_else(missing)?;
        let record = ledger.entry(id)?.ok_or_else(missing)?;
        if record.state == ApprovalState::Open
            && let Some(state) = over(self.is_alive(&record.run), record.expires_at)
        {
            ledger.close(id, state)?;
            return ledger.entry(id)?.ok_or_else(missing);
        }
        Ok(record)
    }

    /// Of a run on another machine nothing is known here.
    fn is_alive(&self, run: &RunRecord) -> bool {
        run.host != host() || is_alive(&self.state, &run.id)
    }

    /// Answers a request that was shown. The first answer wins.
    ///
    /// # Errors
    /// [`DeskError::Unfit`] when the decision is none that this request takes.
    pub fn answer(
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
        let answer = ApprovalAnswer {
            decision: if secret {
                Decision::Answer(serde_json::Value::Null)
            } else {
                decision.clone()
            },
            by: DecidedBy::Named(user()),
            from: place(from),
            at: now(),
            reason,
            secret,
        };
        // What was shown is what is answered: the digest is of what this process has read.
        match ledger.answer(&record.id, &record.pending.digest(), &answer)? {
            Claim::Won => {}
            Claim::Lost(record) => {
                return Ok(match (record.state, record.answer) {
                    (ApprovalState::Answered, Some(answer)) => AnswerOutcome::AlreadyAnswered(answer),
                    (state, _) => AnswerOutcome::Over(if state == ApprovalState::Open {
                        ApprovalState::Expired
                    } else {
                        state
                    }),
                });
            }
            Claim::Missing => return Err(missing()),
        }
        let message = if secret {
            Message::Secret {
                id: record.id.clone(),
                decision: decision.clone(),
            }
        } else {
            Message::Look
        };
        match ring(&self.state, &record.run.id, &message) {
            Ok(false) if record.run.host == host() => {
                ledger.close(&record.id, ApprovalState::Abandoned)?;
                return Ok(AnswerOutcome::Over(ApprovalState::Abandoned));
            }
            // Rung, or the run is on another machine and looks by itself.
            Ok(_) => {}
            Err(error) if secret => return Err(ApprovalError::Undeliverable(error)),
            // It looks by itself within a second.
            Err(error) => tracing::warn!("the run could not be woken: {error}"),
        }
        self.taken(ledger, record, answer)
    }

    /// Waits until the run has taken the answer.
    fn taken(
        &self,
        ledger: &SqliteLedger,
        record: &ApprovalRecord,
        answer: ApprovalAnswer,
    ) -> Result<AnswerOutcome, ApprovalError> {
        let deadline = Instant::now() + TAKEN_LIMIT;
        loop {
            match ledger.entry(&record.id)? {
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
            if record.run.host == host() && !is_alive(&self.state, &record.run.id) {
                ledger.close(&record.id, ApprovalState::Abandoned)?;
                return Ok(match ledger.entry(&record.id)? {
                    Some(ApprovalRecord {
                        delivered_at: Some(_),
                        ..
                    }) => AnswerOutcome::Delivered(answer),
                    _ => AnswerOutcome::Over(ApprovalState::Abandoned),
                });
            }
            std::thread::sleep(LOOK);
        }
    }
}

/// Whether a request that is marked as open can no longer be answered.
fn over(alive: bool, expires_at: Option<i64>) -> Option<ApprovalState> {
    if !alive {
        return Some(ApprovalState::Abandoned);
    }
    // A run that sleeps marks its own requests when it wakes up; nobody else needs to wait for that.
    expires_at
        .filter(|expires_at| *expires_at <= now())
        .map(|_| ApprovalState::Expired)
}

/// The decision that answers with values that were typed.
pub fn filled_in(asked: &PendingRequest, pairs: &Pairs) -> Result<Decision, ApprovalError> {
    asked.answer(pairs).map_err(ApprovalError::Unfit)
}
