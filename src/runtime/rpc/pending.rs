//! The table of requests that wait for a reply. Pure: it knows ids and waiters, no channel and no clock.

use std::collections::HashMap;

/// Requests in flight, by the id that their reply will carry.
#[derive(Debug)]
pub(crate) struct Pending<Waiter> {
    next_id: i64,
    waiting: HashMap<i64, Waiter>,
}

impl<Waiter> Default for Pending<Waiter> {
    fn default() -> Self {
        Self {
            next_id: 1,
            waiting: HashMap::new(),
        }
    }
}

impl<Waiter> Pending<Waiter> {
    /// Registers a waiter and gives the id to send.
    pub(crate) fn insert(&mut self, waiter: Waiter) -> i64 {
        let id = self.next_id;
        self.next_id += 1;
        self.waiting.insert(id, waiter);
        id
    }

    /// Takes the waiter of a reply. `None` for an unknown id, and for the second reply to the same one.
    pub(crate) fn take(&mut self, id: i64) -> Option<Waiter> {
        self.waiting.remove(&id)
    }

    /// Whether somebody waits for a reply.
    pub(crate) fn waits_for(&self, id: i64) -> bool {
        self.waiting.contains_key(&id)
    }

    /// Takes every waiter: the connection ended.
    pub(crate) fn take_all(&mut self) -> Vec<Waiter> {
        self.waiting.drain().map(|(_, waiter)| waiter).collect()
    }

    /// How many requests wait.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiter_is_handed_out_once() {
        let mut pending = Pending::default();
        let (a, b) = (pending.insert("a"), pending.insert("b"));
        assert_ne!(a, b);
        assert_eq!(pending.take(a), Some("a"));
        assert_eq!(pending.take(a), None);
        assert_eq!(pending.take(99), None);
        assert_eq!(pending.len(), 1);
    }

    #[test]
    fn the_end_of_the_connection_takes_them_all() {
        let mut pending = Pending::default();
        pending.insert(1);
        pending.insert(2);
        let mut all = pending.take_all();
        all.sort_unstable();
        assert_eq!(all, [1, 2]);
        assert_eq!(pending.len(), 0);
    }
}
