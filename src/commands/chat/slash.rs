//! What a line typed at a chat means: a prompt, or one of the chat's own commands. Pure.

use strsim::damerau_levenshtein;

/// A line, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Input {
    /// Nothing was said.
    Nothing,
    /// For the agent.
    Prompt(String),
    /// For the chat.
    Command(Command),
    /// Not understood, and why.
    Wrong(String),
}

/// The chat's own commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    Help,
    Status,
    /// Without a name: which there are.
    Model(Option<String>),
    /// Without a level: which there are.
    Effort(Option<String>),
    Approvals,
    Diff,
    Compact,
    Rename(String),
    Fork,
    Quit,
}

/// Each command's name, what follows it, and what it does.
pub(super) const COMMANDS: [(&str, &str, &str); 10] = [
    ("help", "", "list the commands"),
    ("status", "", "show the session and its settings"),
    (
        "model",
        "[NAME]",
        "set the model for the next turns; without NAME, list the models",
    ),
    ("effort", "[LEVEL]", "set the reasoning effort for the next turns"),
    (
        "approvals",
        "",
        "show the approval policy, who answers, and past requests",
    ),
    ("diff", "", "show the changes of the last turn"),
    ("compact", "", "compact the context"),
    ("rename", "NAME", "rename the session"),
    ("fork", "", "continue in a copy; the original is unchanged"),
    ("quit", "", "leave, like Ctrl-D"),
];

/// Understands a line. What begins with a blank is always a prompt.
pub(super) fn parse(line: &str) -> Input {
    if line.trim().is_empty() {
        return Input::Nothing;
    }
    let Some(rest) = line.strip_prefix('/') else {
        return Input::Prompt(line.trim().to_owned());
    };
    let (name, argument) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let argument = Some(argument.trim()).filter(|argument| !argument.is_empty());
    let command = match (name, argument) {
        ("model", name) => Command::Model(name.map(str::to_owned)),
        ("effort", level) => Command::Effort(level.map(str::to_owned)),
        ("rename", Some(name)) => Command::Rename(name.to_owned()),
        ("rename", None) => return Input::Wrong("/rename NAME".to_owned()),
        ("help" | "?", None) => Command::Help,
        ("status", None) => Command::Status,
        ("approvals", None) => Command::Approvals,
        ("diff", None) => Command::Diff,
        ("compact", None) => Command::Compact,
        ("fork", None) => Command::Fork,
        ("quit" | "exit" | "q", None) => Command::Quit,
        (known, Some(_)) if COMMANDS.iter().any(|(name, ..)| *name == known) => {
            return Input::Wrong(format!("/{known} takes no argument"));
        }
        (unknown, _) => return Input::Wrong(wrong(unknown)),
    };
    Input::Command(command)
}

fn wrong(unknown: &str) -> String {
    let nearest = COMMANDS
        .iter()
        .map(|(name, ..)| *name)
        .min_by_key(|name| damerau_levenshtein(name, unknown))
        .filter(|name| damerau_levenshtein(name, unknown) <= 2);
    let advice = match nearest {
        Some(name) => format!("did you mean /{name}?"),
        None => "/help lists the commands; put a space before the / to send it to the agent".to_owned(),
    };
    format!("unknown command /{unknown}; {advice}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_from_prompts() {
        let command = |command| Input::Command(command);
        for (line, input) in [
            ("", Input::Nothing),
            (" \n ", Input::Nothing),
            (" hello\n", Input::Prompt("hello".into())),
            (
                " /etc/hosts is wrong",
                Input::Prompt("/etc/hosts is wrong".into()),
            ),
            ("/help", command(Command::Help)),
            ("/model", command(Command::Model(None))),
            ("/model  a-b ", command(Command::Model(Some("a-b".into())))),
            ("/rename my review", command(Command::Rename("my review".into()))),
            ("/exit", command(Command::Quit)),
        ] {
            assert_eq!(parse(line), input, "{line:?}");
        }
    }

    #[test]
    fn what_is_no_command_is_never_sent_to_the_agent() {
        for (line, told) in [
            ("/hlep", "/help"),
            ("/etc/hosts is wrong", "a space"),
            ("/fork now", "takes no argument"),
            ("/rename", "NAME"),
        ] {
            let Input::Wrong(message) = parse(line) else {
                panic!("{line}");
            };
            assert!(message.contains(told), "{message}");
        }
    }
}
