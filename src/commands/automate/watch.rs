//! Wakes a runner: on signals, and when another command changed a job.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::automation::jobs::RunnerSignal;
use crate::exit::Exit;
use crate::ledger::pipe::PipeListener;
use tokio::sync::mpsc;

use super::jobs::DAEMON;
use crate::commands::run::Signals;

/// More reasons to look than this are one.
const WAKES: usize = 16;

/// Listens until it is dropped.
pub(super) struct Watch {
    pub(super) wakes: mpsc::Receiver<RunnerSignal>,
    stopped_by: Arc<Mutex<Option<Exit>>>,
    listening: tokio::task::JoinHandle<()>,
}

impl Watch {
    /// Begins to listen. SIGHUP makes a daemon read everything again, and ends `tick` and `run`.
    pub(super) fn begin(state: &Path, daemon: bool) -> std::io::Result<Self> {
        let mut signals = Signals::listen()?;
        let name = format!("{DAEMON}{}-{}", std::process::id(), crate::ledger::now());
        // Without a pipe, changes are seen a little later.
        let mut pipe = PipeListener::open(state, &name)
            .inspect_err(|error| tracing::warn!("nobody can wake this runner: {error}"))
            .ok();
        let (sender, wakes) = mpsc::channel(WAKES);
        let stopped_by = Arc::new(Mutex::new(None));
        let why = Arc::clone(&stopped_by);
        let listening = tokio::spawn(async move {
            loop {
                let wake = tokio::select! {
                    exit = signals.next() => match exit {
                        Exit::Hangup if daemon => RunnerSignal::Reload,
                        exit => {
                            *why.lock().unwrap_or_else(PoisonError::into_inner) = Some(exit);
                            RunnerSignal::Stop
                        }
                    },
                    () = woken(&mut pipe) => RunnerSignal::Poll,
                };
                match wake {
                    // A full queue has enough polls in it.
                    RunnerSignal::Poll => drop(sender.try_send(wake)),
                    _ if sender.send(wake).await.is_err() => return,
                    _ => {}
                }
            }
        });
        Ok(Self {
            wakes,
            stopped_by,
            listening,
        })
    }

    /// The signal that stopped it, as an exit code.
    pub(super) fn stopped_by(&self) -> Option<Exit> {
        *self.stopped_by.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn woken(pipe: &mut Option<PipeListener>) {
    if let Some(open) = pipe {
        match open.recv().await {
            Ok(_) => return,
            Err(error) => tracing::warn!("this runner can no longer be woken: {error}"),
        }
        *pipe = None;
    }
    std::future::pending::<()>().await;
}
