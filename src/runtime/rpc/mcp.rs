//! Which MCP servers the start of a session waits for, learned while it waits; and the older way in which Codex says how
//! they start. Their table is in [`crate::runtime::mcp`].

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use crate::runtime::mcp::{REMEMBERED, STARTUP_STATUS};
use crate::runtime::rpc::connection::Shared;
use crate::runtime::rpc::queue::Notification;

/// How long the start of a session is waited for before it is asked what it waits for.
const LEARN_AFTER: Duration = Duration::from_millis(500);
/// How long the server may take to say which servers there are. It may start them first.
pub(in crate::runtime) const LIST_LIMIT: Duration = Duration::from_secs(60);

/// A server in the configuration.
#[derive(Deserialize)]
pub(in crate::runtime) struct Configured {
    #[serde(default = "yes")]
    enabled: bool,
    #[serde(default)]
    required: bool,
}

fn yes() -> bool {
    true
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
    pub(in crate::runtime) async fn configured_mcp_servers(
        &self,
        cwd: Option<&Path>,
    ) -> BTreeMap<String, Configured> {
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
