//! `approve suggest`: rules for what was asked again and again, as text to review. Nothing is applied.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::approval::policy::covers_the_rest;
use crate::approval::shell::read;
use crate::exit::Exit;
use crate::ledger::{ApprovalState, ApprovalSummary, Millis};
use crate::runtime::approval::Decision;
use crate::text::sanitize;
use clap::Args;
use serde::Serialize;

use super::list::local;
use super::{print, print_json, service};
use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::run::runtime;

/// How much of the log is read.
const LATEST: usize = 5_000;

/// Suggest policy rules from past answers
///
/// It lists requests that were always answered the same way. Review them and copy the rules that you want to your policy.toml.
#[derive(Debug, Args)]
pub(crate) struct SuggestArgs {
    /// Minimum number of equal answers
    #[arg(long, value_name = "N", default_value_t = 3)]
    min: usize,
    /// Print JSON (`turnwise.suggestions/1`)
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    suggestions: &'a [Suggestion],
}

#[derive(Serialize)]
struct Suggestion {
    id: String,
    decision: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mcp: Option<String>,
    accepted: usize,
    declined: usize,
    last: String,
    /// The rule as it would stand in a policy file.
    text: String,
}

#[derive(Default)]
struct Counted {
    accepted: usize,
    declined: usize,
    last: Millis,
    example: String,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Command(Vec<String>),
    Mcp(String),
}

/// Runs the command.
pub(super) fn run(args: &SuggestArgs, context: &Context) -> Result<Exit, Failure> {
    let service = service(context)?;
    let log = runtime()?.block_on(service.latest(LATEST))?;
    let suggestions = suggestions(&log, args.min.max(1));
    if args.json {
        return print_json(
            context,
            &Document {
                schema: "turnwise.suggestions/1",
                suggestions: &suggestions,
            },
        );
    }
    if suggestions.is_empty() {
        super::super::say("No rules to suggest yet.");
        return Ok(Exit::Success);
    }
    let mut text =
        "# Suggested from past answers; none is active. Review each, then copy it to your policy.toml.\n\
                    # An allowed command runs without asking, with all your permissions.\n"
            .to_owned();
    for suggestion in &suggestions {
        text.push_str(&suggestion.text);
    }
    print(context, text.as_bytes())
}

fn suggestions(log: &[ApprovalSummary], least: usize) -> Vec<Suggestion> {
    let mut counted = BTreeMap::<Subject, Counted>::new();
    for listed in log {
        let (Some(subjects), Some(accepted)) = (subjects(listed), by_a_person(listed)) else {
            continue;
        };
        for subject in subjects {
            let counts = counted.entry(subject).or_default();
            if accepted {
                counts.accepted += 1;
            } else {
                counts.declined += 1;
            }
            if counts.last < listed.requested_at {
                counts.last = listed.requested_at;
                counts.example.clone_from(&listed.summary);
            }
        }
    }
    let unanimous = counted.into_iter().filter(|(_, counts)| {
        (counts.accepted >= least && counts.declined == 0)
            || (counts.declined >= least && counts.accepted == 0)
    });
    unanimous
        .map(|(subject, counts)| suggestion(subject, &counts))
        .collect()
}

/// What a rule could be about. Nothing for what no rule can judge.
fn subjects(listed: &ApprovalSummary) -> Option<Vec<Subject>> {
    match listed.kind.as_str() {
        "command" => {
            let line = read(&listed.summary);
            if line.opaque.is_some() {
                return None;
            }
            let mut subjects = line
                .commands
                .into_iter()
                .filter(|command| !command.is_setting)
                .map(|command| Subject::Command(beginning(command.words)))
                .collect::<Vec<_>>();
            subjects.sort();
            subjects.dedup();
            Some(subjects)
        }
        "elicitation" => {
            let (tool, arguments) = listed.summary.split_once(' ')?;
            (tool.contains('/') && arguments.starts_with('{')).then(|| vec![Subject::Mcp(tool.to_owned())])
        }
        _ => None,
    }
}

/// The program, and its subcommand if the second word looks like one; all words where a rule for these would not cover them.
fn beginning(mut words: Vec<String>) -> Vec<String> {
    let is_name = |word: &String| {
        word.chars()
            .all(|character| character.is_ascii_alphanumeric() || character == '-')
            && !word.starts_with('-')
    };
    let keep = if words.get(1).is_some_and(is_name) { 2 } else { 1 };
    if covers_the_rest(&words, keep) {
        words.truncate(keep);
    }
    words
}

/// Whether a person said yes; nothing where a rule or a flag answered, or nobody.
fn by_a_person(listed: &ApprovalSummary) -> Option<bool> {
    let answer = listed
        .answer
        .as_ref()
        .filter(|_| listed.state == ApprovalState::Answered)?;
    if answer.by.is_automatic() {
        return None;
    }
    match answer.decision {
        Decision::Accept
        | Decision::AcceptForSession
        | Decision::AcceptAlways
        | Decision::AcceptWithRule(_) => Some(true),
        Decision::Decline | Decision::Cancel => Some(false),
        _ => None,
    }
}

fn suggestion(subject: Subject, counts: &Counted) -> Suggestion {
    let decision = if counts.accepted > 0 { "allow" } else { "deny" };
    let quote = |text: &str| serde_json::to_string(text).unwrap_or_default();
    let (command, mcp, matcher) = match subject {
        Subject::Command(words) => {
            let quoted = words
                .iter()
                .map(|word| quote(word))
                .collect::<Vec<_>>()
                .join(", ");
            (Some(words), None, format!("command = [{quoted}]"))
        }
        Subject::Mcp(tool) => {
            let matcher = format!("mcp = {}", quote(&tool));
            (None, Some(tool), matcher)
        }
    };
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "\n# {} times {}, last {}: {}\n[[rule]]\ndecision = \"{decision}\"\n{}\n",
        counts.accepted.max(counts.declined),
        if counts.accepted > 0 {
            "approved"
        } else {
            "declined"
        },
        local(counts.last),
        sanitize::line(&counts.example),
        sanitize::line(&matcher),
    );
    let name = command
        .as_ref()
        .map(|words| words.join(" "))
        .or_else(|| mcp.clone());
    Suggestion {
        id: name.unwrap_or_default(),
        decision,
        command,
        mcp,
        accepted: counts.accepted,
        declined: counts.declined,
        last: crate::approval::notify::rfc3339(counts.last),
        text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_proposed_with_as_many_words_as_it_needs_to_cover_the_command() {
        let proposed = |line: &str| beginning(line.split(' ').map(str::to_owned).collect()).join(" ");
        assert_eq!(proposed("git log --oneline -3"), "git log");
        assert_eq!(proposed("ls -la"), "ls");
        assert_eq!(proposed("git log --output=x"), "git log --output=x");
        assert_eq!(proposed("my-tool sub --all"), "my-tool sub --all");
    }
}
