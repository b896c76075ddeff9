//! Why a turn failed, in the terms of its caller: the kind and the remedy, from what the server and the provider say. Pure.

use crate::runtime::event::{ErrorEvent, TurnError, TurnErrorKind};
use crate::runtime::provider_error;
use crate::runtime::remedy::Remedy;

/// The kind of a failure, from the server's word for it and the provider's HTTP status.
pub(super) fn classify(error: &ErrorEvent) -> TurnError {
    let code = error.code.as_deref().unwrap_or_default();
    let kind = match (code, error.http_status.or_else(|| status_in(&error.message))) {
        ("unauthorized", _) | (_, Some(401 | 403)) => TurnErrorKind::Unauthorized,
        (
            "usageLimitExceeded"
            | "rateLimitExceeded"
            | "serverOverloaded"
            | "flexUnavailable"
            | "policyCapacityUnavailable",
            _,
        )
        | (_, Some(429 | 503)) => TurnErrorKind::Unavailable,
        // The provider's key is looked up when the turn runs, and has no word of its own.
        _ if error.message.starts_with("Missing environment variable") => TurnErrorKind::Unauthorized,
        _ => TurnErrorKind::Failed,
    };
    let remedy = match (kind, code) {
        (TurnErrorKind::Unauthorized, _) => Some(Remedy::CheckAccount),
        (TurnErrorKind::Unavailable, _) => Some(Remedy::RetryLater),
        (_, "modelNotFound") => Some(Remedy::ChooseModel),
        // An account can be without a model that exists.
        _ if error.message.contains("model is not supported") => Some(Remedy::ChooseModel),
        (_, "contextWindowExceeded") => Some(Remedy::SendLess),
        _ => None,
    };
    // The message says the same already; what the provider says beside it is in the details.
    let provider = error.details.as_deref().and_then(provider_error::read);
    let message = if error.message.is_empty() {
        "the turn failed without a reason"
    } else {
        &error.message
    };
    let (said_code, said_hint) = provider.map_or((None, None), |said| (said.code, said.hint));
    // What the provider says is more particular.
    let remedy = said_hint.map(Remedy::Other).or(remedy);
    TurnError {
        kind,
        message: message.to_owned(),
        // Codex has no word of its own for it then.
        code: error
            .code
            .clone()
            .filter(|code| code != "other" || said_code.is_none())
            .or(said_code),
        hint: remedy.as_ref().map(Remedy::to_string),
        remedy,
        details: error.details.clone(),
    }
}

/// The HTTP status in the message of older servers: `unexpected status 401 Unauthorized: …`.
fn status_in(message: &str) -> Option<u16> {
    message
        .strip_prefix("unexpected status ")?
        .split(' ')
        .next()?
        .parse()
        .ok()
}

/// The server's word is not needed here: the line itself is the news.
pub(crate) const FRAME_TOO_LONG: &str = "frameTooLong";

pub(super) fn too_long(bytes: usize) -> ErrorEvent {
    ErrorEvent {
        message: format!("Codex sent a message of {bytes} bytes, more than the frame limit"),
        code: Some(FRAME_TOO_LONG.to_owned()),
        ..ErrorEvent::default()
    }
}
