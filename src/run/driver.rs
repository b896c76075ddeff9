//! From a specification to a report: starts Codex and a session, runs turns and gives their events. Nothing is shown here.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;
use tokio::sync::mpsc;

use super::choices::{OnApproval, PromptSource, SchemaSource, SessionChoice};
use super::log::TurnLog;
use super::report::{RunEnd, RunError, RunReport, RunTime};
use super::spec::RunSpec;
use super::start;
use super::stop::{StopHandle, Stopped, stop_handle};
use crate::exit::Exit;
use crate::runtime::approval::{Approver, FixedAnswer};
use crate::runtime::event::{Event, Item, ItemDetails, TurnStatus};
use crate::runtime::{
    Client, ClientConfig, OutputSchema, Prompt, RunProfile, RuntimeError, Session, Transcript, Turn,
};

/// A run: a client, a session in it, and its turns, one after the other.
///
/// ```no_run
/// use turnwise::run::{Driver, RunSpec};
///
/// # async fn example() -> Result<(), turnwise::runtime::RuntimeError> {
/// let spec = RunSpec::new("/src/project", "What does this repository do?");
/// let mut driver = Driver::start(spec).await?;
/// driver.begin().await?;
/// while let Some(event) = driver.next().await {
///     println!("{event:?}");
/// }
/// let report = driver.finish().await;
/// println!("{}: {}", report.exit_code, report.text().unwrap_or_default());
/// # Ok(())
/// # }
/// ```
///
/// [`Driver::run`] does all of this. Dropped, it ends the server that it started.
#[derive(Debug)]
#[must_use = "dropped, it ends the server"]
pub struct Driver {
    spec: RunSpec,
    profile: RunProfile,
    schema: Option<OutputSchema>,
    client: Client,
    session: Session,
    turn: Option<Turn>,
    log: Arc<TurnLog>,
    /// Whether the log belongs to a turn already.
    logged: bool,
    /// Events that do not come from the turn.
    aside: Option<mpsc::Receiver<Event>>,
    /// The end of the turn, while events from others come before it.
    end: Option<Event>,
    stop: StopHandle,
    stopped: Stopped,
    began: Instant,
    started_at: SystemTime,
    waited: Duration,
    given_up: bool,
}

impl Driver {
    /// Starts Codex and the session. Requests of the server are answered as `on_approval` says where that needs nobody.
    ///
    /// # Errors
    /// [`RuntimeError::InvalidInput`] where somebody would be needed: for a policy, `ask` and `wait`, for which
    /// [`start_with`](Self::start_with) takes an approver. Otherwise what [`Client::start`] and [`Client::start_session`] fail with.
    pub async fn start(spec: RunSpec) -> Result<Self, RuntimeError> {
        let answer = match spec.on_approval {
            None | Some(OnApproval::Fail) => FixedAnswer::Fail,
            Some(OnApproval::Decline) => FixedAnswer::Decline,
            Some(OnApproval::Ask | OnApproval::Wait(_)) => return Err(nobody("on_approval")),
        };
        if spec.policy.is_some() {
            return Err(nobody("policy"));
        }
        Self::start_with(spec, answer).await
    }

    /// Starts Codex and the session. This approver answers the server's requests; `policy` and `on_approval` are its to regard.
    ///
    /// # Errors
    /// What [`Client::start`] and [`Client::start_session`] fail with, and [`RuntimeError::NotLoggedIn`].
    pub async fn start_with(spec: RunSpec, approver: impl Approver + 'static) -> Result<Self, RuntimeError> {
        spec.check()?;
        let config: ClientConfig = start::client_config(&spec.codex)?.approver(approver);
        let mut profile = spec.profile();
        if let Some(SchemaSource::File(file)) = &spec.output_schema {
            let text = start::text_of("the output schema", &spec.cwd.join(file)).await?;
            let schema = serde_json::from_str(&text)
                .map_err(|error| RuntimeError::invalid_because("the output schema", error))?;
            profile = profile.output_schema(schema);
        }
        let schema = profile.compiled_schema()?;
        let client = Client::start(config).await?;
        let opened = async {
            let session = start::open_session(&spec, &profile, &client).await?;
            start::check_account(&client, &session).await?;
            Ok(session)
        };
        match opened.await {
            Ok(session) => {
                let mut driver = Self::new(spec, profile, client, session);
                driver.schema = schema;
                Ok(driver)
            }
            Err(error) => {
                client.close().await;
                Err(error)
            }
        }
    }

    /// One with a client and a session that are there.
    pub(crate) fn new(spec: RunSpec, profile: RunProfile, client: Client, session: Session) -> Self {
        let (stop, stopped) = stop_handle();
        Self {
            spec,
            profile,
            schema: None,
            client,
            session,
            turn: None,
            log: Arc::default(),
            logged: false,
            aside: None,
            end: None,
            stop,
            stopped,
            began: Instant::now(),
            started_at: SystemTime::now(),
            waited: Duration::ZERO,
            given_up: false,
        }
    }

    /// Runs a specification to its end. A failure is part of the report.
    pub async fn run(spec: RunSpec, mut on_event: impl FnMut(&Event)) -> RunReport {
        let (began, started_at) = (Instant::now(), SystemTime::now());
        let failed = |error: &RuntimeError| {
            let time = RunTime {
                started_at: Some(started_at),
                duration: began.elapsed(),
            };
            RunReport::new(Arc::default(), &error.into(), None, time)
        };
        let mut driver = match Self::start(spec).await {
            Ok(driver) => driver,
            Err(error) => return failed(&error),
        };
        (driver.began, driver.started_at) = (began, started_at);
        if let Err(error) = driver.begin().await {
            let report = driver.report(&(&error).into(), None);
            driver.close(false).await;
            return report;
        }
        while let Some(event) = driver.next().await {
            on_event(&event);
        }
        driver.finish().await
    }

    /// Begins the turn that the specification asks for, or attaches to the one that runs.
    ///
    /// # Errors
    /// When the prompt cannot be read, or the turn cannot begin.
    pub async fn begin(&mut self) -> Result<(), RuntimeError> {
        if matches!(self.spec.session, SessionChoice::Attach(_)) {
            return self.attach().await;
        }
        let text = match &self.spec.prompt {
            PromptSource::Text(text) => text.clone(),
            PromptSource::File(file) => start::text_of("the prompt", &self.spec.cwd.join(file)).await?,
        };
        self.ask(text).await
    }

    /// Begins a turn with this text and the attachments, images and skills of the specification. A turn that is running is
    /// interrupted. Cancel-safe: dropped before it is done, it leaves a turn that the next one interrupts.
    ///
    /// # Errors
    /// See [`Session::ask_stream_with`].
    pub async fn ask(&mut self, text: impl Into<Prompt>) -> Result<(), RuntimeError> {
        self.turn = None;
        let prompt = self.spec.prompt_of(text);
        let turn = self.session.ask_stream_with(prompt, &self.profile).await?;
        self.follow(turn);
        Ok(())
    }

    /// Follows the turn that is running in the session already.
    ///
    /// # Errors
    /// [`RuntimeError::NoTurn`] if none is running.
    pub async fn attach(&mut self) -> Result<(), RuntimeError> {
        self.turn = None;
        let turn = self.session.attach().await?;
        self.follow(turn);
        Ok(())
    }

    fn follow(&mut self, mut turn: Turn) {
        if self.logged {
            self.log = Arc::default();
        }
        self.logged = true;
        self.end = None;
        self.given_up = false;
        self.stopped.rearm();
        // The log keeps the text.
        turn.keep_no_transcript();
        self.turn = Some(turn);
    }

    /// The next event; `None` after the end of the turn, and if none was begun. Cancel-safe.
    pub async fn next(&mut self) -> Option<Event> {
        if let Some(end) = self.end.take() {
            let event = self.before_the_end(end);
            self.log.push(&event);
            return Some(event);
        }
        let event = loop {
            let turn = self.turn.as_mut()?;
            tokio::select! {
                biased;
                reason = self.stopped.requested() => turn.interrupt(&reason),
                event = turn.next() => {
                    if let Some(event) = event {
                        break self.before_the_end(event);
                    }
                    self.waited += turn.waited_for_answers();
                    self.given_up = turn.was_given_up();
                    self.turn = None;
                    return None;
                }
                Some(event) = received(self.aside.as_mut()) => break event,
            }
        };
        self.log.push(&event);
        Some(event)
    }

    /// The end of a turn, or an event that came from others before it: why a request was cancelled, for example, with which the turn
    /// ended.
    fn before_the_end(&mut self, event: Event) -> Event {
        if matches!(event, Event::TurnCompleted(_) | Event::TurnFailed(_))
            && let Some(earlier) = self.aside.as_mut().and_then(|events| events.try_recv().ok())
        {
            self.end = Some(event);
            return earlier;
        }
        event
    }

    /// Interrupts the turn; continue with [`next`](Self::next) until its end.
    pub fn interrupt(&mut self, reason: &str) {
        if let Some(turn) = &mut self.turn {
            turn.interrupt(reason);
        }
    }

    /// Stops the run from elsewhere.
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }

    /// The specification.
    pub fn spec(&self) -> &RunSpec {
        &self.spec
    }

    /// The client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The session.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// What the events of the turn came to so far.
    pub fn transcript(&self) -> Arc<Transcript> {
        self.log.transcript()
    }

    /// Ends the run: checks the answer against the output schema, and closes the client. A turn that is running is interrupted.
    pub async fn finish(self) -> RunReport {
        let transcript = self.transcript();
        let mut end = RunEnd::of_turn(transcript.end());
        let structured = check_answer(self.schema.as_ref(), &transcript, &mut end);
        drop(transcript);
        let report = self.report(&end, structured);
        let unfinished = self.turn.is_some();
        self.close(unfinished).await;
        report
    }

    fn report(&self, end: &RunEnd, structured: Option<Value>) -> RunReport {
        let time = RunTime {
            started_at: Some(self.started_at),
            duration: self.began.elapsed(),
        };
        RunReport::new(self.log.transcript(), end, structured, time)
    }

    /// Closes the client. One that was given up, or is to be killed, is not waited for.
    pub(crate) async fn close(self, kill: bool) {
        let Self {
            client,
            log,
            given_up,
            turn,
            ..
        } = self;
        let talked = only_talked(&log.transcript());
        drop(turn);
        if kill || given_up {
            client.kill();
        } else if talked {
            client.close_in_background().await;
        } else {
            client.close().await;
        }
    }
}

/// What the command line needs besides.
#[cfg(feature = "cli")]
impl Driver {
    /// Its first turn has a log that began before it.
    pub(crate) fn with_log(mut self, log: Arc<TurnLog>) -> Self {
        self.log = log;
        self
    }

    /// With events from others, which come in between those of its turns.
    pub(crate) fn with_events(mut self, events: mpsc::Receiver<Event>) -> Self {
        self.aside = Some(events);
        self
    }

    /// The log of the turn.
    pub(crate) fn log(&self) -> &Arc<TurnLog> {
        &self.log
    }

    /// Events of others that came while no turn was running.
    pub(crate) async fn next_aside(&mut self) -> Option<Event> {
        received(self.aside.as_mut()).await
    }

    /// How turns run from now on.
    pub(crate) fn profile(&self) -> &RunProfile {
        &self.profile
    }

    /// Changes how turns run from now on.
    pub(crate) fn set_profile(&mut self, profile: RunProfile) {
        self.profile = profile;
    }

    /// Continues in another session.
    pub(crate) fn set_session(&mut self, session: Session) {
        self.session = session;
    }

    /// How long its turns waited for answers to requests.
    pub(crate) fn waited_for_answers(&self) -> Duration {
        let of_turn = self.turn.as_ref().map(Turn::waited_for_answers);
        self.waited + of_turn.unwrap_or_default()
    }
}

async fn received(aside: Option<&mut mpsc::Receiver<Event>>) -> Option<Event> {
    match aside {
        Some(aside) => aside.recv().await,
        None => std::future::pending().await,
    }
}

/// With a schema: the answer as JSON, or another end.
pub(crate) fn check_answer(
    schema: Option<&OutputSchema>,
    transcript: &Transcript,
    end: &mut RunEnd,
) -> Option<Value> {
    match schema?.check(transcript.text()) {
        Ok(value) => Some(value),
        Err(mismatch) => {
            if end.exit == Exit::Success && end.status == TurnStatus::Completed {
                end.fail(Exit::Schema, RunError::new("schema_mismatch", mismatch));
            }
            None
        }
    }
}

/// Whether the turn was completed and ran nothing, so that its server has nothing left to do but to end. One that ran
/// commands is waited for: until they are gone, they could still write.
fn only_talked(transcript: &Transcript) -> bool {
    let completed = transcript
        .end()
        .is_some_and(|end| end.status == TurnStatus::Completed);
    let talk = |item: &Item| {
        matches!(
            item.details,
            ItemDetails::UserMessage { .. }
                | ItemDetails::AgentMessage { .. }
                | ItemDetails::Reasoning { .. }
                | ItemDetails::Plan { .. }
        )
    };
    completed && transcript.items().iter().all(talk)
}

fn nobody(what: &str) -> RuntimeError {
    RuntimeError::invalid(format!(
        "the run has `{what}`, and nobody who could answer requests was given"
    ))
}
