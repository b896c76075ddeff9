//! Which policy files apply: the named one or the user's own, and the project's, which can only tighten.
//!
//! A project's file is untrusted: it must be inside the repository, and its text is never shown.

use std::path::Path;

use crate::approval::policy::{Policy, PolicyError, Trust};
use crate::files;

use super::context::Context;
use super::failure::Failure;
use crate::input::{InputError, text_of};

/// Maximum size of a project's policy, in bytes.
const LARGEST: u64 = 256 << 10;

/// The error for a project's rule with `allow`.
const ONLY_TIGHTENS: &str = "a policy in the project's own directory can only ask or deny";

/// The beginning of an error with a position.
const PLACE: &str = "TOML parse error at ";

impl From<PolicyError> for Failure {
    fn from(error: PolicyError) -> Self {
        Self::usage(error.to_string())
    }
}

/// Reads the policies for a working directory.
pub(crate) fn load(named: Option<&Path>, cwd: &Path, context: &Context) -> Result<Policy, Failure> {
    let mut policy = match (named, &context.directories) {
        (Some(path), _) => {
            let text = text_of(
                &format!("policy {}", path.display()),
                path,
                context.deadline.moment(),
            )?;
            Policy::parse(&text, path, Trust::Own)?
        }
        (None, Some(directories)) => of_user(&directories.config.join("policy.toml"))?,
        (None, None) => Policy::default(),
    };
    let (root, directories) = of_project(cwd);
    for directory in directories {
        policy.extend(of_directory(root, directory)?);
    }
    Ok(policy)
}

/// The user's own policy, if there is one. A link to nothing is not none: its rules would be missing unnoticed.
fn of_user(path: &Path) -> Result<Policy, Failure> {
    if matches!(path.symlink_metadata(), Err(error) if error.kind() == std::io::ErrorKind::NotFound) {
        return Ok(Policy::default());
    }
    let name = format!("policy {}", path.display());
    let bytes = files::read_regular(path, files::LARGEST).map_err(|error| InputError::of(&name, &error))?;
    let text = files::decode(bytes).map_err(|error| InputError::new(format!("{name}: {error}")))?;
    Ok(Policy::parse(&text, path, Trust::Own)?)
}

/// The project's root, and its directories that can have a policy: from the working directory up to the root of its
/// repository.
fn of_project(cwd: &Path) -> (&Path, Vec<&Path>) {
    let root = cwd.ancestors().find(|directory| directory.join(".git").exists());
    // No repository: the working directory is the project.
    let root = root.unwrap_or(cwd);
    let inside = cwd
        .ancestors()
        .take_while(|directory| directory.starts_with(root));
    (root, inside.collect())
}

/// The policy of a directory of the project.
fn of_directory(root: &Path, directory: &Path) -> Result<Policy, Failure> {
    let path = directory.join(".turnwise").join("policy.toml");
    let wrong = |reason: &dyn std::fmt::Display| {
        Failure::usage(format!("policy {}: {reason}", path.display()))
            .hint("a project's policy must be a regular file inside the project")
    };
    let relative = path.strip_prefix(root).unwrap_or(&path);
    let bytes = files::read_beneath(root, relative, LARGEST).map_err(|error| wrong(&error))?;
    let Some(bytes) = bytes else {
        return Ok(Policy::default());
    };
    let text = files::decode(bytes).map_err(|error| wrong(&error))?;
    Policy::parse(&text, &path, Trust::Project).map_err(|error| unquoted(&path, &error))
}

/// Where a project's policy is wrong, without a word of it: what it leads to may be anything.
fn unquoted(path: &Path, error: &PolicyError) -> Failure {
    let path = path.display();
    let message = match error {
        PolicyError::Rule { line, what, .. } if what.contains(ONLY_TIGHTENS) => {
            return Failure::usage(format!("policy {path}:{line}: {ONLY_TIGHTENS}"));
        }
        PolicyError::Rule { line, .. } => format!("line {line}: the rule is not valid"),
        PolicyError::Syntax { message, .. } => match place_in(message) {
            Some(place) => format!("{place}: not valid"),
            None => "not valid".to_owned(),
        },
    };
    let check = format!("turnwise approve check --policy {path} -- true");
    Failure::usage(format!("policy {path}: {message}")).hint(format!("run `{check}` for details"))
}

/// `line 1, column 2`, where an error of the parser begins so.
fn place_in(message: &str) -> Option<String> {
    let place = message.lines().next()?.strip_prefix(PLACE)?;
    let (line, column) = place.strip_prefix("line ")?.split_once(", column ")?;
    let number = |text: &str| text.parse::<usize>().ok();
    Some(format!("line {}, column {}", number(line)?, number(column)?))
}
