//! A turn's events gathered into its outcome: items, the answer, tokens, approvals. Pure.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::runtime::approval::ApprovalRequest;
use crate::runtime::event::{
    ApprovalResolution, DeltaKind, Event, Item, ItemDelta, ItemDetails, ItemEvent, ThreadInfo, TurnEnd, Usage,
};
use crate::runtime::id::{ItemId, TurnId};

/// How many warnings are kept.
const WARNINGS: usize = 1_000;

/// Everything that a turn came to so far.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, from = "Saved")]
pub struct Transcript {
    thread: Option<ThreadInfo>,
    turn_id: Option<TurnId>,
    items: Vec<Item>,
    /// Where each item is.
    #[serde(skip)]
    index: HashMap<ItemId, usize>,
    approvals: Vec<(ApprovalRequest, Option<ApprovalResolution>)>,
    usage: Usage,
    diff: Option<String>,
    warnings: Vec<String>,
    end: Option<TurnEnd>,
}

/// What is written of a transcript.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Saved {
    thread: Option<ThreadInfo>,
    turn_id: Option<TurnId>,
    items: Vec<Item>,
    approvals: Vec<(ApprovalRequest, Option<ApprovalResolution>)>,
    usage: Usage,
    diff: Option<String>,
    warnings: Vec<String>,
    end: Option<TurnEnd>,
}

impl From<Saved> for Transcript {
    fn from(saved: Saved) -> Self {
        let places = saved.items.iter().enumerate();
        Self {
            index: places.map(|(place, item)| (item.id.clone(), place)).collect(),
            thread: saved.thread,
            turn_id: saved.turn_id,
            items: saved.items,
            approvals: saved.approvals,
            usage: saved.usage,
            diff: saved.diff,
            warnings: saved.warnings,
            end: saved.end,
        }
    }
}

impl std::fmt::Debug for Transcript {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What was said may be long, and a secret.
        formatter
            .debug_struct("Transcript")
            .field("turn_id", &self.turn_id())
            .field("items", &self.items.len())
            .field("approvals", &self.approvals.len())
            .field("warnings", &self.warnings.len())
            .field("status", &self.end.as_ref().map(|end| end.status))
            .finish_non_exhaustive()
    }
}

impl Transcript {
    /// Takes one event into account.
    pub fn observe(&mut self, event: &Event) {
        match event {
            Event::ThreadStarted(info) => self.thread = Some(info.clone()),
            Event::TurnStarted {
                turn_id,
                thread_id: None,
            } => self.turn_id = Some(turn_id.clone()),
            Event::ItemStarted(event) | Event::ItemUpdated(event) | Event::ItemCompleted(event) => {
                self.set_item(event);
            }
            Event::ItemDelta(delta) => self.extend_item(delta),
            Event::DiffUpdated { diff } => self.diff = Some(diff.clone()),
            Event::UsageUpdated { usage, .. } => self.usage = *usage,
            Event::Warning { message } => self.warn(message),
            Event::ApprovalRequested { approval } => self.approvals.push((approval.clone(), None)),
            Event::ApprovalResolved(resolution) => {
                let open = self
                    .approvals
                    .iter_mut()
                    .rev()
                    .find(|(request, _)| request.id == resolution.id);
                if let Some((_, slot)) = open {
                    *slot = Some(resolution.clone());
                }
            }
            Event::TurnCompleted(end) | Event::TurnFailed(end) => {
                self.usage = end.usage;
                self.end = Some(end.clone());
            }
            Event::TurnStarted { .. }
            | Event::TurnSteered { .. }
            | Event::Error(_)
            | Event::ApprovalWaiting(_)
            | Event::SubagentCompleted { .. }
            | Event::Unknown { .. } => {}
        }
    }

    fn warn(&mut self, message: &str) {
        if self.warnings.len() < WARNINGS {
            self.warnings.push(message.to_owned());
        } else if self.warnings.len() == WARNINGS {
            self.warnings
                .push(format!("further warnings after the first {WARNINGS} are omitted"));
        }
    }

    fn set_item(&mut self, event: &ItemEvent) {
        if let Some(&index) = self.index.get(&event.item.id) {
            self.items[index].replace_with(&event.item);
        } else if event.thread_id.is_none() {
            self.index.insert(event.item.id.clone(), self.items.len());
            self.items.push(event.item.clone());
        }
    }

    /// Deltas matter only for what never completes: a message that was cut.
    fn extend_item(&mut self, delta: &ItemDelta) {
        let Some(index) = self.place(&delta.item_id) else {
            return;
        };
        if let Some(text) = self.items[index].details.text_of(delta.kind) {
            text.push_str(&delta.delta);
        }
    }

    /// Where an item is, by its id.
    pub(crate) fn place(&self, item_id: &str) -> Option<usize> {
        // Most deltas are of the newest item.
        match self.items.last() {
            Some(newest) if newest.id == *item_id => Some(self.items.len() - 1),
            _ => self.index.get(item_id).copied(),
        }
    }

    /// The item whose text grows by a delta, as far as one does.
    pub(crate) fn place_of(&mut self, delta: &ItemDelta) -> Option<usize> {
        let index = self.place(&delta.item_id)?;
        self.items[index].details.text_of(delta.kind).map(|_| index)
    }

    /// The text of an item that deltas add to; empty for other items.
    pub(crate) fn text_at(&self, index: usize) -> &str {
        let item = self.items.get(index);
        item.and_then(|item| item.details.growing_text())
            .unwrap_or_default()
    }

    /// Takes the text of an item out, before the item is replaced.
    pub(crate) fn take_text_at(&mut self, index: usize) -> String {
        let item = self.items.get_mut(index);
        let text = item.and_then(|item| item.details.growing_text_mut());
        text.map(std::mem::take).unwrap_or_default()
    }

    /// The answer: the last message that the model called final, otherwise the last message; messages without text do not
    /// count. Empty if there is none: then [`warnings`](Self::warnings) says so, if the turn completed.
    pub fn text(&self) -> &str {
        let messages = || {
            let messages = self.items.iter().rev().filter_map(|item| {
                let ItemDetails::AgentMessage { text, phase } = &item.details else {
                    return None;
                };
                Some((text.as_str(), phase.as_deref()))
            });
            messages.filter(|(text, _)| !text.trim().is_empty())
        };
        let last_final = messages().find(|(_, phase)| *phase == Some("final_answer"));
        last_final
            .or_else(|| messages().next())
            .map_or("", |(text, _)| text)
    }

    /// The session's own items in the order of their start, each in its last known form.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Requests of the server and how each was settled.
    pub fn approvals(&self) -> &[(ApprovalRequest, Option<ApprovalResolution>)] {
        &self.approvals
    }

    /// Tokens of the turn.
    pub fn usage(&self) -> Usage {
        self.usage
    }

    /// The turn's cumulative diff, where the server sent one.
    pub fn diff(&self) -> Option<&str> {
        self.diff.as_deref()
    }

    /// Warnings in order.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The thread, once it started.
    pub fn thread(&self) -> Option<&ThreadInfo> {
        self.thread.as_ref()
    }

    /// The turn's id, once it began.
    pub fn turn_id(&self) -> Option<&TurnId> {
        let ended = self
            .end
            .as_ref()
            .map(|end| &end.turn_id)
            .filter(|turn_id| !turn_id.is_empty());
        ended.or(self.turn_id.as_ref())
    }

    /// How the turn ended, once it has.
    pub fn end(&self) -> Option<&TurnEnd> {
        self.end.as_ref()
    }
}

impl Item {
    /// Becomes the other item, in the memory of its own text where it can.
    fn replace_with(&mut self, other: &Self) {
        match (&mut self.details, &other.details) {
            (
                ItemDetails::AgentMessage { text, phase },
                ItemDetails::AgentMessage {
                    text: new,
                    phase: new_phase,
                },
            ) => {
                text.clone_from(new);
                phase.clone_from(new_phase);
            }
            (own, other) => own.clone_from(other),
        }
    }
}

impl ItemDetails {
    /// The text that deltas add to.
    pub(crate) fn growing_text(&self) -> Option<&str> {
        match self {
            Self::AgentMessage { text, .. } | Self::Reasoning { text } | Self::Plan { text } => Some(text),
            Self::CommandExecution(command) => Some(&command.aggregated_output),
            _ => None,
        }
    }

    fn growing_text_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::AgentMessage { text, .. } | Self::Reasoning { text } | Self::Plan { text } => Some(text),
            Self::CommandExecution(command) => Some(&mut command.aggregated_output),
            _ => None,
        }
    }

    /// The text that deltas of this kind add to.
    fn text_of(&mut self, kind: DeltaKind) -> Option<&mut String> {
        match (self, kind) {
            (Self::AgentMessage { text, .. }, DeltaKind::AgentMessage)
            | (Self::Reasoning { text }, DeltaKind::ReasoningSummary)
            | (Self::Plan { text }, DeltaKind::Plan) => Some(text),
            (Self::CommandExecution(command), DeltaKind::CommandOutput) => {
                Some(&mut command.aggregated_output)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: &str, text: &str, phase: Option<&str>) -> ItemEvent {
        let details = ItemDetails::AgentMessage {
            text: text.into(),
            phase: phase.map(str::to_owned),
        };
        ItemEvent {
            item: Item {
                id: id.into(),
                details,
            },
            turn_id: None,
            thread_id: None,
        }
    }

    fn delta(id: &str, text: &str) -> Event {
        Event::ItemDelta(ItemDelta {
            item_id: id.into(),
            kind: DeltaKind::AgentMessage,
            delta: text.into(),
            index: None,
            thread_id: None,
        })
    }

    #[test]
    fn the_answer_is_the_message_called_final_or_the_last_one() {
        let mut transcript = Transcript::default();
        transcript.observe(&Event::ItemCompleted(message("a", "first", None)));
        transcript.observe(&Event::ItemCompleted(message("b", "second", None)));
        assert_eq!(transcript.text(), "second");
        transcript.observe(&Event::ItemCompleted(message("a", "final", Some("final_answer"))));
        assert_eq!(transcript.text(), "final");
        assert_eq!(transcript.items().len(), 2);
    }

    #[test]
    fn a_message_without_text_does_not_hide_the_answer_before_it() {
        let mut transcript = Transcript::default();
        transcript.observe(&Event::ItemCompleted(message("a", "answer", None)));
        transcript.observe(&Event::ItemCompleted(message("b", " \n", Some("final_answer"))));
        transcript.observe(&Event::ItemCompleted(message("c", "", None)));
        assert_eq!(transcript.text(), "answer");
    }

    #[test]
    fn a_message_that_was_cut_is_as_long_as_its_deltas() {
        let mut transcript = Transcript::default();
        transcript.observe(&Event::ItemStarted(message("a", "", None)));
        transcript.observe(&delta("a", "half "));
        transcript.observe(&delta("a", "an answer"));
        assert_eq!(transcript.text(), "half an answer");
        transcript.observe(&Event::ItemCompleted(message("a", "the whole answer", None)));
        assert_eq!(transcript.text(), "the whole answer");
    }

    #[test]
    fn a_transcript_that_was_saved_goes_on_where_it_was() {
        let mut transcript = Transcript::default();
        transcript.observe(&Event::ItemStarted(message("a", "", None)));
        let saved = serde_json::to_string(&transcript).unwrap();
        let mut again: Transcript = serde_json::from_str(&saved).unwrap();
        assert_eq!(again, transcript);
        again.observe(&delta("a", "the rest"));
        assert_eq!((again.text(), again.items().len()), ("the rest", 1));
    }

    #[test]
    fn a_subagents_message_is_not_the_answer() {
        let mut transcript = Transcript::default();
        transcript.observe(&Event::ItemCompleted(message("a", "mine", None)));
        let mut other = message("b", "theirs", None);
        other.thread_id = Some("child".into());
        transcript.observe(&Event::ItemCompleted(other));
        assert_eq!(transcript.text(), "mine");
    }
}
