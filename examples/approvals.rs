//! Approvals in the program's own loop: harmless commands are accepted, others are asked for at the terminal.
//!
//! `cargo run --example approvals -- "Run the tests and repair what fails."`

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example prints"
)]

use std::io::Write;

use turnwise::runtime::approval::{ApprovalKind, Decision, PendingApproval, approvals};
use turnwise::runtime::{
    ApprovalPolicy, Client, ClientConfig, RunProfile, RuntimeError, Sandbox, SessionConfig,
};

#[tokio::main]
async fn main() -> Result<(), RuntimeError> {
    let prompt = std::env::args().nth(1).unwrap_or("Run `git status`.".to_owned());
    let profile = RunProfile::new()
        .sandbox(Sandbox::WorkspaceWrite)
        .approval(ApprovalPolicy::Untrusted)
        // A person may think as long as they like: the time of open requests does not count.
        .timeout(Some(std::time::Duration::from_secs(600)));

    let (approver, mut requests) = approvals();
    tokio::spawn(async move {
        while let Some(pending) = requests.next().await {
            // Not in the loop itself: another request may come, or this one may be closed by the server.
            tokio::task::spawn_blocking(move || decide(pending));
        }
    });

    let client = Client::start(ClientConfig::new()).await?;
    let config = SessionConfig::new(".").profile(profile).approver(approver);
    let session = client.start_session(config).await?;
    let answer = session.ask(&prompt).await;
    client.close().await;
    println!("{}", answer?.text);
    Ok(())
}

fn decide(pending: PendingApproval) {
    let request = pending.request();
    let command = request.command.clone().unwrap_or_default();
    let is_command = request.kind == ApprovalKind::Command;
    let decision = if is_command && command.ends_with("git status'") {
        Decision::Accept
    } else {
        ask(&format!("Allow {}: {command}? [y/N] ", request.method))
    };
    pending.decide(decision);
}

/// Anything but a clear yes is a no, also the end of the input.
fn ask(question: &str) -> Decision {
    eprint!("{question}");
    let _ = std::io::stderr().flush();
    let mut line = String::new();
    match std::io::stdin().read_line(&mut line) {
        Ok(_) if line.trim() == "y" => Decision::Accept,
        _ => Decision::Decline,
    }
}
