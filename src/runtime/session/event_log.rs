//! A session's log: it takes the events of the session's turns, and drives the turns that are asked through it.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::runtime::error::RuntimeError;
use crate::runtime::id::TurnId;
use crate::runtime::log::{EventStream, Keep, Log, Seq};
use crate::runtime::profile::RunProfile;
use crate::runtime::session::prompt::Prompt;
use crate::runtime::session::session::Session;
use crate::runtime::session::turn::Turn;
use crate::runtime::transcript::Transcript;

/// The events of a session's turns with numbers, for any number of readers: see [`Session::log`]. Cheap to clone.
///
/// A turn that is [asked](Self::ask) here runs to its end by itself, whether anybody reads or not. Turns that are consumed
/// elsewhere are in the log as they are consumed.
#[derive(Debug, Clone)]
#[must_use = "a log ends with its last handle and its last reader"]
pub struct EventLog {
    session: Session,
    log: Arc<Log>,
}

impl Session {
    /// A log of this session's turns from now on.
    ///
    /// ```no_run
    /// use turnwise::runtime::{Frame, Keep, Session};
    ///
    /// # async fn example(session: Session) -> Result<(), turnwise::runtime::RuntimeError> {
    /// let log = session.log(Keep::new());
    /// log.ask("Which functions have no test?").await?;
    /// let mut frames = log.after(None);
    /// while let Some(frame) = frames.next().await {
    ///     if let Frame::Event { seq, event, .. } = frame {
    ///         println!("{seq} {event:?}");
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn log(&self, keep: Keep) -> EventLog {
        // Another process, or another log of this one, has begun at another moment.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let epoch = u64::try_from(now.as_micros()).unwrap_or(u64::MAX);
        let log = Arc::new(Log::new(epoch, keep));
        self.add_log(&log);
        EventLog {
            session: self.clone(),
            log,
        }
    }
}

impl EventLog {
    /// Starts a turn and gives its id once it has begun; it runs to its end in the background.
    ///
    /// # Errors
    /// [`TurnRunning`](RuntimeError::TurnRunning) while another turn runs, and those of
    /// [`Session::try_ask_stream`].
    pub async fn ask(&self, prompt: impl Into<Prompt>) -> Result<TurnId, RuntimeError> {
        let turn = self.session.try_ask_stream(prompt).await?;
        Ok(self.drive(turn))
    }

    /// The same with another profile than the session's.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub async fn ask_with(
        &self,
        prompt: impl Into<Prompt>,
        profile: &RunProfile,
    ) -> Result<TurnId, RuntimeError> {
        let turn = self.session.try_ask_stream_with(prompt, profile).await?;
        Ok(self.drive(turn))
    }

    /// Follows the turn that was running when the session was resumed: see [`Session::attach`].
    ///
    /// # Errors
    /// [`NoTurn`](RuntimeError::NoTurn) when there is none.
    pub async fn attach(&self) -> Result<TurnId, RuntimeError> {
        let turn = self.session.attach().await?;
        Ok(self.drive(turn))
    }

    fn drive(&self, mut turn: Turn) -> TurnId {
        let turn_id = turn.id().clone();
        // The log has its own.
        turn.keep_no_transcript();
        self.session
            .spawn(async move { while turn.next().await.is_some() {} });
        turn_id
    }

    /// The frames after the event that a reader has seen last; from the oldest that is kept without one, and where that event
    /// is of another log.
    pub fn after(&self, last: Option<Seq>) -> EventStream {
        EventStream::new(Arc::clone(&self.log), last)
    }

    /// What the current turn has come to, or the last one where none is running, and the number of the last event in it: what
    /// follows is [after](Self::after) that.
    pub fn snapshot(&self) -> (Seq, Transcript) {
        self.log.snapshot()
    }

    /// The session.
    pub fn session(&self) -> &Session {
        &self.session
    }
}
