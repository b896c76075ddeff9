//! The faults, and at which point of a turn each strikes.

use std::cell::Cell;
use std::io::{self, Write};
use std::process::{Command, Stdio, exit};
use std::time::Duration;

use serde_json::{Value, json};

use crate::flood;
use crate::lines::{THREAD, TURN, delta, end, item, notify, raw, reply, send, turn, usage};

/// A fault and its argument.
pub(crate) struct Fault {
    name: String,
    argument: String,
    /// How often something happened that the fault counts.
    count: Cell<usize>,
}

impl Fault {
    pub(crate) fn from_env() -> Self {
        let fault = std::env::var("TURNWISE_FAULT").unwrap_or_default();
        let (name, argument) = fault.split_once(':').unwrap_or((&fault, ""));
        Self {
            name: name.to_owned(),
            argument: argument.to_owned(),
            count: Cell::new(0),
        }
    }

    fn is(&self, name: &str) -> bool {
        self.name == name
    }

    fn number(&self) -> usize {
        self.argument.parse().unwrap_or_default()
    }

    /// The version that it reports.
    pub(crate) fn version(&self) -> &str {
        if self.is("version") {
            &self.argument
        } else {
            "0.169.0"
        }
    }

    /// Before anything is read.
    pub(crate) fn at_start(&self) {
        match self.name.as_str() {
            "exit-at-start" => {
                let _ = writeln!(io::stderr(), "\u{1b}[31mERROR\u{1b}[0m cannot open the config");
                exit(7);
            }
            "late" => std::thread::sleep(Duration::from_millis(300)),
            "deaf" => std::thread::sleep(Duration::from_secs(600)),
            "flood-stderr" => {
                std::thread::spawn(|| {
                    let line = format!("{}\n", "noise ".repeat(200));
                    while io::stderr().write_all(line.as_bytes()).is_ok() {}
                });
            }
            "stubborn" => ignore_sigterm(),
            _ => {}
        }
    }

    /// When it is asked for its schema.
    pub(crate) fn at_schema(&self) {
        if self.is("schema-hangs") {
            std::thread::sleep(Duration::from_secs(600));
        }
    }

    /// Floods from here on, if this is the point.
    fn flood_at(&self, point: &str) {
        if self.is("flood")
            && let Some((at, what)) = self.argument.split_once('+')
            && at == point
        {
            flood::begin(what);
        }
    }

    /// After the end of stdin.
    pub(crate) fn at_end(&self) {
        if self.is("stubborn") || self.is("flood") {
            std::thread::sleep(Duration::from_secs(600));
        }
    }

    /// Answers a message. An error means that the client is gone.
    pub(crate) fn handle(&self, message: &Value) -> io::Result<()> {
        let id = &message["id"];
        let method = message["method"].as_str();
        if self.is("slow-start") && !id.is_null() {
            std::thread::sleep(Duration::from_millis(self.number() as u64));
        }
        if self.is("never-answers") && method == Some(&self.argument) {
            return Ok(());
        }
        match method {
            Some("initialize") if self.is("never-initialize") => Ok(()),
            Some("initialize") => {
                let agent = format!("turnwise/{} (Test; x) x", self.version());
                reply(id, &json!({ "userAgent": agent, "codexHome": "/tmp" }))?;
                self.die_after("initialize");
                self.flood_at("initialize");
                Ok(())
            }
            Some("account/read") => {
                let required = self.is("not-logged-in");
                reply(id, &json!({ "account": null, "requiresOpenaiAuth": required }))
            }
            Some("thread/start") => self.thread_start(id),
            Some("account/rateLimits/read") => {
                // In the far future: 2100-01-01.
                let used_up = json!({ "usedPercent": 100, "resetsAt": 4_102_444_800_i64 });
                reply(
                    id,
                    &json!({ "rateLimits": { "primary": used_up, "secondary": { "usedPercent": 7 } } }),
                )
            }
            Some("model/list") => {
                let models = ["gpt-large", "gpt-small"].map(|model| {
                    json!({
                        "id": model, "model": model, "displayName": model, "description": "", "hidden": false,
                        "isDefault": false, "defaultReasoningEffort": "medium",
                        "supportedReasoningEfforts": [{ "reasoningEffort": "medium", "description": "" }],
                    })
                });
                reply(id, &json!({ "data": models }))
            }
            Some("turn/start") => self.turn_start(id),
            Some("turn/interrupt") => self.interrupt(id),
            Some(_) if !id.is_null() => reply(id, &json!({})),
            // An answer to a request of ours: the turn can end.
            None if !message["result"].is_null() || !message["error"].is_null() => self.answered(),
            _ => Ok(()),
        }
    }

    fn die_after(&self, point: &str) {
        if self.is("die-after") && self.argument == point {
            let _ = writeln!(io::stderr(), "thread 'main' panicked");
            exit(101);
        }
    }

    fn thread_start(&self, id: &Value) -> io::Result<()> {
        if self.is("flood") && self.argument.starts_with("initialize+") {
            return Ok(());
        }
        if self.is("overloaded") && self.count.get() < self.number() {
            self.count.set(self.count.get() + 1);
            return send(
                &json!({ "id": id, "error": { "code": -32001, "message": "Server overloaded; retry later." } }),
            );
        }
        let of_codex = ["not-logged-in", "never-answers", "turn-fails"];
        let provider = if of_codex.contains(&self.name.as_str()) {
            "openai"
        } else {
            "scripted"
        };
        reply(
            id,
            &json!({ "thread": { "id": THREAD }, "model": "m", "modelProvider": provider, "cwd": "/" }),
        )?;
        self.die_after("thread/start");
        self.flood_at("thread/start");
        if self.is("stops-reading") {
            std::thread::sleep(Duration::from_secs(600));
        }
        Ok(())
    }

    fn turn_start(&self, id: &Value) -> io::Result<()> {
        if self.is("turn-overloaded") {
            return send(
                &json!({ "id": id, "error": { "code": -32001, "message": "Server overloaded; retry later." } }),
            );
        }
        if self.is("turn-refused") {
            return send(&json!({ "id": id, "error": { "code": -32600, "message": "no such thing" } }));
        }
        if self.is("answers-twice") {
            reply(&json!(9_999), &json!({}))?;
            reply(&json!("unknown"), &json!({}))?;
            reply(id, &json!({ "turn": { "id": TURN } }))?;
        }
        reply(id, &json!({ "turn": { "id": TURN, "status": "inProgress" } }))?;
        self.die_after("turn/start");
        notify("turn/started", &turn("inProgress"))?;
        if self.is("turn-fails") {
            let error = json!({ "message": "It failed.", "codexErrorInfo": self.argument });
            let mut failed = turn("failed");
            failed["turn"]["error"] = error.clone();
            notify(
                "error",
                &json!({ "error": error, "willRetry": false, "threadId": THREAD, "turnId": TURN }),
            )?;
            return notify("turn/completed", &failed);
        }
        item("started", "")?;
        delta("Hello, ")?;
        self.die_after("delta");
        self.in_the_middle()?;
        self.flood_at("turn");
        if matches!(self.name.as_str(), "silent" | "request" | "interrupt-ignored")
            || (self.is("flood") && !self.argument.starts_with("end+"))
        {
            return Ok(());
        }
        if self.is("empty-message") {
            item("completed", "")?;
            usage()?;
            return end("completed");
        }
        if self.is("half-pair") {
            // A server that cuts text between the halves of a pair.
            raw(&lines(r"half a pair \ud83d here").into_bytes())?;
            usage()?;
            return end("completed");
        }
        delta("world.")?;
        item("completed", &format!("Hello, {}world.", self.words()))?;
        self.die_after("item/completed");
        usage()?;
        self.flood_at("end");
        end("completed")
    }

    /// The text of `many-deltas`, and nothing for other faults.
    fn words(&self) -> String {
        let count = if self.is("many-deltas") { self.number() } else { 0 };
        (0..count).map(|number| format!("w{number} ")).collect()
    }

    fn in_the_middle(&self) -> io::Result<()> {
        match self.name.as_str() {
            "garbage" => raw(b"this is no JSON\n[1,2]\n{\"id\":null}\n\n\r\n"),
            "half-line" => {
                raw(b"{\"method\":\"item/agentMessage/delta\",\"params\":{\"threadId\":\"")?;
                std::thread::sleep(Duration::from_millis(30));
                raw(
                    format!("{THREAD}\",\"turnId\":\"{TURN}\",\"itemId\":\"msg_1\",\"delta\":\"\"}}}}\r\n")
                        .as_bytes(),
                )
            }
            "invalid-utf8" => {
                let head = format!(
                    "{{\"method\":\"item/agentMessage/delta\",\"params\":{{\"threadId\":\"{THREAD}\",\"turnId\":\"{TURN}\",\"itemId\":\"msg_1\",\"delta\":\""
                );
                raw(&[head.as_bytes(), b"\xff\xfe", b"\"}}\n"].concat())
            }
            "giant-line" => delta(&"x".repeat(self.number())),
            "unknown" => {
                notify("brand/new", &json!({ "threadId": THREAD, "shiny": true }))?;
                notify(
                    "item/completed",
                    &json!({ "item": { "type": "hologram\u{1b}[2J\u{202e}", "id": "h" }, "threadId": THREAD, "turnId": TURN }),
                )?;
                notify(
                    "turn/started",
                    &json!({ "threadId": "another-thread", "turn": { "id": "other" } }),
                )
            }
            "everything-twice" => send(&json!({
                "method": "codex/event/agent_message_delta", "params": { "id": TURN, "msg": { "delta": "Hello, " } },
            })),
            "many-deltas" => {
                let mut out = io::BufWriter::new(io::stdout().lock());
                for number in 0..self.number() {
                    let params = json!({ "threadId": THREAD, "turnId": TURN, "itemId": "msg_1", "delta": format!("w{number} ") });
                    writeln!(
                        out,
                        "{}",
                        json!({ "method": "item/agentMessage/delta", "params": params })
                    )?;
                }
                out.flush()
            }
            "request" => {
                let mut words = self.argument.split('+');
                let method = words.next().unwrap_or_default();
                let how = words.next();
                let thread = if how == Some("subagent") {
                    "another-thread"
                } else {
                    THREAD
                };
                let params = json!({
                    "threadId": thread, "turnId": TURN, "itemId": "i", "callId": "c", "reason": "because",
                    "command": "rm -rf /", "cwd": "/", "permissions": {}, "questions": [], "message": "may I?",
                });
                let request = json!({ "id": 0, "method": method, "params": params });
                send(&request)?;
                if how == Some("again") {
                    send(&request)?;
                }
                Ok(())
            }
            "stray" => {
                // In a session of its own: it is not in the group, and nobody waits for it.
                Command::new("setsid")
                    .args(["--fork", "sleep", "600"])
                    .stdin(Stdio::null())
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .status()?;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn answered(&self) -> io::Result<()> {
        if !self.is("request") || self.count.get() > 0 {
            return Ok(());
        }
        self.count.set(1);
        notify(
            "serverRequest/resolved",
            &json!({ "threadId": THREAD, "requestId": 0 }),
        )?;
        item("completed", "Hello, anyway.")?;
        end("completed")
    }

    fn interrupt(&self, id: &Value) -> io::Result<()> {
        reply(id, &json!({}))?;
        if self.is("interrupt-ignored") || self.is("flood") || (self.is("request") && self.count.get() > 0) {
            return Ok(());
        }
        end("interrupted")
    }
}

/// A delta and its message, with text that is JSON already.
fn lines(text: &str) -> String {
    let place = format!("\"threadId\":\"{THREAD}\",\"turnId\":\"{TURN}\"");
    let delta = format!("{{{place},\"itemId\":\"msg_1\",\"delta\":\"{text}\"}}");
    let item = format!(
        "{{{place},\"item\":{{\"type\":\"agentMessage\",\"id\":\"msg_1\",\"text\":\"Hello, {text}\"}}}}"
    );
    format!(
        "{{\"method\":\"item/agentMessage/delta\",\"params\":{delta}}}\n{{\"method\":\"item/completed\",\"params\":{item}}}\n"
    )
}

/// Ignores SIGTERM by becoming a shell that does, in front of which stdin is handed on.
fn ignore_sigterm() {
    use std::os::unix::process::CommandExt;
    if std::env::var_os("TURNWISE_FAULT_TRAPPED").is_some() {
        return;
    }
    let own = std::env::current_exe().unwrap_or_default();
    let error = Command::new("/bin/sh")
        .args(["-c", "trap '' TERM; exec \"$0\" app-server"])
        .arg(own)
        .env("TURNWISE_FAULT_TRAPPED", "1")
        .exec();
    let _ = writeln!(io::stderr(), "{error}");
}
