//! Reading and writing the configuration. What an administrator requires of it is in
//! [`requirements`](super::requirements).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::common::{Empty, OneOrMany};
use super::method::requests;
use super::requirements::ConfigRequirementsReadResponse;
use super::settings::{ApprovalsReviewer, AskForApproval, ReasoningSummary, SandboxMode};
use super::shape::{kinds, objects, words};

requests! {
    /// The configuration as it takes effect.
    ConfigRead(CONFIG_READ): ConfigReadParams => ConfigReadResponse;
    /// Writes one key of it.
    ConfigValueWrite(CONFIG_VALUE_WRITE): ConfigValueWriteParams => ConfigWriteResponse;
    /// Writes several keys of it.
    ConfigBatchWrite(CONFIG_BATCH_WRITE): ConfigBatchWriteParams => ConfigWriteResponse;
    /// Reads the MCP servers of the configuration anew.
    ConfigMcpServerReload(CONFIG_MCP_SERVER_RELOAD): () => Empty;
    /// What an administrator requires of it.
    ConfigRequirementsRead(CONFIG_REQUIREMENTS_READ): () => ConfigRequirementsReadResponse;
}

objects! { "camelCase";

/// What to read.
struct ConfigReadParams {} optional {
    /// Also the layers that it is made of.
    include_layers: bool,
    /// As it is for this directory.
    cwd: String,
}

/// The configuration.
struct ConfigReadResponse {
    /// What takes effect.
    config: Config,
    /// The layer that each key is from.
    origins: BTreeMap<String, ConfigLayerMetadata>,
} optional {
    /// The layers, if they were wanted.
    layers: Vec<ConfigLayer>,
}

/// A layer of the configuration.
struct ConfigLayer {
    /// Where it is from.
    name: ConfigLayerSource,
    /// Changes with it.
    version: String,
    /// What is in it.
    config: Value,
} optional {
    /// Why it has no effect.
    disabled_reason: String,
}

/// Which layer of the configuration.
struct ConfigLayerMetadata {
    /// Where it is from.
    name: ConfigLayerSource,
    /// Changes with it.
    version: String,
}

/// A file of the configuration.
struct ConfigFile {
    /// Where it is.
    file: String,
} optional {
    /// The profile of it; of `user` only.
    profile: String,
}

/// A setting of the device's management (`mdm`).
struct ManagedPreference {
    /// Its domain.
    domain: String,
    /// Its key.
    key: String,
}

/// A configuration of the company's (`enterpriseManaged`).
struct EnterpriseConfig {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
}

/// The configuration of a project (`project`).
struct ProjectConfig {
    /// Its `.codex` directory.
    dot_codex_folder: String,
}

/// A key to write.
struct ConfigValueWriteParams: new {
    /// The key, dotted.
    key_path: String,
    /// Its value; null takes it out.
    value: Value,
    /// What becomes of what is there.
    merge_strategy: MergeStrategy,
} optional {
    /// The file; the user's `config.toml` otherwise.
    file_path: String,
    /// The version that was read: writing fails if it is another one by now.
    expected_version: String,
}

/// Keys to write.
struct ConfigBatchWriteParams: new {
    /// The keys.
    edits: Vec<ConfigEdit>,
} optional {
    /// The file; the user's `config.toml` otherwise.
    file_path: String,
    /// The version that was read: writing fails if it is another one by now.
    expected_version: String,
    /// Whether threads that are in memory learn of it.
    reload_user_config: bool,
}

/// A key to write.
struct ConfigEdit: new {
    /// The key, dotted.
    key_path: String,
    /// Its value; null takes it out.
    value: Value,
    /// What becomes of what is there.
    merge_strategy: MergeStrategy,
}

/// What was written.
struct ConfigWriteResponse {
    /// Whether it takes effect.
    status: WriteStatus,
    /// The version that is there now.
    version: String,
    /// The file.
    file_path: String,
} optional {
    /// Why it does not take effect.
    overridden_metadata: OverriddenMetadata,
}

/// Why what was written does not take effect.
struct OverriddenMetadata {
    /// In words.
    message: String,
    /// The layer above.
    overriding_layer: ConfigLayerMetadata,
    /// What takes effect instead.
    effective_value: Value,
}

}

objects! { "snake_case";

/// The configuration, by the keys of `config.toml`. What is not here is in [`other`](Self::other).
struct Config {} optional {
    /// The model.
    model: String,
    /// Whose models.
    model_provider: String,
    /// How long it thinks.
    model_reasoning_effort: String,
    /// How much it tells of its thoughts.
    model_reasoning_summary: ReasoningSummary,
    /// How much it writes.
    model_verbosity: Verbosity,
    /// How many tokens it can see at once.
    model_context_window: i64,
    /// From how many tokens on the conversation is summarised.
    model_auto_compact_token_limit: i64,
    /// Which tokens count for that.
    model_auto_compact_token_limit_scope: AutoCompactTokenLimitScope,
    /// The model of reviews.
    review_model: String,
    /// How fast it is served.
    service_tier: String,
    /// When it asks.
    approval_policy: AskForApproval,
    /// Who answers.
    approvals_reviewer: ApprovalsReviewer,
    /// What its commands may do.
    sandbox_mode: SandboxMode,
    /// In detail, of `workspace-write`.
    sandbox_workspace_write: SandboxWorkspaceWrite,
    /// Instructions in place of Codex's own.
    instructions: String,
    /// Instructions beside them.
    developer_instructions: String,
    /// What the model is told when it summarises.
    compact_prompt: String,
    /// The tools.
    tools: ToolsConfig,
    /// How the web is searched.
    web_search: WebSearchMode,
    /// Who searches it, where the client does.
    client_search_provider: WebSearchProvider,
    /// How people have to log in.
    forced_login_method: ForcedLoginMethod,
    /// Where people have to log in.
    forced_chatgpt_workspace_id: OneOrMany,
    /// What is told to the maker.
    analytics: AnalyticsConfig,
    /// What may be done in a browser.
    browser_use: BrowserUseConfig,
    /// What may be done with other programs.
    computer_use: ComputerUseConfig,
    /// Settings of the desktop program.
    desktop: Map<String, Value>,
}

/// What is told to the maker.
struct AnalyticsConfig {} optional {
    /// Whether anything.
    enabled: bool,
}

/// The sandbox `workspace-write`.
struct SandboxWorkspaceWrite {} optional {
    /// Directories beside the thread's own.
    writable_roots: Vec<String>,
    /// Whether commands reach the network.
    network_access: bool,
    /// Without the directory that `TMPDIR` names.
    exclude_tmpdir_env_var: bool,
    /// Without `/tmp`.
    exclude_slash_tmp: bool,
}

/// The tools.
struct ToolsConfig {} optional {
    /// Searching the web.
    web_search: WebSearchTool,
}

/// How the web is searched.
struct WebSearchToolConfig {} optional {
    /// Only there.
    allowed_domains: Vec<String>,
    /// How much of what is found the model sees.
    context_size: WebSearchContextSize,
    /// From where.
    location: WebSearchLocation,
}

/// A place, roughly.
struct WebSearchLocation {} optional {
    /// The city.
    city: String,
    /// The region.
    region: String,
    /// The country, in two letters.
    country: String,
    /// The time zone.
    timezone: String,
}

/// What may be done in a browser.
struct BrowserUseConfig {} optional {
    /// Whether its history may be looked at.
    allow_history_access: bool,
    /// What may be done on pages.
    default_origin_policy: BrowserUseOriginPolicyConfig,
    /// What may be done on pages of some origins.
    origins: BTreeMap<String, BrowserUseOriginPolicyConfig>,
}

/// What may be done on pages.
struct BrowserUseOriginPolicyConfig {} optional {
    /// Opening them.
    access: AllowDeny,
    /// Loading files from them.
    downloads: AllowDeny,
    /// Giving files to them.
    uploads: AllowDeny,
    /// Controlling them in full.
    full_cdp_access: AllowDeny,
}

/// What may be done with other programs.
struct ComputerUseConfig {} optional {
    /// With those that are not named.
    default_app_access: AllowDeny,
    /// On macOS.
    macos: ComputerUseMacosConfig,
    /// On Windows.
    windows: ComputerUseWindowsConfig,
}

/// What may be done with programs on macOS.
struct ComputerUseMacosConfig {} optional {
    /// By the ids of their bundles.
    bundle_ids: BTreeMap<String, AllowDeny>,
}

/// What may be done with programs on Windows.
struct ComputerUseWindowsConfig {} optional {
    /// By the ids of their models.
    aumids: BTreeMap<String, AllowDeny>,
    /// By their makers.
    exes: Vec<ComputerUseWindowsExeConfig>,
}

/// What may be done with a program on Windows.
struct ComputerUseWindowsExeConfig {
    /// What may be done.
    access: AllowDeny,
    /// What it is called.
    product_name: String,
    /// Whose it is.
    publisher_name: String,
} optional {
    /// Its file.
    binary_name: String,
}

}

/// Whether and how the web is searched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum WebSearchTool {
    /// Whether; of 0.104 only.
    Enabled(bool),
    /// How.
    Config(WebSearchToolConfig),
}

kinds! {
    /// Where a layer of the configuration is from.
    enum ConfigLayerSource by "type" {
        /// Codex itself.
        PackagedDefaults(ConfigFile) = "packagedDefaults",
        /// The device's management.
        Mdm(ManagedPreference) = "mdm",
        /// The machine.
        System(ConfigFile) = "system",
        /// The company.
        EnterpriseManaged(EnterpriseConfig) = "enterpriseManaged",
        /// The user.
        User(ConfigFile) = "user",
        /// The project.
        Project(ProjectConfig) = "project",
        /// The command line, or a request.
        SessionFlags(Empty) = "sessionFlags",
        /// An old file of an administrator.
        LegacyManagedConfigTomlFromFile(ConfigFile) = "legacyManagedConfigTomlFromFile",
        /// The same, from the device's management.
        LegacyManagedConfigTomlFromMdm(Empty) = "legacyManagedConfigTomlFromMdm",
    }
}

words! {
    /// What becomes of what is there.
    enum MergeStrategy {
        /// It is gone.
        Replace = "replace",
        /// What is written is put into it.
        Upsert = "upsert",
    }
    /// Whether what was written takes effect.
    enum WriteStatus {
        Ok = "ok",
        /// Another layer is above it.
        OkOverridden = "okOverridden",
    }
    /// Whether something may be done.
    enum AllowDeny { Allow = "allow", Deny = "deny" }
    /// How people have to log in.
    enum ForcedLoginMethod { Chatgpt = "chatgpt", Api = "api" }
    /// Which tokens count for a limit.
    enum AutoCompactTokenLimitScope { Total = "total", BodyAfterPrefix = "body_after_prefix" }
    /// How much the model writes.
    enum Verbosity { Low = "low", Medium = "medium", High = "high" }
    /// How the web is searched.
    enum WebSearchMode { Disabled = "disabled", Cached = "cached", Indexed = "indexed", Live = "live" }
    /// Who searches the web for a client.
    enum WebSearchProvider { Standalone = "standalone", SearchMcp = "search_mcp" }
    /// How much of what is found the model sees.
    enum WebSearchContextSize { Low = "low", Medium = "medium", High = "high" }
}
