//! The protocol as a whole: the inventory, `rpc` and layer 5, against the real server and its own schema.

mod connect;
mod layer;
mod methods;
mod pipe;
mod random;
mod shell;
mod types;

use std::collections::BTreeSet;

use turnwise::app_server::{AppServer, AppServerConfig};
use turnwise::codex::{Api, Directories, OLDEST, generate_schema};
use turnwise::runtime::ClientConfig;
use turnwise::runtime::protocol::inventory::inventory;

use crate::support::{Test, codex, test_dir};

/// Layer 5 with a test's home. What the server says of itself is kept for all tests.
fn config(test: &Test) -> AppServerConfig {
    let client = ClientConfig::new()
        .codex(codex::binary())
        .codex_home(test.codex_home())
        .env("HOME", test.work())
        .env(test.mark().0, test.mark().1);
    AppServerConfig::new(client).directories(Some(Directories::under(&test_dir().join("rpc"))))
}

/// Some things the oldest server does not do.
fn is_oldest() -> bool {
    codex::version() == OLDEST
}

async fn connect(test: &Test) -> AppServer {
    AppServer::connect(config(test)).await.unwrap()
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
            let (direction, stability) = (method.direction.word(), method.stability.word());
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
            let (direction, stability) = (method.direction.word(), method.stability.word());
            let (params, result) = (method.params_type.as_deref(), method.result_type.as_deref());
            line(&method.name, direction, stability, params, result)
        })
        .collect::<BTreeSet<_>>();
    let gone = known.difference(&installed).map(|line| format!("- {line}"));
    let new = installed.difference(&known).map(|line| format!("+ {line}"));
    let drift = gone.chain(new).collect::<Vec<_>>();
    assert!(
        drift.is_empty(),
        "run scripts/inventory; the inventory and codex {version} differ:\n{}",
        drift.join("\n")
    );
}
