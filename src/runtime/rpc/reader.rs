//! The reader: a plain thread that turns the server's output into messages and hands them to their consumers.
//!
//! It blocks in `read` and wakes the async side once per batch. What a stream costs is the number of wake-ups, on both
//! sides: deltas that follow each other closely are announced at most every [`DELTA_PACE`], and a stream that has been
//! nothing but a trickle of deltas for a while is read in rests of [`REST`]. Nobody sees the difference.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use memchr::memmem;
use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::protocol::framing::{Frame, Framer, Oversize};
use crate::protocol::surrogates::repaired;
use crate::protocol::wire::{Delta, Message, RequestId, parse};
use crate::runtime::event::Event;
use crate::runtime::rpc::connection::Shared;
use crate::runtime::rpc::fan::Fan;
use crate::runtime::rpc::mcp;
use crate::runtime::rpc::message_sink::MessageSink;
use crate::runtime::rpc::queue::{Inbound, Notification, OwnedDelta};

/// How often a stream of nothing but deltas is announced. The first delta after a pause is announced at once.
const DELTA_PACE: Duration = Duration::from_millis(8);

/// How long the reader leaves a steady trickle of deltas in the pipe. What follows the deltas waits as long at most.
const REST: Duration = Duration::from_millis(4);
/// How many reads in a row must have brought nothing but a few deltas.
const STEADY: u32 = 32;
/// Up to how many bytes are a few.
const TRICKLE: usize = 16 * 1024;

/// What has been read and not yet announced.
struct Batch {
    /// Deltas of one item that follow each other, joined before they reach the queue.
    run: Option<(Arc<Fan>, OwnedDelta)>,
    /// Queues that got something since their consumers were woken.
    dirty: Vec<Arc<Fan>>,
    /// Whether something else than deltas is among it.
    urgent: bool,
    /// Whether the last read brought nothing but deltas.
    only_deltas: bool,
    /// When nothing but deltas was announced for the last time.
    announced: Instant,
}

impl Batch {
    fn push(&mut self, queue: &Arc<Fan>, inbound: Inbound) {
        self.end_run();
        self.urgent = true;
        self.put(queue, inbound);
    }

    /// A consumer that is too slow holds up the reading, once it was woken.
    fn put(&mut self, queue: &Arc<Fan>, inbound: Inbound) {
        let is_full = queue.push(inbound);
        self.mark(Arc::clone(queue));
        if is_full {
            self.announce();
            queue.wait_for_room();
        }
    }

    fn mark(&mut self, queue: Arc<Fan>) {
        if !self.dirty.iter().any(|dirty| Arc::ptr_eq(dirty, &queue)) {
            self.dirty.push(queue);
        }
    }

    fn end_run(&mut self) {
        if let Some((queue, delta)) = self.run.take() {
            self.put(&queue, Inbound::Delta(delta));
        }
    }

    /// How long the announcement of what is here may wait; `None` when there is nothing to announce.
    fn patience(&self) -> Option<Duration> {
        if self.dirty.is_empty() {
            return None;
        }
        let pace = if self.urgent { Duration::ZERO } else { DELTA_PACE };
        Some(pace.saturating_sub(self.announced.elapsed()))
    }

    fn announce(&mut self) {
        for queue in self.dirty.drain(..) {
            queue.wake();
        }
        // The first delta after anything else is not held back either.
        if !std::mem::take(&mut self.urgent) {
            self.announced = Instant::now();
        }
    }
}

/// Reads until the server closes its output, then tells everybody.
pub(crate) fn run(shared: &Arc<Shared>, stdout: &OwnedFd, frame_limit: usize) {
    let mut framer = Framer::new(frame_limit);
    let mut batch = Batch {
        run: None,
        dirty: Vec::new(),
        urgent: false,
        only_deltas: true,
        announced: Instant::now()
            .checked_sub(DELTA_PACE)
            .unwrap_or_else(Instant::now),
    };
    let mut steady = 0_u32;
    loop {
        if let Some(patience) = batch.patience()
            && (patience.is_zero() || !readable_within(stdout, patience))
        {
            batch.announce();
        }
        if steady >= STEADY {
            std::thread::sleep(REST);
        }
        match rustix::io::read(stdout, spare_capacity(framer.buffer())) {
            Ok(0) => break,
            Ok(read) => {
                steady = if read <= TRICKLE {
                    steady.saturating_add(1)
                } else {
                    0
                }
            }
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => {
                tracing::warn!("reading from codex failed: {error}");
                break;
            }
        }
        batch.only_deltas = true;
        while let Some(frame) = framer.next_frame() {
            match frame {
                Frame::Line(line) => handle_line(shared, &mut batch, line),
                Frame::TooLong(oversize) => handle_oversize(shared, &mut batch, oversize),
            }
        }
        batch.end_run();
        if !batch.only_deltas {
            steady = 0;
        }
    }
    batch.announce();
    if framer.has_partial_line() {
        tracing::warn!("codex ended in the middle of a line");
    }
    shared.ended();
}

fn readable_within(stdout: &OwnedFd, patience: Duration) -> bool {
    let Ok(patience) = Timespec::try_from(patience) else {
        return false;
    };
    poll(&mut [PollFd::new(stdout, PollFlags::IN)], Some(&patience)).is_ok_and(|ready| ready > 0)
}

fn handle_line(shared: &Arc<Shared>, batch: &mut Batch, line: &[u8]) {
    // Older servers say everything twice, the second time in the events of an earlier protocol.
    if line.starts_with(br#"{"method":"codex/event/"#) {
        if line.starts_with(br#"{"method":"codex/event/mcp_startup_update""#) {
            handle_older_mcp_startup(shared, batch, line);
        }
        return;
    }
    let line = &*repaired(line);
    let message = parse(line);
    batch.only_deltas &= matches!(message, Ok(Message::Delta(_)));
    if let (Some(sink), Ok(message)) = (&shared.sink, &message)
        && taken_by_sink(shared, sink.as_ref(), message, line)
    {
        return;
    }
    match message {
        Ok(Message::Delta(delta)) => handle_delta(shared, batch, delta),
        Ok(Message::Notification {
            method,
            params,
            thread_id,
        }) => {
            if method.starts_with("codex/event/") {
                return;
            }
            shared.observe(&method, params.get());
            let thread_id = thread_id.as_deref();
            if let Some(parent) = thread_id
                && method.starts_with("item/")
                && (memmem::find(line, b"\"collabAgentToolCall\"").is_some()
                    || memmem::find(line, b"\"subAgentActivity\"").is_some())
            {
                shared.router.adopt_subagents(parent, params.get());
            }
            let notification = || Notification {
                method: method.clone().into_owned(),
                params: params.to_owned(),
            };
            if let Some(thread_id) = thread_id {
                batch.push(
                    &shared.router.of_thread(thread_id),
                    Inbound::Notification(notification()),
                );
            } else {
                for queue in shared.router.everyone() {
                    batch.push(&queue, Inbound::Notification(notification()));
                }
            }
        }
        Ok(Message::Request { id, method, params }) => {
            batch.end_run();
            shared.requests.receive(shared, &id, &method, params);
        }
        Ok(Message::Reply {
            id: RequestId::Number(id),
            outcome,
        }) => {
            // What the server said before the reply is in the queues before the caller continues.
            batch.end_run();
            shared.reply(id, outcome.map(RawValue::to_owned));
        }
        Ok(Message::Reply { id, .. }) => tracing::warn!(%id, "a reply to a request that was never sent"),
        Err(error) => handle_garbage(shared, batch, line, &error),
    }
}

/// The oldest servers say in this way only how MCP servers start.
fn handle_older_mcp_startup(shared: &Arc<Shared>, batch: &mut Batch, line: &[u8]) {
    if let Some((Some(thread_id), notification)) = mcp::of_older_event(line) {
        shared.observe(&notification.method, notification.params.get());
        batch.push(
            &shared.router.of_thread(&thread_id),
            Inbound::Notification(notification),
        );
    }
}

/// Gives a message to whoever takes all of them. Replies to our own calls and, where an approver answers, the server's
/// requests go their usual ways.
fn taken_by_sink(shared: &Arc<Shared>, sink: &dyn MessageSink, message: &Message<'_>, line: &[u8]) -> bool {
    match message {
        Message::Reply { id, .. } if shared.waits_for(id) => return false,
        Message::Notification { method, params, .. } => {
            shared.observe(method, params.get());
        }
        Message::Reply { .. } | Message::Request { .. } | Message::Delta(_) => {}
    }
    sink.message(message, line)
}

fn handle_delta(shared: &Shared, batch: &mut Batch, delta: Delta<'_>) {
    let params = delta.params;
    if let Some((_, run)) = &mut batch.run
        && run.item_id == params.item_id
        && run.kind == delta.kind
        && run.index == params.summary_index
        && run.turn_id == params.turn_id
        && run.thread_id == params.thread_id
    {
        run.text.push_str(&params.delta);
        return;
    }
    batch.end_run();
    let queue = shared.router.of_thread(&params.thread_id);
    let owned = OwnedDelta {
        kind: delta.kind,
        thread_id: params.thread_id.into_owned(),
        turn_id: params.turn_id.into_owned(),
        item_id: params.item_id.into_owned(),
        index: params.summary_index,
        text: params.delta.into_owned(),
    };
    batch.run = Some((queue, owned));
}

/// A line that is not a message. Text with broken UTF-8 is repaired; the rest is told, for it may have been an event.
fn handle_garbage(
    shared: &Arc<Shared>,
    batch: &mut Batch,
    line: &[u8],
    error: &crate::protocol::wire::WireError,
) {
    if std::str::from_utf8(line).is_err() {
        let repaired = String::from_utf8_lossy(line).into_owned();
        if parse(repaired.as_bytes()).is_ok() {
            return handle_line(shared, batch, repaired.as_bytes());
        }
    }
    tracing::warn!(%error, "codex sent a line that is no message");
    let excerpt = String::from_utf8_lossy(&line[..line.len().min(120)]).into_owned();
    let message = format!("ignored an invalid line from Codex: {excerpt}");
    for queue in shared.router.everyone() {
        batch.push(
            &queue,
            Inbound::Event(Box::new(Event::Warning {
                message: message.clone(),
            })),
        );
    }
}

/// A line over the limit ends the turn it belongs to, or the request it answers; the rest continues.
fn handle_oversize(shared: &Arc<Shared>, batch: &mut Batch, oversize: Oversize) {
    tracing::warn!(bytes = oversize.length, "codex sent a line over the frame limit");
    let prefix = String::from_utf8_lossy(&oversize.head[..oversize.head.len().min(64)]).into_owned();
    if let Some(id) = prefix
        .strip_prefix(r#"{"id":"#)
        .and_then(|rest| rest.split([',', '}']).next())
        && let Ok(id) = id.trim().parse()
        && !prefix.contains("\"method\"")
    {
        return shared.reply_too_long(id, oversize.length);
    }
    match thread_id_in(&oversize.tail).or_else(|| thread_id_in(&oversize.head)) {
        Some(thread_id) => batch.push(&shared.router.of_thread(&thread_id), Inbound::TooLong(oversize)),
        None => {
            for queue in shared.router.everyone() {
                batch.push(&queue, Inbound::TooLong(oversize.clone()));
            }
        }
    }
}

/// The thread id in a piece of a line. The key cannot occur inside a JSON string, where its quotes would be escaped.
fn thread_id_in(excerpt: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Id(String);
    const KEY: &[u8] = b"\"threadId\":";
    let value = &excerpt[memmem::rfind(excerpt, KEY)? + KEY.len()..];
    let mut values = serde_json::Deserializer::from_slice(value).into_iter::<Id>();
    Some(values.next()?.ok()?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thread_of_an_overlong_line_is_found_at_either_end() {
        assert_eq!(
            thread_id_in(br#"..."}],"threadId":"abc","turnId":"x"}}"#),
            Some("abc".into())
        );
        assert_eq!(thread_id_in(br#"{"text":"\"threadId\":\"evil\""}"#), None);
        assert_eq!(thread_id_in(br#""threadId":"cut"#), None);
    }
}
