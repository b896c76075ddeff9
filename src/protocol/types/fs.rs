//! Files, read and written with the server's own rights: no sandbox is around these. Paths are absolute.

use super::common::Empty;
use super::method::{notifications, requests};
use super::shape::objects;

requests! {
    /// Reads a file.
    FsReadFile(FS_READ_FILE): FsPath => FsReadFileResponse;
    /// Writes a file, in a directory that is there.
    FsWriteFile(FS_WRITE_FILE): FsWriteFileParams => Empty;
    /// Makes a directory.
    FsCreateDirectory(FS_CREATE_DIRECTORY): FsCreateDirectoryParams => Empty;
    /// What kind of thing a path is.
    FsGetMetadata(FS_GET_METADATA): FsPath => FsGetMetadataResponse;
    /// What is in a directory.
    FsReadDirectory(FS_READ_DIRECTORY): FsPath => FsReadDirectoryResponse;
    /// Deletes something.
    FsRemove(FS_REMOVE): FsRemoveParams => Empty;
    /// Copies something.
    FsCopy(FS_COPY): FsCopyParams => Empty;
    /// Tells of changes from now on.
    FsWatch(FS_WATCH): FsWatchParams => FsWatchResponse;
    /// Tells of changes no more.
    FsUnwatch(FS_UNWATCH): FsUnwatchParams => Empty;
}

notifications! {
    /// Something that is watched changed.
    FsChanged(FS_CHANGED): FsChangedNotification;
}

objects! { "camelCase";

/// A path.
struct FsPath: new {
    /// It.
    path: String,
}

/// What is in a file.
struct FsReadFileResponse {
    /// It, in base64.
    data_base64: String,
}

/// A file to write.
struct FsWriteFileParams: new {
    /// Where.
    path: String,
    /// What, in base64.
    data_base64: String,
}

/// A directory to make.
struct FsCreateDirectoryParams: new {
    /// Where.
    path: String,
} optional {
    /// With those above it; by default.
    recursive: bool,
}

/// What kind of thing it is.
struct FsGetMetadataResponse {
    /// A file.
    is_file: bool,
    /// A directory.
    is_directory: bool,
    /// A symbolic link.
    is_symlink: bool,
    /// When it was made; Unix time in milliseconds, or 0.
    created_at_ms: i64,
    /// When it changed; Unix time in milliseconds, or 0.
    modified_at_ms: i64,
}

/// What is in a directory.
struct FsReadDirectoryResponse {
    /// It.
    entries: Vec<FsReadDirectoryEntry>,
}

/// Something in a directory.
struct FsReadDirectoryEntry {
    /// Its name.
    file_name: String,
    /// A file.
    is_file: bool,
    /// A directory.
    is_directory: bool,
}

/// What to delete.
struct FsRemoveParams: new {
    /// Where it is.
    path: String,
} optional {
    /// With what is in it; by default.
    recursive: bool,
    /// Whether it is fine if there is nothing; by default.
    force: bool,
}

/// What to copy.
struct FsCopyParams: new {
    /// From where.
    source_path: String,
    /// To where.
    destination_path: String,
} optional {
    /// With what is in it, which directories need.
    recursive: bool,
}

/// What to watch.
struct FsWatchParams: new {
    /// What the notifications and `fs/unwatch` name it by.
    watch_id: String,
    /// Where it is.
    path: String,
}

/// What is watched.
struct FsWatchResponse {
    /// Where it is, as it was given.
    path: String,
}

/// What to watch no more.
struct FsUnwatchParams: new {
    /// What it is named by.
    watch_id: String,
}

/// What changed.
struct FsChangedNotification {
    /// What it is named by.
    watch_id: String,
    /// Where.
    changed_paths: Vec<String>,
}

}
