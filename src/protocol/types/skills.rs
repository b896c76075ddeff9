//! Skills.

use super::common::Empty;
use super::method::{notifications, requests};
use super::shape::{objects, words};

requests! {
    /// Which skills there are.
    SkillsList(SKILLS_LIST): SkillsListParams => SkillsListResponse;
    /// Switches a skill on or off.
    SkillsConfigWrite(SKILLS_CONFIG_WRITE): SkillsConfigWriteParams => SkillsConfigWriteResponse;
    /// Where else to look for skills.
    SkillsExtraRootsSet(SKILLS_EXTRA_ROOTS_SET): SkillsExtraRootsSetParams => Empty;
    /// Which skills the service has; of 0.104 only.
    SkillsRemoteList(SKILLS_REMOTE_LIST): SkillsRemoteReadParams => SkillsRemoteReadResponse;
    /// Fetches a skill from the service; of 0.104 only.
    SkillsRemoteExport(SKILLS_REMOTE_EXPORT): SkillsRemoteWriteParams => SkillsRemoteWriteResponse;
}

notifications! {
    /// There are other skills than before.
    SkillsChanged(SKILLS_CHANGED): Empty;
}

objects! { "camelCase";

/// Which skills to list.
struct SkillsListParams {} optional {
    /// For these directories; for the server's own otherwise.
    cwds: Vec<String>,
    /// Whether to look again.
    force_reload: bool,
    /// More places to look, by directory; before 0.145.
    per_cwd_extra_user_roots: Vec<SkillsListExtraRootsForCwd>,
}

/// More places to look for skills.
struct SkillsListExtraRootsForCwd: new {
    /// For this directory.
    cwd: String,
    /// The places; absolute.
    extra_user_roots: Vec<String>,
}

/// The skills.
struct SkillsListResponse {
    /// They, by directory.
    data: Vec<SkillsListEntry>,
}

/// The skills of a directory.
struct SkillsListEntry {
    /// The directory.
    cwd: String,
    /// They.
    skills: Vec<SkillMetadata>,
    /// What could not be read.
    errors: Vec<SkillErrorInfo>,
}

/// A skill that could not be read.
struct SkillErrorInfo {
    /// Where it is.
    path: String,
    /// Why.
    message: String,
}

/// A skill.
struct SkillMetadata {
    /// Its name.
    name: String,
    /// When to use it.
    description: String,
    /// Its `SKILL.md`.
    path: String,
    /// Whose it is.
    scope: SkillScope,
    /// Whether it is on.
    enabled: bool,
} optional {
    /// What it is for, in few words.
    short_description: String,
    /// What it looks like.
    interface: SkillInterface,
    /// What it needs.
    dependencies: SkillDependencies,
    /// The plugin that it is from.
    plugin_id: String,
}

/// What a skill looks like.
struct SkillInterface {} optional {
    /// Its name for people.
    display_name: String,
    /// What it is for, in few words.
    short_description: String,
    /// A small picture; a path.
    icon_small: String,
    /// Likewise; a URL.
    icon_small_url: String,
    /// A large picture; a path.
    icon_large: String,
    /// Likewise; a URL.
    icon_large_url: String,
    /// Its colour.
    brand_color: String,
    /// What to say to try it.
    default_prompt: String,
}

/// What a skill needs.
struct SkillDependencies {
    /// Tools.
    tools: Vec<SkillToolDependency>,
}

/// A tool that a skill needs.
struct SkillToolDependency {
    /// What kind it is.
    r#type: String,
    /// Which.
    value: String,
} optional {
    /// What it is for.
    description: String,
    /// How to run it.
    command: String,
    /// How to talk to it.
    transport: String,
    /// Where it is.
    url: String,
}

/// A skill to switch.
struct SkillsConfigWriteParams: new {
    /// On or off.
    enabled: bool,
} optional {
    /// By its name; since 0.125.
    name: String,
    /// By its path.
    path: String,
}

/// The skill as it is now.
struct SkillsConfigWriteResponse {
    /// Whether it is on.
    effective_enabled: bool,
}

/// Where else to look.
struct SkillsExtraRootsSetParams: new {
    /// There; absolute.
    extra_roots: Vec<String>,
}

/// Which skills of the service to list.
struct SkillsRemoteReadParams {} optional {
    /// Only those that are on.
    enabled: bool,
    /// Of whom.
    hazelnut_scope: String,
    /// For which program.
    product_surface: String,
}

/// The skills of the service.
struct SkillsRemoteReadResponse {
    /// They.
    data: Vec<RemoteSkillSummary>,
}

/// A skill of the service.
struct RemoteSkillSummary {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
    /// When to use it.
    description: String,
}

/// A skill to fetch.
struct SkillsRemoteWriteParams: new {
    /// Its id.
    hazelnut_id: String,
}

/// The skill that was fetched.
struct SkillsRemoteWriteResponse {
    /// Its id.
    id: String,
    /// Where it is now.
    path: String,
}

}

words! {
    /// Whose a skill is.
    enum SkillScope { User = "user", Repo = "repo", System = "system", Admin = "admin" }
}
