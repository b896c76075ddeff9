//! What is said to the agent: texts, images, mentions, and what tools gave.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::shape::{kinds, objects, words};
use crate::protocol::brief::capped_debug;

objects! { "camelCase";

/// A text (`text`).
struct TextInput: new {
    /// The text.
    text: String,
} optional {
    /// Which parts of it a client shows in a way of its own.
    #[serde(rename = "text_elements")]
    text_elements: Vec<TextElement>,
}

/// An image (`image`), by its address or by its id.
struct ImageInput {} optional {
    /// A `data:` URL; others are refused.
    url: String,
    /// The id of a file that was uploaded; since 0.169.
    file_id: String,
    /// How closely it is looked at.
    detail: ImageDetail,
}

/// An image of this machine (`localImage`).
struct LocalImageInput: new {
    /// Where it is. One that cannot be read does not fail the turn: a note takes its place.
    path: String,
} optional {
    /// How closely it is looked at.
    detail: ImageDetail,
}

/// A sound (`audio`), by its address or by its id; since 0.145.
struct AudioInput {} optional {
    /// A `data:` URL.
    url: String,
    /// The id of a file that was uploaded.
    file_id: String,
}

/// A sound of this machine (`localAudio`).
struct LocalAudioInput: new {
    /// Where it is.
    path: String,
}

/// Something with a name and a place (`skill`, `mention`).
struct NamedInput: new {
    /// Its name.
    name: String,
    /// Where it is.
    path: String,
}

/// A part of a text that a client shows in a way of its own.
struct TextElement: new {
    /// Which part.
    byte_range: ByteRange,
} optional {
    /// What is shown for it.
    placeholder: String,
}

/// A part of a text, in bytes of UTF-8.
struct ByteRange: new {
    /// Where it begins.
    start: u64,
    /// Where it ends; the first byte after it.
    end: u64,
}

}

objects! { "snake_case";

/// A text that a tool gave (`input_text`).
struct ToolText: new {
    /// The text.
    text: String,
}

/// An image that a tool gave (`input_image`).
struct ToolImage {} optional {
    /// Its URL.
    image_url: String,
    /// The id of a file that was uploaded.
    file_id: String,
    /// How closely it is looked at.
    detail: ImageDetail,
}

/// A sound that a tool gave (`input_audio`).
struct ToolAudio {} optional {
    /// Its URL.
    audio_url: String,
    /// The id of a file that was uploaded.
    file_id: String,
}

/// What only the service can read (`encrypted_content`).
struct EncryptedContent: new {
    /// It.
    encrypted_content: String,
}

}

kinds! {
    /// A part of what is said to the agent (`input`, and `content` of a user's message).
    enum UserInput by "type" {
        /// A text.
        Text(TextInput) = "text",
        /// An image.
        Image(ImageInput) = "image",
        /// An image of this machine.
        LocalImage(LocalImageInput) = "localImage",
        /// A sound.
        Audio(AudioInput) = "audio",
        /// A sound of this machine.
        LocalAudio(LocalAudioInput) = "localAudio",
        /// A skill, whose text the model sees.
        Skill(NamedInput) = "skill",
        /// A mention of a file; noted, and not shown to the model.
        Mention(NamedInput) = "mention",
    }
    /// A part of what a tool gave.
    enum FunctionCallOutputContentItem by "type" {
        /// A text.
        InputText(ToolText) = "input_text",
        /// An image.
        InputImage(ToolImage) = "input_image",
        /// A sound.
        InputAudio(ToolAudio) = "input_audio",
        /// What only the service can read.
        EncryptedContent(EncryptedContent) = "encrypted_content",
    }
}

impl UserInput {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(TextInput::new(text))
    }
}

impl From<&str> for UserInput {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

capped_debug!(FunctionCallOutputBody {
    Text,
    Parts,
    Unrecognized
});

/// What a tool gave: a text, or parts.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FunctionCallOutputBody {
    /// A text.
    Text(String),
    /// Parts.
    Parts(Vec<FunctionCallOutputContentItem>),
    /// Something else, as it came.
    Unrecognized(Value),
}

words! {
    /// How closely an image is looked at.
    enum ImageDetail { Auto = "auto", Low = "low", High = "high", Original = "original" }
}
