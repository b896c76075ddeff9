//! From a plan to a driver with a session that is ready for turns. Nothing is shown here.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::approval::ApproverChain;
use crate::exit::Exit;
use crate::run::{Driver, check_account, open_session};
use crate::runtime::Client;
use crate::runtime::event::Event;
use crate::text::sanitize;
use tokio::sync::mpsc;

use super::Plan;
use super::approvals::ApprovalUi;
use crate::commands::context::Context;
use crate::commands::deadline::Deadline;
use crate::commands::failure::Failure;

/// A session that is ready.
pub(crate) struct Started {
    pub(crate) driver: Driver,
    /// A warning about Codex's version, or about the file of the session.
    pub(crate) notice: Option<String>,
}

/// Starts Codex and a session as the plan says, outside of a run.
pub(crate) async fn prepare(plan: &Plan, context: &Context) -> Result<(Started, ApprovalUi), Failure> {
    for warning in &plan.hooks.warnings {
        context.note(&format!("warning: {}", sanitize::line(warning)));
    }
    let (chain, events, ui) = plan.answers.chain(&plan.hooks);
    let mut client = None;
    let started = start(
        plan,
        Some((chain, events)),
        context,
        context.deadline,
        &mut client,
    )
    .await;
    if let (Err(failure), Some(client)) = (&started, client) {
        if failure.exit == Exit::Timeout {
            client.kill();
        } else {
            client.close().await;
        }
    }
    Ok((started?, ui))
}

/// Starts Codex and a session in it by the deadline. The client is put where the caller has it also when the rest fails, or is
/// dropped: it is the caller's to end.
pub(super) async fn start(
    plan: &Plan,
    chain: Option<(ApproverChain, mpsc::Receiver<Event>)>,
    context: &Context,
    deadline: Deadline,
    client: &mut Option<Client>,
) -> Result<Started, Failure> {
    // The deadline is what limits it.
    let mut config = plan.client.clone().session_timeout(Duration::MAX);
    if let Some(runner) = &plan.hooks.runner {
        config = config.hooked(Arc::clone(runner));
    }
    let (chain, events) = chain.unzip();
    let session_id = chain.as_ref().map(ApproverChain::session_id);
    if let Some(chain) = chain {
        config = config.approver(Arc::new(chain));
    }
    // Boxed, because every command would be as large as these are together.
    let starting = Box::pin(Client::start(config));
    let starting = deadline.hold(starting, || "starting codex app-server".to_owned());
    let client = client.insert(starting.await??);
    let session = deadline.hold(Box::pin(open_session(&plan.spec, &plan.profile, client)), || {
        let servers = client.awaited_mcp_servers();
        servers.map_or_else(
            || "starting the session".to_owned(),
            |servers| format!("waiting for {servers}"),
        )
    });
    let session = session.await??;
    if let Some(session_id) = session_id {
        // Set once, here.
        let _ = session_id.set(session.id().clone());
    }
    let account = deadline.hold(check_account(client, &session), || {
        "asking Codex for the account".to_owned()
    });
    account.await??;
    let notice = match &plan.one_of_files {
        Some(file) => {
            let asking = other_file(client, session.id(), file);
            deadline
                .hold(asking, || "asking Codex for the session".to_owned())
                .await?
        }
        None => None,
    };
    let notice = notice.or_else(|| context.notice_about(client.codex_version()?));
    let driver = Driver::new(plan.spec.clone(), plan.profile.clone(), client.clone(), session);
    Ok(Started {
        driver: match events {
            Some(events) => driver.with_events(events),
            None => driver,
        },
        notice,
    })
}

/// What to say if Codex took up a session from another file than its settings were read from.
async fn other_file(client: &Client, id: &str, file: &Path) -> Option<String> {
    let taken = client.read_thread(id, false).await.ok()?.path?;
    (Path::new(&taken) != file).then(|| {
        let file = file.display();
        format!("Codex resumed {taken}, but the settings of session {id} were read from {file}")
    })
}
