//! A session that is ready for many turns, outside of a run: Codex started, requests answered by the policy, a flag or the
//! ledger. Nothing is shown here.

use tokio::sync::mpsc;
use turnwise::runtime::event::Event;
use turnwise::runtime::{Client, Session};

use super::Plan;
use super::drive::start;
use crate::commands::context::Context;
use crate::commands::failure::Failure;

/// A client and a session in it.
pub(crate) struct Prepared {
    pub(crate) client: Client,
    pub(crate) session: Session,
    /// What the chain of approvals has to say.
    pub(crate) said: mpsc::Receiver<Event>,
    /// A warning about Codex's version.
    pub(crate) notice: Option<String>,
}

/// Starts Codex and a session as the plan says.
pub(crate) async fn prepare(plan: &Plan, context: &Context) -> Result<Prepared, Failure> {
    let (chain, link) = plan.answers.chain();
    let (client, session, notice) = start(plan, Some(chain), context).await?;
    Ok(Prepared {
        client,
        session,
        said: link.events,
        notice,
    })
}
