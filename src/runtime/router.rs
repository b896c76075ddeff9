//! Which consumer a message is for: sessions by thread, sub-agents by the session that started them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Deserialize;

use super::queue::{Closed, Inbound, Queue};

/// How many unclaimed threads are kept. A server that invents thread ids must not fill the memory.
const ORPHANS: usize = 256;

/// The queues of a connection, by thread.
#[derive(Debug, Default)]
pub(crate) struct Router {
    routes: Mutex<Routes>,
}

#[derive(Debug, Default)]
struct Routes {
    /// Threads that a session consumes, its sub-agents' included.
    claimed: HashMap<String, Arc<Queue>>,
    /// The sessions' own queues.
    sessions: Vec<Arc<Queue>>,
    /// What came for threads that nobody consumes yet: a session's that is just starting, or a sub-agent's.
    orphans: HashMap<String, Arc<Queue>>,
    /// What belongs to no thread and came before the first session.
    early: Arc<Queue>,
    closed: Option<Arc<Closed>>,
}

impl Router {
    fn lock(&self) -> MutexGuard<'_, Routes> {
        // The maps are valid between any two statements, so a panic elsewhere does not spoil them.
        self.routes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The queue of a thread.
    pub(crate) fn of_thread(&self, thread_id: &str) -> Arc<Queue> {
        let mut routes = self.lock();
        if let Some(queue) = routes
            .claimed
            .get(thread_id)
            .or_else(|| routes.orphans.get(thread_id))
        {
            return Arc::clone(queue);
        }
        if routes.orphans.len() >= ORPHANS {
            tracing::warn!(
                thread_id,
                "too many threads that nobody asked for; this one is ignored"
            );
            return Arc::default();
        }
        Arc::clone(routes.orphans.entry(thread_id.to_owned()).or_default())
    }

    /// The queues for what belongs to no thread: every session's.
    pub(crate) fn everyone(&self) -> Vec<Arc<Queue>> {
        let routes = self.lock();
        if routes.sessions.is_empty() {
            vec![Arc::clone(&routes.early)]
        } else {
            routes.sessions.clone()
        }
    }

    /// Who learns of a request of a thread: whoever consumes it, and everybody for a sub-agent that was not announced.
    pub(crate) fn of_request(&self, thread_id: &str) -> Vec<Arc<Queue>> {
        let claimed = self.lock().claimed.get(thread_id).cloned();
        claimed.map_or_else(|| self.everyone(), |queue| vec![queue])
    }

    /// Begins to consume a thread; what came for it before is in the queue.
    pub(crate) fn claim(&self, thread_id: &str) -> Arc<Queue> {
        let mut routes = self.lock();
        let queue = match routes.claimed.get(thread_id) {
            Some(queue) => Arc::clone(queue),
            None => routes.orphans.remove(thread_id).unwrap_or_default(),
        };
        queue.claim();
        queue.append(&routes.early);
        if let Some(closed) = &routes.closed {
            queue.close(closed);
        }
        routes.sessions.push(Arc::clone(&queue));
        routes.claimed.insert(thread_id.to_owned(), Arc::clone(&queue));
        queue
    }

    /// Ends the consumption of a thread and of its sub-agents' threads.
    pub(crate) fn release(&self, queue: &Arc<Queue>) {
        let mut routes = self.lock();
        routes.sessions.retain(|session| !Arc::ptr_eq(session, queue));
        routes.claimed.retain(|_, claimed| !Arc::ptr_eq(claimed, queue));
    }

    /// Learns from an item of `parent` which threads its sub-agents have.
    pub(crate) fn adopt_subagents(&self, parent: &str, params: &str) {
        let Ok(Announcement { item }) = serde_json::from_str(params) else {
            return;
        };
        let mut routes = self.lock();
        let Some(queue) = routes.claimed.get(parent).cloned() else {
            return;
        };
        for child in item.receiver_thread_ids.into_iter().chain(item.agent_thread_id) {
            if routes.claimed.contains_key(&child) {
                continue;
            }
            if let Some(orphan) = routes.orphans.remove(&child) {
                queue.append(&orphan);
            }
            routes.claimed.insert(child, Arc::clone(&queue));
        }
    }

    /// Nothing more will come.
    pub(crate) fn close(&self, closed: &Arc<Closed>) {
        let mut routes = self.lock();
        routes.closed = Some(Arc::clone(closed));
        for queue in routes
            .sessions
            .iter()
            .chain(routes.claimed.values())
            .chain(routes.orphans.values())
        {
            queue.close(closed);
        }
    }

    /// Puts a message into every session's queue.
    pub(crate) fn broadcast(&self, mut message: impl FnMut() -> Inbound) {
        for queue in self.everyone() {
            queue.push(message());
            queue.wake();
        }
    }
}

/// The fields of `item/started|completed` that name sub-agents' threads (`collabAgentToolCall`, `subAgentActivity`).
#[derive(Deserialize)]
struct Announcement {
    item: AnnouncingItem,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnnouncingItem {
    #[serde(default)]
    receiver_thread_ids: Vec<String>,
    #[serde(default)]
    agent_thread_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::event::Event;
    use std::collections::VecDeque;

    fn message(text: &str) -> Inbound {
        Inbound::Event(Box::new(Event::Warning {
            message: text.to_owned(),
        }))
    }

    async fn taken(queue: &Queue) -> usize {
        let mut items = VecDeque::new();
        queue.take(&mut items).await.unwrap();
        items.len()
    }

    #[tokio::test]
    async fn what_came_before_the_session_existed_is_not_lost() {
        let router = Router::default();
        router.broadcast(|| message("config"));
        router.of_thread("t").push(message("early"));
        assert_eq!(taken(&router.claim("t")).await, 2);
    }

    #[tokio::test]
    async fn a_subagents_messages_reach_the_session_that_started_it() {
        let router = Router::default();
        let session = router.claim("parent");
        router.of_thread("child").push(message("before"));
        router.adopt_subagents("parent", r#"{"item":{"receiverThreadIds":["child"]}}"#);
        router.of_thread("child").push(message("after"));
        assert_eq!(taken(&session).await, 2);
    }

    #[test]
    fn invented_threads_do_not_fill_the_memory() {
        let router = Router::default();
        for number in 0..10 * ORPHANS {
            router.of_thread(&number.to_string());
        }
        assert_eq!(router.lock().orphans.len(), ORPHANS);
    }

    #[tokio::test]
    async fn the_end_reaches_sessions_that_start_later() {
        let router = Router::default();
        router.close(&Arc::new(Closed {
            reason: "gone".into(),
            stderr: String::new(),
        }));
        assert!(router.claim("t").take(&mut VecDeque::new()).await.is_err());
    }
}
