//! The limits of a turn, and the error of one that reached its time. What is done then is in `turn_limits`.

use std::time::Duration;

use tokio::time::Instant;

use crate::runtime::event::{TurnError, TurnErrorKind};
use crate::runtime::profile::RunProfile;
use crate::runtime::remedy::Remedy;

/// What bounds a turn.
#[derive(Debug)]
pub(in crate::runtime) struct Limits {
    /// When the turn was asked for.
    pub(super) started: Instant,
    pub(super) timeout: Option<Duration>,
    pub(super) deadline: Option<Instant>,
    pub(super) idle: Option<Duration>,
    pub(super) max_tokens: Option<u64>,
}

impl Limits {
    /// Those of a profile, for a turn that was asked for at this time.
    pub(in crate::runtime) fn of(profile: &RunProfile, started: Instant) -> Self {
        Self {
            started,
            timeout: profile.timeout,
            deadline: profile.timeout_at(started),
            idle: profile.idle_timeout,
            max_tokens: profile.max_tokens,
        }
    }
}

/// The error of a turn that reached its timeout or its idle timeout.
pub(in crate::runtime) fn timeout_error(kind: TurnErrorKind, message: &str) -> TurnError {
    TurnError::new(kind, message).with_remedy(if kind == TurnErrorKind::IdleTimeout {
        Remedy::RaiseIdleTimeout
    } else {
        Remedy::RaiseTimeout
    })
}
