//! Where prompts are drawn: on the display of a run, each right behind the event that announces its request.
//!
//! A prompt and its event come from two sides, in either order: the approver asks, and whoever follows the turn shows the event.
//! Whichever comes second hands the prompt to the display, so that what the agent said before is always shown before.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::render::{RenderHandle, RenderThread};
use crate::runtime::ApprovalId;
use crate::runtime::approval::ApprovalRequest;
use crate::runtime::event::Event;

/// Draws a prompt and reads its answer.
type Prompting = Box<dyn FnOnce() + Send>;

/// The prompts of a run, and the display that they are drawn on.
#[derive(Default)]
pub(crate) struct PromptHost {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    display: Option<RenderHandle>,
    /// The display shows no events: prompts wait for none.
    prompts_only: bool,
    /// A turn has begun on the display, and not ended.
    in_turn: bool,
    /// Requests whose event was handed to a display.
    shown: HashSet<ApprovalId>,
    /// Prompts that wait for their event, or for a display.
    waiting: Vec<Waiting>,
}

struct Waiting {
    id: ApprovalId,
    in_turn: bool,
    prompting: Prompting,
}

/// A prompt that is wanted. Dropped, it is not drawn any more; one that is drawn already is closed by other means.
#[must_use = "dropped, the prompt is withdrawn"]
pub(crate) struct Wanted<'a> {
    host: &'a PromptHost,
    id: ApprovalId,
}

impl PromptHost {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Every statement leaves the state valid, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Prompts are drawn on this display from now on, behind the events that [`show`](Self::show) hands it; `None`: not before
    /// there is another one.
    pub(crate) fn host_on(&self, display: Option<RenderHandle>) {
        let mut state = self.lock();
        state.display = display;
        state.in_turn = false;
        state.draw();
    }

    /// Prompts are drawn on this display, which shows no events.
    pub(crate) fn host_alone_on(&self, display: RenderHandle) {
        self.lock().prompts_only = true;
        self.host_on(Some(display));
    }

    /// Shows an event on a display, and behind it the prompt for its request, if there is one already.
    pub(crate) fn show(&self, display: &RenderThread, event: Event) {
        let mut state = self.lock();
        #[expect(clippy::wildcard_enum_match_arm, reason = "only what prompts depend on")]
        match &event {
            Event::TurnStarted { .. } => state.in_turn = true,
            Event::TurnCompleted(_) => state.in_turn = false,
            Event::ApprovalRequested { approval } => {
                state.shown.insert(approval.id.clone());
            }
            Event::ApprovalResolved(resolution) => {
                state.shown.remove(&resolution.id);
            }
            _ => {}
        }
        display.push(event);
        state.draw();
    }

    /// Draws a prompt as soon as its request was shown. What belongs to no turn, and comes before there is one, waits for no event:
    /// nobody follows a turn yet who could show it.
    pub(crate) fn ask(
        &self,
        request: &ApprovalRequest,
        prompting: impl FnOnce() + Send + 'static,
    ) -> Wanted<'_> {
        let mut state = self.lock();
        let in_turn = request.turn_id.is_some() || state.in_turn;
        state.waiting.push(Waiting {
            id: request.id.clone(),
            in_turn,
            prompting: Box::new(prompting),
        });
        state.draw();
        Wanted {
            host: self,
            id: request.id.clone(),
        }
    }
}

impl State {
    /// Hands the display the prompts that wait for nothing any longer.
    fn draw(&mut self) {
        let Some(display) = &self.display else {
            return;
        };
        let (shown, prompts_only) = (&self.shown, self.prompts_only);
        let ready = |waiting: &mut Waiting| prompts_only || !waiting.in_turn || shown.contains(&waiting.id);
        for waiting in self.waiting.extract_if(.., ready) {
            display.with_terminal(waiting.prompting);
        }
    }
}

impl Drop for Wanted<'_> {
    fn drop(&mut self) {
        self.host.lock().waiting.retain(|waiting| waiting.id != self.id);
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, mpsc};

    use super::*;
    use crate::render::{Renderer, RunReport};
    use crate::runtime::approval::ApprovalKind;

    /// Tells what it is given.
    struct Told(mpsc::SyncSender<String>);

    impl Renderer for Told {
        fn event(&mut self, event: &Event) -> io::Result<()> {
            let kind = serde_json::to_value(event)?["type"].as_str().map(str::to_owned);
            self.0.send(kind.unwrap_or_default()).map_err(io::Error::other)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }

        fn finish(&mut self, _: &RunReport) -> io::Result<()> {
            Ok(())
        }
    }

    struct Scene {
        host: Arc<PromptHost>,
        display: RenderThread,
        told: mpsc::Receiver<String>,
        say: mpsc::SyncSender<String>,
    }

    impl Scene {
        fn new() -> Self {
            let (say, told) = mpsc::sync_channel(64);
            let display = RenderThread::start(Box::new(Told(say.clone()))).unwrap();
            Self {
                host: Arc::default(),
                display,
                told,
                say,
            }
        }

        fn hosted() -> Self {
            let scene = Self::new();
            scene.host.host_on(Some(scene.display.handle()));
            scene
        }

        fn ask(&self, request: &ApprovalRequest) -> Wanted<'_> {
            let say = self.say.clone();
            self.host
                .ask(request, move || say.send("prompt".to_owned()).unwrap())
        }

        fn show(&self, event: Event) {
            self.host.show(&self.display, event);
        }

        fn warn(&self) {
            self.show(Event::Warning {
                message: String::new(),
            });
        }

        /// What the display did first.
        fn first<const N: usize>(&self) -> [String; N] {
            std::array::from_fn(|_| self.told.recv().unwrap())
        }
    }

    fn request(turn_id: Option<&str>) -> ApprovalRequest {
        ApprovalRequest {
            turn_id: turn_id.map(Into::into),
            ..ApprovalRequest::new("7", ApprovalKind::Command, "m", serde_json::Value::Null)
        }
    }

    fn requested(approval: &ApprovalRequest) -> Event {
        Event::ApprovalRequested {
            approval: approval.clone(),
        }
    }

    #[test]
    fn a_prompt_is_drawn_behind_its_event_whichever_comes_first() {
        let request = request(Some("u"));
        let scene = Scene::hosted();
        let wanted = scene.ask(&request);
        scene.warn();
        scene.show(requested(&request));
        assert_eq!(scene.first(), ["warning", "approval.requested", "prompt"]);
        drop(wanted);

        let scene = Scene::hosted();
        scene.show(requested(&request));
        scene.warn();
        let _wanted = scene.ask(&request);
        assert_eq!(scene.first(), ["approval.requested", "warning", "prompt"]);
    }

    #[test]
    fn a_request_before_any_turn_waits_for_no_event() {
        let scene = Scene::hosted();
        let _wanted = scene.ask(&request(None));
        assert_eq!(scene.first(), ["prompt"]);
    }

    #[test]
    fn a_prompt_waits_for_a_display() {
        let scene = Scene::new();
        let _wanted = scene.ask(&request(None));
        scene.warn();
        scene.host.host_on(Some(scene.display.handle()));
        assert_eq!(scene.first(), ["warning", "prompt"]);
    }

    #[test]
    fn a_prompt_that_is_withdrawn_is_not_drawn() {
        let request = request(Some("u"));
        let scene = Scene::hosted();
        drop(scene.ask(&request));
        scene.show(requested(&request));
        scene.warn();
        assert_eq!(scene.first(), ["approval.requested", "warning"]);
    }
}
