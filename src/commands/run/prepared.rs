//! A session that is ready for many turns, outside of a run: Codex started, requests answered by the policy, a flag or the
//! ledger. Nothing is shown here.

use crate::exit::Exit;
use crate::runtime::{Client, Session};

use super::Plan;
use super::approvals::Link;
use super::drive::start;
use crate::commands::context::Context;
use crate::commands::failure::Failure;

/// A client and a session in it.
pub(crate) struct Prepared {
    pub(crate) client: Client,
    pub(crate) session: Session,
    /// What connects it with whoever shows what the chain of approvals has to say.
    pub(crate) link: Link,
    /// A warning about Codex's version.
    pub(crate) notice: Option<String>,
}

/// Starts Codex and a session as the plan says.
pub(crate) async fn prepare(plan: &Plan, context: &Context) -> Result<Prepared, Failure> {
    let (chain, link) = plan.answers.chain();
    let mut client = None;
    let started = start(plan, Some(chain), context, context.deadline, &mut client).await;
    let (client, (session, notice)) = match (client, started) {
        (Some(client), Ok(started)) => (client, started),
        (client, Err(failure)) => {
            match client {
                Some(client) if failure.exit == Exit::Timeout => client.kill(),
                Some(client) => client.close().await,
                None => {}
            }
            return Err(failure);
        }
        // A session has a client.
        (None, Ok(_)) => {
            return Err(Failure::new(
                Exit::Codex,
                "server_gone",
                "codex app-server is gone",
            ));
        }
    };
    Ok(Prepared {
        client,
        session,
        link,
        notice,
    })
}
