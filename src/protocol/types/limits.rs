//! What an account may use and did use.

use std::collections::BTreeMap;

use serde_json::Value;

use super::shape::{objects, words};

objects! { "camelCase";

/// What to look up.
struct GetAccountRateLimitsParams {} optional {
    /// Without the details of credits that set limits back.
    exclude_reset_credit_details: bool,
    /// The client can show one more kind of limit.
    supports_luna_reserve: bool,
}

/// How much the account may still use.
struct GetAccountRateLimitsResponse {
    /// The limits that count.
    rate_limits: RateLimitSnapshot,
} optional {
    /// All limits, by their ids.
    rate_limits_by_limit_id: BTreeMap<String, RateLimitSnapshot>,
    /// Credits that set limits back.
    rate_limit_reset_credits: RateLimitResetCreditsSummary,
    /// What the service offers beyond them, in its own form.
    rate_limit_upsell: Value,
    /// Whether it may still be used without paying more; unknown otherwise.
    ordinary_usage_allowed: bool,
    /// The account.
    account_id: String,
}

/// Limits of an account. Where something is none, it did not change or is not known.
struct RateLimitSnapshot {} optional {
    /// Its id.
    limit_id: String,
    /// Its name.
    limit_name: String,
    /// The shorter time that is counted.
    primary: RateLimitWindow,
    /// The longer one.
    secondary: RateLimitWindow,
    /// What was paid for beyond it.
    credits: CreditsSnapshot,
    /// What the person alone may spend.
    individual_limit: SpendControlLimitSnapshot,
    /// Whether that is reached.
    spend_control_reached: bool,
    /// What is paid for.
    plan_type: PlanType,
    /// Which limit was reached, if one was.
    rate_limit_reached_type: RateLimitReachedType,
    /// The model that it is usually about.
    normal_model_slug: String,
}

/// A time in which use is counted.
struct RateLimitWindow {
    /// How much of what is allowed was used, in percent.
    used_percent: i32,
} optional {
    /// How long the time is, in minutes.
    window_duration_mins: i64,
    /// When it begins anew; Unix time in seconds.
    resets_at: i64,
}

/// What was paid for beyond a limit.
struct CreditsSnapshot {
    /// Whether there is any.
    has_credits: bool,
    /// Whether there is no end of it.
    unlimited: bool,
} optional {
    /// How much is left.
    balance: String,
}

/// What a person may spend.
struct SpendControlLimitSnapshot {
    /// How much.
    limit: String,
    /// How much was spent.
    used: String,
    /// How much is left, in percent.
    remaining_percent: i32,
    /// When it begins anew; Unix time in seconds.
    resets_at: i64,
}

/// Credits that set limits back.
struct RateLimitResetCreditsSummary {
    /// How many there are.
    available_count: i64,
} optional {
    /// They, or the first of them; not known otherwise.
    credits: Vec<RateLimitResetCredit>,
}

/// A credit that sets a limit back.
struct RateLimitResetCredit {
    /// Its id.
    id: String,
    /// Which limits it is for.
    reset_type: RateLimitResetType,
    /// How it stands.
    status: RateLimitResetCreditStatus,
    /// When it was given; Unix time in seconds.
    granted_at: i64,
} optional {
    /// When it ends; Unix time in seconds; never otherwise.
    expires_at: i64,
    /// In few words.
    title: String,
    /// In more.
    description: String,
}

/// A credit to take.
struct ConsumeAccountRateLimitResetCreditParams: new {
    /// The same for repetitions, so that they take one only.
    idempotency_key: String,
} optional {
    /// Which; the service chooses otherwise.
    credit_id: String,
}

/// What came of taking a credit.
struct ConsumeAccountRateLimitResetCreditResponse {
    /// What.
    outcome: ConsumeAccountRateLimitResetCreditOutcome,
}

/// How much the account may still use now.
struct AccountRateLimitsUpdatedNotification {
    /// The limits.
    rate_limits: RateLimitSnapshot,
}

/// What to look up.
struct GetAccountTokenUsageParams {} optional {
    /// Also for this thread.
    thread_id: String,
}

/// How much the account used.
struct GetAccountTokenUsageResponse {
    /// In all.
    summary: AccountTokenUsageSummary,
} optional {
    /// Day by day.
    daily_usage_buckets: Vec<AccountTokenUsageDailyBucket>,
    /// The thread.
    thread_usage: ThreadUsage,
}

/// How much an account used in all.
struct AccountTokenUsageSummary {} optional {
    /// Tokens.
    lifetime_tokens: i64,
    /// Tokens of the day with the most.
    peak_daily_tokens: i64,
    /// Seconds of the longest turn.
    longest_running_turn_sec: i64,
    /// Days in a row, until now.
    current_streak_days: i64,
    /// Days in a row, at most.
    longest_streak_days: i64,
}

/// How much an account used on a day.
struct AccountTokenUsageDailyBucket {
    /// The day.
    start_date: String,
    /// Tokens.
    tokens: i64,
}

/// How much a thread used.
struct ThreadUsage {
    /// The thread.
    thread_id: String,
    /// In credits, estimated, in millionths.
    estimated_usage_credits_micros: i64,
    /// By model and speed.
    groups: Vec<ThreadUsageBreakdownGroup>,
} optional {
    /// In dollars, estimated, in millionths.
    estimated_usage_usd_micros: i64,
    /// In dollars, as they are asked for, in millionths; unknown otherwise.
    native_usage_usd_micros: i64,
}

/// How much a thread used of a model.
struct ThreadUsageBreakdownGroup {
    /// In credits, estimated, in millionths.
    estimated_usage_credits_micros: i64,
} optional {
    /// The model.
    model: String,
    /// How long it thought.
    reasoning_effort: String,
    /// How fast it was served.
    speed: String,
    /// Tokens in all.
    total_tokens: i64,
    /// Tokens that it saw.
    input_tokens: i64,
    /// Of those, the ones that the service still had.
    cached_input_tokens: i64,
    /// Of those, the ones that it did not have.
    net_new_input_tokens: i64,
    /// Tokens that it wrote.
    output_tokens: i64,
}

/// What to ask for.
struct SendAddCreditsNudgeEmailParams: new {
    /// For what.
    credit_type: AddCreditsNudgeCreditType,
}

/// Whether it was asked for.
struct SendAddCreditsNudgeEmailResponse {
    /// Whether.
    status: AddCreditsNudgeEmailStatus,
}

}

words! {
    /// What is paid for.
    enum PlanType {
        Free = "free",
        Go = "go",
        Plus = "plus",
        Pro = "pro",
        ProLite = "prolite",
        ProMax = "promax",
        Team = "team",
        SelfServeBusinessProLite = "self_serve_business_prolite",
        SelfServeBusinessUsageBased = "self_serve_business_usage_based",
        Business = "business",
        Ent26 = "ent26",
        EnterpriseCbpAutomation = "enterprise_cbp_automation",
        EnterpriseCbpUsageBased = "enterprise_cbp_usage_based",
        Enterprise = "enterprise",
        Edu = "edu",
        EduPlus = "edu_plus",
        EduPro = "edu_pro",
        Sci = "sci",
        SciPlus = "sci_plus",
        Unknown = "unknown",
    }
    /// Which limit was reached.
    enum RateLimitReachedType {
        RateLimitReached = "rate_limit_reached",
        WorkspaceOwnerCreditsDepleted = "workspace_owner_credits_depleted",
        WorkspaceMemberCreditsDepleted = "workspace_member_credits_depleted",
        WorkspaceOwnerUsageLimitReached = "workspace_owner_usage_limit_reached",
        WorkspaceMemberUsageLimitReached = "workspace_member_usage_limit_reached",
    }
    /// Which limits a credit is for.
    enum RateLimitResetType { CodexRateLimits = "codexRateLimits", Unknown = "unknown" }
    /// How a credit stands.
    enum RateLimitResetCreditStatus {
        Available = "available",
        Redeeming = "redeeming",
        Redeemed = "redeemed",
        Unknown = "unknown",
    }
    /// What came of taking a credit.
    enum ConsumeAccountRateLimitResetCreditOutcome {
        Reset = "reset",
        NothingToReset = "nothingToReset",
        NoCredit = "noCredit",
        AlreadyRedeemed = "alreadyRedeemed",
    }
    /// What can be asked for.
    enum AddCreditsNudgeCreditType { Credits = "credits", UsageLimit = "usage_limit" }
    /// Whether it was asked for.
    enum AddCreditsNudgeEmailStatus {
        Sent = "sent",
        /// It was, not long ago.
        CooldownActive = "cooldown_active",
    }
}
