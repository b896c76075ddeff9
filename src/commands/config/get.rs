//! `turnwise config get`: one value.

use crate::config::edit::Key;
use crate::exit::Exit;
use clap::Args;

use super::list::{GivenFlags, found, in_force};
use crate::commands::context::Context;
use crate::commands::failure::Failure;

/// Print the value of a setting
///
/// A list is printed with one value per line. The exit code is 1 if the setting has no value.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  turnwise config get model\n  turnwise config get profile.night.timeout")]
pub(super) struct GetArgs {
    #[command(flatten)]
    given: GivenFlags,
    /// Name of an option, or profile.NAME.KEY
    key: String,
    /// Print JSON: one setting of `turnwise.config/1`
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(super) fn run(args: &GetArgs, context: &Context) -> Result<Exit, Failure> {
    let key = Key::parse(&args.key);
    let flags = super::flags();
    let flag = key.args(&flags)?;
    let text = super::text(context)?;
    let mut config = super::parsed(text.as_deref(), &flags, context)?;
    super::warn_of(&config);
    config.problems.clear();
    let of_profile = key.profile.is_some();
    let settings = match &key.profile {
        Some(profile) => config.profiles.remove(profile).unwrap_or_default(),
        None => in_force(config, context)?,
    };
    let nothing = GivenFlags::default();
    let found = match settings.contains_key(&key.flag) {
        // What a profile says, whatever holds elsewhere.
        true if of_profile => found(&key.flag, &without_variables(flag), &settings, &nothing),
        false if of_profile => None,
        _ => found(&key.flag, flag, &settings, &args.given),
    };
    let lines = found
        .as_ref()
        .map(super::list::InForce::lines)
        .unwrap_or_default();
    if lines.is_empty() {
        return Err(Failure::new(
            Exit::Failed,
            "not_set",
            format!("`{key}` is not set"),
        ));
    }
    match &found {
        Some(found) if args.json => context.print_json(found)?,
        _ => context.print(|out| lines.iter().try_for_each(|line| writeln!(out, "{line}")))?,
    }
    Ok(Exit::Success)
}

fn without_variables(flag: &[clap::Arg]) -> Vec<clap::Arg> {
    flag.iter().map(|arg| arg.clone().env(None)).collect()
}
