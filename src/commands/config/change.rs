//! `turnwise config set` and `unset`: one key is changed, the rest of the file stays as it is.

use std::path::Path;

use crate::config::edit::{self, Key};
use crate::exit::Exit;
use crate::files::{Target, target};
use crate::input::output::replace;
use clap::Args;

use crate::commands::context::Context;
use crate::commands::failure::Failure;

/// Change a setting
///
/// The value is checked as the option would. Comments in the file stay.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turnwise config set timeout 10m\n  turnwise config set profile.night.sandbox workspace-write\n  turnwise config set add-dir ../data ../cache"
)]
pub(super) struct SetArgs {
    /// Name of an option, or profile.NAME.KEY
    key: String,
    /// Value; several for a repeatable option
    #[arg(required = true, allow_hyphen_values = true)]
    value: Vec<String>,
}

/// Remove a setting
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turnwise config unset timeout\n  turnwise config unset profile.night.sandbox"
)]
pub(super) struct UnsetArgs {
    /// Name of an option, or profile.NAME.KEY
    key: String,
}

/// Runs `config set`.
pub(super) fn set(args: &SetArgs, context: &Context) -> Result<Exit, Failure> {
    let key = key(&args.key, context)?;
    let flags = super::flags();
    let value = key.value(&args.value, &flags)?;
    let path = super::path(context)?;
    let before = super::text(context)?.unwrap_or_default();
    let after = edit::set(&path, &before, &key, value)?;
    write(&path, &after)?;
    super::warn_of(&super::parsed(Some(&after), &flags, context)?);
    context.note(&format!("Set {key} in {}.", path.display()));
    Ok(Exit::Success)
}

/// Runs `config unset`. A key that no option has can be removed, too.
pub(super) fn unset(args: &UnsetArgs, context: &Context) -> Result<Exit, Failure> {
    let key = key(&args.key, context)?;
    let path = super::path(context)?;
    let before = super::text(context)?.unwrap_or_default();
    let Some(after) = edit::unset(&path, &before, &key)? else {
        let message = format!("`{key}` is not set in {}", path.display());
        return Err(Failure::new(Exit::Failed, "not_set", message));
    };
    write(&path, &after)?;
    super::warn_of(&super::parsed(Some(&after), &super::flags(), context)?);
    context.note(&format!("Removed {key} from {}.", path.display()));
    Ok(Exit::Success)
}

/// With --profile it would not be clear which section is meant.
fn key(text: &str, context: &Context) -> Result<Key, Failure> {
    match &context.global.profile {
        Some(profile) => Err(Failure::usage("--profile: not with `config set` and `unset`")
            .hint(format!("name the key profile.{profile}.{text}"))),
        None => Ok(Key::parse(text)),
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let write = || {
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory)?;
        }
        match target(path)? {
            Target::File(path) => replace(&path, |out| out.write_all(text.as_bytes())),
            Target::Descriptor(_) | Target::Special(_) => Err(std::io::Error::other("not a regular file")),
        }
    };
    write().map_err(|error: std::io::Error| Failure::system(path.display(), error))
}
