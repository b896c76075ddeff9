//! The thread that does a ledger's work, so that no caller blocks on the disk: it takes calls from a queue and answers each.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use super::store::Store;
use crate::ledger::{LedgerError, LedgerFuture};

/// How many calls may wait for the thread. Whoever calls waits for the outcome, so that there are few.
const WAITING: usize = 1_024;

/// A call in the queue.
type Job = Box<dyn FnOnce(&Store) + Send>;

/// Calls of a store on a thread of its own, in order. The thread begins with the first call. Dropped, it first does what was
/// called for.
#[derive(Debug)]
pub(super) struct Worker {
    store: Arc<Store>,
    running: Mutex<Option<Running>>,
}

#[derive(Debug)]
struct Running {
    calls: SyncSender<Job>,
    thread: JoinHandle<()>,
}

impl Worker {
    pub(super) fn new(store: Arc<Store>) -> Self {
        Self {
            store,
            running: Mutex::default(),
        }
    }

    /// Begins a call. Never blocks.
    pub(super) fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, LedgerError> + Send + 'static,
    ) -> LedgerFuture<T> {
        let (sender, outcome) = oneshot::channel();
        let begun = self.begin(Box::new(move |store| {
            // The caller may have dropped the future; the call was made nevertheless.
            let _ = sender.send(work(store));
        }));
        let store = Arc::clone(&self.store);
        Box::pin(async move {
            begun?;
            outcome
                .await
                .unwrap_or_else(|_| Err(store.unavailable("its thread ended unexpectedly")))
        })
    }

    fn begin(&self, job: Job) -> Result<(), LedgerError> {
        // A thread is there or is not, between any two statements.
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let running = match &mut *running {
            Some(running) => running,
            none => none.insert(start(&self.store)?),
        };
        running.calls.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => self.store.busy(),
            TrySendError::Disconnected(_) => self.store.unavailable("its thread ended unexpectedly"),
        })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let running = self.running.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(Running { calls, thread }) = running.take() {
            drop(calls);
            // A thread that panicked has said so.
            let _ = thread.join();
        }
    }
}

fn start(store: &Arc<Store>) -> Result<Running, LedgerError> {
    let (calls, called) = sync_channel::<Job>(WAITING);
    let working = Arc::clone(store);
    let thread = std::thread::Builder::new()
        .name("turnwise-ledger".to_owned())
        .spawn(move || work(&working, &called))
        .map_err(|error| store.unavailable(error.to_string()))?;
    Ok(Running { calls, thread })
}

fn work(store: &Store, called: &Receiver<Job>) {
    while let Ok(job) = called.recv() {
        job(store);
    }
}
