//! A reader of a log.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::runtime::log::buffer::{Frame, Log};

/// The frames of a log from some event on. A reader that is slow holds up nobody: it gets a [`Frame::Gap`].
#[derive(Debug)]
#[must_use = "a stream does nothing unless it is read"]
pub struct EventStream {
    log: Arc<Log>,
    /// The number of the last event that was given.
    position: u64,
    ended: bool,
}

impl EventStream {
    pub(in crate::runtime) fn new(log: Arc<Log>, last: Option<super::Seq>) -> Self {
        Self {
            position: log.position(last),
            log,
            ended: false,
        }
    }

    /// The next frame; `None` after [`Frame::End`]. Cancel-safe.
    pub async fn next(&mut self) -> Option<Frame> {
        poll_fn(|context| self.poll_frame(context)).await
    }

    fn poll_frame(&mut self, context: &mut Context<'_>) -> Poll<Option<Frame>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let frame = ready!(self.log.poll_after(context, &mut self.position));
        self.ended = frame == Frame::End;
        Poll::Ready(Some(frame))
    }
}

impl Stream for EventStream {
    type Item = Frame;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Frame>> {
        self.poll_frame(context)
    }
}
