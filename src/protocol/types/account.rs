//! Who is logged in, and logging in and out. What the account may use is in [`limits`](super::limits).

use super::common::Empty;
use super::limits::{
    AccountRateLimitsUpdatedNotification, ConsumeAccountRateLimitResetCreditParams,
    ConsumeAccountRateLimitResetCreditResponse, GetAccountRateLimitsParams, GetAccountRateLimitsResponse,
    GetAccountTokenUsageParams, GetAccountTokenUsageResponse, PlanType, SendAddCreditsNudgeEmailParams,
    SendAddCreditsNudgeEmailResponse,
};
use super::method::{notifications, requests};
use super::shape::{kinds, objects, words};

requests! {
    /// Who is logged in.
    AccountRead(ACCOUNT_READ): GetAccountParams => GetAccountResponse;
    /// Logs in, or begins to.
    AccountLoginStart(ACCOUNT_LOGIN_START): LoginAccountParams => LoginAccountResponse;
    /// Gives up a login that was begun.
    AccountLoginCancel(ACCOUNT_LOGIN_CANCEL): CancelLoginAccountParams => CancelLoginAccountResponse;
    /// Logs out.
    AccountLogout(ACCOUNT_LOGOUT): () => Empty;
    /// How much the account may still use. Servers before 0.169 take no params: `None`.
    AccountRateLimitsRead(ACCOUNT_RATE_LIMITS_READ):
        Option<GetAccountRateLimitsParams> => GetAccountRateLimitsResponse;
    /// Takes a credit that sets a limit back.
    AccountRateLimitResetCreditConsume(ACCOUNT_RATE_LIMIT_RESET_CREDIT_CONSUME):
        ConsumeAccountRateLimitResetCreditParams => ConsumeAccountRateLimitResetCreditResponse;
    /// How much the account used. Servers before 0.169 take no params: `None`.
    AccountUsageRead(ACCOUNT_USAGE_READ):
        Option<GetAccountTokenUsageParams> => GetAccountTokenUsageResponse;
    /// Asks whoever owns the workspace for more.
    AccountSendAddCreditsNudgeEmail(ACCOUNT_SEND_ADD_CREDITS_NUDGE_EMAIL):
        SendAddCreditsNudgeEmailParams => SendAddCreditsNudgeEmailResponse;
    /// What the workspace says to its people.
    AccountWorkspaceMessagesRead(ACCOUNT_WORKSPACE_MESSAGES_READ): () => GetWorkspaceMessagesResponse;
    /// What the account should do for its security.
    AccountSecuritySetupRead(ACCOUNT_SECURITY_SETUP_READ): () => GetAccountSecuritySetupResponse;
    /// Who is logged in at the gateway of a provider.
    AccountGatewayOAuthRead(ACCOUNT_GATEWAY_OAUTH_READ):
        Option<GatewayOAuthReadParams> => GatewayOAuthReadResponse;
    /// Begins to log in at the gateway of a provider.
    AccountGatewayOAuthLogin(ACCOUNT_GATEWAY_OAUTH_LOGIN):
        Option<GatewayOAuthLoginParams> => GatewayOAuthLoginResponse;
    /// Gives up that login.
    AccountGatewayOAuthCancel(ACCOUNT_GATEWAY_OAUTH_CANCEL): () => Empty;
}

notifications! {
    /// Somebody else is logged in, or nobody.
    AccountUpdated(ACCOUNT_UPDATED): AccountUpdatedNotification;
    /// A login ended.
    AccountLoginCompleted(ACCOUNT_LOGIN_COMPLETED): AccountLoginCompletedNotification;
    /// How much the account may still use. Told after every answer of the model.
    AccountRateLimitsUpdated(ACCOUNT_RATE_LIMITS_UPDATED): AccountRateLimitsUpdatedNotification;
    /// A login at a gateway goes on, or ended.
    AccountGatewayOAuthChanged(ACCOUNT_GATEWAY_OAUTH_CHANGED): GatewayOAuthChangedNotification;
}

objects! { "camelCase";

/// How to look.
struct GetAccountParams {} optional {
    /// Whether to renew the tokens first.
    refresh_token: bool,
}

/// Who is logged in.
struct GetAccountResponse {
    /// Whether the configured provider needs an account.
    requires_openai_auth: bool,
} optional {
    /// The account; none when nobody is.
    account: Account,
    /// The user's id.
    user_id: String,
}

/// An account of `ChatGPT` (`chatgpt`).
struct ChatgptAccount {
    /// What is paid for.
    plan_type: PlanType,
} optional {
    /// The address.
    email: String,
    /// The workspace.
    workspace_name: String,
}

/// Credentials of Amazon's (`amazonBedrock`).
struct BedrockAccount {} optional {
    /// Whether Codex keeps them.
    uses_codex_managed_credentials: bool,
}

/// A key (`apiKey`).
struct ApiKeyLogin: new {
    /// The key. It is not looked at.
    api_key: String,
}

/// A login in the browser (`chatgpt`).
struct ChatgptLogin {} optional {
    /// Whose name the page has.
    app_brand: LoginAppBrand,
    /// With fewer steps.
    codex_streamlined_login: bool,
    /// With the service's own last page.
    use_hosted_login_success_page: bool,
}

/// Tokens that the client got by itself (`chatgptAuthTokens`). It is asked for new ones when they are over.
struct ChatgptTokensLogin: new {
    /// The token.
    access_token: String,
    /// The account.
    chatgpt_account_id: String,
} optional {
    /// What is paid for; what the token says otherwise.
    chatgpt_plan_type: String,
}

/// A key of Amazon's (`amazonBedrock`).
struct BedrockKeyLogin: new {
    /// The key.
    api_key: String,
    /// The region.
    region: String,
}

/// A pair of keys of Amazon's (`amazonBedrockAccessKeys`).
struct BedrockAccessKeysLogin: new {
    /// The public one.
    access_key_id: String,
    /// The secret one.
    secret_access_key: String,
    /// The region.
    region: String,
} optional {
    /// What goes with keys that end.
    session_token: String,
}

/// A login in the browser that was begun (`chatgpt`).
struct StartedBrowserLogin {
    /// What it is named by.
    login_id: String,
    /// The page to open.
    auth_url: String,
}

/// A login on another device that was begun (`chatgptDeviceCode`).
struct StartedDeviceLogin {
    /// What it is named by.
    login_id: String,
    /// The page to open there.
    verification_url: String,
    /// What to type there.
    user_code: String,
}

/// A login to give up.
struct CancelLoginAccountParams: new {
    /// What it is named by.
    login_id: String,
}

/// Whether there was one.
struct CancelLoginAccountResponse {
    /// Whether.
    status: CancelLoginAccountStatus,
}

/// A login that ended.
struct AccountLoginCompletedNotification {
    /// Whether somebody is logged in now.
    success: bool,
} optional {
    /// What it is named by.
    login_id: String,
    /// Why not.
    error: String,
    /// Where people go on in the desktop program.
    onboarding_entrypoint: String,
}

/// Who is logged in now.
struct AccountUpdatedNotification {} optional {
    /// In which way; nobody otherwise.
    auth_mode: AuthMode,
    /// What is paid for.
    plan_type: PlanType,
}

/// Tokens that are over.
struct ChatgptAuthTokensRefreshParams {
    /// How that was noticed.
    reason: ChatgptAuthTokensRefreshReason,
} optional {
    /// The account that they were of.
    previous_account_id: String,
}

/// New tokens.
struct ChatgptAuthTokensRefreshResponse: new {
    /// The token.
    access_token: String,
    /// The account.
    chatgpt_account_id: String,
} optional {
    /// What is paid for; what the token says otherwise.
    chatgpt_plan_type: String,
}

/// What the workspace says.
struct GetWorkspaceMessagesResponse {
    /// Whether it can say anything.
    feature_enabled: bool,
    /// What it says.
    messages: Vec<WorkspaceMessage>,
}

/// Something that the workspace says.
struct WorkspaceMessage {
    /// Its id.
    message_id: String,
    /// What kind it is.
    message_type: WorkspaceMessageType,
    /// The text.
    message_body: String,
} optional {
    /// When it was said; Unix time in seconds.
    created_at: i64,
    /// When it was put away; Unix time in seconds.
    archived_at: i64,
}

/// What the account should do, if anything.
struct GetAccountSecuritySetupResponse {} optional {
    /// What.
    notice: AccountSecuritySetupNotice,
}

/// What the account should do for its security.
struct AccountSecuritySetupNotice {
    /// The account.
    account_id: String,
    /// The user.
    user_id: String,
    /// In few words.
    title: String,
    /// In more.
    description: String,
    /// Where to do it.
    action: AccountSecuritySetupAction,
}

/// Where to do something.
struct AccountSecuritySetupAction {
    /// What the button says.
    label: String,
    /// Where it leads.
    url: String,
}

/// Whose gateway.
struct GatewayOAuthReadParams {} optional {
    /// The provider's; the configured one's otherwise.
    model_provider: String,
}

/// Who is logged in at a gateway.
struct GatewayOAuthReadResponse {
    /// The provider.
    provider_id: String,
    /// Its name.
    provider_name: String,
    /// Whether that is needed.
    required: bool,
} optional {
    /// How it stands; none where the provider has no such gateway.
    status: GatewayOAuthStatus,
    /// What went wrong.
    error: String,
    /// Whether a login on another device is possible.
    supports_device_auth: bool,
}

/// How to log in at a gateway.
struct GatewayOAuthLoginParams {} optional {
    /// Whose; the configured provider's otherwise.
    model_provider: String,
    /// Whether on another device.
    device_auth: bool,
}

/// A login at a gateway that was begun.
struct GatewayOAuthLoginResponse {} optional {
    /// What to do on another device.
    prompt: GatewayOAuthPrompt,
}

/// What to do on another device.
struct GatewayOAuthPrompt {
    /// What the login is named by.
    login_id: String,
    /// The page to open.
    verification_url: String,
    /// What to type there.
    user_code: String,
}

/// A login at a gateway.
struct GatewayOAuthChangedNotification {
    /// The provider.
    provider_id: String,
    /// How it stands.
    status: GatewayOAuthStatus,
} optional {
    /// What the login is named by.
    login_id: String,
    /// The page to open.
    auth_url: String,
    /// What went wrong.
    error: String,
}

}

kinds! {
    /// Who is logged in.
    enum Account by "type" {
        /// Somebody with a key.
        ApiKey(Empty) = "apiKey",
        /// Somebody with an account of `ChatGPT`.
        Chatgpt(ChatgptAccount) = "chatgpt",
        /// Somebody with credentials of Amazon's.
        AmazonBedrock(BedrockAccount) = "amazonBedrock",
        /// Somebody with credentials of Google's.
        Gcp(Empty) = "gcp",
    }
    /// How to log in.
    enum LoginAccountParams by "type" {
        /// With a key.
        ApiKey(ApiKeyLogin) = "apiKey",
        /// In the browser.
        Chatgpt(ChatgptLogin) = "chatgpt",
        /// On another device.
        ChatgptDeviceCode(Empty) = "chatgptDeviceCode",
        /// With tokens that the client got by itself.
        ChatgptAuthTokens(ChatgptTokensLogin) = "chatgptAuthTokens",
        /// With a key of Amazon's.
        AmazonBedrock(BedrockKeyLogin) = "amazonBedrock",
        /// With a pair of keys of Amazon's.
        AmazonBedrockAccessKeys(BedrockAccessKeysLogin) = "amazonBedrockAccessKeys",
    }
    /// What a login came to; those that people have to go on with end with a notification.
    enum LoginAccountResponse by "type" {
        /// It is over.
        ApiKey(Empty) = "apiKey",
        /// It goes on in the browser.
        Chatgpt(StartedBrowserLogin) = "chatgpt",
        /// It goes on on another device.
        ChatgptDeviceCode(StartedDeviceLogin) = "chatgptDeviceCode",
        /// It is over.
        ChatgptAuthTokens(Empty) = "chatgptAuthTokens",
        /// It is over.
        AmazonBedrock(Empty) = "amazonBedrock",
    }
}

words! {
    /// Whose name a login page has.
    enum LoginAppBrand { Codex = "codex", Chatgpt = "chatgpt" }
    /// Whether there was a login to give up.
    enum CancelLoginAccountStatus { Canceled = "canceled", NotFound = "notFound" }
    /// How a login at a gateway stands.
    enum GatewayOAuthStatus {
        NotReady = "notReady",
        Started = "started",
        Succeeded = "succeeded",
        Failed = "failed",
    }
    /// In which way somebody is logged in.
    enum AuthMode {
        ApiKey = "apikey",
        Chatgpt = "chatgpt",
        ChatgptAuthTokens = "chatgptAuthTokens",
        Headers = "headers",
        AgentIdentity = "agentIdentity",
        PersonalAccessToken = "personalAccessToken",
        BedrockApiKey = "bedrockApiKey",
        BedrockAccessKeys = "bedrockAccessKeys",
    }
    /// How it was noticed that tokens are over.
    enum ChatgptAuthTokensRefreshReason { Unauthorized = "unauthorized" }
    /// Kinds of what a workspace says.
    enum WorkspaceMessageType { Headline = "headline", Announcement = "announcement", Unknown = "unknown" }
}
