//! `turnwise session chat`: a conversation at the terminal, prompt by prompt, on one prepared session.
//!
//! Here is the loop and what its own commands do; `turn` runs one turn, `editor` reads lines, `slash` understands them.

mod editor;
mod slash;
mod turn;
mod typing;

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::control::server::TurnServer;
use crate::exit::Exit;
use crate::render::columns::{Cell, Columns};
use crate::render::diff;
use crate::render::output;
use crate::render::style::{Palette, Tone};
use crate::render::tty::{QuietTerminal, TypedKeys};
use crate::run::Driver;
use crate::runtime::{ModelInfo, RunProfile, Transcript, servers_ended};
use crate::text::sanitize;
use clap::Args;
use tokio::sync::oneshot;

use self::editor::{LineEditor, Said};
use self::slash::{COMMANDS, Command, Input};
use super::context::Context;
use super::failure::Failure;
use super::replay::recorded;
use super::run::{AgentArgs, ApprovalUi, Plan, Recording, Signals, Started, prepare, serve_turn};
use super::{resumption, say};
use crate::commands::tokio_runtime::runtime;

/// How long a server that was let go may take to end.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// What stands before a prompt.
const PROMPT: &str = "› ";

/// Chat with the agent
///
/// Enter sends; Alt-Enter or Ctrl-J starts a new line. While a turn runs, your text is sent to it at once and Ctrl-C interrupts
/// it. Ctrl-D leaves. /help lists the commands.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  turnwise session chat --sandbox workspace-write --approval on-request")]
pub(crate) struct ChatArgs {
    /// Session to resume [default: a new one]
    session: Option<String>,
    #[command(flatten)]
    agent: AgentArgs,
}

/// Runs the command.
pub(crate) fn run(args: &ChatArgs, context: &Context) -> Result<Exit, Failure> {
    needs_terminal(context)?;
    let saved = args
        .session
        .as_deref()
        .map(|word| resumption::named(word, &args.agent, context))
        .transpose()?;
    open(args.agent.plan_for(saved.as_ref(), context)?, context)
}

/// A chat needs somebody to chat with.
fn needs_terminal(context: &Context) -> Result<(), Failure> {
    if context.stdin_terminal && context.stdout.terminal && context.stderr.terminal {
        return Ok(());
    }
    Err(
        Failure::usage("chat needs a terminal for stdin, stdout and stderr")
            .hint("`turnwise resume SESSION PROMPT` works without a terminal"),
    )
}

/// Opens a chat on a plan.
pub(crate) fn open(plan: Plan, context: &Context) -> Result<Exit, Failure> {
    needs_terminal(context)?;
    let system = |error| Failure::system("the terminal", error);
    let terminal = QuietTerminal::take(TypedKeys::OneByOne).map_err(system)?;
    let runtime = runtime()?;
    let outcome = runtime.block_on(async {
        let outcome = match Chat::begin(plan, &terminal, context).await {
            Ok(Ok(mut chat)) => {
                let outcome = chat.talk().await;
                chat.end().await;
                outcome
            }
            Ok(Err(exit)) => Ok(exit),
            Err(failure) => Err(failure),
        };
        servers_ended(LAST_WAIT).await;
        outcome
    });
    // The line editor may still wait for a key.
    runtime.shutdown_background();
    outcome
}

/// Where a chat goes from here.
enum Next {
    /// To the next prompt.
    Read,
    /// To this one, which was typed already.
    Say(String),
    /// Out.
    Leave(Exit),
}

/// A chat.
struct Chat<'a> {
    context: &'a Context,
    terminal: &'a QuietTerminal,
    plan: Plan,
    driver: Driver,
    server: Option<TurnServer>,
    ui: ApprovalUi,
    signals: Signals,
    /// The events of all turns in a file.
    record: Option<Recording>,
    editor: Arc<Mutex<LineEditor>>,
    notice: Option<Box<dyn FnMut(String) + Send>>,
    palette: Palette,
    /// The last turn.
    last: Arc<Transcript>,
    /// What was asked, and what came of it.
    asked: Vec<String>,
}

impl<'a> Chat<'a> {
    /// Starts Codex and a session; an exit code if a signal came meanwhile.
    async fn begin(
        plan: Plan,
        terminal: &'a QuietTerminal,
        context: &'a Context,
    ) -> Result<Result<Self, Exit>, Failure> {
        let system = |what: &'static str| move |error: io::Error| Failure::system(what, error);
        let palette = Palette::new(context.stderr.color);
        let history = context.directories.as_ref();
        let history = history.map(|directories| directories.state.join("chat-history"));
        let mut editor = LineEditor::new(history, palette).map_err(system("the line editor"))?;
        let mut signals = Signals::listen().map_err(system("the signals"))?;
        let record = Recording::start(plan.record.as_ref())?;
        let prepared = tokio::select! {
            prepared = prepare(&plan, context) => prepared?,
            exit = signals.next() => return Ok(Err(exit)),
        };
        let (Started { driver, notice }, ui) = prepared;
        if let Some(notice) = notice {
            say(&format!("warning: {notice}"));
        }
        let chat = Self {
            server: serve_turn(driver.session(), context).unwrap_or_else(|warning| {
                say(&format!("warning: {}", sanitize::text(&warning)));
                None
            }),
            // Without it, notices come when the line is done.
            notice: editor.printer().ok(),
            editor: Arc::new(Mutex::new(editor)),
            context,
            terminal,
            plan,
            driver,
            ui,
            signals,
            record,
            palette,
            last: Arc::default(),
            asked: Vec::new(),
        };
        chat.status();
        chat.tell("/help lists the commands; Ctrl-D leaves.");
        Ok(Ok(chat))
    }

    async fn end(self) {
        let Self {
            driver,
            server,
            record,
            last,
            ..
        } = self;
        drop(server);
        driver.client().close().await;
        if let Some(mut record) = record {
            // Each turn said for itself how it ended.
            let mut report = recorded(last);
            report.error = None;
            record.finish(report);
            if let Err(failure) = record.done().await {
                failure.print();
            }
        }
    }

    async fn talk(&mut self) -> Result<Exit, Failure> {
        let mut typed = None;
        if self.driver.session().running_turn().is_some() {
            self.tell("Following the turn that is running in this session.");
            match self.turn(None).await? {
                Next::Read => {}
                Next::Say(text) => typed = Some(text),
                Next::Leave(exit) => return Ok(exit),
            }
        }
        loop {
            let line = match typed.take() {
                Some(line) => line,
                None => match self.read().await? {
                    Ok(Said::Line(line)) => line,
                    Ok(Said::Nothing) => continue,
                    Ok(Said::End) => return Ok(Exit::Success),
                    Err(exit) => return Ok(exit),
                },
            };
            let next = match slash::parse(&line) {
                Input::Nothing => continue,
                Input::Prompt(text) => self.turn(Some(text)).await?,
                Input::Command(command) => self.command(command).await?,
                Input::Wrong(message) => {
                    self.complain(&message);
                    Next::Read
                }
            };
            match next {
                Next::Read => {}
                Next::Say(text) => typed = Some(text),
                Next::Leave(exit) => return Ok(exit),
            }
        }
    }

    /// Reads a line; an exit code if a signal came meanwhile.
    async fn read(&mut self) -> Result<Result<Said, Exit>, Failure> {
        let (sender, mut said) = oneshot::channel();
        let editor = Arc::clone(&self.editor);
        std::thread::Builder::new()
            .name("turnwise-editor".to_owned())
            // The receiver is gone when a signal ends the chat.
            .spawn(move || drop(sender.send(lock(&editor).read(PROMPT))))
            .map_err(|error| Failure::system("the line editor", error))?;
        loop {
            tokio::select! {
                said = &mut said => {
                    // The editor leaves the marks out when it is done.
                    self.terminal.take_again();
                    // What was pressed before this line is not meant for what follows it.
                    tokio::task::yield_now().await;
                    while let Some(exit) = self.signals.pending() {
                        if exit != Exit::Interrupt {
                            return Ok(Err(exit));
                        }
                    }
                    return match said {
                        Ok(Ok(said)) => Ok(Ok(said)),
                        Ok(Err(error)) => Err(Failure::system("the terminal", error)),
                        Err(_) => Ok(Ok(Said::End)),
                    };
                }
                exit = self.signals.next() => {
                    // A Ctrl-C that was meant for the turn before.
                    if exit != Exit::Interrupt {
                        return Ok(Err(exit));
                    }
                }
                // Between turns nothing happens that has to be shown.
                Some(_) = self.driver.next_aside() => {}
            }
        }
    }

    async fn command(&mut self, command: Command) -> Result<Next, Failure> {
        match command {
            Command::Help => self.help(),
            Command::Status => self.status(),
            Command::Quit => return Ok(Next::Leave(Exit::Success)),
            Command::Approvals => self.approvals(),
            Command::Diff => self.diff(),
            Command::Model(None) => self.models(|model| model.id.clone()).await,
            Command::Effort(None) => {
                self.models(|model| format!("{}: {}", model.id, model.efforts.join(", ")))
                    .await;
            }
            Command::Model(Some(name)) => {
                self.tell(&format!("Model set to {name} for the next turns."));
                self.driver.set_profile(self.profile().clone().model(name));
            }
            Command::Effort(Some(level)) => {
                self.tell(&format!("Effort set to {level} for the next turns."));
                self.driver.set_profile(self.profile().clone().effort(level));
            }
            Command::Rename(name) => match self.driver.session().rename(&name).await {
                Ok(()) => self.tell(&format!("Renamed the session to {name}.")),
                Err(error) => self.complain(&error.to_string()),
            },
            Command::Compact => return Ok(self.compact().await),
            Command::Fork => self.fork().await,
        }
        Ok(Next::Read)
    }

    /// What is in force.
    fn status(&self) {
        let (profile, session) = (self.profile(), self.driver.session());
        let model = profile.model.as_deref().or(session.info().model.as_deref());
        let lines = [
            ("session", session.id().as_str()),
            ("directory", &self.plan.spec.cwd.display().to_string()),
            ("model", model.unwrap_or("Codex's default")),
            ("effort", profile.effort.as_str()),
            ("sandbox", profile.sandbox.as_str()),
            ("approval", profile.approval.as_str()),
        ];
        for (label, value) in lines {
            self.tell(&format!("{label:<9}  {value}"));
        }
    }

    fn help(&self) {
        let mut columns = Columns::default();
        for (name, takes, does) in COMMANDS {
            let command = format!("/{name} {takes}");
            columns.row([Cell::plain(command.trim_end().to_owned()), Cell::plain(does)]);
        }
        let mut table = Vec::new();
        // Writing to a vector cannot fail.
        let _ = columns.write(Palette::new(false), &mut table);
        String::from_utf8_lossy(&table)
            .lines()
            .for_each(|line| self.tell(line));
        self.tell("");
        self.tell("Enter sends; Alt-Enter or Ctrl-J starts a new line.");
        self.tell("While a turn runs: type to send it a message; Ctrl-C interrupts it.");
    }

    fn approvals(&self) {
        self.tell(&format!(
            "Approval policy: {}. Answered by: {}.",
            self.profile().approval.as_str(),
            self.plan.answers.describe()
        ));
        if self.asked.is_empty() {
            self.tell("No approval requests so far.");
        }
        for asked in &self.asked {
            self.tell(asked);
        }
    }

    fn diff(&self) {
        let Some(diff) = self.last.diff().filter(|diff| !diff.is_empty()) else {
            return self.tell("Codex reports no file changes in the last turn.");
        };
        let palette = Palette::new(self.context.stdout.color);
        let (_, columns) = console::Term::stdout().size();
        let mut out = output::stdout();
        for line in diff::lines(diff, palette, Some(usize::from(columns).max(20))) {
            // A terminal that is gone ends the chat at the next prompt.
            let _ = writeln!(out, "{line}");
        }
    }

    async fn models(&self, describe: impl Fn(&ModelInfo) -> String) {
        match self.driver.client().models().await {
            Ok(models) if models.is_empty() => self.tell("The server lists no models."),
            Ok(models) => {
                for model in models {
                    let default = if model.is_default { " (default)" } else { "" };
                    self.tell(&format!("{}{default}", describe(&model)));
                }
            }
            Err(error) => self.complain(&error.to_string()),
        }
    }

    async fn compact(&mut self) -> Next {
        self.tell("Compacting the context; Ctrl-C stops it.");
        let session = self.driver.session();
        let handle = session.handle();
        let compacting = session.compact();
        tokio::pin!(compacting);
        let mut stopped = false;
        loop {
            tokio::select! {
                outcome = &mut compacting => {
                    match outcome {
                        Ok(()) => self.tell("Compacted the context."),
                        Err(error) => self.complain(&error.to_string()),
                    }
                    return Next::Read;
                }
                exit = self.signals.next() => {
                    if stopped || exit != Exit::Interrupt {
                        return Next::Leave(exit);
                    }
                    stopped = true;
                    let handle = handle.clone();
                    tokio::spawn(async move { handle.interrupt().await });
                }
            }
        }
    }

    async fn fork(&mut self) {
        let before = self.driver.session().id().to_owned();
        let forked = async {
            let client = self.driver.client();
            let id = client.fork_session(&before).await?;
            let config = self.plan.spec.session_config(self.profile().clone());
            client.resume_session(&id, config).await
        };
        match forked.await {
            Ok(session) => {
                // Why it may not be possible was said at the beginning.
                self.server = serve_turn(&session, self.context).unwrap_or_default();
                self.driver.set_session(session);
                let id = self.driver.session().id();
                self.tell(&format!("Switched to the copy {id}; {before} is unchanged."));
            }
            Err(error) => self.complain(&error.to_string()),
        }
    }

    /// How turns run from now on.
    fn profile(&self) -> &RunProfile {
        self.driver.profile()
    }

    /// Something about the chat, for the person only.
    fn tell(&self, text: &str) {
        self.show(&self.palette.paint(Tone::Faint, &sanitize::line(text)));
    }

    fn complain(&self, text: &str) {
        let label = self.palette.paint(Tone::Error, "error:");
        self.show(&format!("{label} {}", sanitize::text(text)));
    }

    /// A line that is safe, and has our colours.
    #[expect(
        clippy::unused_self,
        reason = "only a chat has lines of its own between turns"
    )]
    fn show(&self, line: &str) {
        // A terminal that is gone ends the chat at the next prompt.
        let _ = writeln!(output::stderr(), "{line}");
    }
}

fn lock(editor: &Mutex<LineEditor>) -> MutexGuard<'_, LineEditor> {
    // One read that panicked leaves an editor that can read on.
    editor.lock().unwrap_or_else(PoisonError::into_inner)
}
