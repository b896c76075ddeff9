//! The threads that are open at a connection: each once, however many sessions it has. No protocol here. One idea with
//! `open_thread`: a thread that is closed takes itself off this list.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::runtime::id::ThreadId;
use crate::runtime::session::open_thread::OpenThread;

/// The open threads of a connection.
#[derive(Debug, Default)]
pub(crate) struct OpenThreads {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    open: HashMap<ThreadId, Weak<OpenThread>>,
    /// Taken while a thread is opened, so that two who ask for one at the same time get the same.
    opening: HashMap<ThreadId, Weak<tokio::sync::Mutex<()>>>,
}

impl OpenThreads {
    fn lock(&self) -> MutexGuard<'_, State> {
        // The maps are valid between any two statements, so a panic elsewhere does not spoil them.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread, if it is open.
    pub(crate) fn find(&self, thread_id: &str) -> Option<Arc<OpenThread>> {
        self.lock().open.get(thread_id)?.upgrade()
    }

    /// A thread was opened.
    pub(crate) fn insert(&self, thread: &Arc<OpenThread>) {
        let mut state = self.lock();
        state.open.retain(|_, known| known.strong_count() > 0);
        state.open.insert(thread.id().clone(), Arc::downgrade(thread));
    }

    /// A thread was closed.
    pub(crate) fn remove(&self, thread_id: &str) {
        self.lock().open.remove(thread_id);
    }

    /// Held by whoever opens this thread.
    pub(crate) fn opening(&self, thread_id: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut state = self.lock();
        state.opening.retain(|_, known| known.strong_count() > 0);
        if let Some(known) = state.opening.get(thread_id).and_then(Weak::upgrade) {
            return known;
        }
        let new = Arc::default();
        state.opening.insert(thread_id.into(), Arc::downgrade(&new));
        new
    }

    /// The connection is over: nobody hears more than what is left of the turns that run.
    pub(crate) fn end_listening(&self) {
        let open = self
            .lock()
            .open
            .values()
            .filter_map(Weak::upgrade)
            .collect::<Vec<_>>();
        for thread in open {
            thread.end_listening();
        }
    }
}
