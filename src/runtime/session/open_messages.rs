//! The messages that the agent is writing, by id, and how many were cut off by a message to the turn. Pure.

use std::collections::HashSet;

use crate::runtime::event::{Event, ItemDetails};
use crate::runtime::id::ItemId;

/// Follows the agent's messages through the events of a turn.
#[derive(Debug, Clone, Default)]
pub(crate) struct OpenMessages {
    open: HashSet<ItemId>,
    cut: usize,
}

impl OpenMessages {
    /// Takes one event into account.
    pub(crate) fn observe(&mut self, event: &Event) {
        match event {
            Event::ItemStarted(started) => match &started.item.details {
                ItemDetails::AgentMessage { .. } => {
                    self.open.insert(started.item.id.clone());
                }
                // Newer servers drop what the agent was writing when they hand it what was said; older ones let it
                // finish first.
                ItemDetails::UserMessage { .. } => self.cut += self.open.drain().count(),
                _ => {}
            },
            Event::ItemCompleted(completed) => {
                self.open.remove(&completed.item.id);
            }
            _ => {}
        }
    }

    /// Whether a message is being written.
    #[cfg(feature = "cli")]
    pub(crate) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// How many messages were cut off so far.
    #[cfg(feature = "cli")]
    pub(crate) fn cut(&self) -> usize {
        self.cut
    }
}
