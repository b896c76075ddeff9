//! Who answers a run's requests: the policy, and after it a flag, the ledger or the person at this terminal.

use std::collections::HashSet;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::approval::chain::{ApproverChain, CloseReason, FallbackApprover, Prompter};
use crate::approval::notify::Notifier;
use crate::approval::policy::Policy;
use crate::approval::queue::ApprovalQueue;
use crate::ledger::Retention;
use crate::render::PumpHandle;
use crate::render::prompt::{Answered, Prompt, cancel_pair};
use crate::render::style::Palette;
use crate::runtime::approval::{DecidedBy, Decision, FixedAnswer, PendingRequest, RunContext, Verdict};
use crate::runtime::event::Event;
use crate::text::words::count;
use tokio::sync::{mpsc, oneshot, watch};

use crate::commands::context::Context;
use crate::commands::duration::limit;
use crate::commands::failure::Failure;
use crate::commands::policy;

/// How long a request waits for the display to have shown what came before it.
const SHOWN_LIMIT: Duration = Duration::from_secs(2);

/// How much a chain may have to say before somebody shows it.
const SAID: usize = 64;

/// `--on-approval`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnApproval {
    Ask,
    Fail,
    Decline,
    Wait(Option<Duration>),
}

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
            rules => format!("the policy ({}), then {person}", count(rules, "rule")),
        }
    }

    /// Whether requests are shown by prompts here.
    pub(crate) fn prompts(&self) -> bool {
        self.how == OnApproval::Ask
    }

    /// The chain that answers, and what connects it with the display.
    pub(crate) fn chain(&self) -> (ApproverChain, Link) {
        let (events, receiver) = mpsc::channel(SAID);
        let (stage, staged) = watch::channel(None);
        let (shown, showing) = watch::channel(HashSet::new());
        let person = match self.how {
            OnApproval::Fail => FallbackApprover::Flag(FixedAnswer::Fail),
            OnApproval::Decline => FallbackApprover::Flag(FixedAnswer::Decline),
            OnApproval::Wait(limit) => FallbackApprover::Ledger(limit),
            OnApproval::Ask => FallbackApprover::Terminal(Arc::new(AtTerminal {
                stage: staged,
                shown: showing,
                palette: self.palette,
            })),
        };
        let parking = self
            .state
            .clone()
            .map(|state| ApprovalQueue::new(state, self.retention));
        let notifier = Notifier::new(self.notifier.clone()).map(Arc::new);
        let chain = ApproverChain::new(
            self.policy.clone(),
            self.context.clone(),
            person,
            parking,
            notifier.as_ref().map(Arc::downgrade).unwrap_or_default(),
            events,
        );
        (
            chain,
            Link {
                events: receiver,
                shown,
                stage,
                _notifier: notifier,
            },
        )
    }
}

/// What connects a chain with the display of its run.
pub(crate) struct Link {
    /// What the chain has to say.
    pub(crate) events: mpsc::Receiver<Event>,
    /// The requests that the display has been given.
    pub(crate) shown: watch::Sender<HashSet<String>>,
    /// The display that prompts are drawn on, while there is one.
    pub(crate) stage: watch::Sender<Option<PumpHandle>>,
    /// Ends with the run.
    _notifier: Option<Arc<Notifier>>,
}

/// The person at the terminal of a run.
struct AtTerminal {
    stage: watch::Receiver<Option<PumpHandle>>,
    shown: watch::Receiver<HashSet<String>>,
    palette: Palette,
}

impl AtTerminal {
    async fn prompt(&self, asked: PendingRequest, closing: CloseReason) -> Verdict {
        // What the agent said before is shown before.
        let mut shown = self.shown.clone();
        let id = asked.request.id.clone();
        let _ = tokio::time::timeout(SHOWN_LIMIT, shown.wait_for(|shown| shown.contains(&id))).await;
        let nobody = || Verdict::new(Decision::Cancel, DecidedBy::Nobody);
        let mut stage = self.stage.clone();
        let stage = stage.wait_for(Option::is_some).await.map(|stage| stage.clone());
        let Ok(Some(pump)) = stage else {
            return nobody();
        };
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
        pump.aside(move || {
            let outcome = prompt.ask(&asked, "", &cancel, &closing);
            // The receiver is gone when the request is.
            let _ = sender.send(outcome);
        });
        let outcome = answered.await;
        // Kept until here: dropping it closes the prompt.
        drop(guard);
        match outcome {
            Ok(Ok(Answered::With(decision, reason))) => Verdict {
                decision,
                by: DecidedBy::Terminal,
                reason,
            },
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
        asked: PendingRequest,
        closing: CloseReason,
    ) -> Pin<Box<dyn Future<Output = Verdict> + Send + '_>> {
        Box::pin(self.prompt(asked, closing))
    }
}

#[cfg(test)]
mod tests {
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
