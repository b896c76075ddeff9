//! A small MCP server for the tests: a tool that echoes, one that asks the user a form, one that asks to open a page.
//!
//! Each call is noted, a line each, in the file that `TURNWISE_MCP_LOG` names.
#![expect(clippy::disallowed_methods, reason = "its output is its protocol")]

use std::io::{self, BufRead, Write};

use serde_json::{Value, json};

fn main() -> io::Result<()> {
    let mut lines = io::stdin().lock().lines();
    while let Some(line) = lines.next() {
        let Ok(message) = serde_json::from_str::<Value>(&line?) else {
            continue;
        };
        let id = message["id"].clone();
        let result = match message["method"].as_str() {
            Some("initialize") => json!({
                "protocolVersion": message["params"]["protocolVersion"],
                "capabilities": { "tools": {} },
                "serverInfo": { "name": "tiny", "version": "1" },
            }),
            Some("tools/list") => json!({ "tools": [tool("echo"), tool("form"), tool("page")] }),
            Some("tools/call") => {
                let name = message["params"]["name"].as_str().unwrap_or_default();
                let text = match name {
                    "form" | "page" => asked(name, &mut lines)?,
                    _ => message["params"]["arguments"].to_string(),
                };
                note(&format!("{name} {text}"))?;
                json!({ "content": [{ "type": "text", "text": text }], "isError": false })
            }
            _ if id.is_null() => continue,
            _ => json!({}),
        };
        send(&json!({ "jsonrpc": "2.0", "id": id, "result": result }))?;
    }
    Ok(())
}

fn tool(name: &str) -> Value {
    json!({ "name": name, "description": name, "inputSchema": { "type": "object", "properties": { "text": { "type": "string" } } } })
}

/// Asks the user, and gives the answer as text.
fn asked(what: &str, lines: &mut io::Lines<io::StdinLock<'_>>) -> io::Result<String> {
    let params = if what == "form" {
        json!({
            "mode": "form",
            "message": "Which one?",
            "requestedSchema": { "type": "object", "required": ["name", "size"], "properties": {
                "name": { "type": "string", "minLength": 2 },
                "size": { "type": "integer", "minimum": 1, "maximum": 9 },
                "colour": { "type": "string", "enum": ["red", "blue"] },
                "sure": { "type": "boolean", "default": true },
            } },
        })
    } else {
        json!({ "mode": "url", "message": "Sign in there.", "url": "https://example.invalid/sign-in", "elicitationId": "e1" })
    };
    send(&json!({ "jsonrpc": "2.0", "id": "ask", "method": "elicitation/create", "params": params }))?;
    for line in lines {
        let message = serde_json::from_str::<Value>(&line?).unwrap_or_default();
        if message["id"] == "ask" {
            return Ok(message.get("result").unwrap_or(&message["error"]).to_string());
        }
    }
    Ok("no answer".to_owned())
}

fn note(line: &str) -> io::Result<()> {
    let Some(path) = std::env::var_os("TURNWISE_MCP_LOG") else {
        return Ok(());
    };
    let mut log = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
    writeln!(log, "{line}")
}

fn send(message: &Value) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{message}")?;
    out.flush()
}
