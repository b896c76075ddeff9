//! Which consumer a message is for: sessions by thread, sub-agents by the session that started them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Deserialize;

use crate::runtime::rpc::fan::Fan;
use crate::runtime::rpc::queue::{Closed, Inbound, Queue};

/// How many unclaimed threads are kept. A server that invents thread ids must not fill the memory.
const ORPHANS: usize = 256;

/// The queues of a connection, by thread.
#[derive(Debug, Default)]
pub(crate) struct Router {
    routes: Mutex<Routes>,
}

#[derive(Debug)]
struct Routes {
    /// Threads that somebody consumes, their sub-agents' included, until the last consumer is gone.
    claimed: HashMap<String, Arc<Fan>>,
    /// The consumed threads' own.
    sessions: Vec<Arc<Fan>>,
    /// What came for threads that nobody consumes yet: a session's that is just starting, or a sub-agent's.
    orphans: HashMap<String, Arc<Fan>>,
    /// What belongs to no thread and came before the first session.
    early: Arc<Fan>,
    closed: Option<Arc<Closed>>,
}

impl Default for Routes {
    fn default() -> Self {
        Self {
            claimed: HashMap::new(),
            sessions: Vec::new(),
            orphans: HashMap::new(),
            early: Arc::new(Fan::new("")),
            closed: None,
        }
    }
}

impl Router {
    fn lock(&self) -> MutexGuard<'_, Routes> {
        // The maps are valid between any two statements, so a panic elsewhere does not spoil them.
        self.routes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a thread's messages go.
    pub(crate) fn of_thread(&self, thread_id: &str) -> Arc<Fan> {
        let mut routes = self.lock();
        if let Some(queue) = routes
            .claimed
            .get(thread_id)
            .or_else(|| routes.orphans.get(thread_id))
        {
            return Arc::clone(queue);
        }
        if routes.orphans.len() >= ORPHANS {
            tracing::warn!(thread_id, "too many unknown threads; ignoring this one");
            return Arc::new(Fan::new(thread_id));
        }
        let orphan = routes.orphans.entry(thread_id.to_owned());
        Arc::clone(orphan.or_insert_with(|| Arc::new(Fan::new(thread_id))))
    }

    /// Where goes what belongs to no thread: to every session.
    pub(crate) fn everyone(&self) -> Vec<Arc<Fan>> {
        let routes = self.lock();
        if routes.sessions.is_empty() {
            vec![Arc::clone(&routes.early)]
        } else {
            routes.sessions.clone()
        }
    }

    /// Who learns of a request of a thread: whoever consumes it, and everybody for a sub-agent that was not announced.
    pub(crate) fn of_request(&self, thread_id: &str) -> Vec<Arc<Fan>> {
        let claimed = self.lock().claimed.get(thread_id).cloned();
        claimed.map_or_else(|| self.everyone(), |queue| vec![queue])
    }

    /// The consumed thread that a thread belongs to: itself, or the one whose agent began it.
    pub(crate) fn session_of(&self, thread_id: &str) -> Option<String> {
        let routes = self.lock();
        let fan = routes.claimed.get(thread_id)?;
        Some(fan.thread_id().to_owned())
    }

    /// Begins to consume a thread. What came for it before anybody did is in the first one's queue.
    pub(crate) fn claim(&self, thread_id: &str) -> (Arc<Fan>, Arc<Queue>) {
        let mut routes = self.lock();
        let fan = match routes.claimed.get(thread_id) {
            Some(fan) => Arc::clone(fan),
            None => match routes.orphans.remove(thread_id) {
                Some(orphan) => orphan,
                None => Arc::new(Fan::new(thread_id)),
            },
        };
        let queue = fan.subscribe();
        fan.take_backlog(&routes.early);
        if let Some(closed) = &routes.closed {
            fan.close(closed);
        }
        if !routes.sessions.iter().any(|session| Arc::ptr_eq(session, &fan)) {
            routes.sessions.push(Arc::clone(&fan));
        }
        routes.claimed.insert(thread_id.to_owned(), Arc::clone(&fan));
        (fan, queue)
    }

    /// Ends one consumption of a thread. With the last one the thread and its sub-agents' threads are nobody's.
    pub(crate) fn release(&self, fan: &Arc<Fan>, queue: &Arc<Queue>) {
        let mut routes = self.lock();
        if fan.unsubscribe(queue) {
            routes.sessions.retain(|session| !Arc::ptr_eq(session, fan));
            routes.claimed.retain(|_, claimed| !Arc::ptr_eq(claimed, fan));
        }
    }

    /// Learns from an item of `parent` which threads its sub-agents have.
    pub(crate) fn adopt_subagents(&self, parent: &str, params: &str) {
        let Ok(Announcement { item }) = serde_json::from_str(params) else {
            return;
        };
        let mut routes = self.lock();
        let Some(fan) = routes.claimed.get(parent).cloned() else {
            return;
        };
        for child in item.receiver_thread_ids.into_iter().chain(item.agent_thread_id) {
            if routes.claimed.contains_key(&child) {
                continue;
            }
            if let Some(orphan) = routes.orphans.remove(&child) {
                fan.take_backlog(&orphan);
            }
            routes.claimed.insert(child, Arc::clone(&fan));
        }
    }

    /// Nothing more will come.
    pub(crate) fn close(&self, closed: &Arc<Closed>) {
        let mut routes = self.lock();
        routes.closed = Some(Arc::clone(closed));
        for fan in routes.claimed.values().chain(routes.orphans.values()) {
            fan.close(closed);
        }
    }

    /// Gives a message to every session.
    pub(crate) fn broadcast(&self, mut message: impl FnMut() -> Inbound) {
        for fan in self.everyone() {
            fan.push(message());
            fan.wake();
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

    fn closed() -> Arc<Closed> {
        Arc::new(Closed {
            reason: "gone".into(),
            stderr: String::new(),
            by_us: false,
        })
    }

    #[tokio::test]
    async fn what_came_before_the_session_existed_is_not_lost() {
        let router = Router::default();
        router.broadcast(|| message("config"));
        router.of_thread("t").push(message("early"));
        assert_eq!(taken(&router.claim("t").1).await, 2);
    }

    #[tokio::test]
    async fn a_subagents_messages_reach_the_session_that_started_it() {
        let router = Router::default();
        let (_, session) = router.claim("parent");
        router.of_thread("child").push(message("before"));
        router.adopt_subagents("parent", r#"{"item":{"receiverThreadIds":["child"]}}"#);
        router.of_thread("child").push(message("after"));
        assert_eq!(taken(&session).await, 2);
    }

    #[tokio::test]
    async fn everyone_who_consumes_a_thread_gets_all_of_it_until_the_last_is_gone() {
        let router = Router::default();
        let (fan, one) = router.claim("t");
        let (_, two) = router.claim("t");
        router.of_thread("t").push(message("for both"));
        assert_eq!((taken(&one).await, taken(&two).await), (1, 1));
        router.release(&fan, &one);
        router.of_thread("t").push(message("for the one that is left"));
        router.broadcast(|| message("for everyone"));
        assert_eq!(taken(&two).await, 2);
        router.close(&closed());
        assert!(two.take(&mut VecDeque::new()).await.is_err());
        router.release(&fan, &two);
        assert!(router.lock().claimed.is_empty() && router.lock().sessions.is_empty());
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
        router.close(&closed());
        let (_, queue) = router.claim("t");
        assert!(queue.take(&mut VecDeque::new()).await.is_err());
    }
}
