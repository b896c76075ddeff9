//! What an administrator requires of the configuration (`configRequirements/read`).

use std::collections::BTreeMap;

use serde_json::Value;

use super::config::{AllowDeny, ForcedLoginMethod, WebSearchMode};
use super::settings::{AskForApproval, SandboxMode};
use super::shape::{choices, objects, words};

objects! { "camelCase";

/// What an administrator requires.
struct ConfigRequirementsReadResponse {} optional {
    /// It; none if nothing.
    requirements: ConfigRequirements,
    /// Whether the two fast modes are required one by one.
    supports_independent_speed_modes: bool,
}

/// What an administrator requires. What is none is not restricted.
struct ConfigRequirements {} optional {
    /// Policies of asking that may be chosen.
    allowed_approval_policies: Vec<AskForApproval>,
    /// Sandboxes that may be chosen.
    allowed_sandbox_modes: Vec<SandboxMode>,
    /// Sandboxes of Windows that may be chosen.
    allowed_windows_sandbox_implementations: Vec<WindowsSandboxImplementation>,
    /// Named permissions, and whether they may be chosen.
    allowed_permission_profiles: BTreeMap<String, bool>,
    /// The named permissions that are chosen otherwise.
    default_permissions: String,
    /// Ways of searching the web that may be chosen.
    allowed_web_search_modes: Vec<WebSearchMode>,
    /// Ways of logging in; an empty list is none at all.
    allowed_login_methods: Vec<ForcedLoginMethod>,
    /// Whether only the administrator's hooks run.
    allow_managed_hooks_only: bool,
    /// Whether pictures of programs may be taken.
    allow_appshots: bool,
    /// Whether browsers and other programs may be used.
    allow_browser_and_computer_use: bool,
    /// Whether commands may run in a login shell.
    allow_login_shell: bool,
    /// Whether other devices may control Codex.
    allow_remote_control: bool,
    /// Instructions for every thread.
    additional_developer_instructions: String,
    /// Of reviews by a model.
    auto_review: AutoReviewRequirements,
    /// Of browsers.
    browser_use: BrowserUseRequirements,
    /// Of other programs.
    computer_use: ComputerUseRequirements,
    /// Of the browser inside of the desktop program.
    in_app_browser: InAppBrowserRequirements,
    /// Features that are on or off.
    feature_requirements: BTreeMap<String, bool>,
    /// Of feedback.
    feedback: FeedbackRequirements,
    /// Of models.
    models: ModelsRequirements,
    /// Of traces and metrics.
    otel: OtelRequirements,
    /// Where data has to stay.
    enforce_residency: ResidencyRequirement,
    /// Where credentials are kept.
    cli_auth_credentials_store: CliAuthCredentialsStoreMode,
    /// The address of the service.
    chatgpt_base_url: String,
    /// Whether updates are looked for.
    check_for_update_on_startup: bool,
    /// Where logs are written.
    log_dir: String,
    /// A file that lists the models.
    model_catalog_json: String,
    /// Whose models.
    model_provider: String,
    /// Providers of models, as in `config.toml`.
    model_providers: BTreeMap<String, Value>,
    /// Where databases are kept.
    sqlite_home: String,
}

/// What is required of reviews by a model.
struct AutoReviewRequirements {} optional {
    /// Rules that do not count for them.
    ignore_rules: Vec<String>,
    /// Models that need them.
    required_on_models: Vec<String>,
}

/// What is required of browsers.
struct BrowserUseRequirements {} optional {
    /// Whether people may allow something everywhere for good.
    allow_global_persistent_approval: bool,
    /// Whether the history may be looked at.
    allow_history_access: bool,
    /// Whether tools of pages may be used.
    allow_webmcp: bool,
    /// Whether no model reviews.
    disable_auto_review: bool,
    /// What may be done on pages.
    default_origin_policy: BrowserUseOriginPolicy,
    /// What may be done on pages of some origins.
    origins: BTreeMap<String, BrowserUseOriginPolicy>,
    /// Of the browser's extension.
    extension: BrowserUseExtensionRequirements,
}

/// What may be done on pages.
struct BrowserUseOriginPolicy {} optional {
    /// Opening them.
    access: AllowDeny,
    /// For how long that is allowed.
    access_approval_lifetime: BrowserUseAccessApprovalLifetime,
    /// Having a model review.
    auto_review: AllowDeny,
    /// Loading files from them.
    downloads: AllowDeny,
    /// Giving files to them.
    uploads: AllowDeny,
    /// Controlling them in full.
    full_cdp_access: AllowDeny,
    /// Whether people may allow something for good.
    persistent_approval: bool,
}

/// What is required of the browser's extension.
struct BrowserUseExtensionRequirements {} optional {
    /// What every request of it carries.
    request_headers: Vec<RequestHeader>,
}

/// A header of HTTP.
struct RequestHeader {
    /// Its name.
    name: String,
    /// Its value.
    value: String,
}

/// What is required of other programs.
struct ComputerUseRequirements {} optional {
    /// Whether they may be used while the screen is locked.
    allow_locked_computer_use: bool,
    /// Whether people may allow something for good.
    allow_persistent_approval: bool,
    /// What may be done with those that are not named.
    default_app_access: AllowDeny,
    /// On macOS.
    macos: ComputerUseMacosRequirements,
    /// On Windows.
    windows: ComputerUseWindowsRequirements,
}

/// What may be done with programs on macOS.
struct ComputerUseMacosRequirements {} optional {
    /// By the ids of their bundles.
    bundle_ids: BTreeMap<String, AllowDeny>,
}

/// What may be done with programs on Windows.
struct ComputerUseWindowsRequirements {} optional {
    /// By the ids of their models.
    aumids: BTreeMap<String, AllowDeny>,
    /// By their makers.
    exes: Vec<ComputerUseWindowsExeRequirement>,
}

/// What may be done with a program on Windows.
struct ComputerUseWindowsExeRequirement {
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

/// What is required of the browser inside of the desktop program.
struct InAppBrowserRequirements {} optional {
    /// Whether it may take over the settings of another one.
    allow_external_browser_settings_import: bool,
}

/// What is required of feedback.
struct FeedbackRequirements {} optional {
    /// Whether there is any.
    enabled: bool,
}

/// What is required of models.
struct ModelsRequirements {} optional {
    /// What new threads begin with.
    new_thread: NewThreadModelDefaults,
}

/// What new threads begin with.
struct NewThreadModelDefaults {} optional {
    /// The model.
    model: String,
    /// How long it thinks.
    model_reasoning_effort: String,
    /// How fast it is served.
    service_tier: String,
}

}

objects! { "snake_case";

/// What is required of traces and metrics.
struct OtelRequirements {} optional {
    /// Which environment they say they are from.
    environment: String,
    /// Where logs go.
    exporter: OtelExporter,
    /// Where traces go.
    trace_exporter: OtelExporter,
    /// Where metrics go.
    metrics_exporter: OtelExporter,
    /// Whether they have what users say.
    log_user_prompt: bool,
    /// Whether they have what the agent says.
    log_agent_responses: bool,
    /// Whether they have what the guardian decides.
    log_guardian_assessments: bool,
    /// Whether they have every piece of a stream.
    log_sse_deltas: bool,
    /// What every trace carries.
    span_attributes: BTreeMap<String, String>,
    /// How much of what tools give they have.
    tool_result: OtelToolResultLogConfig,
    /// What traces carry for others.
    tracestate: BTreeMap<String, BTreeMap<String, String>>,
}

/// How much of what tools give is logged.
struct OtelToolResultLogConfig {
    /// So many bytes.
    max_bytes: u64,
}

/// Where something goes, over HTTP (`otlp-http`).
struct OtlpHttp {
    /// Where.
    endpoint: String,
    /// With which headers.
    headers: BTreeMap<String, String>,
    /// In which form.
    protocol: OtelHttpProtocol,
} optional {
    /// With which certificates.
    tls: OtelTlsConfig,
}

/// Where something goes, over gRPC (`otlp-grpc`).
struct OtlpGrpc {
    /// Where.
    endpoint: String,
    /// With which headers.
    headers: BTreeMap<String, String>,
} optional {
    /// With which certificates.
    tls: OtelTlsConfig,
}

}

objects! { "kebab-case";

/// Files of certificates.
struct OtelTlsConfig {} optional {
    /// Of who is trusted.
    ca_certificate: String,
    /// Of the client.
    client_certificate: String,
    /// The key to that.
    client_private_key: String,
}

}

choices! {
    /// Where something goes.
    enum OtelExporter {
        words {
            /// Nowhere.
            None = "none",
            /// To the maker.
            Statsig = "statsig",
        }
        with {
            /// There, over HTTP.
            OtlpHttp(OtlpHttp) = "otlp-http",
            /// There, over gRPC.
            OtlpGrpc(OtlpGrpc) = "otlp-grpc",
        }
    }
}

words! {
    /// Sandboxes of Windows.
    enum WindowsSandboxImplementation { Elevated = "elevated", Unelevated = "unelevated", Mxc = "mxc" }
    /// For how long opening pages is allowed.
    enum BrowserUseAccessApprovalLifetime { Turn = "turn", Thread = "thread" }
    /// Where data has to stay.
    enum ResidencyRequirement { Us = "us" }
    /// Where credentials are kept.
    enum CliAuthCredentialsStoreMode { File = "file", Keyring = "keyring", Auto = "auto", Ephemeral = "ephemeral" }
    /// In which form something is sent.
    enum OtelHttpProtocol { Binary = "binary", Json = "json" }
}
