//! A `codex app-server` that misbehaves on purpose, with faults that the real one does not produce on demand.
//!
//! `TURNWISE_FAULT` names the fault, with an argument after a colon; without one it works normally. It logs received
//! messages to the file of `TURNWISE_FAULT_LOG`.
#![expect(clippy::disallowed_methods, reason = "its output is its protocol")]

mod faults;
mod flood;
mod lines;

use std::fs::File;
use std::io::{BufRead, Write};

use faults::Fault;
use serde_json::Value;

fn main() {
    let fault = Fault::from_env();
    if std::env::args().any(|argument| argument == "--version") {
        let _ = writeln!(std::io::stdout(), "codex-cli {}", fault.version());
        return;
    }
    if std::env::args().any(|argument| argument == "generate-json-schema") {
        fault.at_schema();
        return;
    }
    fault.at_start();
    let mut log = std::env::var_os("TURNWISE_FAULT_LOG").and_then(|path| File::create(path).ok());
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        if let Some(log) = &mut log {
            let _ = writeln!(log, "{line}");
        }
        let Ok(message) = serde_json::from_str::<Value>(&line) else {
            continue;
        };
        if fault.handle(&message).is_err() {
            break;
        }
    }
    fault.at_end();
}
