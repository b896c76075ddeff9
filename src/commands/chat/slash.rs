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
    ("help", "", "this list"),
    ("status", "", "the session, and what is in force"),
    (
        "model",
        "[NAME]",
        "the model from the next turn on; without NAME: which there are",
    ),
    ("effort", "[LEVEL]", "the reasoning effort from the next turn on"),
    (
        "approvals",
        "",
        "when the agent has to ask, who answers, and what was asked",
    ),
    ("diff", "", "what the last turn changed"),
    ("compact", "", "make the context shorter, by a summary of it"),
    ("rename", "NAME", "name the session"),
    ("fork", "", "go on in a copy; the original stays as it is"),
    ("quit", "", "leave; so does Ctrl-D"),
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
            return Input::Wrong(format!("/{known} takes nothing"));
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
        None => "/help lists the commands; with a blank before it, it is said to the agent".to_owned(),
    };
    format!("there is no /{unknown}; {advice}")
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
            ("/etc/hosts is wrong", "blank"),
            ("/fork now", "takes nothing"),
            ("/rename", "NAME"),
        ] {
            let Input::Wrong(message) = parse(line) else {
                panic!("{line}");
            };
            assert!(message.contains(told), "{message}");
        }
    }
}
