//! Models, and what is told of the one that answers.

use super::common::Listed;
use super::method::{notifications, requests};
use super::shape::{objects, words};

requests! {
    /// Which models there are.
    ModelList(MODEL_LIST): ModelListParams => Listed<Model>;
}

notifications! {
    /// Another model answers than was asked for.
    ModelRerouted(MODEL_REROUTED): ModelReroutedNotification;
    /// What the service wants to know before the model goes on.
    ModelVerification(MODEL_VERIFICATION): ModelVerificationNotification;
    /// An answer is held back until it was looked at.
    ModelSafetyBufferingUpdated(MODEL_SAFETY_BUFFERING_UPDATED): ModelSafetyBufferingUpdatedNotification;
}

objects! { "camelCase";

/// Which models to list.
struct ModelListParams {} optional {
    /// Where the page before ended.
    cursor: String,
    /// At most so many.
    limit: u32,
    /// Also those that are not offered to people.
    include_hidden: bool,
    /// Whose; the configured provider's otherwise.
    model_provider: String,
}

/// A model. [`ModelInfo`](crate::runtime::ModelInfo) is what layer 3 promises of one; this is all that the server says.
struct Model {
    /// Its id in the list.
    id: String,
    /// What it is asked for by, as in `thread/start`.
    model: String,
    /// Its name for people.
    display_name: String,
    /// What it is good for.
    description: String,
    /// Whether it is not offered to people.
    hidden: bool,
    /// Whether it is used where none is named.
    is_default: bool,
    /// How long it can think.
    supported_reasoning_efforts: Vec<ReasoningEffortOption>,
    /// How long it thinks unless told.
    default_reasoning_effort: String,
} optional {
    /// What it takes; texts and images where it is not said.
    input_modalities: Vec<InputModality>,
    /// Whether it can talk in several ways.
    supports_personality: bool,
    /// How fast it can be served.
    service_tiers: Vec<ModelServiceTier>,
    /// How fast it is served unless told.
    default_service_tier: String,
    /// Names of more ways to be faster.
    additional_speed_tiers: Vec<String>,
    /// The model to go on to.
    upgrade: String,
    /// What is said of that.
    upgrade_info: ModelUpgradeInfo,
    /// What is said where it is new.
    availability_nux: ModelAvailabilityNux,
    /// Programs that give more access.
    available_access_programs: ModelAccessPrograms,
    /// What it is made for.
    model_specialty: String,
    /// How it works with other agents.
    multi_agent_version: MultiAgentVersion,
}

/// How long a model can think.
struct ReasoningEffortOption {
    /// The word for it.
    reasoning_effort: String,
    /// What it means.
    description: String,
}

/// How fast a model can be served.
struct ModelServiceTier {
    /// What it is asked for by.
    id: String,
    /// Its name for people.
    name: String,
    /// What it means.
    description: String,
}

/// What is said of the model to go on to.
struct ModelUpgradeInfo {
    /// That model.
    model: String,
} optional {
    /// Where more is said of it.
    model_link: String,
    /// What is said.
    upgrade_copy: String,
    /// What changes, in Markdown.
    migration_markdown: String,
    /// When the old one goes; Unix time in seconds.
    retirement_at: i64,
}

/// What is said of a model that is new.
struct ModelAvailabilityNux {
    /// In words.
    message: String,
}

/// Programs that give more access to a model.
struct ModelAccessPrograms {
    /// For security work.
    cyber: Vec<CyberAccessProgram>,
}

/// Another model answers.
struct ModelReroutedNotification {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
    /// The model that was asked for.
    from_model: String,
    /// The one that answers.
    to_model: String,
    /// Why.
    reason: ModelRerouteReason,
}

/// What the service wants to know.
struct ModelVerificationNotification {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
    /// What.
    verifications: Vec<ModelVerificationKind>,
}

/// An answer is held back.
struct ModelSafetyBufferingUpdatedNotification {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
    /// The model.
    model: String,
    /// Why.
    reasons: Vec<String>,
    /// For what it might be used.
    use_cases: Vec<String>,
    /// Whether to say so to people.
    show_buffering_ui: bool,
} optional {
    /// A model whose answers would not be held back.
    faster_model: String,
}

}

words! {
    /// What a model takes.
    enum InputModality { Text = "text", Image = "image", Audio = "audio" }
    /// How a model works with other agents.
    enum MultiAgentVersion { Disabled = "disabled", V1 = "v1", V2 = "v2" }
    /// Programs that give more access for security work.
    enum CyberAccessProgram {
        Standard = "standard",
        DaybreakBlue = "daybreakBlue",
        DaybreakRed = "daybreakRed",
    }
    /// Why another model answers.
    enum ModelRerouteReason { HighRiskCyberActivity = "highRiskCyberActivity" }
    /// What the service wants to know.
    enum ModelVerificationKind { TrustedAccessForCyber = "trustedAccessForCyber" }
}
