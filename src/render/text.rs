//! `--format text` into a pipe or a file: the answer at the end, or every message as it comes. Exact bytes.

use std::io::{self, BufWriter, Write};

use super::{Renderer, RunReport};
use crate::runtime::event::{DeltaKind, Event, ItemDetails, ItemEvent};

/// Writes the answer, and one newline after it.
pub(crate) struct TextRenderer {
    out: BufWriter<Box<dyn Write + Send>>,
    stream: bool,
    /// The message that is being written, and how many bytes of it have been.
    open: Option<(String, usize)>,
    wrote_message: bool,
    ends_in_newline: bool,
}

impl TextRenderer {
    /// Writes to `out`; messages as they come if `stream`, the final answer otherwise.
    pub(crate) fn new(out: Box<dyn Write + Send>, stream: bool) -> Self {
        Self {
            out: BufWriter::new(out),
            stream,
            open: None,
            wrote_message: false,
            ends_in_newline: true,
        }
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        self.ends_in_newline = text.ends_with('\n');
        self.out.write_all(text.as_bytes())
    }

    /// Ends the line of the last message, whether it was completed or cut.
    fn end_line(&mut self) -> io::Result<()> {
        if self.ends_in_newline {
            Ok(())
        } else {
            self.write("\n")
        }
    }

    fn open(&mut self, item_id: &str) -> io::Result<()> {
        if self.open.as_ref().is_some_and(|(open, _)| open == item_id) {
            return Ok(());
        }
        self.end_line()?;
        if self.wrote_message {
            self.write("\n")?;
        }
        self.open = Some((item_id.to_owned(), 0));
        Ok(())
    }

    fn append(&mut self, item_id: &str, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        self.open(item_id)?;
        if let Some((_, written)) = &mut self.open {
            *written += text.len();
        }
        self.wrote_message = true;
        self.write(text)
    }

    /// The completed message is authoritative: text missing in the deltas follows.
    fn complete(&mut self, event: &ItemEvent, text: &str) -> io::Result<()> {
        let id = event.item.id.as_str();
        let written = self
            .open
            .as_ref()
            .filter(|(open, _)| open == id)
            .map_or(0, |(_, written)| *written);
        if let Some(rest) = text.get(written..) {
            self.append(id, rest)?;
        }
        self.open = None;
        self.end_line()
    }
}

impl Renderer for TextRenderer {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        if !self.stream {
            return Ok(());
        }
        match event {
            Event::ItemDelta(delta) if delta.thread_id.is_none() && delta.kind == DeltaKind::AgentMessage => {
                self.append(&delta.item_id, &delta.delta)
            }
            Event::ItemCompleted(event) if event.thread_id.is_none() => {
                if let ItemDetails::AgentMessage { text, .. } = &event.item.details {
                    return self.complete(event, text);
                }
                Ok(())
            }
            Event::ThreadStarted(_)
            | Event::TurnStarted { .. }
            | Event::ItemStarted(_)
            | Event::ItemUpdated(_)
            | Event::ItemCompleted(_)
            | Event::ItemDelta(_)
            | Event::DiffUpdated { .. }
            | Event::UsageUpdated { .. }
            | Event::Warning { .. }
            | Event::TurnSteered { .. }
            | Event::Error(_)
            | Event::ApprovalRequested { .. }
            | Event::ApprovalWaiting(_)
            | Event::ApprovalResolved(_)
            | Event::TurnCompleted(_)
            | Event::TurnFailed(_)
            | Event::SubagentCompleted { .. }
            | Event::Unknown { .. } => Ok(()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn finish(&mut self, report: &RunReport) -> io::Result<()> {
        if !self.stream {
            self.write(report.text().unwrap_or_default())?;
        }
        self.end_line()?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sink, completed, delta, report, started};
    use super::*;

    fn rendered(stream: bool, events: &[Event], answer: &str) -> String {
        let sink = Sink::default();
        let mut renderer = TextRenderer::new(Box::new(sink.clone()), stream);
        for event in events {
            renderer.event(event).unwrap();
        }
        renderer.finish(&report(answer)).unwrap();
        sink.text()
    }

    #[test]
    fn a_pipe_gets_exactly_the_answer_and_a_newline() {
        assert_eq!(rendered(false, &[], "answer"), "answer\n");
        assert_eq!(rendered(false, &[], "answer\n"), "answer\n");
        assert_eq!(rendered(false, &[], "\u{1b}[1mraw"), "\u{1b}[1mraw\n");
        assert_eq!(rendered(false, &[], ""), "");
    }

    #[test]
    fn what_the_deltas_left_out_is_completed() {
        let events = [started("a"), delta("a", "one "), completed("a", "one two")];
        assert_eq!(rendered(true, &events, "one two"), "one two\n");
        assert_eq!(
            rendered(true, &[completed("a", "no deltas")], "no deltas"),
            "no deltas\n"
        );
    }

    #[test]
    fn messages_are_separated_and_a_cut_one_ends_its_line() {
        let events = [
            delta("a", "cut"),
            started("b"),
            delta("b", "next"),
            completed("b", "next"),
        ];
        assert_eq!(rendered(true, &events, "next"), "cut\n\nnext\n");
    }
}
