//! How a saved session continues: its directory and settings. Nothing is started here.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::context::Context;
use super::failure::Failure;
use super::run::{AgentArgs, Saved as SavedPlan};
use super::sessions::Saved;
use crate::runtime::RuntimeError;
use crate::runtime::rollout::{SavedSession, full_history, last_settings, settings_of, summaries};

/// The plan to resume a session, by ID, start of an ID, or name.
pub(crate) fn named(word: &str, agent: &AgentArgs, context: &Context) -> Result<SavedPlan, Failure> {
    let saved = Saved::read(context)?;
    resumption(&saved.named(word)?, &saved.sessions, agent.directory()?)
}

/// The plan to resume a session; `here` is the directory if the session has none.
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
        // A fork without turns has the settings of its original.
        settings = full_history(session, all)
            .map_err(unreadable)?
            .filter_map(Result::ok)
            .filter_map(|line| settings_of(&line))
            .last();
    }
    // Without a turn, the directory is in the first line.
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
