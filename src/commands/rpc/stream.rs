//! `rpc METHOD --stream`: the server's notifications and the reply, a line of JSON each, and its requests answered as in
//! `run`. It is a part of `call`, whose options and connection it takes.

use std::future::Future;
use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::app_server::{AppServer, Filter, Subscription, SubscriptionEnd};
use crate::approval::ApproverChain;
use crate::exit::Exit;
use crate::protocol::end_of;
use crate::render::RenderThread;
use crate::render::output;
use crate::render::silent::Silent;
use crate::runtime::approval::{ApprovalRequest, Approver, Decision, RunContext, Verdict};
use crate::runtime::event::Event;
use crate::runtime::{ClientConfig, Notification};
use crate::text::safe_json;
use crate::text::sanitize;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::sync::{mpsc, oneshot};

use super::call::{Call, CallArgs, connect};
use crate::commands::context::Context;
use crate::commands::deadline::Deadline;
use crate::commands::failure::Failure;
use crate::commands::hooks::RunHooks;
use crate::commands::run::{Answers, Signals};
use crate::input::attachments;

/// When a stream ends.
pub(super) enum Until {
    /// With the reply.
    Reply,
    /// With this notification, once the reply came; of the thread in the params, where they name one.
    Notification(String),
}

impl Until {
    pub(super) fn new(named: Option<&str>, method: &str) -> Self {
        let awaited = named.or_else(|| end_of(method));
        awaited.map_or(Self::Reply, |awaited| Self::Notification(awaited.to_owned()))
    }

    /// Whether this is the awaited notification, of the same thread if both name one.
    fn is_over_with(&self, notification: &Notification, call: &Call) -> bool {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Of {
            #[serde(default)]
            thread_id: Option<String>,
        }
        let of = serde_json::from_str::<Of>(notification.params.get()).ok();
        let (of, thread) = (of.and_then(|of| of.thread_id), call.params["threadId"].as_str());
        matches!(self, Self::Notification(method) if *method == notification.method)
            && (thread.is_none() || of.is_none() || of.as_deref() == thread)
    }
}

#[derive(Serialize)]
struct Notified<'a> {
    method: &'a str,
    params: &'a RawValue,
}

#[derive(Serialize)]
struct Replied<'a> {
    result: &'a Value,
}

/// Who answers the server's requests during a call.
pub(super) fn answers(args: &CallArgs, context: &Context) -> Result<Answers, Failure> {
    let cwd = std::env::current_dir().map_err(|error| Failure::system("the working directory", error))?;
    // Requests that wait are kept with both, as text.
    attachments::check_name(&cwd, "the working directory")?;
    attachments::check_name(&context.codex_home(), "Codex's directory")?;
    let about = RunContext {
        cwd,
        // What the thread has is the server's to know: the call is not a run.
        sandbox: "set by the thread".to_owned(),
        approval: "set by the thread".to_owned(),
        codex_home: context.codex_home(),
        session_id: None,
    };
    Answers::plan(args.on_approval, args.policy.as_deref(), about, context)
}

/// Runs a call to the end of its stream.
pub(super) async fn run(
    call: &Call,
    until: &Until,
    answers: &Answers,
    client: ClientConfig,
    deadline: Deadline,
    signals: &mut Signals,
    context: &Context,
) -> Result<Exit, Failure> {
    let lines = Lines::start()?;
    let (chain, events, ui) = answers.chain(&RunHooks::default());
    ui.host.host_alone_on(lines.display.handle());
    let refused = Arc::new(AtomicBool::new(false));
    let approver = Shown {
        chain,
        refused: Arc::clone(&refused),
    };
    let client = client.approver(Arc::new(approver));
    let server = tokio::select! {
        server = connect(call, client, deadline, context) => server?,
        exit = signals.next() => return Ok(exit),
    };
    let mut streaming = Streaming {
        notifications: server.subscribe(Filter::all()),
        events,
        lines,
        quiet: context.global.quiet,
    };
    let streamed = deadline.hold(streaming.run(call, until, &server), || match until {
        Until::Reply => call.waiting(&server),
        Until::Notification(method) => format!("waiting for {method}"),
    });
    let outcome = tokio::select! {
        outcome = streamed => outcome.and_then(|outcome| outcome),
        exit = signals.next() => Ok(exit),
    };
    server.close().await;
    match outcome {
        Ok(Exit::Success) if refused.load(Ordering::Relaxed) => Ok(Exit::Approval),
        outcome => outcome,
    }
}

struct Streaming {
    notifications: Subscription,
    events: mpsc::Receiver<Event>,
    lines: Lines,
    quiet: bool,
}

impl Streaming {
    async fn run(&mut self, call: &Call, until: &Until, server: &AppServer) -> Result<Exit, Failure> {
        let calling = call.make(server);
        tokio::pin!(calling);
        let mut replied = false;
        let mut came = false;
        let mut read = true;
        while read && !(replied && (came || matches!(until, Until::Reply))) {
            tokio::select! {
                biased;
                result = &mut calling, if !replied => {
                    replied = true;
                    // What came before the reply is printed before it.
                    for _ in 0..self.notifications.waiting() {
                        let Some(notification) = self.notifications.try_next() else { break };
                        came |= until.is_over_with(&notification, call);
                        self.show(&notification).await?;
                    }
                    read = self.lines.print(&Replied { result: &result? }).await?;
                }
                Some(event) = self.events.recv() => self.tell(&event),
                notification = self.notifications.next() => {
                    let notification = notification.map_err(|end| ended(&end))?;
                    came |= until.is_over_with(&notification, call);
                    read = self.show(&notification).await?;
                }
            }
        }
        Ok(Exit::Success)
    }

    /// Prints a notification. Returns whether the output is still open.
    async fn show(&self, notification: &Notification) -> Result<bool, Failure> {
        let (method, params) = (&notification.method, &notification.params);
        self.lines.print(&Notified { method, params }).await
    }

    /// What the chain of approvals has to say, on stderr.
    fn tell(&self, event: &Event) {
        let text = match event {
            Event::Warning { message } => format!("warning: {message}"),
            Event::ApprovalWaiting(waiting) if !self.quiet => {
                format!(
                    "waiting: Waiting for approval {}; answer with `turnwise approve`",
                    waiting.approval_id
                )
            }
            _ => return,
        };
        crate::commands::say(&sanitize::text(&text));
    }
}

fn ended(end: &SubscriptionEnd) -> Failure {
    match end {
        SubscriptionEnd::Closed(_) => Failure::new(Exit::Codex, "server_gone", end.to_string()),
        SubscriptionEnd::TooSlow(_) => Failure::new(Exit::Failed, "too_slow", end.to_string()),
    }
}

/// Lines of JSON on stdout, in turn with the prompts of a terminal.
struct Lines {
    display: RenderThread,
}

impl Lines {
    fn start() -> Result<Self, Failure> {
        let display =
            RenderThread::start(Box::new(Silent)).map_err(|error| Failure::system("the display", error))?;
        Ok(Self { display })
    }

    /// Prints a line and waits until it is written. Returns whether the output is still open.
    async fn print(&self, value: &impl Serialize) -> Result<bool, Failure> {
        let system = |error: io::Error| Failure::system("stdout", error);
        let mut line = Vec::new();
        safe_json::write(&mut line, value).map_err(system)?;
        line.push(b'\n');
        let (sender, written) = oneshot::channel();
        self.display.handle().with_terminal(move || {
            let mut out = output::stdout();
            // Nobody waits for it when the stream was ended meanwhile.
            let _ = sender.send(out.write_all(&line).and_then(|()| out.flush()));
        });
        match written.await {
            Ok(Ok(())) => Ok(true),
            Ok(outcome @ Err(_)) => output::unless_closed(outcome).map(|()| false).map_err(system),
            Err(_) => Ok(false),
        }
    }
}

/// The approver chain of a run, and the answers that decide the exit code.
struct Shown {
    chain: ApproverChain,
    refused: Arc<AtomicBool>,
}

impl Approver for Shown {
    fn decide(&self, request: ApprovalRequest) -> Pin<Box<dyn Future<Output = Verdict> + Send + '_>> {
        Box::pin(async move {
            let verdict = self.chain.decide(request).await;
            if matches!(verdict.decision, Decision::Cancel) {
                self.refused.store(true, Ordering::Relaxed);
            }
            verdict
        })
    }
}
