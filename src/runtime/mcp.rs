//! The MCP servers of a connection and how each stands, as Codex tells it while they start. Pure; nothing is started or asked
//! here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::protocol::types::{McpServerStartupState, McpServerStartupStatusNotification};

/// The notification that tells it.
pub(in crate::runtime) const STARTUP_STATUS: &str = "mcpServer/startupStatus/updated";

/// How many servers are remembered. A Codex that invents names must not fill the memory.
pub(in crate::runtime) const REMEMBERED: usize = 256;

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

impl McpStatus {
    /// None for a state that this version does not know.
    pub(in crate::runtime) fn known(state: &McpServerStartupState) -> Option<Self> {
        match state {
            McpServerStartupState::Starting => Some(Self::Starting),
            McpServerStartupState::Ready => Some(Self::Ready),
            McpServerStartupState::Failed => Some(Self::Failed),
            McpServerStartupState::Cancelled => Some(Self::Cancelled),
            McpServerStartupState::Unrecognized(_) => None,
        }
    }
}

/// The servers that were heard of.
#[derive(Debug, Default)]
pub(in crate::runtime) struct McpServers {
    by_name: BTreeMap<String, McpServer>,
    /// Those without which a session does not start, while one is starting: the newest Codex says nothing of them before
    /// they have started.
    pub(in crate::runtime) required: Vec<String>,
}

impl McpServers {
    /// Takes a notification in; gives the server if that is news.
    pub(in crate::runtime) fn update(
        &mut self,
        update: McpServerStartupStatusNotification,
    ) -> Option<&McpServer> {
        let status = McpStatus::known(&update.status)?;
        let (name, error) = (update.name, update.error);
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

    pub(in crate::runtime) fn all(&self) -> Vec<McpServer> {
        self.by_name.values().cloned().collect()
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

/// Codex's words without what is said anyway: the server's name again, the names of types, advice in several lines.
pub(in crate::runtime) fn in_one_line(error: &str, name: &str) -> String {
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

    fn update(name: &str, status: McpStatus, error: Option<&str>) -> McpServerStartupStatusNotification {
        serde_json::from_value(serde_json::json!({ "name": name, "status": status, "error": error })).unwrap()
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
