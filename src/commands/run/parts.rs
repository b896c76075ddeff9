//! The parts of a run on their way from its start to its end.

use std::sync::Arc;
use std::time::SystemTime;

use crate::approval::ApproverChain;
use crate::control::server::TurnServer;
use crate::exit::Exit;
use crate::render::RenderThread;
use crate::run::{Driver, TurnLog};
use crate::runtime::Client;
use crate::runtime::event::Event;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::Plan;
use super::approvals::ApprovalUi;
use super::next::Clock;
use super::recording::Recording;
use super::signals::Signals;
use crate::commands::deadline::Deadline;
use crate::commands::failure::Failure;

/// Why a run stopped.
#[derive(Debug)]
pub(super) enum Stop {
    /// The turn ended; how is in the transcript.
    TurnEnded,
    /// It could not continue.
    Failed(Failure),
    /// A signal came.
    Signal(Exit),
    /// Whoever read the output went away.
    OutputClosed,
}

/// The parts of a run.
pub(super) struct Run {
    pub(super) plan: Plan,
    pub(super) display: RenderThread,
    /// The events in a file.
    pub(super) record: Option<Recording>,
    pub(super) signals: Signals,
    pub(super) log: Arc<TurnLog>,
    /// The client that was started, also if no session was.
    pub(super) client: Option<Client>,
    pub(super) driver: Option<Driver>,
    pub(super) deadline: Deadline,
    pub(super) started: Instant,
    pub(super) started_at: SystemTime,
    /// Where other processes reach the turn.
    pub(super) server: Option<TurnServer>,
    pub(super) clock: Clock,
    pub(super) ui: ApprovalUi,
    pub(super) chain: Option<(ApproverChain, mpsc::Receiver<Event>)>,
}
