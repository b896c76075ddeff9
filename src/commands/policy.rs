//! Which policy files apply: the named one or the user's own, and the project's, which can only tighten.

use std::path::{Path, PathBuf};

use turnwise::approval::policy::{Policy, PolicyError, Trust};

use super::context::Context;
use super::failure::Failure;

impl From<PolicyError> for Failure {
    fn from(error: PolicyError) -> Self {
        Self::usage(error.to_string())
    }
}

/// Reads the policies for a working directory.
pub(crate) fn load(named: Option<&Path>, cwd: &Path, context: &Context) -> Result<Policy, Failure> {
    let own = match (named, &context.directories) {
        (Some(path), _) => Some(path.to_owned()),
        (None, Some(directories)) => {
            Some(directories.config.join("policy.toml")).filter(|path| path.exists())
        }
        (None, None) => None,
    };
    let mut policy = own
        .map(|path| Policy::load(&path, Trust::Own))
        .transpose()?
        .unwrap_or_default();
    for path in of_project(cwd) {
        policy.extend(Policy::load(&path, Trust::Project)?);
    }
    Ok(policy)
}

/// The project's own policies: from the working directory up to the root of its repository.
fn of_project(cwd: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for directory in cwd.ancestors() {
        found.push(directory.join(".turnwise").join("policy.toml"));
        if directory.join(".git").exists() {
            return existing(found);
        }
    }
    // No repository: the working directory is the project.
    found.truncate(1);
    existing(found)
}

fn existing(mut paths: Vec<PathBuf>) -> Vec<PathBuf> {
    paths.retain(|path| path.exists());
    paths
}
