//! The queue and the service with a ledger and a wake in memory: they rely on the ports' contracts alone.

use std::collections::HashMap;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use super::{AnswerOutcome, ApprovalQueue, ApprovalService, QueueOutcome};
use crate::ledger::{
    AddedRequest, ApprovalFilter, ApprovalRecord, ApprovalState, ApprovalSummary, Claim, Ledger, LedgerError,
    LedgerFuture, NewAnswer, NewRequest, Retention, RunRecord, Wake, WakeError, WakeFuture, WakeListener,
    WakeMessage,
};
use crate::runtime::approval::{
    ApprovalKind, ApprovalRequest, DecidedBy, Decision, PendingRequest, RunContext, Verdict,
};

#[derive(Debug, Default)]
struct Memory {
    runs: HashMap<String, RunRecord>,
    requests: Vec<ApprovalRecord>,
    listeners: HashMap<String, mpsc::Sender<WakeMessage>>,
}

#[derive(Debug, Clone, Default)]
struct Shared(Arc<Mutex<Memory>>);

impl Shared {
    fn with<T>(&self, work: impl FnOnce(&mut Memory) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn done<T: Send + 'static>(&self, work: impl FnOnce(&mut Memory) -> T) -> LedgerFuture<T> {
        Box::pin(ready(Ok(self.with(work))))
    }
}

impl Memory {
    fn find(&mut self, id: &str) -> Option<&mut ApprovalRecord> {
        self.requests.iter_mut().find(|record| record.id == id)
    }
}

impl Ledger for Shared {
    fn register_run(&self, run: RunRecord) -> LedgerFuture<RunRecord> {
        self.done(|memory| {
            memory.runs.insert(run.id.clone(), run.clone());
            run
        })
    }

    fn add_request(&self, request: NewRequest) -> LedgerFuture<AddedRequest> {
        self.done(|memory| {
            let id = memory.requests.len().to_string();
            let run = memory.runs[&request.run_id].clone();
            memory
                .requests
                .push(ApprovalRecord::new(&id, run, request.pending, 7));
            AddedRequest::new(id, 7, None)
        })
    }

    fn answer(&self, id: &str, digest: &str, answer: NewAnswer) -> LedgerFuture<Claim> {
        self.done(|memory| match memory.find(id) {
            None => Claim::Missing,
            Some(record) if record.state == ApprovalState::Open && record.digest == digest => {
                let answer = answer.at(8);
                record.state = ApprovalState::Answered;
                record.answer = Some(answer.clone());
                Claim::Won(answer)
            }
            Some(record) => Claim::Lost(Box::new(record.clone())),
        })
    }

    fn close(&self, id: &str, state: ApprovalState) -> LedgerFuture<Option<ApprovalState>> {
        self.done(|memory| {
            let record = memory.find(id)?;
            if record.state == ApprovalState::Open {
                record.state = state;
            }
            Some(record.state)
        })
    }

    fn expire_overdue(&self) -> LedgerFuture<usize> {
        self.done(|_| 0)
    }

    fn mark_delivered(&self, id: &str) -> LedgerFuture<()> {
        self.done(|memory| {
            if let Some(record) = memory.find(id) {
                record.delivered_at = Some(9);
            }
        })
    }

    fn request(&self, id: &str) -> LedgerFuture<Option<ApprovalRecord>> {
        self.done(|memory| memory.find(id).cloned())
    }

    fn list(&self, _: ApprovalFilter) -> LedgerFuture<Vec<ApprovalSummary>> {
        self.done(|memory| {
            let open = memory
                .requests
                .iter()
                .filter(|record| record.state == ApprovalState::Open);
            open.map(|record| ApprovalSummary::new(record, record.pending.summary()))
                .collect()
        })
    }

    fn prune(&self, _: Retention) -> LedgerFuture<usize> {
        self.done(|_| 0)
    }
}

#[derive(Debug)]
struct Listener(mpsc::Receiver<WakeMessage>);

impl WakeListener for Listener {
    fn recv(&mut self) -> Pin<Box<dyn Future<Output = std::io::Result<WakeMessage>> + Send + '_>> {
        Box::pin(async {
            self.0
                .recv()
                .await
                .ok_or_else(|| std::io::ErrorKind::BrokenPipe.into())
        })
    }
}

impl Wake for Shared {
    fn listen(&self, name: &str) -> WakeFuture<Result<Box<dyn WakeListener>, LedgerError>> {
        let (sender, receiver) = mpsc::channel(8);
        self.with(|memory| memory.listeners.insert(name.to_owned(), sender));
        Box::pin(ready(Ok(Box::new(Listener(receiver)) as Box<dyn WakeListener>)))
    }

    fn notify(&self, name: &str, message: WakeMessage) -> WakeFuture<Result<bool, WakeError>> {
        let reached = self.with(|memory| {
            let listener = memory.listeners.get(name);
            listener.is_some_and(|listener| listener.try_send(message).is_ok())
        });
        Box::pin(ready(Ok(reached)))
    }

    fn is_listening(&self, name: &str) -> WakeFuture<bool> {
        let listens = self.with(|memory| {
            let listener = memory.listeners.get(name);
            listener.is_some_and(|listener| !listener.is_closed())
        });
        Box::pin(ready(listens))
    }
}

fn command() -> PendingRequest {
    let request = ApprovalRequest {
        command: Some("make".to_owned()),
        ..ApprovalRequest::new(
            "0",
            ApprovalKind::Command,
            "m",
            serde_json::json!({ "command": "make" }),
        )
    };
    PendingRequest::new(request, RunContext::default())
}

fn parts() -> (ApprovalQueue, ApprovalService) {
    let shared = Shared::default();
    let ledger: Arc<dyn Ledger> = Arc::new(shared.clone());
    let wake: Arc<dyn Wake> = Arc::new(shared);
    (
        ApprovalQueue::new(Arc::clone(&ledger), Arc::clone(&wake)),
        ApprovalService::new(ledger, wake),
    )
}

#[tokio::test]
async fn an_answer_reaches_the_run_through_any_ledger() {
    let (queue, service) = parts();
    let mut queued = queue.add(&command(), None).await.unwrap();
    let waiting = service.waiting().await.unwrap();
    assert_eq!(waiting[0].summary, "make");
    let record = service.request(&waiting[0].id).await.unwrap();
    let reason = Some("later".to_owned());
    let (answered, outcome) = tokio::join!(
        queued.answered(),
        service.answer(&record, &Decision::Decline, reason.clone(), "test"),
    );
    let QueueOutcome::Answered(Verdict {
        decision,
        by,
        reason: why,
        ..
    }) = answered.unwrap()
    else {
        panic!("already answered");
    };
    assert_eq!((decision, why), (Decision::Decline, reason));
    assert!(matches!(by, DecidedBy::Named(_)), "{by}");
    assert!(matches!(outcome.unwrap(), AnswerOutcome::Delivered(answer) if answer.at == 8));
}

#[tokio::test]
async fn a_request_whose_run_is_gone_can_no_longer_be_answered() {
    let shared = Shared::default();
    let ledger: Arc<dyn Ledger> = Arc::new(shared.clone());
    let service = ApprovalService::new(Arc::clone(&ledger), Arc::new(shared));
    // A run that does not listen: it was killed.
    let run = ledger.register_run(RunRecord::new("/")).await.unwrap();
    let added = ledger
        .add_request(NewRequest::new(run.id, command(), "make"))
        .await
        .unwrap();
    assert!(service.waiting().await.unwrap().is_empty());
    let record = service.request(&added.id).await.unwrap();
    assert_eq!(record.state, ApprovalState::Abandoned);
    let outcome = service
        .answer(&record, &Decision::Accept, None, "test")
        .await
        .unwrap();
    assert_eq!(outcome, AnswerOutcome::Over(ApprovalState::Abandoned));
}
