//! Stops a run from elsewhere: a signal, a button, a deadline of one's own.

use std::sync::Arc;

use tokio::sync::watch;

/// Stops the run that it came from. Cheap to clone; kept, it does nothing.
#[derive(Debug, Clone)]
pub struct StopHandle(watch::Sender<Option<Arc<str>>>);

/// The side of the run.
#[derive(Debug)]
pub(super) struct Stopped {
    reason: watch::Receiver<Option<Arc<str>>>,
    taken: bool,
}

pub(super) fn stop_handle() -> (StopHandle, Stopped) {
    let (sender, reason) = watch::channel(None);
    let taken = false;
    (StopHandle(sender), Stopped { reason, taken })
}

impl StopHandle {
    /// Interrupts the turn that is running, which then ends for certain, and each one that begins later. The first reason counts.
    pub fn stop(&self, reason: &str) {
        self.0.send_if_modified(|current| {
            let first = current.is_none();
            if first {
                *current = Some(reason.into());
            }
            first
        });
    }
}

impl Stopped {
    /// A turn begins: it is stopped as well.
    pub(super) fn rearm(&mut self) {
        self.taken = false;
    }

    /// Resolves once for each turn when the run is to stop. Cancel-safe.
    pub(super) async fn requested(&mut self) -> Arc<str> {
        if !self.taken
            && let Ok(reason) = self.reason.wait_for(Option::is_some).await
            && let Some(reason) = reason.clone()
        {
            self.taken = true;
            return reason;
        }
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_turn_is_stopped_once_and_the_first_reason_counts() {
        let (handle, mut stopped) = stop_handle();
        handle.stop("first");
        handle.clone().stop("second");
        assert_eq!(&*stopped.requested().await, "first");
        assert!(futures_now(stopped.requested()).is_none());
        stopped.rearm();
        assert_eq!(&*stopped.requested().await, "first");
    }

    fn futures_now<T>(future: impl Future<Output = T>) -> Option<T> {
        let future = std::pin::pin!(future);
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match future.poll(&mut context) {
            std::task::Poll::Ready(value) => Some(value),
            std::task::Poll::Pending => None,
        }
    }
}
