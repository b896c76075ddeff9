//! Who answers a run's requests: the policy, and after it a flag, the ledger or the person at this terminal.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use crate::approval::notify::Notifier;
use crate::approval::{
    Announcer, ApprovalQueue, ApproverChain, CloseReason, Policy, PolicyLink, PromptLink, Prompter, QueueLink,
};
use crate::ledger::Retention;
use crate::render::RenderThread;
use crate::render::prompt::{Answered, Prompt, PromptHost, cancel_pair};
use crate::render::style::Palette;
use crate::run::OnApproval;
use crate::runtime::approval::{DecidedBy, Decision, FixedAnswer, PendingRequest, RunContext, Verdict};
use crate::runtime::event::Event;
use crate::text::words;
use tokio::sync::{mpsc, oneshot};

use crate::commands::context::Context;
use crate::commands::duration::limit;
use crate::commands::failure::Failure;
use crate::commands::hooks::RunHooks;
use crate::commands::policy;
use crate::plugin::HookLink;

/// How many events of a chain may wait to be shown.
const WAITING: usize = 64;

/// Reads `ask`, `fail`, `decline`, `wait` or `wait=DURATION`.
pub(crate) fn on_approval(text: &str) -> Result<OnApproval, String> {
    match text.split_once('=') {
        None => match text {
            "ask" => Ok(OnApproval::Ask),
            "fail" => Ok(OnApproval::Fail),
            "decline" => Ok(OnApproval::Decline),
            "wait" => Ok(OnApproval::Wait(None)),
            _ => Err("possible values: ask, fail, decline, wait, wait=DURATION".to_owned()),
        },
        Some(("wait", duration)) => limit(duration).map(|limit| OnApproval::Wait(limit.0)),
        Some(_) => Err("a duration goes with wait only".to_owned()),
    }
}

/// What is known of the answers before Codex is started.
#[derive(Debug)]
pub(crate) struct Answers {
    how: OnApproval,
    policy: Policy,
    context: RunContext,
    state: Option<PathBuf>,
    retention: Retention,
    notifier: Vec<String>,
    palette: Palette,
}

impl Answers {
    /// Checks that whoever shall be asked can be asked, and reads the policy.
    pub(crate) fn plan(
        how: Option<OnApproval>,
        policy: Option<&Path>,
        run: RunContext,
        context: &Context,
    ) -> Result<Self, Failure> {
        // Questions go to stderr, answers come from the terminal itself: stdin may be a pipe.
        let terminal = context.stderr.terminal && std::fs::File::open("/dev/tty").is_ok();
        let how = match how {
            Some(OnApproval::Ask) if !terminal => {
                return Err(
                    Failure::usage("--on-approval ask: no terminal available for a prompt")
                        .hint("--on-approval wait queues requests for `turnwise approve`"),
                );
            }
            Some(how) => how,
            None if terminal && !context.global.quiet => OnApproval::Ask,
            None => OnApproval::Fail,
        };
        Ok(Self {
            how,
            policy: policy::load(policy, &run.cwd, context)?,
            state: context
                .directories
                .as_ref()
                .map(|directories| directories.state.clone()),
            retention: context.retention(),
            notifier: context.global.notify.clone(),
            palette: Palette::new(context.stderr.color),
            context: run,
        })
    }

    /// A demo's answers: whoever is there, otherwise no.
    pub(crate) fn for_demo(run: RunContext, context: &Context) -> Self {
        let terminal = context.stderr.terminal && std::fs::File::open("/dev/tty").is_ok();
        Self {
            how: if terminal && !context.global.quiet {
                OnApproval::Ask
            } else {
                OnApproval::Decline
            },
            policy: Policy::default(),
            context: run,
            state: context
                .directories
                .as_ref()
                .map(|directories| directories.state.clone()),
            retention: context.retention(),
            notifier: Vec::new(),
            palette: Palette::new(context.stderr.color),
        }
    }

    /// Who answers what no rule of the policy decides, in words.
    pub(crate) fn describe(&self) -> String {
        let person = match self.how {
            OnApproval::Ask => "you, at this terminal".to_owned(),
            OnApproval::Fail => "nobody; the turn is cancelled".to_owned(),
            OnApproval::Decline => "nobody; requests are declined".to_owned(),
            OnApproval::Wait(None) => "`turnwise approve`".to_owned(),
            OnApproval::Wait(Some(limit)) => format!("`turnwise approve`, within {limit:?}"),
        };
        match self.policy.len() {
            0 => person,
            rules => format!("the policy ({}), then {person}", words::count(rules, "rule")),
        }
    }

    /// Whether requests are shown by prompts here.
    pub(crate) fn prompts(&self) -> bool {
        self.how == OnApproval::Ask
    }

    /// The chain that answers, the events that it adds to those of the turn, and what connects it with the display.
    pub(crate) fn chain(&self, hooks: &RunHooks) -> (ApproverChain, mpsc::Receiver<Event>, ApprovalUi) {
        let (events, receiver) = mpsc::channel(WAITING);
        hooks.notices.to_events(events.clone());
        let host = Arc::new(PromptHost::default());
        let queue = Arc::new(match &self.state {
            Some(state) => ApprovalQueue::in_directory(state).retention(self.retention),
            None => ApprovalQueue::nowhere(),
        });
        let notifier = Notifier::new(self.notifier.clone()).map(Arc::new);
        let announcer = Announcer::new(events, notifier.as_ref().map(Arc::downgrade).unwrap_or_default());
        let chain = ApproverChain::new(self.context.clone()).log(Arc::clone(&queue));
        let chain = match &hooks.runner {
            Some(runner) => chain
                .link(PolicyLink::denials(self.policy.clone()))
                .link(HookLink::of_runner(Arc::clone(runner), self.policy.clone())),
            None => chain,
        };
        let chain = chain.link(PolicyLink::new(self.policy.clone()));
        let chain = match self.how {
            OnApproval::Fail => chain.link(FixedAnswer::Fail),
            OnApproval::Decline => chain.link(FixedAnswer::Decline),
            OnApproval::Wait(limit) => chain.link(QueueLink::new(queue).limit(limit).announcer(announcer)),
            OnApproval::Ask => {
                let terminal = AtTerminal {
                    host: Arc::clone(&host),
                    palette: self.palette,
                };
                chain.link(PromptLink::new(Arc::new(terminal), queue).announcer(announcer))
            }
        };
        let ui = ApprovalUi {
            host,
            _notifier: notifier,
        };
        (chain, receiver, ui)
    }
}

/// Connects a chain with the display of its run.
pub(crate) struct ApprovalUi {
    /// Where prompts are drawn, and what shows the events that they follow.
    pub(crate) host: Arc<PromptHost>,
    /// Ends with the run.
    _notifier: Option<Arc<Notifier>>,
}

impl ApprovalUi {
    /// Prompts are drawn on this display from now on; `None`: not before there is another one.
    pub(crate) fn host_on(&self, display: Option<&RenderThread>) {
        self.host.host_on(display.map(RenderThread::handle));
    }

    /// Gives the display an event, and lets a prompt follow it.
    pub(crate) fn show(&self, display: &RenderThread, event: Event) {
        self.host.show(display, event);
    }
}

/// The person at the terminal of a run.
struct AtTerminal {
    host: Arc<PromptHost>,
    palette: Palette,
}

impl AtTerminal {
    async fn prompt(&self, pending: PendingRequest, closing: CloseReason) -> Verdict {
        let nobody = || Verdict::new(Decision::Cancel, DecidedBy::Nobody);
        let (guard, cancel) = match cancel_pair() {
            Ok(both) => both,
            Err(error) => {
                tracing::warn!("the terminal cannot be asked: {error}");
                return nobody();
            }
        };
        let (sender, answered) = oneshot::channel();
        let prompt = Prompt {
            palette: self.palette,
            later: false,
        };
        let request = pending.request.clone();
        let wanted = self.host.ask(&request, move || {
            let outcome = prompt.ask(&pending, "", &cancel, &closing);
            // The receiver is gone when the request is.
            let _ = sender.send(outcome);
        });
        let outcome = answered.await;
        // Kept until here: dropping them withdraws or closes the prompt.
        drop((wanted, guard));
        match outcome {
            Ok(Ok(Answered::With(decision, reason))) => {
                Verdict::new(decision, DecidedBy::Terminal).reason(reason)
            }
            Ok(Ok(Answered::Interrupted)) => Verdict::new(Decision::Cancel, DecidedBy::Interrupt),
            Ok(Ok(Answered::Closed | Answered::Later)) | Err(_) => nobody(),
            Ok(Err(error)) => {
                tracing::warn!("the terminal cannot be asked: {error}");
                nobody()
            }
        }
    }
}

impl Prompter for AtTerminal {
    fn ask(
        &self,
        pending: PendingRequest,
        closing: CloseReason,
    ) -> Pin<Box<dyn Future<Output = Verdict> + Send + '_>> {
        Box::pin(self.prompt(pending, closing))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn waiting_may_have_an_end_and_nothing_else_takes_a_duration() {
        assert_eq!(on_approval("wait"), Ok(OnApproval::Wait(None)));
        assert_eq!(
            on_approval("wait=2h"),
            Ok(OnApproval::Wait(Some(Duration::from_secs(7_200))))
        );
        assert!(
            on_approval("ask=1h").is_err() && on_approval("wait=x").is_err() && on_approval("yes").is_err()
        );
    }
}
