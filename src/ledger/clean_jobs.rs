//! Version 3: jobs that were saved before only harmless settings were kept lose the others, and do not run until their owner has
//! said what to do.

use rusqlite::{Transaction, params};
use serde_json::{Map, Value, json};

use super::settings::{is_storable_address, storable_setting};

/// The notice of a job that lost settings.
const REASON: &str = "possible secrets removed from this job's settings";

/// Takes out of every job what is not kept any more. A job that loses something is stopped and has a notice, which is shown
/// once.
pub(super) fn clean_jobs(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(
        "ALTER TABLE jobs ADD COLUMN notice TEXT;
         CREATE INDEX jobs_with_notice ON jobs (id) WHERE notice IS NOT NULL;",
    )?;
    let jobs = transaction
        .prepare("SELECT id, spec FROM jobs")?
        .query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for (id, spec) in jobs {
        // What is no JSON was not written by this program, and is not run.
        let Ok(mut value) = serde_json::from_str::<Value>(&spec) else {
            continue;
        };
        let Some(surroundings) = value.get_mut("surroundings").and_then(Value::as_object_mut) else {
            continue;
        };
        let before = surroundings.clone();
        let removed = clean(surroundings);
        if *surroundings == before {
            continue;
        }
        let spec = value.to_string();
        if removed.is_empty() {
            transaction.execute("UPDATE jobs SET spec = ?2 WHERE id = ?1", params![id, spec])?;
            continue;
        }
        let notice = format!("{REASON}: {}", removed.join(", "));
        transaction.execute(
            "UPDATE jobs SET spec = ?2, revision = revision + 1, last_error = ?3, notice = ?3,
             state = CASE WHEN state = 'active' THEN 'stopped' ELSE state END WHERE id = ?1",
            params![id, spec, notice],
        )?;
    }
    Ok(())
}

/// Cleans what a run of the job has to find; gives what was removed.
fn clean(surroundings: &mut Map<String, Value>) -> Vec<String> {
    let (mut kept, mut removed) = (Vec::new(), Vec::new());
    let settings = surroundings.get("codex_config").and_then(Value::as_array);
    for setting in settings.into_iter().flatten() {
        match storable_setting(setting.as_str().unwrap_or_default()) {
            Ok(setting) => kept.push(setting),
            Err(key) => removed.push(key),
        }
    }
    surroundings.insert("codex_config".to_owned(), json!(kept));
    let address = surroundings.get("connect").and_then(Value::as_str);
    if address.is_some_and(|address| !is_storable_address(address)) {
        surroundings.remove("connect");
        removed.push("connect".to_owned());
    }
    if !removed.is_empty() {
        surroundings.insert("removed_settings".to_owned(), json!(removed));
    }
    removed
}
