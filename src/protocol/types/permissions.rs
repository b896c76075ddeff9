//! Permissions that the agent asks for and gets.

use super::common::Empty;
use super::shape::{kinds, objects, words};

objects! { "camelCase";

/// Permissions that the agent asks for.
struct PermissionsRequestApprovalParams {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
    /// The call of the tool that asks.
    item_id: String,
    /// Where it works.
    cwd: String,
    /// What it asks for.
    permissions: PermissionProfile,
} optional {
    /// When it was asked; Unix time in milliseconds; since 0.145.
    started_at_ms: i64,
    /// Why.
    reason: String,
    /// The environment that they are for.
    environment_id: String,
}

/// The reply to a request for permissions.
struct PermissionsRequestApprovalResponse: new {
    /// What is granted: nothing, by default, or what was asked for or less.
    permissions: PermissionProfile,
} optional {
    /// For how long; for the turn, by default.
    scope: PermissionGrantScope,
    /// Whether a model looks at every command of the turn.
    strict_auto_review: bool,
}

/// Permissions beyond the sandbox.
struct PermissionProfile {} optional {
    /// For the network.
    network: AdditionalNetworkPermissions,
    /// For files.
    file_system: AdditionalFileSystemPermissions,
}

/// Permissions for the network.
struct AdditionalNetworkPermissions {} optional {
    /// Whether it may be reached.
    enabled: bool,
}

/// Permissions for files.
struct AdditionalFileSystemPermissions {} optional {
    /// What may be read.
    read: Vec<String>,
    /// What may be written.
    write: Vec<String>,
    /// The same, place by place.
    entries: Vec<FileSystemSandboxEntry>,
    /// How deep patterns are followed.
    glob_scan_max_depth: u64,
}

/// A permission for a place.
struct FileSystemSandboxEntry: new {
    /// The place.
    path: FileSystemPath,
    /// What may be done there.
    access: FileSystemAccessMode,
}

/// A path (`path`).
struct PathPlace: new {
    /// It.
    path: String,
}

/// A pattern of paths (`glob_pattern`).
struct PatternPlace: new {
    /// It.
    pattern: String,
}

/// A place with a name (`special`).
struct SpecialPlace: new {
    /// Which.
    value: FileSystemSpecialPath,
}

/// Something in each directory of the project (`project_roots`).
struct ProjectPlace {} optional {
    /// What; the directories themselves otherwise.
    subpath: String,
}

/// A place with a name that the server did not know (`unknown`).
struct UnknownPlace: new {
    /// The name.
    path: String,
} optional {
    /// What of it.
    subpath: String,
}

}

kinds! {
    /// A place in the file system.
    enum FileSystemPath by "type" {
        /// A path.
        Path(PathPlace) = "path",
        /// A pattern of paths.
        GlobPattern(PatternPlace) = "glob_pattern",
        /// A place with a name.
        Special(SpecialPlace) = "special",
    }
    /// A place with a name.
    enum FileSystemSpecialPath by "kind" {
        /// Everything.
        Root(Empty) = "root",
        /// What programs need to run.
        Minimal(Empty) = "minimal",
        /// The project's directories.
        ProjectRoots(ProjectPlace) = "project_roots",
        /// What `TMPDIR` names.
        Tmpdir(Empty) = "tmpdir",
        /// `/tmp`.
        SlashTmp(Empty) = "slash_tmp",
        /// The directory of the work; before 0.145 only.
        CurrentWorkingDirectory(Empty) = "current_working_directory",
        /// One that the server did not know.
        Unknown(UnknownPlace) = "unknown",
    }
}

words! {
    /// What may be done at a place.
    enum FileSystemAccessMode {
        Read = "read",
        Write = "write",
        Deny = "deny",
        /// Before 0.145 for `deny`.
        None = "none",
    }
    /// For how long permissions are granted.
    enum PermissionGrantScope { Turn = "turn", Session = "session" }
}
