//! What a turn came to: an answer, or a failure that keeps what there was of one. Pure. One idea with `error`: a turn that fails
//! is an error.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::runtime::error::RuntimeError;
use crate::runtime::event::{TurnError, TurnErrorKind, Usage};
use crate::runtime::id::{ThreadId, TurnId};
use crate::runtime::output_schema::OutputSchema;
use crate::runtime::transcript::Transcript;

/// What a turn came to: see [`Turn::finish`](crate::runtime::Turn::finish).
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Answer {
    /// The final answer: the last message that the model called final, otherwise its last message. Empty if there was none.
    pub text: String,
    /// Items, tokens, approvals, warnings, the diff.
    pub transcript: Transcript,
}

impl Answer {
    /// Tokens of the turn.
    pub fn usage(&self) -> Usage {
        self.transcript.usage()
    }

    /// The text as JSON, for a turn with an [output schema](crate::runtime::RunProfile::output_schema).
    ///
    /// # Errors
    /// [`RuntimeError::InvalidInput`] when the text is not JSON, or of another shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, RuntimeError> {
        serde_json::from_str(&self.text).map_err(|error| {
            RuntimeError::invalid_because("the answer does not match the expected JSON", error)
        })
    }

    fn of(transcript: Transcript) -> Self {
        Self {
            text: transcript.text().to_owned(),
            transcript,
        }
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Answer")
            .field("text", &format_args!("{} bytes", self.text.len()))
            .field("transcript", &self.transcript)
            .finish()
    }
}

/// A turn that did not complete, and what there was of it until then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TurnFailure {
    /// Why.
    pub error: TurnError,
    /// The thread, for resuming it.
    pub thread_id: ThreadId,
    /// The turn; none where it never began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<TurnId>,
    /// The text so far, the tokens used, the items.
    pub partial: Box<Answer>,
}

impl TurnFailure {
    /// One of a turn that never began.
    pub(crate) fn before_the_turn(error: TurnError, thread_id: &ThreadId) -> Self {
        Self {
            error,
            thread_id: thread_id.clone(),
            turn_id: None,
            partial: Box::default(),
        }
    }
}

impl From<TurnFailure> for RuntimeError {
    fn from(failure: TurnFailure) -> Self {
        Self::Turn(Box::new(failure))
    }
}

/// What the events of a whole turn came to.
pub(crate) fn outcome(
    transcript: Transcript,
    schema: Option<&OutputSchema>,
    thread_id: &ThreadId,
    turn_id: &TurnId,
) -> Result<Answer, RuntimeError> {
    let error = match transcript.end() {
        Some(end) => end.error.clone(),
        None => Some(TurnError::new(
            TurnErrorKind::ServerGone,
            "the turn ended without a result",
        )),
    };
    let mismatch = || {
        let mismatch = schema?.check(transcript.text()).err()?;
        Some(TurnError::new(TurnErrorKind::SchemaMismatch, mismatch))
    };
    match error.or_else(mismatch) {
        None => Ok(Answer::of(transcript)),
        Some(error) => Err(TurnFailure {
            error,
            thread_id: thread_id.clone(),
            turn_id: Some(turn_id.clone()),
            partial: Box::new(Answer::of(transcript)),
        }
        .into()),
    }
}
