//! `turnwise rpc pipe`: foreign clients on its stdin and stdout.

use std::collections::BTreeSet;
use std::process::Stdio;

use rustix::process::Signal;
use serde_json::{Value, json};
use turnwise::demo::Step;

use crate::support::listening::over_every_transport;
use crate::support::{Running, Test, codex, left_out};

/// A client in another language, as somebody would write it in a quarter of an hour: it starts a thread and a turn,
/// accepts what it is asked, and prints the answer.
const CLIENT: &str = r#"
const { spawn } = require("node:child_process");
const pipe = spawn(process.argv[1], ["rpc", "pipe"], { stdio: ["pipe", "pipe", "inherit"] });
const send = (message) => pipe.stdin.write(JSON.stringify(message) + "\n");
let asked = 0;
const handle = (message) => {
  if (message.id === "thread") {
    send({ id: "turn", method: "turn/start", params: {
      threadId: message.result.thread.id, input: [{ type: "text", text: "go" }] } });
  } else if (message.method === "item/commandExecution/requestApproval") {
    asked += 1;
    send({ id: message.id, result: { decision: "accept" } });
  } else if (message.method === "item/completed" && message.params.item.type === "agentMessage") {
    console.log(message.params.item.text);
  } else if (message.method === "turn/completed") {
    console.log(`${message.params.turn.status} after ${asked} question`);
    pipe.stdin.end();
  }
};
let rest = "";
pipe.stdout.on("data", (bytes) => {
  const lines = (rest + bytes).split("\n");
  rest = lines.pop();
  lines.forEach((line) => handle(JSON.parse(line)));
});
pipe.on("exit", (code) => console.log(`exit ${code}`));
send({ id: "thread", method: "thread/start", params: { approvalPolicy: "on-request", sandbox: "read-only" } });
"#;

#[test]
fn a_script_in_another_language_drives_a_whole_turn_and_answers_its_question() {
    let steps = vec![
        vec![Step::escalated("echo made > made", "It has to be made.")],
        vec![Step::text("It is made.")],
    ];
    let test = Test::rounds(steps);
    let mut node = test.other("node");
    node.args(["-e", CLIENT, env!("CARGO_BIN_EXE_turnwise")]);
    let outcome = Running::start(node).wait();
    assert_eq!(
        outcome.exits(0).stdout,
        "It is made.\ncompleted after 1 question\nexit 0\n",
        "{}",
        outcome.stderr
    );
    assert!(test.work().join("made").exists());
    test.nothing_is_left();
}

/// How much memory the program may have had at most, in bytes: a hundred replies of a few KiB, and the program itself.
const BOUND: u64 = 96 << 20;

/// The most memory that a process has had so far, in bytes.
fn peak(process: &Running) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    let kib = line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap();
    kib << 10
}

#[test]
fn a_thousand_lines_at_once_all_get_a_reply_in_bounded_memory_over_any_connection() {
    let lines = (0..1_000)
        .map(|id| json!({ "id": id, "method": "model/list", "params": { "limit": 1 } }).to_string() + "\n")
        .collect::<String>();
    for (test, listening) in over_every_transport("unused") {
        let mut pipe = talking(&test, listening.as_ref().map(|listening| listening.url.as_str()));
        pipe.say(&lines);
        let is_reply = |line: &Value| line["result"]["data"].is_array();
        let replies = |text: &str| {
            let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
            let lines = whole
                .lines()
                .map(|line| serde_json::from_str::<Value>(line).unwrap());
            lines
                .filter(is_reply)
                .filter_map(|line| line["id"].as_i64())
                .collect::<BTreeSet<_>>()
        };
        pipe.wait_until_stdout("a reply to each", |text| replies(text).len() == 1_000);
        let most = peak(&pipe);
        assert!(most < BOUND, "{most} bytes");
        pipe.close_stdin();
        let outcome = pipe.wait();
        let replied = outcome.exits(0).json_lines().into_iter().filter(is_reply).count();
        assert_eq!(replied, 1_000);
    }
}

#[test]
fn a_line_without_an_end_is_refused_and_eats_no_memory() {
    let test = Test::answering("unused");
    let mut pipe = talking(&test, None);
    let mebibyte = "x".repeat(1 << 20);
    for _ in 0..300 {
        pipe.say(&mebibyte);
    }
    pipe.say("\n{\"id\":1,\"method\":\"model/list\",\"params\":{}}\n");
    pipe.wait_for_stdout("\"id\":1");
    let most = peak(&pipe);
    // The longest line that is taken is 64 MiB, and a buffer grows by doubling.
    assert!(most < BOUND + (128 << 20), "{most} bytes");
    pipe.close_stdin();
    let lines = pipe.wait().exits(0).json_lines();
    let refused = lines.iter().find(|line| line["error"].is_object()).unwrap();
    assert_eq!(
        (&refused["id"], &refused["error"]["code"]),
        (&Value::Null, &json!(-32600))
    );
    assert!(
        refused["error"]["message"]
            .as_str()
            .unwrap()
            .contains("line 1 is longer than 64 MiB")
    );
}

#[test]
fn what_the_server_would_drop_without_a_word_gets_an_error() {
    let test = Test::answering("unused");
    let lines = "{\n\n[1]\n{\"id\":1.5,\"method\":\"model/list\",\"params\":{}}\n";
    let outcome = test.run_with_stdin(&["rpc", "pipe"], lines);
    let codes = outcome
        .exits(0)
        .json_lines()
        .iter()
        .filter(|line| line["id"] == Value::Null && line["error"].is_object())
        .map(|line| line["error"]["code"].as_i64().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(codes, [-32700, -32600, -32600]);
}

#[test]
fn the_experimental_api_is_there_when_it_is_asked_for() {
    if codex::is_oldest() {
        return left_out("the oldest server gives the experimental API to everybody");
    }
    let test = Test::answering("unused");
    let line = "{\"id\":1,\"method\":\"thread/start\",\"params\":{\"dynamicTools\":[]}}\n";
    let reply = |arguments: &[&str]| {
        let outcome = test.run_with_stdin(arguments, line);
        let lines = outcome.exits(0).json_lines();
        lines.into_iter().find(|line| line["id"] == 1).unwrap()
    };
    assert!(reply(&["rpc", "pipe"])["error"].is_object());
    assert!(reply(&["rpc", "pipe", "--experimental"])["result"].is_object());
}

/// A client that goes on: its stdin stays open.
fn talking(test: &Test, url: Option<&str>) -> Running {
    let mut command = test.command(&["rpc", "pipe"]);
    command.args(url.into_iter().flat_map(|url| ["--connect", url]));
    command.stdin(Stdio::piped());
    Running::start(command)
}

#[test]
fn a_server_that_dies_ends_the_pipe_with_an_error() {
    let test = Test::fault("die-after:thread/start");
    let mut pipe = talking(&test, None);
    pipe.say("{\"id\":1,\"method\":\"thread/start\",\"params\":{}}\n");
    let outcome = pipe.wait();
    assert!(
        outcome.exits(3).stderr.contains("codex app-server is gone"),
        "{}",
        outcome.stderr
    );
    assert_eq!(outcome.json_lines()[0]["id"], 1);
    test.nothing_is_left();
}

#[test]
fn a_signal_ends_the_pipe_and_the_server() {
    let test = Test::answering("unused");
    let mut pipe = talking(&test, None);
    pipe.say("{\"id\":1,\"method\":\"model/list\",\"params\":{}}\n");
    pipe.wait_for_stdout("\"id\":1");
    pipe.signal(Signal::TERM);
    pipe.wait().exits(143);
    test.nothing_is_left();
}
