//! Providers of models.

use super::common::Empty;
use super::method::{notifications, requests};
use super::shape::{kinds, objects, words};

requests! {
    /// Which providers there are; since 0.169.
    ModelProviderList(MODEL_PROVIDER_LIST): Empty => ModelProviderListResponse;
    /// What the configured provider can do.
    ModelProviderCapabilitiesRead(MODEL_PROVIDER_CAPABILITIES_READ):
        Empty => ModelProviderCapabilitiesReadResponse;
    /// Sets up a provider; since 0.169.
    ModelProviderConfigWrite(MODEL_PROVIDER_CONFIG_WRITE):
        ModelProviderConfigWriteParams => ModelProviderConfigWriteResponse;
}

notifications! {
    /// A provider refused the credentials, and they are renewed.
    ModelProviderAuthRecoveryStarted(MODEL_PROVIDER_AUTH_RECOVERY_STARTED): AuthRecoveryNotification;
    /// That is over.
    ModelProviderAuthRecoveryCompleted(MODEL_PROVIDER_AUTH_RECOVERY_COMPLETED): AuthRecoveryNotification;
}

objects! { "camelCase";

/// The providers.
struct ModelProviderListResponse {
    /// They.
    data: Vec<ModelProviderSummary>,
    /// The id of the one that is used.
    default_provider_id: String,
    /// Whether another one may be chosen.
    can_change_default: bool,
}

/// A provider.
struct ModelProviderSummary {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
    /// Whether it may be changed.
    can_edit: bool,
    /// How it is set up.
    settings: ProviderSettings,
} optional {
    /// Its address; none where it is not to be shown.
    base_url: String,
}

/// What a provider can do.
struct ModelProviderCapabilitiesReadResponse {
    /// Making images.
    image_generation: bool,
    /// Searching the web.
    web_search: bool,
} optional {
    /// Tools with namespaces; before 0.169.
    namespace_tools: bool,
}

/// A provider to set up.
struct ModelProviderConfigWriteParams: new {
    /// How.
    settings: ProviderSettingsPatch,
}

/// The provider that is set up.
struct ModelProviderConfigWriteResponse {
    /// The provider.
    provider: ModelProviderSummary,
}

/// A gateway (`customGateway`).
struct CustomGateway {
    /// How it knows the client.
    auth: GatewayAuth,
}

/// A gateway to set up (`customGateway`).
struct CustomGatewayPatch {} optional {
    /// Its id; a new one otherwise.
    provider_id: String,
    /// Its name.
    name: String,
    /// Its address.
    base_url: String,
    /// The variable that has its key.
    env_key: String,
}

/// Amazon's (`bedrock`).
struct Bedrock {} optional {
    /// The profile.
    profile: String,
    /// The region.
    region: String,
}

/// Amazon's, to set up (`bedrock`).
struct BedrockPatch: new {
    /// Which of its services.
    provider_id: BedrockProviderId,
} optional {
    /// The profile.
    profile: String,
    /// The region.
    region: String,
}

/// Google's (`gcp`).
struct Gcp {} optional {
    /// The project.
    project_id: String,
    /// Where it runs.
    location: String,
    /// The file of its credentials.
    credential_file: String,
}

/// Google's, to set up (`gcp`).
struct GcpPatch: new {
    /// Which of its services.
    provider_id: GcpProviderId,
} optional {
    /// The project.
    project_id: String,
    /// Where it runs.
    location: String,
    /// The file of its credentials.
    credential_file: String,
}

/// The variable that has a gateway's key (`environmentVariable`).
struct GatewayVariable {
    /// Its name.
    env_key: String,
}

/// A gateway that is set up elsewhere (`externallyConfigured`).
struct ExternalGateway {} optional {
    /// The variable that has its key.
    env_key: String,
}

/// Credentials that are renewed.
struct AuthRecoveryNotification {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
    /// The provider.
    provider: String,
    /// In words.
    message: String,
}

}

kinds! {
    /// How a provider is set up.
    enum ProviderSettings by "type" {
        /// The maker's own.
        OpenAi(Empty) = "openai",
        /// A gateway.
        CustomGateway(CustomGateway) = "customGateway",
        /// Amazon's.
        Bedrock(Bedrock) = "bedrock",
        /// Google's.
        Gcp(Gcp) = "gcp",
    }
    /// How to set up a provider.
    enum ProviderSettingsPatch by "type" {
        /// A gateway.
        CustomGateway(CustomGatewayPatch) = "customGateway",
        /// Amazon's.
        Bedrock(BedrockPatch) = "bedrock",
        /// Google's.
        Gcp(GcpPatch) = "gcp",
    }
    /// How a gateway knows the client.
    enum GatewayAuth by "mode" {
        /// Not at all.
        None(Empty) = "none",
        /// By a key in a variable.
        EnvironmentVariable(GatewayVariable) = "environmentVariable",
        /// As is set up elsewhere.
        ExternallyConfigured(ExternalGateway) = "externallyConfigured",
    }
}

words! {
    /// Amazon's services.
    enum BedrockProviderId { AmazonBedrock = "amazon-bedrock", AmazonBedrockRuntime = "amazon-bedrock-runtime" }
    /// Google's services.
    enum GcpProviderId { Gcp = "gcp" }
}
