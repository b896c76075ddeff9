//! Which events a hook is called for.

use std::path::{Path, PathBuf};

use super::{HookContext, Phase, Tool};
use crate::approval::policy::{MatchRule, Policy, Question, Ruling};

/// Which events a hook is called for: patterns as in a policy, compared with every command of a shell line and every path of a
/// change.
///
/// Several patterns match if one of them does. A shell line that cannot be read as plain commands matches every pattern for
/// commands: what it runs is not known.
#[derive(Debug, Clone, Default)]
pub struct HookMatcher {
    rules: Policy,
    has_command_rule: bool,
    kinds: Vec<String>,
    within: Option<PathBuf>,
}

impl HookMatcher {
    /// Kinds of tools, as in the documents of hooks.
    const KINDS: [&str; 7] = [
        "command",
        "file_change",
        "mcp",
        "dynamic",
        "permissions",
        "question",
        "other",
    ];

    /// Everything.
    pub fn any() -> Self {
        Self::default()
    }

    /// Commands with these first words, each exact or a glob.
    ///
    /// # Errors
    /// A pattern that is none.
    pub fn command<W: Into<String>>(self, words: impl IntoIterator<Item = W>) -> Result<Self, String> {
        let words = words.into_iter().map(Into::into).collect();
        let mut matcher = self.rule(MatchRule::Command(words))?;
        matcher.has_command_rule = true;
        Ok(matcher)
    }

    /// Changes of files with one of these paths, each a glob; relative ones begin at the session's directory.
    ///
    /// # Errors
    /// A pattern that is none.
    pub fn write<P: Into<String>>(self, patterns: impl IntoIterator<Item = P>) -> Result<Self, String> {
        self.rule(MatchRule::Write(patterns.into_iter().map(Into::into).collect()))
    }

    /// Tools of MCP servers: `server/tool`, `server/*` or `*`.
    ///
    /// # Errors
    /// A pattern that is none.
    pub fn mcp(self, pattern: impl Into<String>) -> Result<Self, String> {
        self.rule(MatchRule::Mcp(pattern.into()))
    }

    /// Requests for access to these hosts.
    ///
    /// # Errors
    /// A pattern that is none.
    pub fn network(self, pattern: impl Into<String>) -> Result<Self, String> {
        self.rule(MatchRule::Network(pattern.into()))
    }

    /// All tools of a kind: `command`, `file_change`, `mcp`, `dynamic`, `permissions`, `question` or `other`.
    ///
    /// # Errors
    /// Another word.
    pub fn kind(mut self, kind: &str) -> Result<Self, String> {
        if !Self::KINDS.contains(&kind) {
            let kinds = Self::KINDS.join(", ");
            return Err(format!("unknown kind `{kind}`; possible values: {kinds}"));
        }
        self.kinds.push(kind.to_owned());
        Ok(self)
    }

    /// Only in this directory and below. It has to be absolute.
    ///
    /// # Errors
    /// A relative path.
    pub fn within(mut self, directory: impl Into<PathBuf>) -> Result<Self, String> {
        let directory = directory.into();
        if !directory.is_absolute() {
            return Err(format!("`{}` must be an absolute path", directory.display()));
        }
        self.within = Some(directory.canonicalize().unwrap_or(directory));
        Ok(self)
    }

    fn rule(mut self, rule: MatchRule) -> Result<Self, String> {
        self.rules.extend(Policy::matching(rule)?);
        Ok(self)
    }

    /// Whether it is about tools only.
    fn is_of_tools(&self) -> bool {
        !self.rules.is_empty() || !self.kinds.is_empty()
    }

    /// Refuses a matcher that could never match in these phases.
    pub(super) fn check(&self, phases: &[Phase]) -> Result<(), String> {
        match phases.iter().find(|phase| !phase.is_of_tool()) {
            Some(phase) if self.is_of_tools() => Err(format!(
                "its matcher is about tools, and would never match in {phase}"
            )),
            _ => Ok(()),
        }
    }

    /// Whether a hook is called for this.
    pub fn matches(&self, context: &HookContext) -> bool {
        if let Some(within) = &self.within
            && !is_within(&context.cwd, within)
        {
            return false;
        }
        if !self.is_of_tools() {
            return true;
        }
        let Some(tool_use) = &context.tool_use else {
            return false;
        };
        let kind = match &tool_use.tool {
            Tool::Command { .. } => "command",
            Tool::FileChange { .. } => "file_change",
            Tool::Mcp { .. } => "mcp",
            Tool::Dynamic { .. } => "dynamic",
            Tool::Permissions { .. } => "permissions",
            Tool::Question {} => "question",
            Tool::Other { .. } => "other",
        };
        if self.kinds.iter().any(|wanted| wanted == kind) {
            return true;
        }
        let questions = tool_use.questions();
        let unreadable =
            |question: &Question| matches!(question, Question::Command { line, .. } if line.opaque.is_some());
        (self.has_command_rule && questions.iter().any(unreadable))
            || questions
                .iter()
                .any(|question| self.rules.judge(std::slice::from_ref(question)).decision == Ruling::Deny)
    }
}

fn is_within(directory: &Path, parent: &Path) -> bool {
    let real = directory.canonicalize();
    real.as_deref().unwrap_or(directory).starts_with(parent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::ToolUse;
    use crate::runtime::event::{CommandExecution, FileChange, Item, ItemDetails, ItemStatus};

    fn context(details: ItemDetails) -> HookContext {
        let mut context = HookContext::new(Phase::PostToolUse, "/w");
        context.tool_use = ToolUse::of_item(&Item::new("1", details), Path::new("/w"));
        context
    }

    fn command(line: &str) -> HookContext {
        let command = CommandExecution {
            command: format!("/bin/bash -lc '{line}'"),
            ..CommandExecution::default()
        };
        context(ItemDetails::CommandExecution(command))
    }

    #[test]
    fn a_command_pattern_is_compared_with_each_command_of_the_line() {
        let pushes = HookMatcher::any().command(["git", "push"]).unwrap();
        assert!(pushes.matches(&command("git push origin")));
        assert!(pushes.matches(&command("cd x && env A=1 git push")));
        assert!(pushes.matches(&command("sh -c \"git push\"")));
        assert!(!pushes.matches(&command("git status")));
        // What it runs is not known.
        assert!(pushes.matches(&command("$RUN push")));
    }

    #[test]
    fn paths_and_tools_are_compared_as_a_policy_does() {
        let sources = HookMatcher::any().write(["src/**"]).unwrap();
        let change = |path: &str| {
            context(ItemDetails::FileChange {
                changes: vec![FileChange::new(path, "update", "")],
                status: ItemStatus::Completed,
            })
        };
        assert!(sources.matches(&change("/w/src/a.rs")));
        assert!(!sources.matches(&change("/w/docs/a.md")));
        assert!(!sources.matches(&command("ls")));
        let mut call = change("/w/x");
        call.tool_use = ToolUse::of_item(
            &Item::new(
                "1",
                ItemDetails::McpToolCall {
                    server: "db".to_owned(),
                    tool: "drop".to_owned(),
                    arguments: serde_json::Value::Null,
                    result: serde_json::Value::Null,
                    error: serde_json::Value::Null,
                    status: ItemStatus::Completed,
                },
            ),
            Path::new("/w"),
        );
        assert!(HookMatcher::any().mcp("db/*").unwrap().matches(&call));
        assert!(!HookMatcher::any().mcp("web/*").unwrap().matches(&call));
        assert!(HookMatcher::any().kind("mcp").unwrap().matches(&call));
    }

    #[test]
    fn a_matcher_that_could_never_match_is_refused() {
        let pushes = HookMatcher::any().command(["git", "push"]).unwrap();
        assert!(pushes.check(&[Phase::PreToolUse]).is_ok());
        assert!(pushes.check(&[Phase::PreTurn]).unwrap_err().contains("pre-turn"));
        assert!(HookMatcher::any().check(&[Phase::PreTurn]).is_ok());
        assert!(HookMatcher::any().kind("commands").is_err());
        assert!(HookMatcher::any().within("relative").is_err());
        assert!(HookMatcher::any().mcp("db").is_err());
    }

    #[test]
    fn a_directory_limits_any_hook() {
        let here = HookMatcher::any().within("/w").unwrap();
        assert!(here.matches(&HookContext::new(Phase::PreTurn, "/w/below")));
        assert!(!here.matches(&HookContext::new(Phase::PreTurn, "/wider")));
    }
}
