//! What the server tells beside its families: failures, warnings, and which of its requests are settled.

use super::method::notifications;
use super::shape::objects;
use super::turn::TurnError;
use crate::runtime::RequestId;

notifications! {
    /// Something in a turn failed.
    ErrorNotice(ERROR): ErrorNotification;
    /// Something should be known.
    Warning(WARNING): WarningNotification;
    /// A model that reviews in place of a person warns.
    GuardianWarning(GUARDIAN_WARNING): GuardianWarningNotification;
    /// Something in the configuration is not right.
    ConfigWarning(CONFIG_WARNING): ConfigWarningNotification;
    /// Something that the client uses will go away.
    DeprecationNotice(DEPRECATION_NOTICE): DeprecationNoticeNotification;
    /// A request of the server waits for no answer any more: it has one, or its turn ended.
    ServerRequestResolved(SERVER_REQUEST_RESOLVED): ServerRequestResolvedNotification;
}

objects! { "camelCase";

/// Something in a turn failed.
struct ErrorNotification {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
    /// What failed.
    error: TurnError,
    /// Whether it is tried again; otherwise the turn ends.
    will_retry: bool,
}

/// Something should be known.
struct WarningNotification {
    /// In words.
    message: String,
} optional {
    /// The thread that it is about.
    thread_id: String,
}

/// A model that reviews warns.
struct GuardianWarningNotification {
    /// The thread.
    thread_id: String,
    /// In words.
    message: String,
}

/// Something in the configuration is not right.
struct ConfigWarningNotification {
    /// In few words.
    summary: String,
} optional {
    /// In more.
    details: String,
    /// The file.
    path: String,
    /// Where in it.
    range: TextRange,
}

/// A part of a file.
struct TextRange {
    /// Where it begins.
    start: TextPosition,
    /// Where it ends.
    end: TextPosition,
}

/// A place in a file.
struct TextPosition {
    /// The line, from 1.
    line: u64,
    /// The column, from 1.
    column: u64,
}

/// Something will go away.
struct DeprecationNoticeNotification {
    /// In few words.
    summary: String,
} optional {
    /// In more, with what to do.
    details: String,
}

/// A request that waits for no answer any more.
struct ServerRequestResolvedNotification {
    /// The thread.
    thread_id: String,
    /// The request.
    request_id: RequestId,
}

}
