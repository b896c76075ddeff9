//! The signals of a terminal that a live display has to answer: Ctrl-Z, its end, and a window of another size.

use std::io;

use crate::render::RenderThread;
use crate::render::tty::{self, QuietTerminal, TypedKeys};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::signals::{is_ignored, received};

/// Ctrl-Z of the terminal.
const STOP: i32 = rustix::process::Signal::TSTP.as_raw();
/// The end of a stop.
const CONTINUE: i32 = rustix::process::Signal::CONT.as_raw();

/// Keeps a live display apart from what happens to its terminal. Typed keys are not echoed while it lives.
pub(super) struct JobControl {
    quiet: Option<QuietTerminal>,
    stop: Option<Signal>,
    continued: Option<Signal>,
    resized: Option<Signal>,
}

/// What happened to the terminal.
pub(super) enum Happened {
    Stop,
    Continued,
    Resized,
}

impl JobControl {
    /// For a live display. Whatever does not work disturbs the display, and nothing else.
    pub(super) fn begin() -> Self {
        let listen = |kind: SignalKind| -> Option<Signal> {
            let listening = || -> io::Result<Option<Signal>> {
                if is_ignored(kind) {
                    return Ok(None);
                }
                signal(kind).map(Some)
            };
            listening().ok().flatten()
        };
        Self {
            quiet: QuietTerminal::take(TypedKeys::ByLine).ok(),
            stop: listen(SignalKind::from_raw(STOP)),
            continued: listen(SignalKind::from_raw(CONTINUE)),
            resized: listen(SignalKind::window_change()),
        }
    }

    /// What happens next. Cancel-safe.
    pub(super) async fn next(&mut self) -> Happened {
        tokio::select! {
            () = received(&mut self.stop) => Happened::Stop,
            () = received(&mut self.continued) => Happened::Continued,
            () = received(&mut self.resized) => Happened::Resized,
        }
    }

    /// Lets the display answer.
    pub(super) fn answer(&mut self, happened: &Happened, display: &RenderThread) {
        match happened {
            // After what it shows already, and with a cleared live area.
            Happened::Stop => display.handle().with_terminal(tty::suspend),
            Happened::Continued => {
                match &self.quiet {
                    Some(quiet) => quiet.take_again(),
                    // It was in the background until now.
                    None => self.quiet = QuietTerminal::take(TypedKeys::ByLine).ok(),
                }
                display.tick();
            }
            Happened::Resized => display.tick(),
        }
    }
}
