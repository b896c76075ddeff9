//! One turn of a chat: streamed, steered by what is typed, interrupted by Ctrl-C, with the requests that come in it.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use crate::control::host::Said as Remote;
use crate::exit::Exit;
use crate::render::terminal::TICK;
use crate::render::{Pump, build, resolution};
use crate::runtime::event::{Event, TurnErrorKind};
use crate::runtime::{OpenMessages, RuntimeError, Transcript, Turn};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::editor::Said;
use super::typing::Typing;
use super::{Chat, Next, lock};
use crate::commands::failure::Failure;
use crate::commands::replay::recorded;
use crate::commands::run::heard;

/// What stands before what is said to a turn that runs.
const STEER: &str = "send › ";

/// What was said to the turn, on its way.
type Saying = JoinHandle<(String, Result<(), RuntimeError>)>;

/// The line editor at work.
type Editing = oneshot::Receiver<io::Result<Said>>;

/// What a turn is, as far as the chat has to know.
#[derive(Default)]
struct Progress {
    transcript: Transcript,
    /// Requests that wait at this terminal.
    asking: HashSet<String>,
    writing: OpenMessages,
}

impl Chat<'_> {
    /// Runs a turn; without a prompt the one that runs already.
    pub(super) async fn turn(&mut self, text: Option<String>) -> Result<Next, Failure> {
        let system = |error| Failure::system("the display", error);
        let mut pump = Pump::start(build(self.plan.render)).map_err(system)?;
        self.link.stage.send_replace(Some(pump.handle()));
        let mut progress = Progress::default();
        let next = self.played(text, &pump, &mut progress).await;
        self.link.stage.send_replace(None);
        // The session is the same each time, and /status tells it.
        let mut report = recorded(progress.transcript.clone());
        report.session_id = None;
        pump.finish(report);
        let shown = pump.done().await;
        drop(pump);
        let end = progress.transcript.end();
        let failure = end.and_then(|end| end.error.as_ref());
        let gone = failure.is_some_and(|error| error.kind == TurnErrorKind::ServerGone);
        match failure {
            Some(error) if error.kind == TurnErrorKind::Interrupted => {
                self.tell(&format!("The turn was {}.", error.message));
            }
            Some(error) => Failure::from_turn(error).print(),
            None => {}
        }
        self.note_requests(&progress.transcript);
        self.last = progress.transcript;
        if shown.is_err() {
            // Nobody is there to read.
            return Ok(Next::Leave(Exit::Success));
        }
        match next {
            Ok(_) if gone => Ok(Next::Leave(Exit::Codex)),
            next => next,
        }
    }

    /// Starts a turn and shows it to its end.
    async fn played(
        &mut self,
        text: Option<String>,
        pump: &Pump,
        progress: &mut Progress,
    ) -> Result<Next, Failure> {
        let prompt = text.map(|text| self.plan.inputs.prompt(text));
        let starting = async {
            match prompt {
                Some(prompt) => self.session.ask_stream_with(prompt, &self.profile).await,
                None => self.session.attach().await,
            }
        };
        let started = tokio::select! {
            started = starting => started,
            exit = self.signals.next() => {
                // Dropped before it began, the turn is interrupted by the next.
                return Ok(if exit == Exit::Interrupt { Next::Read } else { Next::Leave(exit) });
            }
        };
        match started {
            Ok(mut turn) => Ok(self.followed(&mut turn, pump, progress).await),
            Err(error) => {
                let failure = Failure::from(error);
                failure.print();
                Ok(if failure.exit == Exit::Codex {
                    Next::Leave(Exit::Codex)
                } else {
                    Next::Read
                })
            }
        }
    }

    async fn followed(&mut self, turn: &mut Turn, pump: &Pump, progress: &mut Progress) -> Next {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let live = self.plan.render.stderr.interactive;
        // Without it a turn cannot be steered from here, and that is all.
        let typing = live.then(|| Typing::begin().ok()).flatten();
        let mut editing: Option<Editing> = None;
        let mut saying: Option<Saying> = None;
        let mut stopped = None;
        let mut over = false;
        let mut next = Next::Read;
        while !over || editing.is_some() || saying.is_some() {
            tokio::select! {
                biased;
                exit = self.signals.next() => {
                    if stopped.is_some() || exit != Exit::Interrupt {
                        return Next::Leave(exit);
                    }
                    stopped = Some(exit);
                    turn.interrupt("interrupted by Ctrl-C");
                }
                event = turn.next(), if !over => if let Some(event) = event {
                    self.shown(event, editing.is_some(), pump, progress);
                    pump.keep_pace().await;
                } else {
                    over = true;
                    if editing.is_some() {
                        self.notify("the turn has ended; your message starts the next one");
                    }
                },
                Some(event) = self.link.events.recv() => self.shown(event, editing.is_some(), pump, progress),
                remote = heard(self.host.as_mut()) => match remote {
                    Remote::Interrupt(by) => turn.interrupt(&format!("interrupted by {by}")),
                    Remote::Steered(by, text) => {
                        let message = format!("steered by {by}: {text}");
                        self.shown(Event::Warning { message }, editing.is_some(), pump, progress);
                    }
                },
                () = began(typing.as_ref()), if editing.is_none() && progress.asking.is_empty() && !over => {
                    let (sender, said) = oneshot::channel();
                    let editor = Arc::clone(&self.editor);
                    // The receiver is gone when a signal ends the chat.
                    pump.handle().aside(move || drop(sender.send(lock(&editor).read(STEER))));
                    editing = Some(said);
                }
                said = answered(editing.as_mut()) => {
                    editing = None;
                    self.terminal.take_again();
                    match said {
                        Said::Line(text) if text.trim().is_empty() => {}
                        Said::Line(text) if over || stopped.is_some() => next = Next::Say(text),
                        Said::End if over => next = Next::Leave(Exit::Success),
                        Said::Line(text) => {
                            let handle = self.session.handle();
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
                            Err(RuntimeError::NoTurn) => next = Next::Say(text),
                            Err(error) => {
                                let message = format!("message not sent: {error}");
                                self.shown(Event::Warning { message }, false, pump, progress);
                            }
                        }
                    }
                }
                _ = ticks.tick(), if live => pump.tick(),
            }
        }
        next
    }

    fn shown(&mut self, event: Event, editing: bool, pump: &Pump, progress: &mut Progress) {
        progress.transcript.observe(&event);
        let cut = progress.writing.cut();
        progress.writing.observe(&event);
        if let Some(host) = &self.host {
            host.record(&event);
        }
        let mut asked = None;
        match &event {
            Event::ApprovalRequested { approval } if self.plan.answers.prompts() => {
                progress.asking.insert(approval.id.clone());
                asked = Some(approval.id.clone());
            }
            Event::ApprovalResolved(resolution) => {
                progress.asking.remove(&resolution.id);
            }
            _ => {}
        }
        pump.push(event);
        if progress.writing.cut() > cut {
            let message = "the unfinished reply was discarded because of your message";
            pump.push(Event::Warning {
                message: message.to_owned(),
            });
        }
        if let Some(id) = asked {
            if editing {
                self.notify("approval request waiting: finish this line, or press Ctrl-C to drop it");
            }
            self.link.shown.send_modify(|shown| {
                shown.insert(id);
            });
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
                .map_or_else(|| "Not answered".to_owned(), resolution::line);
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
