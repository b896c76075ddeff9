//! The protocol as a whole: the inventory, `rpc` and layer 5, against the real server and its own schema.

mod connect;
mod generated;
mod layer;
mod lost;
mod methods;
mod observer;
mod pipe;
mod random;
mod shell;
mod tls;
mod types;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use turnwise::app_server::{AppServer, AppServerConfig};
use turnwise::codex::{Api, Directories, generate_schema};
use turnwise::protocol::inventory::inventory;

use crate::support::{PATIENCE, Test, codex, test_dir};

/// Layer 5 with a test's home. What the server says of itself is kept for all tests.
fn config(test: &Test) -> AppServerConfig {
    AppServerConfig::new(test.client()).directories(Some(Directories::under(&test_dir().join("rpc"))))
}

async fn connect(test: &Test) -> AppServer {
    AppServer::start(config(test)).await.unwrap()
}

async fn in_time<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("in time")
}

/// Starts a turn that asks for a command, and gives the thread.
async fn is_asked(server: &AppServer, test: &Test) -> Value {
    let params = json!({ "cwd": test.work(), "approvalPolicy": "on-request", "sandbox": "read-only" });
    let thread = server.call_json("thread/start", params).await.unwrap();
    let input = json!([{ "type": "text", "text": "go" }]);
    let params = json!({ "threadId": thread["thread"]["id"], "input": input });
    server.call_json("turn/start", params).await.unwrap();
    thread["thread"]["id"].clone()
}

#[test]
fn the_inventory_says_of_the_newest_version_what_its_own_schema_says() {
    let version = codex::version();
    let line = |name: &str, direction: &str, stability: &str, params: Option<&str>, result: Option<&str>| {
        let types = format!("{} -> {}", params.unwrap_or("-"), result.unwrap_or("-"));
        format!("{name} {direction} {stability} {types}")
    };
    let known = inventory()
        .iter()
        .filter(|method| method.last == version)
        .map(|method| {
            let (direction, stability) = (method.direction.as_str(), method.stability.as_str());
            line(method.name, direction, stability, method.params, method.result)
        })
        .collect::<BTreeSet<_>>();
    if !codex::is_newest() {
        // What is said of a method is what the last version says that has it.
        return;
    }
    let schema = generate_schema(&codex::binary(), Api::Experimental).unwrap();
    let installed = schema
        .methods()
        .iter()
        .map(|method| {
            let (direction, stability) = (method.direction.as_str(), method.stability.as_str());
            let (params, result) = (method.params_type.as_deref(), method.result_type.as_deref());
            line(&method.name, direction, stability, params, result)
        })
        .collect::<BTreeSet<_>>();
    let gone = known.difference(&installed).map(|line| format!("- {line}"));
    let new = installed.difference(&known).map(|line| format!("+ {line}"));
    let drift = gone.chain(new).collect::<Vec<_>>();
    assert!(
        drift.is_empty(),
        "run scripts/update-protocol; the inventory and codex {version} differ:\n{}",
        drift.join("\n")
    );
}
