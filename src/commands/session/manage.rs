//! Changes to saved sessions, made through Codex, so that its index stays right.

use std::time::Duration;

use crate::exit::Exit;
use crate::render::prompt::confirm;
use crate::runtime::{Client, ClientConfig, RunProfile, RuntimeError, Session, SessionConfig, servers_ended};
use crate::text::sanitize;
use clap::Args;

use super::which::{LastArgs, WhichArgs};
use crate::commands::context::Context;
use crate::commands::deadline::Deadline;
use crate::commands::duration::{OptionalDuration, limit};
use crate::commands::failure::Failure;
use crate::commands::sessions::Saved;
use crate::commands::tokio_runtime::runtime;

/// How long a server that was let go may take to end.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// The limit of a command that waits for Codex.
#[derive(Debug, Args)]
pub(crate) struct LimitArgs {
    /// Give up after this long; 0 for never
    #[arg(long, value_name = "DURATION", default_value = "120s", value_parser = limit)]
    timeout: OptionalDuration,
}

/// For commands without a flag for it.
fn usual() -> Deadline {
    Deadline::fixed(Duration::from_secs(120))
}

/// Create an empty session and print its ID
///
/// Codex saves it with its first turn: `turnwise resume ID PROMPT`.
#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// Name of the session
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    limit: LimitArgs,
}

/// Copy a session and print the copy's ID
#[derive(Debug, Args)]
pub(crate) struct ForkArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Name of the copy
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    limit: LimitArgs,
}

/// Rename a session
#[derive(Debug, Args)]
#[command(
    override_usage = "turnwise session rename <SESSION> <NAME>\n       turnwise session rename --last <NAME>"
)]
pub(crate) struct RenameArgs {
    /// Session, if not --last, and its new name
    #[arg(num_args = 1..=2, required = true, value_names = ["SESSION", "NAME"])]
    words: Vec<String>,
    #[command(flatten)]
    last: LastArgs,
}

/// Archive a session
#[derive(Debug, Args)]
pub(crate) struct ArchiveArgs {
    #[command(flatten)]
    which: WhichArgs,
}

/// Restore an archived session
#[derive(Debug, Args)]
pub(crate) struct UnarchiveArgs {
    /// Session
    session: String,
}

/// Delete a session permanently
#[derive(Debug, Args)]
pub(crate) struct DeleteArgs {
    /// Session
    session: String,
    /// Do not ask for confirmation
    #[arg(short, long)]
    yes: bool,
}

/// Compact a session's context
#[derive(Debug, Args)]
pub(crate) struct CompactArgs {
    #[command(flatten)]
    which: WhichArgs,
    #[command(flatten)]
    limit: LimitArgs,
}

/// Runs `session new`.
pub(super) fn new(args: &NewArgs, context: &Context) -> Result<Exit, Failure> {
    let cwd = std::env::current_dir().map_err(|error| Failure::system("the working directory", error))?;
    if let Some(name) = &args.name {
        Saved::read(context)?.warn_of_same_name(name, "", context);
    }
    let id = with_codex(context.deadline, context, async |client| {
        let id = client
            .start_session(SessionConfig::new(cwd))
            .await?
            .id()
            .to_owned();
        if let Some(name) = &args.name {
            client.rename_session(&id, name).await?;
        }
        Ok(id)
    })?;
    print(context, &id)
}

/// Runs `session fork`.
pub(super) fn fork(args: &ForkArgs, context: &Context) -> Result<Exit, Failure> {
    let saved = Saved::read(context)?;
    let session = args.which.find(&saved, context)?;
    if session.archived {
        return Err(RuntimeError::SessionArchived { id: session.id }.into());
    }
    let id = with_codex(context.deadline, context, async |client| {
        let id = client.fork_session(&session.id).await?;
        if let Some(name) = &args.name {
            client.rename_session(&id, name).await?;
        }
        Ok(id)
    })?;
    // Codex gives a copy the name of its original.
    if let Some(name) = args.name.clone().or_else(|| saved.home.names().remove(&id)) {
        saved.warn_of_same_name(&name, &id, context);
    }
    print(context, &id)
}

/// Runs `session rename`.
pub(super) fn rename(args: &RenameArgs, context: &Context) -> Result<Exit, Failure> {
    let (session, name) = match (&args.words[..], args.last.last) {
        ([name], true) => (None, name),
        ([session, name], false) => (Some(session.as_str()), name),
        ([_], false) => {
            return Err(Failure::usage(
                "no new name given; it follows the session, or --last",
            ));
        }
        _ => return Err(Failure::usage("--last takes the place of the session")),
    };
    if name.trim().is_empty() {
        return Err(Failure::usage("the new name is empty"));
    }
    let saved = Saved::read(context)?;
    let session = args.last.or_named(session, &saved, context)?;
    saved.warn_of_same_name(name, &session.id, context);
    with_codex(usual(), context, async |client| {
        client.rename_session(&session.id, name).await
    })?;
    Ok(done(context, &format!("Renamed {} to {name}", session.id)))
}

/// Runs `session archive`.
pub(super) fn archive(args: &ArchiveArgs, context: &Context) -> Result<Exit, Failure> {
    let session = args.which.find(&Saved::read(context)?, context)?;
    if session.archived {
        return Ok(done(context, &format!("{} is already archived", session.id)));
    }
    with_codex(usual(), context, async |client| {
        client.archive_session(&session.id).await
    })?;
    Ok(done(context, &format!("Archived {}.", session.id)))
}

/// Runs `session unarchive`.
pub(super) fn unarchive(args: &UnarchiveArgs, context: &Context) -> Result<Exit, Failure> {
    let session = Saved::read(context)?.named(&args.session)?;
    if !session.archived {
        return Ok(done(context, &format!("{} is not archived", session.id)));
    }
    with_codex(usual(), context, async |client| {
        client.unarchive_session(&session.id).await
    })?;
    Ok(done(context, &format!("Restored {}.", session.id)))
}

/// Runs `session delete`.
pub(super) fn delete(args: &DeleteArgs, context: &Context) -> Result<Exit, Failure> {
    let session = Saved::read(context)?.named(&args.session)?;
    if !args.yes {
        if !(context.stdin_terminal && context.stderr.terminal) {
            return Err(Failure::usage("deleting a session needs confirmation").hint("add --yes to confirm"));
        }
        let question = format!("Delete session {} permanently?", session.id);
        if !confirm(&question).unwrap_or(false) {
            return Ok(done(context, "Nothing was deleted."));
        }
    }
    with_codex(usual(), context, async |client| {
        client.delete_session(&session.id).await
    })?;
    Ok(done(context, &format!("Deleted {}.", session.id)))
}

/// Runs `session compact`.
pub(super) fn compact(args: &CompactArgs, context: &Context) -> Result<Exit, Failure> {
    let session = args.which.find(&Saved::read(context)?, context)?;
    if session.archived {
        return Err(RuntimeError::SessionArchived { id: session.id }.into());
    }
    let cwd = std::env::current_dir().map_err(|error| Failure::system("the working directory", error))?;
    let deadline = context.deadline;
    let profile = deadline.count_in(RunProfile::new().timeout(args.limit.timeout.0));
    let config = SessionConfig::new(cwd).profile(profile);
    with_client(context.client()?, deadline, async |client| {
        let resuming = Box::pin(client.resume_session(&session.id, config));
        let session: Session = deadline.hold(resuming, || waiting(client)).await??;
        Ok(session.compact().await?)
    })?;
    Ok(done(context, &format!("Compacted {}.", session.id)))
}

/// Starts Codex, does one thing, and ends it.
fn with_codex<T>(
    deadline: Deadline,
    context: &Context,
    work: impl AsyncFnOnce(&Client) -> Result<T, RuntimeError>,
) -> Result<T, Failure> {
    with_client(context.client()?, deadline, async |client| {
        Ok(deadline.hold(work(client), || waiting(client)).await??)
    })
}

/// What is waited for while Codex does not answer.
fn waiting(client: &Client) -> String {
    let servers = client.awaited_mcp_servers();
    let awaited = servers.unwrap_or_else(|| "codex app-server".to_owned());
    format!("waiting for {awaited}")
}

/// Does something with a client, and closes it. Its start is held to the deadline; the rest does that itself.
pub(super) fn with_client<T>(
    config: ClientConfig,
    deadline: Deadline,
    work: impl AsyncFnOnce(&Client) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let runtime = runtime()?;
    let outcome = runtime.block_on(async {
        // The deadline limits it.
        let starting = Client::start(config.session_timeout(Duration::MAX));
        let starting = deadline.hold(starting, || "starting codex app-server".to_owned());
        let outcome = match starting.await {
            Ok(Ok(client)) => {
                let outcome = work(&client).await;
                match &outcome {
                    Err(failure) if failure.exit == Exit::Timeout => client.kill(),
                    _ => client.close().await,
                }
                outcome
            }
            Ok(Err(error)) => Err(error.into()),
            Err(late) => Err(late),
        };
        servers_ended(LAST_WAIT).await;
        outcome
    });
    runtime.shutdown_background();
    outcome
}

fn print(context: &Context, line: &str) -> Result<Exit, Failure> {
    context.print(|out| writeln!(out, "{}", sanitize::line(line)))?;
    Ok(Exit::Success)
}

fn done(context: &Context, sentence: &str) -> Exit {
    context.note(sentence);
    Exit::Success
}
