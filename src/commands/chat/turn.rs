//! One turn of a chat: streamed, steered by what is typed, interrupted by Ctrl-C, with the requests that come in it.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use crate::control::server::RemoteCommand;
use crate::exit::Exit;
use crate::render::resolution::line as resolution_line;
use crate::render::{RenderThread, build};
use crate::runtime::event::{Event, TurnErrorKind};
use crate::runtime::{ApprovalId, OpenMessages, RuntimeError, Transcript};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::editor::Said;
use super::typing::Typing;
use super::{Chat, Next, lock};
use crate::commands::failure::Failure;
use crate::commands::replay::recorded;
use crate::commands::run::{Clock, Next as Step, Waits, next};

/// What stands before what is said to a turn that runs.
const STEER: &str = "send › ";

/// What was said to the turn, on its way.
type Saying = JoinHandle<(String, Result<(), RuntimeError>)>;

/// The line editor at work.
type Editing = oneshot::Receiver<io::Result<Said>>;

/// What a turn is, as far as the chat has to know.
#[derive(Default)]
struct Progress {
    /// Requests that wait at this terminal.
    asking: HashSet<ApprovalId>,
    open: OpenMessages,
}

/// Where a chat goes after a turn, or after one that did not begin.
enum Played {
    Turn(Next),
    Nothing(Next),
}

impl Chat<'_> {
    /// Runs a turn; without a prompt the one that is already running.
    pub(super) async fn turn(&mut self, text: Option<String>) -> Result<Next, Failure> {
        let system = |error| Failure::system("the display", error);
        let mut display = RenderThread::start(build(self.plan.render)).map_err(system)?;
        self.ui.host_on(Some(&display));
        let next = self.played(text, &mut display).await;
        self.ui.host_on(None);
        // None if it did not begin.
        let transcript = match &next {
            Ok(Played::Turn(_)) => self.driver.transcript(),
            _ => Arc::default(),
        };
        // The session is the same each time, and /status tells it.
        let mut report = recorded(Arc::clone(&transcript));
        report.session_id = None;
        display.finish(report);
        let shown = display.done().await;
        drop(display);
        let end = transcript.end();
        let failure = end.and_then(|end| end.error.as_ref());
        let gone = failure.is_some_and(|error| error.kind == TurnErrorKind::ServerGone);
        match failure {
            Some(error) if error.kind == TurnErrorKind::Interrupted => {
                self.tell(&format!("The turn was {}.", error.message));
            }
            Some(error) => Failure::from_turn(error).print(),
            None => {}
        }
        self.note_requests(&transcript);
        self.last = transcript;
        if shown.is_err() {
            // Nobody is there to read.
            return Ok(Next::Leave(Exit::Success));
        }
        match next? {
            _ if gone => Ok(Next::Leave(Exit::Codex)),
            Played::Turn(next) | Played::Nothing(next) => Ok(next),
        }
    }

    /// Starts a turn and shows it to its end.
    async fn played(&mut self, text: Option<String>, display: &mut RenderThread) -> Result<Played, Failure> {
        let starting = async {
            match text {
                Some(text) => self.driver.ask(text).await,
                None => self.driver.attach().await,
            }
        };
        let started = tokio::select! {
            started = starting => started,
            exit = self.signals.next() => {
                // Dropped before it began, the turn is interrupted by the next.
                let next = if exit == Exit::Interrupt { Next::Read } else { Next::Leave(exit) };
                return Ok(Played::Nothing(next));
            }
        };
        match started {
            Ok(()) => Ok(Played::Turn(self.followed(display).await)),
            Err(error) => {
                let failure = Failure::from(error);
                failure.print();
                Ok(Played::Nothing(if failure.exit == Exit::Codex {
                    Next::Leave(Exit::Codex)
                } else {
                    Next::Read
                }))
            }
        }
    }

    async fn followed(&mut self, display: &mut RenderThread) -> Next {
        let live = self.plan.render.stderr.interactive;
        let mut clock = Clock::new(live);
        // Without it a turn cannot be steered from here, and that is all.
        let typing = live.then(|| Typing::begin().ok()).flatten();
        let mut editing: Option<Editing> = None;
        let mut saying: Option<Saying> = None;
        let mut progress = Progress::default();
        let mut interrupted = false;
        let mut over = false;
        let mut after = Next::Read;
        while !over || editing.is_some() || saying.is_some() {
            let waits = Waits {
                signals: &mut self.signals,
                server: self.server.as_mut(),
                display,
                // A terminal that is gone ends the chat at the next prompt.
                watch_display: false,
                clock: &mut clock,
            };
            let source = (!over).then_some(&mut self.driver);
            tokio::select! {
                biased;
                step = next(source, waits) => match step {
                    Step::Signal(exit) => {
                        if interrupted || exit != Exit::Interrupt {
                            return Next::Leave(exit);
                        }
                        interrupted = true;
                        self.driver.interrupt("interrupted by Ctrl-C");
                    }
                    Step::Item(event) => {
                        self.shown(event, editing.is_some(), display, &mut progress);
                        display.keep_pace().await;
                    }
                    Step::Ended => {
                        over = true;
                        if editing.is_some() {
                            self.notify("the turn has ended; your message starts the next one");
                        }
                    }
                    Step::Command(RemoteCommand::Interrupt(by)) => {
                        self.driver.interrupt(&format!("interrupted by {by}"));
                    }
                    Step::Command(RemoteCommand::Steered(by, text)) => {
                        let event = Event::TurnSteered { by, message: text };
                        self.logged(event, editing.is_some(), display, &mut progress);
                    }
                    Step::Closed(_) => {}
                },
                () = began(typing.as_ref()), if editing.is_none() && progress.asking.is_empty() && !over => {
                    let (sender, said) = oneshot::channel();
                    let editor = Arc::clone(&self.editor);
                    // The receiver is gone when a signal ends the chat.
                    display.handle().with_terminal(move || drop(sender.send(lock(&editor).read(STEER))));
                    editing = Some(said);
                }
                said = answered(editing.as_mut()) => {
                    editing = None;
                    self.terminal.take_again();
                    match said {
                        Said::Line(text) if text.trim().is_empty() => {}
                        Said::Line(text) if over || interrupted => after = Next::Say(text),
                        Said::End if over => after = Next::Leave(Exit::Success),
                        Said::Line(text) => {
                            let handle = self.driver.session().handle();
                            saying = Some(tokio::spawn(async move {
                                let outcome = handle.steer(&text).await;
                                (text, outcome)
                            }));
                        }
                        Said::Nothing | Said::End => {}
                    }
                }
                outcome = told(saying.as_mut()) => {
                    saying = None;
                    if let Some((text, outcome)) = outcome {
                        match outcome {
                            Ok(()) => {}
                            // It came too late for this turn.
                            Err(RuntimeError::NoTurn) => after = Next::Say(text),
                            Err(error) => {
                                let message = format!("message not sent: {error}");
                                self.logged(Event::Warning { message }, false, display, &mut progress);
                            }
                        }
                    }
                }
            }
        }
        after
    }

    /// Adds an event of ours to the turn.
    fn logged(&mut self, event: Event, editing: bool, display: &RenderThread, progress: &mut Progress) {
        self.driver.log().push(&event);
        self.shown(event, editing, display, progress);
    }

    /// Shows an event of the turn, which is in its log.
    fn shown(&mut self, event: Event, editing: bool, display: &RenderThread, progress: &mut Progress) {
        let cut = progress.open.cut();
        progress.open.observe(&event);
        if let Some(server) = &self.server {
            server.serve(self.driver.log());
        }
        if let Some(record) = &self.record {
            record.push(&event);
        }
        let mut asks = false;
        match &event {
            Event::ApprovalRequested { approval } if self.plan.answers.prompts() => {
                progress.asking.insert(approval.id.clone());
                asks = true;
            }
            Event::ApprovalResolved(resolution) => {
                progress.asking.remove(&resolution.id);
            }
            _ => {}
        }
        self.ui.show(display, event);
        if progress.open.cut() > cut {
            let message = "the unfinished reply was discarded because of your message";
            display.push(Event::Warning {
                message: message.to_owned(),
            });
        }
        if asks && editing {
            self.notify("approval request waiting: finish this line, or press Ctrl-C to drop it");
        }
    }

    /// Says something above the line that is being edited.
    fn notify(&mut self, text: &str) {
        if let Some(notice) = &mut self.notice {
            notice(format!("{text}\n"));
        }
    }

    fn note_requests(&mut self, transcript: &Transcript) {
        for (request, resolution) in transcript.approvals() {
            let what = request.command.as_deref().unwrap_or(&request.method);
            let outcome = resolution
                .as_ref()
                .map_or_else(|| "Not answered".to_owned(), resolution_line);
            self.asked.push(format!("{outcome}: {what}"));
        }
    }
}

async fn began(typing: Option<&Typing>) {
    match typing {
        Some(typing) => typing.began().await,
        None => std::future::pending().await,
    }
}

/// What was said, once the line is done.
async fn answered(editing: Option<&mut Editing>) -> Said {
    let Some(editing) = editing else {
        return std::future::pending().await;
    };
    match editing.await {
        Ok(Ok(said)) => said,
        _ => Said::Nothing,
    }
}

/// What became of what was said.
async fn told(saying: Option<&mut Saying>) -> Option<(String, Result<(), RuntimeError>)> {
    match saying {
        Some(saying) => saying.await.ok(),
        None => std::future::pending().await,
    }
}
