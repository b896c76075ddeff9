//! The codex binary: finding it, installing it, telling its version and its schema. Nothing here talks to an app-server.

mod dirs;
mod error;
mod find;
mod identity;
mod install;
mod layout;
mod program;
mod schema;
mod version;

pub use dirs::Directories;
pub use error::CodexError;
pub use find::{Found, Origin, find};
pub(crate) use identity::objection;
#[cfg(feature = "cli")]
pub(crate) use identity::reported_version;
#[cfg(feature = "cli")]
pub(crate) use install::installable;
pub use install::{Installed, install};
#[cfg(any(feature = "cli", feature = "hooks"))]
pub(crate) use program::named;
pub use program::{search_path, search_path_of};
#[cfg(feature = "cli")]
pub(crate) use schema::installed_schema_unless;
pub use schema::{Api, generate_schema, installed_schema};
pub use version::{Compatibility, MATRIX, NEWEST_TESTED, OLDEST, Version};
