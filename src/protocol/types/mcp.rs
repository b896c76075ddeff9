//! MCP servers: how they stand, what they have, logging in at them. What they ask is in
//! [`elicitation`](super::elicitation).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::common::Listed;
use super::method::{notifications, requests};
use super::shape::{objects, words};
use crate::protocol::brief::capped_debug;

requests! {
    /// Which servers there are, and what they have.
    McpServerStatusList(MCP_SERVER_STATUS_LIST): ListMcpServerStatusParams => Listed<McpServerStatus>;
    /// Calls a tool, without anybody's approval.
    McpServerToolCall(MCP_SERVER_TOOL_CALL): McpServerToolCallParams => McpServerToolCallResponse;
    /// Reads a resource.
    McpServerResourceRead(MCP_SERVER_RESOURCE_READ): McpResourceReadParams => McpResourceReadResponse;
    /// Begins to log in at a server.
    McpServerOauthLogin(MCP_SERVER_OAUTH_LOGIN): McpServerOauthLoginParams => McpServerOauthLoginResponse;
}

notifications! {
    /// A server begins, is ready, or is not.
    McpServerStartupStatusUpdated(MCP_SERVER_STARTUP_STATUS_UPDATED): McpServerStartupStatusNotification;
    /// A login ended.
    McpServerOauthLoginCompleted(MCP_SERVER_OAUTH_LOGIN_COMPLETED): McpServerOauthLoginCompletedNotification;
    /// A server said something that was subscribed to.
    McpServerEventStream(MCP_SERVER_EVENT_STREAM_NOTIFICATION): McpServerEventStreamNotification;
}

objects! { "camelCase";

/// Which servers to list.
struct ListMcpServerStatusParams {} optional {
    /// Where the page before ended.
    cursor: String,
    /// At most so many.
    limit: u32,
    /// With how much of what they have; all by default.
    detail: McpServerStatusDetail,
    /// This one only.
    server_name: String,
    /// As this thread has them.
    thread_id: String,
}

/// A server.
struct McpServerStatus {
    /// Its name.
    name: String,
    /// Whether somebody is logged in there.
    auth_status: McpAuthStatus,
    /// Its tools, by their names.
    tools: BTreeMap<String, McpTool>,
    /// Its resources.
    resources: Vec<McpResource>,
    /// Patterns of more resources.
    resource_templates: Vec<McpResourceTemplate>,
} optional {
    /// Why its tools are not known.
    tools_error: String,
    /// What the server said beside its tools.
    tool_list_meta: Value,
    /// What it says of itself.
    server_info: McpServerInfo,
    /// What it can do, in MCP's own form.
    server_capabilities: Value,
    /// How it stands in the thread.
    runtime_status: McpServerConnectionStatus,
    /// The beginning of its address; of those over HTTP only.
    http_origin: String,
    /// The plugin that it is from.
    plugin_id: String,
}

/// What a server says of itself.
struct McpServerInfo {
    /// Its name.
    name: String,
    /// Its version.
    version: String,
} optional {
    /// Its name for people.
    title: String,
    /// What it is for.
    description: String,
    /// Pictures, in MCP's own form.
    icons: Vec<Value>,
    /// Where more is said of it.
    website_url: String,
}

/// A tool.
struct McpTool {
    /// Its name.
    name: String,
    /// What it takes, as a JSON schema.
    input_schema: Value,
} optional {
    /// What it gives, as a JSON schema.
    output_schema: Value,
    /// Its name for people.
    title: String,
    /// What it is for.
    description: String,
    /// What it says of itself, such as that it only reads; in MCP's own form.
    annotations: Value,
    /// Pictures, in MCP's own form.
    icons: Vec<Value>,
    /// What else the server says of it.
    #[serde(rename = "_meta")]
    meta: Value,
}

/// A resource.
struct McpResource {
    /// Its name.
    name: String,
    /// Its address.
    uri: String,
} optional {
    /// Its name for people.
    title: String,
    /// What it is.
    description: String,
    /// What kind of data it is.
    mime_type: String,
    /// How many bytes it has.
    size: i64,
    /// What it says of itself, in MCP's own form.
    annotations: Value,
    /// Pictures, in MCP's own form.
    icons: Vec<Value>,
    /// What else the server says of it.
    #[serde(rename = "_meta")]
    meta: Value,
}

/// A pattern of resources.
struct McpResourceTemplate {
    /// Its name.
    name: String,
    /// The pattern of addresses.
    uri_template: String,
} optional {
    /// Its name for people.
    title: String,
    /// What they are.
    description: String,
    /// What kind of data they are.
    mime_type: String,
    /// What it says of itself, in MCP's own form.
    annotations: Value,
}

/// A tool to call.
struct McpServerToolCallParams: new {
    /// In which thread.
    thread_id: String,
    /// The server.
    server: String,
    /// The tool.
    tool: String,
} optional {
    /// What with.
    arguments: Value,
    /// What else to say.
    #[serde(rename = "_meta")]
    meta: Value,
}

/// What a tool gave.
struct McpServerToolCallResponse {
    /// It, in MCP's own form.
    content: Vec<Value>,
} optional {
    /// It, as data.
    structured_content: Value,
    /// Whether it is an error.
    is_error: bool,
    /// What else the server said.
    #[serde(rename = "_meta")]
    meta: Value,
}

/// A resource to read.
struct McpResourceReadParams: new {
    /// The server.
    server: String,
    /// The resource.
    uri: String,
} optional {
    /// In which thread.
    thread_id: String,
    /// Of which app and account.
    target: McpResourceReadTarget,
    /// Of which app.
    connector_id: String,
    /// The call of a tool that it belongs to.
    origin_call_id: String,
    /// What else to say.
    #[serde(rename = "_meta")]
    meta: Map<String, Value>,
}

/// An app and an account.
struct McpResourceReadTarget: new {
    /// The app.
    connector_id: String,
    /// The account; none for nobody's. It is sent in either case.
    link_id: Option<String>,
}

/// What is in a resource.
struct McpResourceReadResponse {
    /// It.
    contents: Vec<McpResourceContent>,
} optional {
    /// The call of a tool that it belongs to.
    origin_call_id: String,
}

/// A text of a resource.
struct McpTextContent {
    /// Its address.
    uri: String,
    /// The text.
    text: String,
} optional {
    /// What kind of data it is.
    mime_type: String,
    /// What else the server said.
    #[serde(rename = "_meta")]
    meta: Value,
}

/// Data of a resource.
struct McpBlobContent {
    /// Its address.
    uri: String,
    /// The data, in base64.
    blob: String,
} optional {
    /// What kind of data it is.
    mime_type: String,
    /// What else the server said.
    #[serde(rename = "_meta")]
    meta: Value,
}

/// Where to log in.
struct McpServerOauthLoginParams: new {
    /// The server.
    name: String,
} optional {
    /// What for; what the server says otherwise.
    scopes: Vec<String>,
    /// How long to wait, in seconds.
    timeout_secs: i64,
    /// As this thread has the server.
    thread_id: String,
    /// How Codex makes itself known there.
    client_registration: McpServerOauthClientRegistration,
}

/// A login that was begun.
struct McpServerOauthLoginResponse {
    /// The page to open.
    authorization_url: String,
} optional {
    /// What the notification names it by.
    login_id: String,
}

/// A login that ended.
struct McpServerOauthLoginCompletedNotification {
    /// The server.
    name: String,
    /// Whether somebody is logged in now.
    success: bool,
} optional {
    /// Why not.
    error: String,
    /// What it is named by.
    login_id: String,
    /// The thread.
    thread_id: String,
}

/// How a server begins.
struct McpServerStartupStatusNotification {
    /// The server.
    name: String,
    /// How it stands.
    status: McpServerStartupState,
} optional {
    /// What went wrong.
    error: String,
    /// Which kind of failure it is.
    failure_reason: McpServerStartupFailureReason,
    /// The thread.
    thread_id: String,
}

/// Something that a server said.
struct McpServerEventStreamNotification {
    /// What it was subscribed to by.
    subscription_id: String,
    /// It.
    notification: McpServerEventNotification,
}

/// A notification of a server.
struct McpServerEventNotification {
    /// Its method.
    method: String,
    /// What it says.
    params: Value,
}

}

capped_debug!(McpResourceContent {
    Text,
    Blob,
    Unrecognized
});

/// A piece of a resource.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum McpResourceContent {
    /// A text.
    Text(McpTextContent),
    /// Data.
    Blob(McpBlobContent),
    /// Something else, as it came.
    Unrecognized(Value),
}

words! {
    /// How much of what servers have is listed.
    enum McpServerStatusDetail { Full = "full", ToolsAndAuthOnly = "toolsAndAuthOnly" }
    /// Whether somebody is logged in at a server.
    enum McpAuthStatus {
        Unknown = "unknown",
        Unsupported = "unsupported",
        NotLoggedIn = "notLoggedIn",
        BearerToken = "bearerToken",
        OAuth = "oAuth",
    }
    /// How a server stands in a thread.
    enum McpServerConnectionStatus {
        NotStarted = "notStarted",
        Starting = "starting",
        Connected = "connected",
        AuthenticationRequired = "authenticationRequired",
        Failed = "failed",
        Cancelled = "cancelled",
        Disabled = "disabled",
    }
    /// How a server begins.
    enum McpServerStartupState {
        Starting = "starting",
        Ready = "ready",
        Failed = "failed",
        Cancelled = "cancelled",
    }
    /// Why a server did not begin.
    enum McpServerStartupFailureReason { ReauthenticationRequired = "reauthenticationRequired" }
    /// How Codex makes itself known where it logs in.
    enum McpServerOauthClientRegistration { Auto = "auto", Cimd = "cimd", Dcr = "dcr" }
}
