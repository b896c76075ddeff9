//! Layer 1: one prompt, one answer, one disposable session.

use std::path::PathBuf;

use crate::runtime::{Answer, Prompt, RunProfile, RuntimeError};
use crate::workflow::{Workflow, WorkflowConfig};

/// Runs one prompt in the current directory with the safe defaults, and gives the answer's text.
///
/// Nothing is saved, and nothing is left running.
///
/// ```no_run
/// # async fn example() -> Result<(), turnwise::runtime::RuntimeError> {
/// let answer = turnwise::quick_run("What does this repository do?").await?;
/// println!("{answer}");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Whatever keeps the turn from completing; see [`RuntimeError`].
pub async fn quick_run(prompt: impl Into<Prompt>) -> Result<String, RuntimeError> {
    Ok(quick_run_with_profile(".", prompt, RunProfile::default())
        .await?
        .text)
}

/// Runs one prompt in a directory with a profile.
///
/// ```no_run
/// use turnwise::runtime::RunProfile;
///
/// # async fn example() -> Result<(), turnwise::runtime::RuntimeError> {
/// let profile = RunProfile::new().effort("high").timeout(None);
/// let answer = turnwise::quick_run_with_profile("/src/project", "Find the bug", profile).await?;
/// println!("{} ({} tokens)", answer.text, answer.usage().total());
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Whatever keeps the turn from completing; see [`RuntimeError`].
pub async fn quick_run_with_profile(
    cwd: impl Into<PathBuf>,
    prompt: impl Into<Prompt>,
    profile: RunProfile,
) -> Result<Answer, RuntimeError> {
    let workflow = Workflow::start(WorkflowConfig::new(cwd).profile(profile).disposable()).await?;
    let answer = workflow.run(prompt).await;
    workflow.close().await;
    answer
}
