//! Approvals as a channel: for a program that answers in its own loop, such as a user interface.

use std::future::Future;
use std::pin::Pin;

use tokio::sync::{mpsc, oneshot};

use super::{ApprovalRequest, Approver, DecidedBy, Decision, Verdict};

/// How many requests may wait to be taken. Others wait before that.
const WAITING: usize = 64;

/// An approver that hands each request over to the other end, where a program takes and answers them.
///
/// ```no_run
/// use turnwise::runtime::approval::{Decision, approvals};
/// use turnwise::runtime::{Client, ClientConfig};
///
/// # async fn example() -> Result<(), turnwise::runtime::RuntimeError> {
/// let (approver, mut approvals) = approvals();
/// let client = Client::start(ClientConfig::new().approver(approver)).await?;
/// tokio::spawn(async move {
///     while let Some(pending) = approvals.next().await {
///         println!("{:?}", pending.request().command);
///         pending.decide(Decision::Decline);
///     }
/// });
/// # Ok(())
/// # }
/// ```
pub fn approvals() -> (impl Approver + Clone + use<>, Approvals) {
    let (sender, receiver) = mpsc::channel(WAITING);
    (Sender(sender), Approvals { receiver })
}

#[derive(Debug, Clone)]
struct Sender(mpsc::Sender<PendingApproval>);

impl Approver for Sender {
    fn decide(&self, request: ApprovalRequest) -> Pin<Box<dyn Future<Output = Verdict> + Send + '_>> {
        Box::pin(async move {
            let (answer, answered) = oneshot::channel();
            let pending = PendingApproval { request, answer };
            // Both fail where it was dropped without an answer.
            let handed_over = self.0.send(pending).await.is_ok();
            let verdict = if handed_over { answered.await.ok() } else { None };
            verdict.unwrap_or_else(|| Verdict::new(Decision::Cancel, DecidedBy::Nobody))
        })
    }
}

/// Requests to be answered. Dropped, each request is cancelled from then on.
#[derive(Debug)]
#[must_use = "requests that nobody takes wait, and their turns with them"]
pub struct Approvals {
    receiver: mpsc::Receiver<PendingApproval>,
}

impl Approvals {
    /// The next request that still waits for an answer; `None` once the client is gone. Cancel-safe.
    pub async fn next(&mut self) -> Option<PendingApproval> {
        loop {
            let pending = self.receiver.recv().await?;
            if !pending.is_closed() {
                return Some(pending);
            }
        }
    }
}

/// A request that waits for an answer. Dropped without one, it is cancelled, and with it its turn.
#[must_use = "dropped, a request is cancelled"]
pub struct PendingApproval {
    request: ApprovalRequest,
    answer: oneshot::Sender<Verdict>,
}

impl PendingApproval {
    /// What is asked.
    pub fn request(&self) -> &ApprovalRequest {
        &self.request
    }

    /// Answers, in the name of `application`.
    pub fn decide(self, decision: Decision) {
        self.answer(Verdict::new(decision, DecidedBy::Application));
    }

    /// Answers, with a name and a reason.
    pub fn answer(self, verdict: Verdict) {
        // It may have been closed meanwhile, and then nothing is left to do.
        drop(self.answer.send(verdict));
    }

    /// Whether it was closed without an answer: the server resolved it by itself, or its turn is over.
    pub fn is_closed(&self) -> bool {
        self.answer.is_closed()
    }

    /// Waits until it is closed without an answer. Cancel-safe.
    pub async fn closed(&mut self) {
        self.answer.closed().await;
    }
}

impl std::fmt::Debug for PendingApproval {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PendingApproval")
            .field("id", &self.request.id)
            .field("kind", &self.request.kind)
            .finish_non_exhaustive()
    }
}
