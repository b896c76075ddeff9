//! Which type the result of a request has. The schema has all the types but does not say which belongs to which method.

/// The results whose names do not follow from the names of their params.
const IRREGULAR: [(&str, &str); 22] = [
    ("account/gatewayOAuth/cancel", "GatewayOAuthCancelResponse"),
    ("account/logout", "LogoutAccountResponse"),
    ("account/rateLimits/read", "GetAccountRateLimitsResponse"),
    ("account/securitySetup/read", "GetAccountSecuritySetupResponse"),
    ("account/usage/read", "GetAccountTokenUsageResponse"),
    ("account/workspaceMessages/read", "GetWorkspaceMessagesResponse"),
    ("accountSession/list", "AccountSessionsResponse"),
    ("addConversationListener", "AddConversationSubscriptionResponse"),
    ("config/batchWrite", "ConfigWriteResponse"),
    ("config/mcpServer/reload", "McpServerRefreshResponse"),
    ("config/value/write", "ConfigWriteResponse"),
    ("configRequirements/read", "ConfigRequirementsReadResponse"),
    (
        "externalAgentConfig/import/readHistories",
        "ExternalAgentConfigImportHistoriesReadResponse",
    ),
    ("getUserAgent", "GetUserAgentResponse"),
    ("getUserSavedConfig", "GetUserSavedConfigResponse"),
    ("loginChatGpt", "LoginChatGptResponse"),
    ("logoutChatGpt", "LogoutChatGptResponse"),
    ("memory/reset", "MemoryResetResponse"),
    ("remoteControl/status/read", "RemoteControlStatusReadResponse"),
    (
        "removeConversationListener",
        "RemoveConversationSubscriptionResponse",
    ),
    ("rollout/compress", "RolloutCompressResponse"),
    ("userInfo", "UserInfoResponse"),
];

/// The type of a request's result, if the schema has one.
pub(super) fn of(method: &str, params: Option<&str>, exists: impl Fn(&str) -> bool) -> Option<String> {
    let irregular = IRREGULAR
        .iter()
        .find(|(name, _)| *name == method)
        .map(|(_, result)| (*result).to_owned());
    let regular = params
        .and_then(|params| params.strip_suffix("Params"))
        .map(|stem| format!("{stem}Response"));
    let from_method = Some(format!("{}Response", camel(method)));
    [irregular, regular, from_method]
        .into_iter()
        .flatten()
        .find(|name| exists(name))
}

/// `windowsSandbox/readiness` as `WindowsSandboxReadiness`.
fn camel(method: &str) -> String {
    let words = method.split(['/', '_', '-']);
    words
        .map(|word| {
            let mut characters = word.chars();
            characters.next().map_or(String::new(), |first| {
                first.to_uppercase().collect::<String>() + characters.as_str()
            })
        })
        .collect()
}
