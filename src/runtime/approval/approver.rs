//! Who answers: the trait, closures, and the fixed answers.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::{ApprovalRequest, DecidedBy, Decision, Verdict};

/// Whoever answers the server's requests.
///
/// The future is dropped when the request is closed without an answer from here: the server resolved it by
/// itself, the turn ended, or the connection closed. It is never polled inside the dispatch of messages, so it may
/// take as long as a person takes; the turn's deadline stands still meanwhile.
///
/// A closure is one, too. A decision that the request cannot be answered with is not sent: the request is cancelled, and with
/// it the turn.
///
/// ```
/// use turnwise::runtime::ClientConfig;
/// use turnwise::runtime::approval::{ApprovalRequest, Decision, Verdict};
///
/// let config = ClientConfig::new().approver(|request: ApprovalRequest| async move {
///     let harmless = request.command.as_deref() == Some("make test");
///     let decision = if harmless { Decision::Accept } else { Decision::Decline };
///     Verdict::new(decision, "my rules")
/// });
/// ```
pub trait Approver: Send + Sync {
    /// Decides one request.
    fn decide(&self, request: ApprovalRequest) -> Pin<Box<dyn Future<Output = Verdict> + Send + '_>>;
}

impl<F, Fut> Approver for F
where
    F: Fn(ApprovalRequest) -> Fut + Send + Sync,
    Fut: Future<Output = Verdict> + Send + 'static,
{
    fn decide(&self, request: ApprovalRequest) -> Pin<Box<dyn Future<Output = Verdict> + Send + '_>> {
        Box::pin(self(request))
    }
}

impl<T: Approver + ?Sized> Approver for Arc<T> {
    fn decide(&self, request: ApprovalRequest) -> Pin<Box<dyn Future<Output = Verdict> + Send + '_>> {
        (**self).decide(request)
    }
}

impl std::fmt::Debug for dyn Approver {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Approver")
    }
}

/// Answers every request in the same way, at once: `--on-approval fail|decline`, and the library's default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FixedAnswer {
    /// Cancels the turn, because a job that was refused must not look green.
    Fail,
    /// Declines; the turn continues.
    Decline,
}

impl FixedAnswer {
    /// What it answers.
    pub fn verdict(self) -> Verdict {
        let decision = match self {
            Self::Fail => Decision::Cancel,
            Self::Decline => Decision::Decline,
        };
        Verdict::new(decision, DecidedBy::Flag)
    }
}

impl Approver for FixedAnswer {
    fn decide(&self, _request: ApprovalRequest) -> Pin<Box<dyn Future<Output = Verdict> + Send + '_>> {
        Box::pin(std::future::ready(self.verdict()))
    }
}
