//! Version 5: jobs keep a run, where they kept the options of `turnwise run` by their names. Written in terms of both forms as
//! they were then, so that it stays as it is whatever becomes of them.

use jiff::SignedDuration;
use rusqlite::{Transaction, params};
use serde_json::{Map, Value, json};

/// Gives every job its run. One that cannot be understood stays as it is: it is reported, and does not run.
pub(super) fn convert(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let jobs = transaction
        .prepare("SELECT id, spec FROM jobs")?
        .query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for (id, spec) in jobs {
        let old = serde_json::from_str::<Value>(&spec).ok();
        if let Some(Value::Object(mut job)) = old
            && let Some(run) = run(&job)
        {
            for name in ["prompt", "cwd", "options"] {
                job.remove(name);
            }
            job.insert("run".to_owned(), Value::Object(run));
            if let Some(environment) = job.remove("surroundings") {
                job.insert("environment".to_owned(), environment);
            }
            let spec = Value::Object(job).to_string();
            transaction.execute("UPDATE jobs SET spec = ?2 WHERE id = ?1", params![id, spec])?;
        }
    }
    Ok(())
}

/// The run of a job; none if an option is not known or has no such value.
fn run(job: &Map<String, Value>) -> Option<Map<String, Value>> {
    let mut run = Map::new();
    run.insert("version".to_owned(), json!(1));
    run.insert("prompt".to_owned(), job.get("prompt")?.clone());
    run.insert("cwd".to_owned(), job.get("cwd")?.clone());
    let none = Map::new();
    let options = match job.get("options") {
        Some(options) => options.as_object()?,
        None => &none,
    };
    for (name, values) in options {
        let values = values.as_array()?;
        let first = || values.last()?.as_str();
        let (field, value) = match name.as_str() {
            "model" | "effort" | "sandbox" | "approval" | "name" | "policy" | "output" => {
                (name.as_str(), json!(first()?))
            }
            "add-dir" => ("writable_roots", json!(values)),
            "skill" => ("skills", json!(values)),
            "attach" => ("attachments", json!(values)),
            "image" => ("images", json!(values)),
            "output-schema" => ("output_schema", json!({ "file": first()? })),
            "privileged" => ("privileged", json!(true)),
            "ephemeral" => ("session", json!("ephemeral")),
            "timeout" => ("timeout_ms", json!(milliseconds(first()?)?)),
            "idle-timeout" => ("idle_timeout_ms", json!(milliseconds(first()?)?)),
            "max-tokens" => ("max_tokens", json!(first()?.parse::<u64>().ok()?)),
            "on-approval" => ("on_approval", on_approval(first()?)?),
            _ => return None,
        };
        run.insert(field.to_owned(), value);
    }
    Some(run)
}

fn on_approval(text: &str) -> Option<Value> {
    match text.split_once('=') {
        None if text == "wait" => Some(json!({ "wait": null })),
        None => ["ask", "fail", "decline"].contains(&text).then(|| json!(text)),
        Some(("wait", limit)) => {
            let limit = Some(milliseconds(limit)?).filter(|limit| *limit > 0);
            Some(json!({ "wait": limit }))
        }
        Some(_) => None,
    }
}

/// A duration; 0 for none.
fn milliseconds(text: &str) -> Option<u64> {
    if text.trim() == "0" {
        return Some(0);
    }
    let duration = text.parse::<SignedDuration>().ok()?;
    if duration.is_zero() {
        return Some(0);
    }
    Some(u64::try_from(duration.as_millis()).ok()?.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(options: &Value) -> Option<Value> {
        let job = json!({ "prompt": { "file": "/p.md" }, "cwd": "/w", "options": options });
        run(job.as_object().unwrap()).map(Value::Object)
    }

    #[test]
    fn every_option_has_its_place_in_a_run() {
        let options = json!({
            "model": ["m"], "effort": ["low"], "sandbox": ["workspace-write"], "approval": ["on-request"],
            "name": ["n"], "policy": ["/p"], "output": ["/o"], "add-dir": ["/a", "/b"], "skill": ["s"],
            "attach": ["/t"], "image": ["/i"], "output-schema": ["/s"], "privileged": [], "ephemeral": [],
            "timeout": ["1h30m"], "idle-timeout": ["0"], "max-tokens": ["9"], "on-approval": ["wait=10m"],
        });
        let run = json!({
            "version": 1, "prompt": { "file": "/p.md" }, "cwd": "/w",
            "model": "m", "effort": "low", "sandbox": "workspace-write", "approval": "on-request",
            "name": "n", "policy": "/p", "output": "/o", "writable_roots": ["/a", "/b"], "skills": ["s"],
            "attachments": ["/t"], "images": ["/i"], "output_schema": { "file": "/s" }, "privileged": true,
            "session": "ephemeral", "timeout_ms": 5_400_000, "idle_timeout_ms": 0, "max_tokens": 9,
            "on_approval": { "wait": 600_000 },
        });
        assert_eq!(converted(&options), Some(run));
        for (how, expected) in [
            ("fail", json!("fail")),
            ("wait", json!({ "wait": null })),
            ("wait=0", json!({ "wait": null })),
        ] {
            let run = converted(&json!({ "on-approval": [how] })).unwrap();
            assert_eq!(run["on_approval"], expected);
        }
    }

    #[test]
    fn what_is_not_understood_is_no_run() {
        for options in [
            json!({ "jail": ["yes"] }),
            json!({ "timeout": ["soon"] }),
            json!({ "on-approval": ["never"] }),
            json!({ "model": [] }),
            json!([]),
        ] {
            assert_eq!(converted(&options), None, "{options}");
        }
    }
}
