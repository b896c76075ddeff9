//! What the user says in a turn: text, mentioned files, images, skills.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::runtime::error::RuntimeError;
use crate::runtime::paths::Base;

/// The longest text that the server takes in one turn, in characters.
pub const MAX_PROMPT_CHARS: usize = 1_048_576;

/// The input of a turn. A string is a prompt.
///
/// ```
/// use turnwise::runtime::Prompt;
///
/// let prompt = Prompt::from("What is wrong in this picture?").image("/tmp/screen.png");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Prompt {
    text: String,
    attachments: Vec<PathBuf>,
    images: Vec<PathBuf>,
    skills: Vec<String>,
}

impl Prompt {
    /// Its text, without what is mentioned in it.
    #[cfg(feature = "hooks")]
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The same with another text.
    #[cfg(feature = "hooks")]
    pub(crate) fn with_text(mut self, text: String) -> Self {
        self.text = text;
        self
    }

    /// Mentions a file or directory. A relative path begins at the session's directory. The agent gets the path and reads
    /// it itself.
    #[must_use]
    pub fn attach(mut self, path: impl Into<PathBuf>) -> Self {
        self.attachments.push(path.into());
        self
    }

    /// Sends an image file: PNG, JPEG, GIF or WebP, 50 MiB at most. A relative path begins at the session's directory.
    #[must_use]
    pub fn image(mut self, path: impl Into<PathBuf>) -> Self {
        self.images.push(path.into());
        self
    }

    /// Uses a skill that Codex knows in the working directory, by its name.
    #[must_use]
    pub fn skill(mut self, name: impl Into<String>) -> Self {
        self.skills.push(name.into());
        self
    }

    /// With absolute paths; refused where it is empty or too long, or a file is missing.
    pub(in crate::runtime) fn resolved(mut self, cwd: &Path, remote: bool) -> Result<Self, RuntimeError> {
        let base = Base {
            directory: cwd,
            remote,
        };
        let invalid = |what: String| Err(RuntimeError::invalid(what));
        if self.text.trim().is_empty() && self.images.is_empty() && self.skills.is_empty() {
            return invalid("the prompt is empty".to_owned());
        }
        for path in &mut self.attachments {
            *path = base.existing(path, "attachment")?;
        }
        for path in &mut self.images {
            *path = base.image(path)?;
        }
        let chars = self.chars();
        if chars > MAX_PROMPT_CHARS {
            return invalid(format!(
                "the prompt has {chars} characters; Codex takes at most {MAX_PROMPT_CHARS}"
            ));
        }
        Ok(self)
    }

    pub(crate) fn skills(&self) -> &[String] {
        &self.skills
    }

    /// The text with its mentions, as the model reads it: Codex records a mention but does not send it.
    fn full_text(&self) -> String {
        if self.attachments.is_empty() {
            return self.text.clone();
        }
        let mut text = format!(
            "{}

Attached files:",
            self.text
        );
        for path in &self.attachments {
            text.push_str(
                "
- ",
            );
            text.push_str(&path.to_string_lossy());
        }
        text
    }

    /// How long the text is, as the server counts.
    pub(crate) fn chars(&self) -> usize {
        self.full_text().chars().count()
    }

    /// The `input` of `turn/start`, given the path of each skill's file.
    pub(crate) fn input(&self, skill_paths: &[String]) -> Vec<Value> {
        let mut input = vec![json!({ "type": "text", "text": self.full_text(), "text_elements": [] })];
        let name = |path: &PathBuf| {
            path.file_name()
                .unwrap_or(path.as_os_str())
                .to_string_lossy()
                .into_owned()
        };
        input.extend(
            self.attachments
                .iter()
                .map(|path| json!({ "type": "mention", "name": name(path), "path": path })),
        );
        input.extend(
            self.images
                .iter()
                .map(|path| json!({ "type": "localImage", "path": path })),
        );
        input.extend(
            self.skills
                .iter()
                .zip(skill_paths)
                .map(|(name, path)| json!({ "type": "skill", "name": name, "path": path })),
        );
        input
    }
}

impl std::fmt::Debug for Prompt {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What is said may be long, and a secret.
        formatter
            .debug_struct("Prompt")
            .field("bytes", &self.text.len())
            .field("attachments", &self.attachments.len())
            .field("images", &self.images.len())
            .field("skills", &self.skills.len())
            .finish()
    }
}

impl From<&str> for Prompt {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<&String> for Prompt {
    fn from(text: &String) -> Self {
        text.clone().into()
    }
}

impl From<Cow<'_, str>> for Prompt {
    fn from(text: Cow<'_, str>) -> Self {
        text.into_owned().into()
    }
}

impl From<Box<str>> for Prompt {
    fn from(text: Box<str>) -> Self {
        text.into_string().into()
    }
}

impl From<Arc<str>> for Prompt {
    fn from(text: Arc<str>) -> Self {
        text.as_ref().into()
    }
}

impl From<&Self> for Prompt {
    fn from(prompt: &Self) -> Self {
        prompt.clone()
    }
}

impl From<String> for Prompt {
    fn from(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attachment_is_named_in_the_text_and_recorded_as_a_mention() {
        let input = Prompt::from("look").attach("/w/a.txt").input(&[]);
        assert_eq!(input[0]["text"], "look\n\nAttached files:\n- /w/a.txt");
        assert_eq!(
            input[1],
            json!({ "type": "mention", "name": "a.txt", "path": "/w/a.txt" })
        );
    }

    #[test]
    fn images_and_skills_follow_the_text() {
        let input = Prompt::from("x")
            .image("/i.png")
            .skill("s")
            .input(&["/s/SKILL.md".into()]);
        assert_eq!(input[1]["type"], "localImage");
        assert_eq!(
            input[2],
            json!({ "type": "skill", "name": "s", "path": "/s/SKILL.md" })
        );
    }
}
