//! Approvals against the real server: asked at a terminal and from other processes, answered once, with its effect. What
//! the tests of all sides share is here.

mod crashes;
mod documents;
mod elsewhere;
mod inbox;
mod nobody;
mod policy;
mod terminal;
mod tricks;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use turnwise::demo::{Responder, Step};

use crate::support::codex::version;
use crate::support::{Running, Test, left_out, until};

/// A kind of request, the steps that make the agent ask it, and what shows its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Command,
    FileChange,
    Permission,
    Question,
    Form,
    McpTool,
}

pub(crate) const KINDS: [Kind; 6] = [
    Kind::Command,
    Kind::FileChange,
    Kind::Permission,
    Kind::Question,
    Kind::Form,
    Kind::McpTool,
];

/// The versions that cannot ask each kind.
const MISSING_IN: [&[&str]; 6] = [&[], &[], &["0.104.0"], &["0.104.0"], &["0.104.0"], &["0.104.0"]];

fn is_one_of(versions: &[&str]) -> bool {
    versions.contains(&version().as_str())
}

/// A change of files as the model asks for it; the oldest server knows it only as a command.
fn patch(input: &str) -> Step {
    if is_one_of(&["0.104.0"]) {
        return Step::command(&format!("apply_patch <<'EOF'\n{input}\nEOF"));
    }
    Step::Custom {
        name: "apply_patch".to_owned(),
        input: input.to_owned(),
    }
}

/// The kinds that the server under test can ask.
fn kinds() -> impl Iterator<Item = Kind> {
    KINDS.into_iter().filter(|kind| kind.exists())
}

/// What runs have to say for the agent to be able to ask.
pub(crate) const ASKING: [&str; 3] = ["run", "--approval", "on-request"];

impl Kind {
    /// Whether the server under test can ask it; says so if not.
    fn exists(self) -> bool {
        let exists = !is_one_of(MISSING_IN[self as usize]);
        if !exists {
            left_out(&format!("this server asks nothing of the kind {self:?}"));
        }
        exists
    }

    fn steps(self) -> Vec<Step> {
        let call = |name: &str, arguments: Value| Step::Call {
            name: name.to_owned(),
            arguments,
            namespace: None,
        };
        vec![match self {
            Self::Command => Step::escalated("echo made > made", "It has to be made."),
            Self::FileChange => patch("*** Begin Patch\n*** Add File: made\n+made\n*** End Patch"),
            Self::Permission => call(
                "request_permissions",
                json!({ "reason": "To write there.", "permissions": { "file_system": { "write": ["/var/tmp"] } } }),
            ),
            Self::Question => call(
                "request_user_input",
                json!({ "questions": [{ "id": "colour", "header": "Colour", "question": "Which colour?", "options": [
                    { "label": "Blue (Recommended)", "description": "like the sky" },
                    { "label": "Red", "description": "like a rose" },
                ] }] }),
            ),
            Self::Form | Self::McpTool => {
                let tool = if self == Self::Form { "form" } else { "echo" };
                let old = is_one_of(&["0.125.0"]);
                Step::Call {
                    name: tool.to_owned(),
                    arguments: json!({ "text": "hello" }),
                    namespace: Some(if old { "mcp__tiny__" } else { "mcp__tiny" }.to_owned()),
                }
            }
        }]
    }

    /// A run that asks this `times` times, and then says "finished".
    pub(crate) fn test(self, times: usize) -> Test {
        let mut rounds = (0..times).map(|_| self.steps()).collect::<Vec<_>>();
        rounds.push(vec![Step::text("finished")]);
        let server = PathBuf::from(env!("CARGO_BIN_EXE_turnwise"))
            .with_file_name("examples")
            .join("mcp-server");
        let mut config =
            "[features]\nrequest_permissions_tool = true\ndefault_mode_request_user_input = true\n"
                .to_owned();
        if matches!(self, Self::Form | Self::McpTool) {
            // A form is the server's question; the tool that asks it needs no approval of its own.
            let mode = if self == Self::Form {
                "[mcp_servers.tiny.tools.form]\napproval_mode = \"approve\"\n"
            } else {
                ""
            };
            write!(
                config,
                "[mcp_servers.tiny]\ncommand = {:?}\nenv_vars = [\"TURNWISE_MCP_LOG\"]\n{mode}",
                server.display().to_string()
            )
            .unwrap();
        }
        let mut test = Test::responding(by_outputs(rounds), "");
        let path = test.codex_home().join("config.toml");
        let existing = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{existing}\n{config}")).unwrap();
        let log = test.work().join("mcp.log");
        test.set("TURNWISE_MCP_LOG", log);
        test
    }

    /// How `approve` says yes to it, after the id.
    fn yes(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Question => ("answer", &["colour=2"]),
            Self::Form => ("answer", &["name=it", "size=3", "colour=blue"]),
            _ => ("accept", &[]),
        }
    }

    /// Checks that it happened, or did not.
    #[track_caller]
    fn effect(self, test: &Test, happened: bool) {
        let made = test.work().join("made");
        let log = std::fs::read_to_string(test.work().join("mcp.log")).unwrap_or_default();
        let told = last_output(test);
        let found = match self {
            Self::Command | Self::FileChange => made.exists(),
            Self::McpTool => log.contains("hello"),
            Self::Form => log.contains(r#""name":"it""#) && log.contains(r#""size":3"#),
            Self::Question => told.contains(r#"["Red"]"#),
            Self::Permission => told.contains(r#""write":["/var/tmp"]"#),
        };
        assert_eq!(found, happened, "{self:?}: log {log:?}, told {told}");
    }
}

/// Plays rounds by the calls that were made so far: a reason for a no is a message of the user's and begins no turn.
pub(crate) fn by_outputs(rounds: Vec<Vec<Step>>) -> Arc<Responder> {
    Arc::new(move |request| {
        let done = outputs(&request.body).len();
        rounds
            .get(done)
            .cloned()
            .unwrap_or_else(|| vec![Step::text("finished")])
    })
}

/// What the model was told of its calls.
fn outputs(body: &Value) -> Vec<String> {
    let items = body["input"].as_array().unwrap().iter();
    items
        .filter(|item| {
            item["type"]
                .as_str()
                .is_some_and(|kind| kind.ends_with("_output"))
        })
        .map(|item| {
            item["output"]
                .as_str()
                .map_or(item["output"].to_string(), str::to_owned)
        })
        .collect()
}

fn last_output(test: &Test) -> String {
    let last = test.requests().last().map(|request| outputs(&request.body));
    last.and_then(|mut outputs| outputs.pop()).unwrap_or_default()
}

/// A run that waits for `approve`.
fn waiting(test: &Test) -> Running {
    waiting_in(test, &[])
}

fn waiting_in(test: &Test, options: &[&str]) -> Running {
    let mut arguments = ASKING.to_vec();
    arguments.extend(["--on-approval", "wait", "--format", "jsonl"]);
    arguments.extend(options);
    arguments.push("x");
    test.spawn(&arguments)
}

/// What waits, once so many do.
#[track_caller]
pub(crate) fn waiting_ids(test: &Test, count: usize) -> Vec<String> {
    until(|| {
        let listed = test.run(&["approve", "list", "--json"]).exits(0).json();
        let ids = listed["approvals"].as_array().unwrap().iter();
        let ids = ids
            .map(|approval| approval["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>();
        (ids.len() == count).then_some(ids)
    })
}

/// Runs `approve VERB ID …`.
fn approve(test: &Test, verb: &str, id: &str, more: &[&str]) -> crate::support::Outcome {
    let mut arguments = vec!["approve", verb, id];
    arguments.extend(more);
    test.run(&arguments)
}

/// How often the agent asked.
fn asked(lines: &[Value]) -> usize {
    lines
        .iter()
        .filter(|line| line["type"] == "approval.requested")
        .count()
}
