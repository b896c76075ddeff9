//! The moments at which hooks are called.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A moment at which hooks are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Phase {
    /// Before a run of the command line: its prompt is known, Codex is not started yet. A program that embeds the library has
    /// `PreSessionStart` and `PreTurn`.
    PreRun,
    /// After a run of the command line, with its report.
    PostRun,
    /// Before a session is started or resumed.
    PreSessionStart,
    /// After a session was started or resumed.
    PostSessionStart,
    /// Before a turn, with its prompt.
    PreTurn,
    /// After a turn, with its report.
    PostTurn,
    /// Before a tool is used: a command, a change of files, a call of a tool, a request for permissions.
    PreToolUse,
    /// After a tool was used, with its outcome.
    PostToolUse,
}

impl Phase {
    /// All phases, in the order in which they occur.
    pub const ALL: [Self; 8] = [
        Self::PreRun,
        Self::PreSessionStart,
        Self::PostSessionStart,
        Self::PreTurn,
        Self::PreToolUse,
        Self::PostToolUse,
        Self::PostTurn,
        Self::PostRun,
    ];

    /// Its name in configurations and documents, such as `pre-tool-use`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PreRun => "pre-run",
            Self::PostRun => "post-run",
            Self::PreSessionStart => "pre-session-start",
            Self::PostSessionStart => "post-session-start",
            Self::PreTurn => "pre-turn",
            Self::PostTurn => "post-turn",
            Self::PreToolUse => "pre-tool-use",
            Self::PostToolUse => "post-tool-use",
        }
    }

    /// Whether something is about to happen that a hook can block.
    pub fn is_before(self) -> bool {
        matches!(
            self,
            Self::PreRun | Self::PreSessionStart | Self::PreTurn | Self::PreToolUse
        )
    }

    /// Whether it is about a tool.
    pub fn is_of_tool(self) -> bool {
        matches!(self, Self::PreToolUse | Self::PostToolUse)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Phase {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|phase| phase.as_str() == text);
        known.ok_or_else(|| {
            let names = Self::ALL.map(Self::as_str).join(", ");
            format!("unknown phase `{text}`; possible values: {names}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_is_written() {
        for phase in Phase::ALL {
            assert_eq!(phase.as_str().parse(), Ok(phase));
            let json = serde_json::to_value(phase).unwrap();
            assert_eq!(json, phase.as_str());
        }
        assert!("pre_run".parse::<Phase>().unwrap_err().contains("pre-run, "));
    }
}
