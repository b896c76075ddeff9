//! `approve suggest`: rules for what was asked again and again, as text to review. Nothing is applied.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::approval::ApprovalService;
use crate::approval::policy::covers_the_rest;
use crate::approval::shell::read;
use crate::exit::Exit;
use crate::ledger::{ApprovalState, ApprovalSummary, Millis};
use crate::runtime::approval::{CommandDetails, Decision, PendingRequest, RequestDetails};
use crate::text::command_line::unwrapped;
use crate::text::sanitize;
use crate::text::words::count;
use clap::Args;
use serde::Serialize;

use super::list::local;
use super::{print, print_json, service};
use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::tokio_runtime::runtime;

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
    /// Approved command lines that no rule can allow.
    not_covered: &'a [NotCovered],
}

#[derive(Serialize)]
struct Suggestion {
    id: String,
    decision: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mcp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    write: Option<Vec<String>>,
    accepted: usize,
    declined: usize,
    last: String,
    /// The rule as it would stand in a policy file.
    text: String,
}

#[derive(Serialize)]
struct NotCovered {
    summary: String,
    reason: String,
    accepted: usize,
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
    /// A host.
    Network(String),
    /// A file.
    Write(String),
}

/// What a request says about rules.
enum Judged {
    Subjects(Vec<Subject>),
    /// It is a command line that no rule can allow, and why.
    NotCovered(String),
}

/// Requests that were answered by people, counted.
#[derive(Default)]
struct Answers {
    by_subject: BTreeMap<Subject, Counted>,
    /// Approved lines that no rule can allow, with the reason of each and how often it was approved.
    not_covered: BTreeMap<String, (String, usize)>,
}

/// Runs the command.
pub(super) fn run(args: &SuggestArgs, context: &Context) -> Result<Exit, Failure> {
    let service = service(context)?;
    let answers = runtime()?.block_on(answers(&service))?;
    let (suggestions, not_covered) = answers.at_least(args.min.max(1));
    if args.json {
        return print_json(
            context,
            &Document {
                schema: "turnwise.suggestions/1",
                suggestions: &suggestions,
                not_covered: &not_covered,
            },
        );
    }
    for line in &not_covered {
        let times = count(line.accepted, "time");
        let line = format!(
            "Not covered by any rule: {} ({}; approved {times})",
            line.summary, line.reason
        );
        context.note(&sanitize::line(&line));
    }
    if suggestions.is_empty() {
        context.note("No rules to suggest yet.");
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

async fn answers(service: &ApprovalService) -> Result<Answers, Failure> {
    let mut answers = Answers::default();
    for listed in service.latest(LATEST).await? {
        let Some(accepted) = by_a_person(&listed) else {
            continue;
        };
        // The line of these does not have everything.
        let judged = if listed.kind == "file_change" || listed.summary.starts_with("reach ") {
            match service.request(&listed.id).await {
                Ok(record) => judged(&record.pending),
                // It was removed meanwhile.
                Err(_) => continue,
            }
        } else {
            judged_by_line(&listed)
        };
        answers.add(&listed, judged, accepted);
    }
    Ok(answers)
}

impl Answers {
    fn add(&mut self, listed: &ApprovalSummary, judged: Judged, accepted: bool) {
        let subjects = match judged {
            Judged::Subjects(subjects) => subjects,
            Judged::NotCovered(reason) => {
                if accepted {
                    let line = self.not_covered.entry(listed.summary.clone());
                    line.or_insert((reason, 0)).1 += 1;
                }
                return;
            }
        };
        for subject in subjects {
            let counts = self.by_subject.entry(subject).or_default();
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

    /// Those with at least so many equal answers and no other.
    fn at_least(self, least: usize) -> (Vec<Suggestion>, Vec<NotCovered>) {
        let unanimous = self.by_subject.into_iter().filter(|(_, counts)| {
            (counts.accepted >= least && counts.declined == 0)
                || (counts.declined >= least && counts.accepted == 0)
        });
        let suggestions = unanimous.map(|(subject, counts)| suggestion(subject, &counts));
        let not_covered = self.not_covered.into_iter();
        let not_covered = not_covered.map(|(summary, (reason, accepted))| NotCovered {
            summary,
            reason,
            accepted,
        });
        let not_covered = not_covered.filter(|line| line.accepted >= least);
        (suggestions.collect(), not_covered.collect())
    }
}

/// What rules can say about a request that lists show in full.
fn judged_by_line(listed: &ApprovalSummary) -> Judged {
    match listed.kind.as_str() {
        "command" => command(&listed.summary),
        "elicitation" => match listed.summary.split_once(' ') {
            Some((tool, arguments)) if tool.contains('/') && arguments.starts_with('{') => {
                Judged::Subjects(vec![Subject::Mcp(tool.to_owned())])
            }
            _ => Judged::Subjects(Vec::new()),
        },
        _ => Judged::Subjects(Vec::new()),
    }
}

/// The same by all that was asked.
fn judged(pending: &PendingRequest) -> Judged {
    match pending.details() {
        RequestDetails::Command(CommandDetails {
            network: Some((host, _)),
            ..
        }) => Judged::Subjects(vec![Subject::Network(host)]),
        RequestDetails::Command(asked) => command(&unwrapped(&asked.line)),
        RequestDetails::FileChange { changes, .. } => {
            let files = changes
                .into_iter()
                .flat_map(|change| [Some(change.path), change.move_path]);
            // What is a pattern in a rule would be about other files.
            let plain = files
                .flatten()
                .filter(|path| !path.contains(['*', '?', '[', ']', '{', '}', '\\']));
            Judged::Subjects(plain.map(Subject::Write).collect())
        }
        _ => Judged::Subjects(Vec::new()),
    }
}

fn command(line: &str) -> Judged {
    let line = read(line);
    if let Some(reason) = line.opaque {
        return Judged::NotCovered(reason);
    }
    let commands = line.commands.into_iter().filter(|command| !command.is_setting);
    let mut subjects = commands
        .map(|command| Subject::Command(beginning(command.words)))
        .collect::<Vec<_>>();
    subjects.sort();
    subjects.dedup();
    Judged::Subjects(subjects)
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
    let (mut command, mut mcp, mut network, mut write) = (None, None, None, None);
    let (name, matcher) = match subject {
        Subject::Command(words) => {
            let quoted = words.iter().map(|word| quote(word)).collect::<Vec<_>>();
            let named = (words.join(" "), format!("command = [{}]", quoted.join(", ")));
            command = Some(words);
            named
        }
        Subject::Mcp(tool) => {
            let matcher = format!("mcp = {}", quote(&tool));
            (mcp.insert(tool).clone(), matcher)
        }
        Subject::Network(host) => {
            let matcher = format!("network = {}", quote(&host));
            (network.insert(host).clone(), matcher)
        }
        Subject::Write(path) => {
            let matcher = format!("write = [{}]", quote(&path));
            write = Some(vec![path.clone()]);
            (path, matcher)
        }
    };
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "\n# {} {}, last {}: {}\n[[rule]]\ndecision = \"{decision}\"\n{}\n",
        count(counts.accepted.max(counts.declined), "time"),
        if counts.accepted > 0 {
            "approved"
        } else {
            "declined"
        },
        local(counts.last),
        sanitize::line(&counts.example),
        sanitize::line(&matcher),
    );
    Suggestion {
        id: name,
        decision,
        command,
        mcp,
        network,
        write,
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
