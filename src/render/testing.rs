//! Shared by the renderers' unit tests: a sink that keeps its bytes, and sample events.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use super::RunReport;
use crate::run::{RunEnd, RunTime};
use crate::runtime::Transcript;
use crate::runtime::event::{
    CommandExecution, DeltaKind, Event, Item, ItemDelta, ItemDetails, ItemEvent, ItemStatus, TurnEnd, Usage,
};

/// A writer whose content can be read while the renderer owns it.
#[derive(Clone, Default)]
pub(crate) struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(crate) fn item(id: &str, details: ItemDetails) -> ItemEvent {
    ItemEvent {
        item: Item {
            id: id.into(),
            details,
        },
        turn_id: None,
        thread_id: None,
    }
}

pub(crate) fn message(id: &str, text: &str) -> ItemEvent {
    item(
        id,
        ItemDetails::AgentMessage {
            text: text.into(),
            phase: None,
        },
    )
}

pub(crate) fn started(id: &str) -> Event {
    Event::ItemStarted(message(id, ""))
}

pub(crate) fn completed(id: &str, text: &str) -> Event {
    Event::ItemCompleted(message(id, text))
}

pub(crate) fn delta(id: &str, text: &str) -> Event {
    Event::ItemDelta(ItemDelta {
        item_id: id.into(),
        kind: DeltaKind::AgentMessage,
        delta: text.into(),
        index: None,
        thread_id: None,
    })
}

pub(crate) fn command(line: &str, output: &str, exit_code: i32) -> Event {
    let status = if exit_code == 0 {
        ItemStatus::Completed
    } else {
        ItemStatus::Failed
    };
    Event::ItemCompleted(item(
        "c",
        ItemDetails::CommandExecution(CommandExecution {
            command: line.into(),
            cwd: None,
            aggregated_output: output.into(),
            exit_code: Some(exit_code),
            status,
            duration_ms: Some(1_500),
        }),
    ))
}

pub(crate) fn report(text: &str) -> RunReport {
    let end = RunEnd::of_turn(Some(&TurnEnd::default()));
    let report = RunReport::new(Arc::new(Transcript::default()), &end, None, RunTime::default());
    let mut report = report.with_content(text, Vec::new());
    report.session_id = Some("thread".into());
    report.turn_id = Some("turn".into());
    report.usage = Usage {
        input_tokens: 10,
        output_tokens: 5,
        ..Usage::default()
    };
    report.model = Some("gpt".into());
    report.started_at = "2026-01-01T00:00:00Z".into();
    report.duration_ms = 2_500;
    report
}
