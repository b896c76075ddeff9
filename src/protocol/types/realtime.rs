//! What is told of a conversation by voice.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::common::Empty;
use super::method::notifications;
use super::shape::{kinds, objects, words};

notifications! {
    /// It began.
    ThreadRealtimeStarted(THREAD_REALTIME_STARTED): ThreadRealtimeStartedNotification;
    /// It ended.
    ThreadRealtimeClosed(THREAD_REALTIME_CLOSED): ThreadRealtimeClosedNotification;
    /// It failed.
    ThreadRealtimeError(THREAD_REALTIME_ERROR): ThreadRealtimeErrorNotification;
    /// How to connect to its sound.
    ThreadRealtimeSdp(THREAD_REALTIME_SDP): ThreadRealtimeSdpNotification;
    /// Something of it, in the service's own form.
    ThreadRealtimeItemAdded(THREAD_REALTIME_ITEM_ADDED): ThreadRealtimeItemAddedNotification;
    /// An item of it began.
    ThreadRealtimeItemStarted(THREAD_REALTIME_ITEM_STARTED): ThreadRealtimeItemNotification;
    /// An item of it ended.
    ThreadRealtimeItemCompleted(THREAD_REALTIME_ITEM_COMPLETED): ThreadRealtimeItemNotification;
    /// More of what was said, item by item.
    ThreadRealtimeItemTranscriptDelta(THREAD_REALTIME_ITEM_TRANSCRIPT_DELTA):
        ThreadRealtimeItemTranscriptDeltaNotification;
    /// More of what was said.
    ThreadRealtimeTranscriptDelta(THREAD_REALTIME_TRANSCRIPT_DELTA):
        ThreadRealtimeTranscriptDeltaNotification;
    /// All of what was said.
    ThreadRealtimeTranscriptDone(THREAD_REALTIME_TRANSCRIPT_DONE): ThreadRealtimeTranscriptDoneNotification;
    /// More of what is to be heard.
    ThreadRealtimeOutputAudioDelta(THREAD_REALTIME_OUTPUT_AUDIO_DELTA):
        ThreadRealtimeOutputAudioDeltaNotification;
}

objects! { "camelCase";

/// A conversation began.
struct ThreadRealtimeStartedNotification {
    /// The thread.
    thread_id: String,
    /// In which version of the service's protocol.
    version: RealtimeConversationVersion,
} optional {
    /// Its id; since 0.145.
    realtime_session_id: String,
    /// Its id; before 0.145.
    session_id: String,
}

/// A conversation ended.
struct ThreadRealtimeClosedNotification {
    /// The thread.
    thread_id: String,
} optional {
    /// Why.
    reason: String,
}

/// A conversation failed.
struct ThreadRealtimeErrorNotification {
    /// The thread.
    thread_id: String,
    /// In words.
    message: String,
}

/// How to connect to the sound.
struct ThreadRealtimeSdpNotification {
    /// The thread.
    thread_id: String,
    /// The answer, in the session description protocol.
    sdp: String,
}

/// Something of a conversation.
struct ThreadRealtimeItemAddedNotification {
    /// The thread.
    thread_id: String,
    /// It, in the service's own form.
    item: Value,
}

/// An item of a conversation.
struct ThreadRealtimeItemNotification {
    /// The thread.
    thread_id: String,
    /// The item.
    item: ThreadRealtimeItem,
}

/// More of what was said.
struct ThreadRealtimeItemTranscriptDeltaNotification {
    /// The thread.
    thread_id: String,
    /// The item.
    item_id: String,
    /// What is added.
    delta: String,
}

/// More of what was said.
struct ThreadRealtimeTranscriptDeltaNotification {
    /// The thread.
    thread_id: String,
    /// By whom.
    role: String,
    /// What is added.
    delta: String,
}

/// All of what was said.
struct ThreadRealtimeTranscriptDoneNotification {
    /// The thread.
    thread_id: String,
    /// By whom.
    role: String,
    /// It.
    text: String,
}

/// More of what is to be heard.
struct ThreadRealtimeOutputAudioDeltaNotification {
    /// The thread.
    thread_id: String,
    /// It.
    audio: ThreadRealtimeAudioChunk,
}

/// A piece of sound.
struct ThreadRealtimeAudioChunk {
    /// It, in base64.
    data: String,
    /// Samples a second.
    sample_rate: u32,
    /// How many channels.
    num_channels: u16,
} optional {
    /// Samples of each channel in this piece.
    samples_per_channel: u32,
    /// The item that it is of.
    item_id: String,
}

/// A part of what was said (`transcriptSegment`).
struct TranscriptSegment {
    /// By whom.
    role: ThreadRealtimeTranscriptRole,
    /// It.
    text: String,
}

/// The end of a conversation (`realtimeSessionClosed`).
struct RealtimeSessionClosed {
    /// Which end.
    outcome: ThreadRealtimeSessionOutcome,
}

/// A place inside of a text (`inlineVisualization`).
struct InlineVisualization {
    /// Which of them.
    index: u32,
}

}

objects! { "snake_case";

/// An item of a turn that the conversation shows (`bemItemPromoted`).
struct PromotedItem {
    /// The item.
    item_id: String,
    /// Its turn.
    turn_id: String,
    /// How it is shown.
    presentation: ThreadRealtimeItemPresentation,
}

}

/// An item of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ThreadRealtimeItem {
    /// Its id.
    pub id: String,
    /// The conversation.
    pub realtime_session_id: String,
    /// What it is. Its `other` has the fields that are not known.
    #[serde(flatten)]
    pub details: ThreadRealtimeItemDetails,
}

kinds! {
    /// What an item of a conversation is.
    enum ThreadRealtimeItemDetails by "type" {
        /// The beginning.
        RealtimeSessionStarted(Empty) = "realtimeSessionStarted",
        /// A part of what was said.
        TranscriptSegment(TranscriptSegment) = "transcriptSegment",
        /// An item of a turn, to be shown.
        BemItemPromoted(PromotedItem) = "bemItemPromoted",
        /// The end.
        RealtimeSessionClosed(RealtimeSessionClosed) = "realtimeSessionClosed",
    }
    /// How a conversation shows an item.
    enum ThreadRealtimeItemPresentation by "type" {
        /// As a whole.
        WholeItem(Empty) = "wholeItem",
        /// As text.
        InlineMarkdown(Empty) = "inlineMarkdown",
        /// As a picture inside of a text.
        InlineVisualization(InlineVisualization) = "inlineVisualization",
    }
}

words! {
    /// Versions of the service's protocol.
    enum RealtimeConversationVersion { V1 = "v1", V2 = "v2", V3 = "v3" }
    /// Who said something.
    enum ThreadRealtimeTranscriptRole { User = "user", Assistant = "assistant" }
    /// How a conversation ended.
    enum ThreadRealtimeSessionOutcome { Ended = "ended", Failed = "failed" }
}
