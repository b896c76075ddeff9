//! What a saved session says of how it continues: its directory and its settings. Nothing is started here.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::context::Context;
use super::failure::Failure;
use super::run::{AgentArgs, Saved as SavedPlan};
use super::sessions::Saved;
use crate::runtime::RuntimeError;
use crate::runtime::rollout::{SavedSession, full_history, last_settings, settings_of, summaries};

/// What is needed to resume the saved session that a word means.
pub(crate) fn named(word: &str, agent: &AgentArgs, context: &Context) -> Result<SavedPlan, Failure> {
    let saved = Saved::read(context)?;
    resumption(&saved.named(word)?, &saved.sessions, agent.directory()?)
}

/// What is needed to resume a saved session; `here` is its directory if it does not say one.
pub(super) fn resumption(
    session: &SavedSession,
    all: &[SavedSession],
    here: PathBuf,
) -> Result<SavedPlan, Failure> {
    if session.archived {
        return Err(RuntimeError::SessionArchived {
            id: session.id.clone(),
        }
        .into());
    }
    let unreadable = |error| Failure::system(session.path.display(), error);
    if let Some(Err(problem)) = summaries(vec![session.clone()], BTreeMap::new()).next() {
        return Err(Failure::system(problem.path.display(), problem.reason));
    }
    let mut settings = last_settings(&session.path).map_err(unreadable)?;
    if settings.is_none() {
        // A copy without turns has the settings of the session that it was copied from.
        settings = full_history(session, all)
            .map_err(unreadable)?
            .filter_map(Result::ok)
            .filter_map(|line| settings_of(&line))
            .last();
    }
    // A session without a turn has only its head to tell where it belongs.
    let head = || {
        let first = session.lines().ok()?.next()?.ok()?;
        first.payload["cwd"].as_str().map(Into::into)
    };
    let cwd = settings
        .as_ref()
        .map(|settings| settings.cwd.clone())
        .or_else(head);
    let files = all.iter().filter(|other| other.id == session.id).count();
    Ok(SavedPlan {
        one_of_files: (files > 1).then(|| session.path.clone()),
        cwd: cwd.unwrap_or(here),
        id: session.id.to_string(),
        settings,
    })
}
