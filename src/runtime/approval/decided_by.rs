//! Who decided a request. One word or name wherever it is written: in events, in reports and in the ledger.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Who decided a request.
///
/// It is written as text (see [`Display`](fmt::Display)) and read from it. A name that is one of the words below is read as
/// that word.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
#[non_exhaustive]
pub enum DecidedBy {
    /// `flag`: an option that answers everything in the same way. The library's default answers so, too.
    Flag,
    /// `policy RULE`: a rule of the policy, as `FILE:LINE`.
    Policy(String),
    /// `hook NAME`: a hook of the user's.
    Hook(String),
    /// `terminal`: the person at the terminal of the run.
    Terminal,
    /// `interrupt`: the person at the terminal of the run pressed Ctrl-C.
    Interrupt,
    /// `application`: the program that embeds the runtime.
    Application,
    /// `deadline`: nobody, in the time that there was.
    Deadline,
    /// `nobody`: whoever would have decided is gone.
    Nobody,
    /// `invalid answer`: the answer did not fit the request, which was cancelled.
    InvalidAnswer,
    /// `server`: the server closed the request by itself.
    Server,
    /// A name: of a user who answered, or what an embedding program calls its rules.
    Named(String),
}

/// How a rule's name begins.
const POLICY: &str = "policy ";
/// How a hook's name begins.
const HOOK: &str = "hook ";

impl DecidedBy {
    /// Whether a rule or an option decided, as somebody had arranged beforehand, and no person at that moment.
    pub fn is_automatic(&self) -> bool {
        matches!(self, Self::Flag | Self::Policy(_) | Self::Hook(_))
    }
}

impl fmt::Display for DecidedBy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Flag => "flag",
            Self::Policy(rule) => return write!(formatter, "{POLICY}{rule}"),
            Self::Hook(name) => return write!(formatter, "{HOOK}{name}"),
            Self::Terminal => "terminal",
            Self::Interrupt => "interrupt",
            Self::Application => "application",
            Self::Deadline => "deadline",
            Self::Nobody => "nobody",
            Self::InvalidAnswer => "invalid answer",
            Self::Server => "server",
            Self::Named(name) => name,
        })
    }
}

impl From<&str> for DecidedBy {
    fn from(text: &str) -> Self {
        match text {
            "flag" => Self::Flag,
            "terminal" => Self::Terminal,
            "interrupt" => Self::Interrupt,
            "application" => Self::Application,
            "deadline" => Self::Deadline,
            "nobody" => Self::Nobody,
            "invalid answer" => Self::InvalidAnswer,
            "server" => Self::Server,
            _ => match (text.strip_prefix(POLICY), text.strip_prefix(HOOK)) {
                (Some(rule), _) => Self::Policy(rule.to_owned()),
                (None, Some(name)) => Self::Hook(name.to_owned()),
                (None, None) => Self::Named(text.to_owned()),
            },
        }
    }
}

impl From<String> for DecidedBy {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<DecidedBy> for String {
    fn from(by: DecidedBy) -> Self {
        by.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_written_as_one_text_and_read_from_it() {
        let all = [
            (DecidedBy::Flag, "flag"),
            (
                DecidedBy::Policy("/home/me/policy.toml:2".to_owned()),
                "policy /home/me/policy.toml:2",
            ),
            (DecidedBy::Hook("scan".to_owned()), "hook scan"),
            (DecidedBy::Terminal, "terminal"),
            (DecidedBy::Interrupt, "interrupt"),
            (DecidedBy::Application, "application"),
            (DecidedBy::Deadline, "deadline"),
            (DecidedBy::Nobody, "nobody"),
            (DecidedBy::InvalidAnswer, "invalid answer"),
            (DecidedBy::Server, "server"),
            (DecidedBy::Named("anna".to_owned()), "anna"),
        ];
        for (by, text) in all {
            assert_eq!(serde_json::to_value(&by).unwrap(), text);
            assert_eq!(serde_json::from_value::<DecidedBy>(text.into()).unwrap(), by);
        }
    }

    #[test]
    fn only_rules_and_options_decide_automatically() {
        assert!(DecidedBy::Flag.is_automatic() && DecidedBy::Policy(String::new()).is_automatic());
        assert!(!DecidedBy::Terminal.is_automatic() && !DecidedBy::from("policyholder").is_automatic());
    }
}
