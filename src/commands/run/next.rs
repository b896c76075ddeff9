//! What a command waits for while it shows events: the next event, signals, commands from other processes, the end of the output,
//! and the clock. The one place that waits for all of them.

use std::future::Future;
use std::io;
use std::pin::Pin;

use crate::control::server::{RemoteCommand, TurnServer};
use crate::exit::Exit;
use crate::render::RenderThread;
use crate::render::terminal::TICK;
use crate::run::Driver;
use crate::runtime::event::Event;
use rustix::event::{PollFd, PollFlags, poll};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::job_control::JobControl;
use super::signals::Signals;

/// Where events come from.
pub(crate) trait Source {
    /// What comes.
    type Item;
    /// The next one; `None` at the end. Cancel-safe.
    fn next_item(&mut self) -> impl Future<Output = Option<Self::Item>>;
}

impl Source for Driver {
    type Item = Event;

    async fn next_item(&mut self) -> Option<Event> {
        self.next().await
    }
}

impl<T> Source for mpsc::Receiver<T> {
    type Item = T;

    async fn next_item(&mut self) -> Option<T> {
        self.recv().await
    }
}

/// What happened next.
pub(crate) enum Next<T> {
    /// Something came.
    Item(T),
    /// The source has ended.
    Ended,
    /// A signal.
    Signal(Exit),
    /// Another process wants something.
    Command(RemoteCommand),
    /// Nothing more is shown: the display has failed, or the reader of the output has gone.
    Closed(io::Result<()>),
}

/// The rest of what is waited for.
pub(crate) struct Waits<'a> {
    pub(crate) signals: &'a mut Signals,
    pub(crate) server: Option<&'a mut TurnServer>,
    pub(crate) display: &'a mut RenderThread,
    /// Whether the end of the display is waited for.
    pub(crate) watch_display: bool,
    pub(crate) clock: &'a mut Clock,
}

/// What redraws a live display, keeps it apart from keys and Ctrl-Z, and notices that nobody reads a piped stdout.
pub(crate) struct Clock {
    ticks: Interval,
    /// If there is a live display.
    live: Option<JobControl>,
    closed: Option<Pin<Box<dyn Future<Output = ()>>>>,
}

impl Clock {
    /// Ticks for a live display.
    pub(crate) fn new(live: bool) -> Self {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        Self {
            ticks,
            live: live.then(JobControl::begin),
            closed: None,
        }
    }

    /// Notices from now on that the reader of a piped stdout goes away.
    pub(crate) fn watch_output(&mut self) {
        self.closed = Some(Box::pin(output_closed()));
    }
}

/// Waits for the next of all of them; for no source, if it is `None`. Cancel-safe.
pub(crate) async fn next<S: Source>(mut source: Option<&mut S>, waits: Waits<'_>) -> Next<S::Item> {
    let Waits {
        signals,
        mut server,
        display,
        watch_display,
        clock,
    } = waits;
    loop {
        let item = async {
            match source.as_deref_mut() {
                Some(source) => source.next_item().await,
                None => std::future::pending().await,
            }
        };
        let command = async {
            match server.as_deref_mut() {
                Some(server) => server.next_command().await,
                None => std::future::pending().await,
            }
        };
        let closed = async {
            match &mut clock.closed {
                Some(closed) => closed.await,
                None => std::future::pending().await,
            }
        };
        let is_live = clock.live.is_some();
        let terminal = async {
            match &mut clock.live {
                Some(control) => (control.next().await, control),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            exit = signals.next() => return Next::Signal(exit),
            (happened, control) = terminal => control.answer(&happened, display),
            item = item => return item.map_or(Next::Ended, Next::Item),
            command = command => return Next::Command(command),
            outcome = display.done(), if watch_display => return Next::Closed(outcome),
            () = closed, if watch_display => {
                clock.closed = None;
                return Next::Closed(Ok(()));
            }
            _ = clock.ticks.tick(), if is_live => display.tick(),
        }
    }
}

/// Resolves when the reader of a piped stdout goes away, even while there is nothing to write.
async fn output_closed() {
    let (sender, closed) = oneshot::channel();
    let watching = std::thread::Builder::new()
        .name("turnwise-stdout".to_owned())
        .spawn(move || {
            let stdout = rustix::stdio::stdout();
            // Errors are reported whether they are asked for or not, and nothing else is asked for.
            let mut polled = [PollFd::new(&stdout, PollFlags::empty())];
            while let Err(rustix::io::Errno::INTR) = poll(&mut polled, None) {}
            if polled[0].revents().intersects(PollFlags::ERR | PollFlags::HUP) {
                // The receiver is gone when the run has ended.
                let _ = sender.send(());
            }
        });
    if watching.is_err() || closed.await.is_err() {
        std::future::pending::<()>().await;
    }
}
