//! How the MCP servers of a connection stand, as Codex tells it while they start. Nothing is started or asked here.
//!
//! A session turns what goes wrong into warnings (`reducer`); here is also what somebody asks who waits for a session
//! (`Shared`), and what a check lists.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::runtime::error::RuntimeError;
use crate::runtime::rpc::connection::Shared;
use crate::runtime::rpc::queue::Notification;
use crate::runtime::saved::threads::Listing;
use crate::runtime::session::client::Client;

/// The notification that tells it.
pub(in crate::runtime) const STARTUP_STATUS: &str = "mcpServer/startupStatus/updated";

/// How many servers are remembered. A Codex that invents names must not fill the memory.
const REMEMBERED: usize = 256;

/// How often a start that is waited for is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// How long the start of a session is waited for before it is asked what it waits for.
const LEARN_AFTER: Duration = Duration::from_millis(500);
/// How long the server may take to say which servers there are. It may start them first.
const LIST_LIMIT: Duration = Duration::from_secs(60);

/// How an MCP server stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all(serialize = "snake_case", deserialize = "camelCase"))]
#[non_exhaustive]
pub enum McpStatus {
    /// It was started and has not answered yet.
    Starting,
    /// Its tools can be used.
    Ready,
    /// It did not start.
    Failed,
    /// Its start was given up, because the session ended or was interrupted.
    Cancelled,
}

/// An MCP server of Codex's configuration, as it stood last.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct McpServer {
    /// Its name: `[mcp_servers.NAME]`.
    pub name: String,
    /// How it stands.
    pub status: McpStatus,
    /// Why it did not start, in one line.
    pub reason: Option<String>,
}

impl McpServer {
    /// What to do about a server that did not start, as one sentence without a final period.
    pub fn hint(&self) -> Option<String> {
        if self.status != McpStatus::Failed {
            return None;
        }
        let section = format!("[mcp_servers.{}] in Codex's config.toml", self.name);
        let reason = self.reason.as_deref().unwrap_or_default().to_lowercase();
        Some(if reason.contains("timed out") {
            format!("raise startup_timeout_sec of {section}")
        } else if ["auth", "login", "logged in", "401"]
            .iter()
            .any(|word| reason.contains(word))
        {
            format!("run `codex mcp login {}`", self.name)
        } else if reason.contains("no such file") || reason.contains("permission denied") {
            format!("correct the command of {section}")
        } else {
            format!("check {section}; enabled = false turns the server off")
        })
    }
}

/// What a notification says of a server.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::runtime) struct StartupUpdate {
    pub(in crate::runtime) name: String,
    pub(in crate::runtime) status: McpStatus,
    #[serde(default)]
    pub(in crate::runtime) error: Option<String>,
    #[serde(default)]
    pub(in crate::runtime) thread_id: Option<String>,
}

/// A server in the configuration.
#[derive(Deserialize)]
struct Configured {
    #[serde(default = "yes")]
    enabled: bool,
    #[serde(default)]
    required: bool,
}

fn yes() -> bool {
    true
}

/// The servers that were heard of.
#[derive(Debug, Default)]
pub(in crate::runtime) struct McpServers {
    by_name: BTreeMap<String, McpServer>,
    /// Those without which a session does not start, while one is starting: the newest Codex says nothing of them before
    /// they have started.
    required: Vec<String>,
}

impl McpServers {
    /// Takes a notification in; gives the server if that is news.
    pub(in crate::runtime) fn update(&mut self, update: StartupUpdate) -> Option<&McpServer> {
        let StartupUpdate {
            name, status, error, ..
        } = update;
        let known = self.by_name.get(&name);
        let is_new = known.is_none_or(|known| known.status != status);
        if !is_new || (known.is_none() && self.by_name.len() >= REMEMBERED) {
            return None;
        }
        let server = McpServer {
            reason: error.map(|error| in_one_line(&error, &name)),
            name: name.clone(),
            status,
        };
        self.by_name.insert(name.clone(), server);
        self.by_name.get(&name)
    }

    /// The names of those that have not come to an end of their start.
    pub(in crate::runtime) fn starting(&self) -> Vec<String> {
        let starting = self
            .by_name
            .values()
            .filter(|server| server.status == McpStatus::Starting);
        starting.map(|server| server.name.clone()).collect()
    }

    /// The names of those that the start of a session waits for, as far as is known.
    pub(in crate::runtime) fn awaited(&self) -> Vec<String> {
        let unknown = self
            .required
            .iter()
            .filter(|name| !self.by_name.contains_key(*name));
        self.starting().into_iter().chain(unknown.cloned()).collect()
    }

    /// The same, and forgets them: what becomes of one is news then.
    pub(in crate::runtime) fn take_starting(&mut self) -> Vec<String> {
        let names = self.starting();
        self.by_name
            .retain(|_, server| server.status != McpStatus::Starting);
        names
    }

    fn all(&self) -> Vec<McpServer> {
        self.by_name.values().cloned().collect()
    }
}

impl Shared {
    /// Learns which servers the start of a session waits for, if it has to wait. Never resolves.
    pub(in crate::runtime) async fn learn_of_required_mcp_servers(&self) -> Infallible {
        // Older ones answer nothing else meanwhile, so they are asked before.
        if !self.answers_one_at_a_time() {
            tokio::time::sleep(LEARN_AFTER).await;
        }
        let configured = self.configured_mcp_servers(None).await;
        let required = configured.into_iter().filter(|(_, server)| server.required);
        let required = required.map(|(name, _)| name).collect();
        self.mcp_servers().required = required;
        std::future::pending().await
    }

    /// The servers of the configuration that are not turned off (`config/read`), as far as it is told.
    async fn configured_mcp_servers(&self, cwd: Option<&Path>) -> BTreeMap<String, Configured> {
        #[derive(Deserialize)]
        struct Reply {
            config: Config,
        }
        #[derive(Deserialize)]
        struct Config {
            #[serde(default)]
            mcp_servers: BTreeMap<String, Configured>,
        }
        let params = json!({ "cwd": cwd, "includeLayers": false });
        let reply = self.call_once(LIST_LIMIT, "config/read", &params).await;
        let reply = reply.ok().and_then(Result::ok);
        let reply = reply.and_then(|reply| serde_json::from_str::<Reply>(reply.get()).ok());
        let servers = reply.map(|reply| reply.config.mcp_servers).unwrap_or_default();
        let enabled = servers.into_iter().filter(|(_, server)| server.enabled);
        enabled.take(REMEMBERED).collect()
    }

    /// The start of a session is over.
    pub(in crate::runtime) fn forget_required_mcp_servers(&self) {
        self.mcp_servers().required.clear();
    }
}

impl Client {
    /// The MCP servers of the configuration, started for this list (`mcpServerStatus/list`), also where no session starts.
    /// Without those of which the server does not say how they stand; the older ones do not.
    pub async fn list_mcp_servers(&self) -> Result<Vec<McpServer>, RuntimeError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Listed {
            name: String,
            #[serde(default)]
            tools: Value,
            #[serde(default)]
            tools_error: Option<String>,
        }
        let params = json!({ "detail": "toolsAndAuthOnly" });
        let shared = self.runtime().shared();
        let reply = shared
            .call_within(LIST_LIMIT, "mcpServerStatus/list", &params)
            .await?;
        let listing = serde_json::from_str::<Listing<Listed>>(reply.get());
        let listing = listing.map_err(|error| RuntimeError::bad_reply("mcpServerStatus/list", error))?;
        let servers = listing.data.into_iter().filter_map(|listed| {
            let status = match &listed.tools_error {
                Some(_) => McpStatus::Failed,
                None if listed.tools.as_object().is_none_or(Map::is_empty) => return None,
                None => McpStatus::Ready,
            };
            Some(McpServer {
                reason: listed.tools_error.map(|error| in_one_line(&error, &listed.name)),
                name: listed.name,
                status,
            })
        });
        Ok(servers.collect())
    }

    /// The MCP servers that sessions of this client have started, as they stand. Codex starts them with a session: before
    /// the first one there are none.
    pub fn mcp_servers(&self) -> Vec<McpServer> {
        self.runtime().shared().mcp_servers().all()
    }

    /// The MCP servers of a directory's configuration, once a session that was started there has started each or failed to,
    /// or after `limit`.
    pub async fn mcp_servers_started(&self, cwd: &Path, limit: Duration) -> Vec<McpServer> {
        let give_up = Instant::now() + limit;
        let shared = self.runtime().shared();
        let configured = shared.configured_mcp_servers(Some(cwd)).await;
        loop {
            let mut servers = self.mcp_servers();
            for name in configured.keys() {
                if servers.iter().all(|server| server.name != *name) {
                    servers.push(McpServer {
                        name: name.clone(),
                        status: McpStatus::Starting,
                        reason: None,
                    });
                }
            }
            let starting = servers.iter().any(|server| server.status == McpStatus::Starting);
            if !starting || Instant::now() >= give_up {
                servers.sort_by(|a, b| a.name.cmp(&b.name));
                return servers;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Those of them that are still starting, in words for a message: `the MCP server a`.
    pub fn awaited_mcp_servers(&self) -> Option<String> {
        in_words(&self.runtime().shared().mcp_servers().awaited())
    }
}

/// `the MCP server a`, `the MCP servers a and b`; nothing for nobody.
pub(in crate::runtime) fn in_words(names: &[String]) -> Option<String> {
    match names {
        [] => None,
        [name] => Some(format!("the MCP server {name}")),
        [first @ .., last] => Some(format!("the MCP servers {} and {last}", first.join(", "))),
    }
}

/// The older events that say the same (`codex/event/mcp_startup_update`), as the notification.
pub(in crate::runtime) fn of_older_event(line: &[u8]) -> Option<(Option<String>, Notification)> {
    #[derive(Deserialize)]
    struct Line {
        params: Params,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Params {
        msg: Message,
        #[serde(default)]
        conversation_id: Option<String>,
    }
    #[derive(Deserialize)]
    struct Message {
        server: String,
        status: Status,
    }
    #[derive(Deserialize)]
    struct Status {
        state: String,
        #[serde(default)]
        error: Option<String>,
    }
    let Params { msg, conversation_id } = serde_json::from_slice::<Line>(line).ok()?.params;
    let params = json!({
        "name": msg.server, "status": msg.status.state, "error": msg.status.error, "threadId": conversation_id,
    });
    let notification = Notification {
        method: STARTUP_STATUS.to_owned(),
        params: RawValue::from_string(params.to_string()).ok()?,
    };
    Some((conversation_id, notification))
}

/// Codex's words without what is said anyway: the server's name again, the names of types, advice in several lines.
fn in_one_line(error: &str, name: &str) -> String {
    let line = error.lines().next().unwrap_or_default().trim();
    let line = line
        .strip_prefix(&format!("MCP client for `{name}` "))
        .unwrap_or(line);
    let line = line.strip_prefix("failed to start: ").unwrap_or(line);
    let line = line.strip_prefix("MCP startup failed: ").unwrap_or(line);
    let line = line.split(". Add or adjust").next().unwrap_or(line);
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, inside)) = rest.split_once(" [") {
        let Some((type_name, after)) = inside.split_once(']') else {
            break;
        };
        plain.push_str(before);
        if !type_name.contains("::") {
            plain.push_str(" [");
            plain.push_str(type_name);
            plain.push(']');
        }
        rest = after;
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(name: &str, status: McpStatus, error: Option<&str>) -> StartupUpdate {
        StartupUpdate {
            name: name.to_owned(),
            status,
            error: error.map(str::to_owned),
            thread_id: None,
        }
    }

    #[test]
    fn the_reason_is_one_line_without_types_and_repetition() {
        let cases = [
            (
                "MCP client for `s` failed to start: MCP startup failed: No such file or directory (os error 2)",
                "No such file or directory (os error 2)",
            ),
            (
                "MCP client for `s` timed out after 3 seconds. Add or adjust `startup_timeout_sec` in your config.toml:\n[mcp_servers.s]",
                "timed out after 3 seconds",
            ),
            (
                "MCP client for `s` failed to start: MCP startup failed: Transport [a::B<c::D>] error: Broken pipe [sic]",
                "Transport error: Broken pipe [sic]",
            ),
        ];
        for (said, expected) in cases {
            assert_eq!(in_one_line(said, "s"), expected);
        }
    }

    #[test]
    fn only_a_change_is_news() {
        let mut servers = McpServers::default();
        assert!(servers.update(update("s", McpStatus::Starting, None)).is_some());
        assert_eq!(servers.starting(), ["s"]);
        assert!(
            servers
                .update(update("s", McpStatus::Failed, Some("x")))
                .is_some()
        );
        assert!(
            servers
                .update(update("s", McpStatus::Failed, Some("x")))
                .is_none()
        );
        assert!(servers.starting().is_empty());
    }

    #[test]
    fn invented_servers_do_not_fill_the_memory() {
        let mut servers = McpServers::default();
        for number in 0..10 * REMEMBERED {
            servers.update(update(&number.to_string(), McpStatus::Starting, None));
        }
        assert_eq!(servers.by_name.len(), REMEMBERED);
    }

    #[test]
    fn what_to_do_follows_from_the_reason() {
        let hint = |reason: &str| {
            let mut servers = McpServers::default();
            servers
                .update(update("s", McpStatus::Failed, Some(reason)))
                .unwrap()
                .hint()
                .unwrap()
        };
        assert!(hint("timed out after 3 seconds").contains("startup_timeout_sec"));
        assert!(hint("No such file or directory (os error 2)").contains("command of [mcp_servers.s]"));
        assert!(hint("Auth required").contains("codex mcp login s"));
        assert!(hint("connection closed").contains("enabled = false"));
    }
}
