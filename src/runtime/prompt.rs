//! What the user says in a turn: text, mentioned files, images, skills.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::error::RuntimeError;
use super::wire_path;

/// The longest text that the server takes in one turn, in characters.
pub const MAX_PROMPT_CHARS: usize = 1_048_576;

/// The input of a turn. A string is a prompt.
///
/// ```
/// use turnwise::runtime::Prompt;
///
/// let prompt = Prompt::from("What is wrong in this picture?").image("/tmp/screen.png");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prompt {
    text: String,
    attachments: Vec<PathBuf>,
    images: Vec<PathBuf>,
    skills: Vec<String>,
}

impl Prompt {
    /// Mentions a file or directory, as an absolute path. The agent is told the path and reads it itself.
    #[must_use]
    pub fn attach(mut self, path: impl Into<PathBuf>) -> Self {
        self.attachments.push(path.into());
        self
    }

    /// Sends an image file, as an absolute path. Codex runs the turn without an image that it cannot read, so check it
    /// before.
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

    /// What the protocol cannot carry.
    pub(crate) fn check(&self) -> Result<(), RuntimeError> {
        let named = |what, paths: &[PathBuf]| paths.iter().try_for_each(|path| wire_path::check(what, path));
        named("the attachment", &self.attachments)?;
        named("the image", &self.images)
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

impl From<&str> for Prompt {
    fn from(text: &str) -> Self {
        text.to_owned().into()
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
