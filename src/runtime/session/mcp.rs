//! The MCP servers of a client's Codex: listed, and waited for.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::protocol::types::{Listed, McpServerStatus};
use crate::runtime::error::RuntimeError;
use crate::runtime::mcp::{McpServer, McpStatus, in_one_line, in_words};
use crate::runtime::retry::{Retry, retry_until};
use crate::runtime::rpc::mcp::LIST_LIMIT;
use crate::runtime::session::client::Client;

/// How often a start that is waited for is looked at.
const LOOK: Duration = Duration::from_millis(20);

impl Client {
    /// The MCP servers of the configuration, started for this list (`mcpServerStatus/list`), also where no session starts.
    /// Without those of which the server does not say how they stand; the older ones do not.
    pub async fn list_mcp_servers(&self) -> Result<Vec<McpServer>, RuntimeError> {
        let params = json!({ "detail": "toolsAndAuthOnly" });
        let shared = self.runtime().shared();
        let reply = shared
            .call_within(LIST_LIMIT, "mcpServerStatus/list", &params)
            .await?;
        let listing = serde_json::from_str::<Listed<McpServerStatus>>(reply.get());
        let listing = listing.map_err(|error| RuntimeError::bad_reply("mcpServerStatus/list", error))?;
        let servers = listing.data.into_iter().filter_map(|listed| {
            let status = match &listed.tools_error {
                Some(_) => McpStatus::Failed,
                None if listed.tools.is_empty() => return None,
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
        let shared = self.runtime().shared();
        let configured = shared.configured_mcp_servers(Some(cwd)).await;
        let listed = || {
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
            servers
        };
        let started =
            |servers: &Vec<McpServer>| servers.iter().all(|server| server.status != McpStatus::Starting);
        let mut servers = retry_until(Retry::every(LOOK, limit), started, async || listed()).await;
        servers.sort_by(|a, b| a.name.cmp(&b.name));
        servers
    }

    /// Those of them that are still starting, in words for a message: `the MCP server a`.
    pub fn awaited_mcp_servers(&self) -> Option<String> {
        in_words(&self.runtime().shared().mcp_servers().awaited())
    }
}
