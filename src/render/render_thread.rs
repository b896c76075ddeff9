//! A renderer on its own thread, so that a blocked output blocks nothing else.
//!
//! What waits for it is joined like everything else on the way: a reader that stops for a while loses nothing, and the
//! memory it costs is the text.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

use super::{Renderer, RunReport};
use crate::runtime::event::Event;

/// Number of queued events above which the renderer counts as slow, and the pause for each further event.
const FAR_BEHIND: usize = 10_000;
const MOMENT: Duration = Duration::from_millis(5);

/// A renderer on its thread.
pub(crate) struct RenderThread {
    shared: Arc<Shared>,
    done: oneshot::Receiver<io::Result<()>>,
    /// Whether its end was told.
    told: bool,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// The next job of the renderer's thread.
#[expect(clippy::large_enum_variant, reason = "nearly all of it is events")]
enum Work {
    Show(Event),
    WithTerminal(Job),
}

/// Something else that uses the terminal.
type Job = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct State {
    work: VecDeque<Work>,
    tick: bool,
    report: Option<Box<RunReport>>,
    /// Nobody will push any longer.
    abandoned: bool,
    /// Nobody will render any longer.
    ended: bool,
}

impl RenderThread {
    /// Starts the thread.
    pub(crate) fn start(renderer: Box<dyn Renderer>) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let (sender, done) = oneshot::channel();
        let rendering = Arc::clone(&shared);
        thread::Builder::new()
            .name("turnwise-render".to_owned())
            .spawn(move || {
                // The receiver is gone only when the run does not care any longer.
                let outcome = rendering.render(renderer);
                {
                    let mut state = rendering.lock();
                    state.ended = true;
                    // A caller that waits for a prompt learns that it will not come.
                    state.work.clear();
                }
                let _ = sender.send(outcome);
            })?;
        Ok(Self {
            shared,
            done,
            told: false,
        })
    }

    /// Gives the renderer an event. Never blocks.
    pub(crate) fn push(&self, event: Event) {
        let mut state = self.shared.lock();
        if let Some(Work::Show(last)) = state.work.back_mut()
            && last.absorb(&event)
        {
            return;
        }
        state.work.push_back(Work::Show(event));
        self.shared.changed.notify_one();
    }

    /// Gives a slow renderer a moment to catch up. The moment is short, so that the caller still handles other events: a
    /// blocked output then costs little memory and blocks nothing.
    pub(crate) async fn keep_pace(&self) {
        if self.shared.lock().work.len() > FAR_BEHIND {
            tokio::time::sleep(MOMENT).await;
        }
    }

    /// A handle for others that use the terminal.
    pub(crate) fn handle(&self) -> RenderHandle {
        RenderHandle(Arc::clone(&self.shared))
    }

    /// Tells the renderer that time passed.
    pub(crate) fn tick(&self) {
        self.shared.lock().tick = true;
        self.shared.changed.notify_one();
    }

    /// Tells the renderer that the run is over. [`done`](Self::done) resolves when all is written.
    pub(crate) fn finish(&self, report: RunReport) {
        self.shared.lock().report = Some(Box::new(report));
        self.shared.changed.notify_one();
    }

    /// Resolves when the renderer has finished, or failed before: its output was closed, or the disk is full. The outcome is
    /// told once; after that it is well.
    pub(crate) async fn done(&mut self) -> io::Result<()> {
        if self.told {
            return Ok(());
        }
        let outcome = (&mut self.done).await;
        self.told = true;
        outcome.unwrap_or_else(|_| Err(io::Error::other("the display stopped unexpectedly")))
    }
}

/// Lets others use the terminal, in turn with the renderer.
#[derive(Clone)]
pub(crate) struct RenderHandle(Arc<Shared>);

impl RenderHandle {
    /// Runs a job after everything that was pushed before, and before everything that is pushed later. It is dropped when the
    /// renderer has ended.
    pub(crate) fn with_terminal(&self, job: impl FnOnce() + Send + 'static) {
        let mut state = self.0.lock();
        if !state.abandoned && !state.ended {
            state.work.push_back(Work::WithTerminal(Box::new(job)));
            self.0.changed.notify_one();
        }
    }
}

impl Drop for RenderThread {
    fn drop(&mut self) {
        self.shared.lock().abandoned = true;
        self.shared.changed.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Every statement leaves the state valid, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn render(&self, mut renderer: Box<dyn Renderer>) -> io::Result<()> {
        loop {
            let (work, tick, report, abandoned) = {
                let waiting = |state: &mut State| {
                    state.work.is_empty() && !state.tick && state.report.is_none() && !state.abandoned
                };
                let mut state = self
                    .changed
                    .wait_while(self.lock(), waiting)
                    .unwrap_or_else(PoisonError::into_inner);
                let work = std::mem::take(&mut state.work);
                (
                    work,
                    std::mem::take(&mut state.tick),
                    state.report.take(),
                    state.abandoned,
                )
            };
            for work in work {
                match work {
                    Work::Show(event) => renderer.event(&event)?,
                    Work::WithTerminal(job) => renderer.with_terminal(job)?,
                }
            }
            if tick {
                renderer.tick()?;
            }
            if let Some(report) = report {
                return renderer.finish(&report);
            }
            if abandoned {
                return Ok(());
            }
            if self.lock().work.is_empty() {
                renderer.flush()?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{delta, report};
    use super::*;
    use crate::render::jsonl::JsonlRenderer;
    use std::io::{Read, Write};

    #[tokio::test]
    async fn a_reader_that_stops_loses_nothing() {
        let (mut read, write) = io::pipe().unwrap();
        let mut pump = RenderThread::start(Box::new(JsonlRenderer::new(Box::new(write)))).unwrap();
        let mut expected = String::new();
        for number in 0..200_000 {
            let word = format!("word{number} ");
            pump.push(delta("a", &word));
            expected.push_str(&word);
        }
        pump.finish(report("x"));
        // The pipe is full by now; nothing was read yet.
        let reading = thread::spawn(move || {
            let mut text = String::new();
            read.read_to_string(&mut text).unwrap();
            text
        });
        pump.done().await.unwrap();
        drop(pump);
        let mut text = String::new();
        for line in reading.join().unwrap().lines() {
            let Ok(Event::ItemDelta(delta)) = serde_json::from_str(line) else {
                continue;
            };
            text.push_str(&delta.delta);
        }
        assert!(text == expected);
    }

    #[tokio::test]
    async fn a_closed_output_is_reported_at_once() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut pump = RenderThread::start(Box::new(JsonlRenderer::new(Box::new(Closed)))).unwrap();
        pump.push(delta("a", "x"));
        assert_eq!(pump.done().await.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}
