//! What post-hooks learn, in the order of what happened, on a task beside the event loop.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, oneshot};

use super::{HookContext, Hooks};

/// The queue of a set of hooks. Its task begins with the first entry and ends with the queue.
#[derive(Default)]
pub(super) struct PostQueue(Mutex<Option<mpsc::UnboundedSender<Entry>>>);

enum Entry {
    Tell(Box<HookContext>),
    /// Everything before it was told.
    Done(oneshot::Sender<()>),
}

impl PostQueue {
    /// Adds what happened. Must be called within a tokio runtime.
    pub(super) fn push(&self, hooks: &Arc<Hooks>, context: HookContext) {
        let mut sender = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = sender.get_or_insert_with(|| {
            #[expect(
                clippy::disallowed_methods,
                reason = "no more entries than uses of tools, each of bounded size; events cannot wait for hooks"
            )]
            let (sender, mut receiver) = mpsc::unbounded_channel();
            let hooks = Arc::clone(hooks);
            tokio::spawn(async move {
                while let Some(entry) = receiver.recv().await {
                    match entry {
                        Entry::Tell(context) => hooks.after(&context).await,
                        // Whoever waited may have given up.
                        Entry::Done(done) => drop(done.send(())),
                    }
                }
            });
            sender
        });
        // The task is gone only with its runtime.
        let _ = sender.send(Entry::Tell(Box::new(context)));
    }

    /// Waits until everything was told that was added before.
    pub(super) async fn drain(&self) {
        let done = {
            let sender = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(sender) = sender.as_ref() else { return };
            let (done, waiting) = oneshot::channel();
            let _ = sender.send(Entry::Done(done));
            waiting
        };
        // An error means that the task is gone.
        let _ = done.await;
    }
}
