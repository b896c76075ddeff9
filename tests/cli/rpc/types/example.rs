//! The example of typed methods that `docs/library.md` shows, run.

use turnwise::app_server::{AppServer, Filter};
use turnwise::protocol::types::{
    AskForApproval, CommandAction, CommandExecutionApprovalDecision, CommandExecutionRequestApproval,
    CommandExecutionRequestApprovalResponse, ItemCompleted, SandboxMode, ThreadItemDetails, ThreadStart,
    ThreadStartParams, TurnCompleted, TurnStart, TurnStartParams, UserInput,
};

/// Runs a prompt, lets commands out of the sandbox that only read files, and gives the last message.
async fn ask(
    server: &AppServer,
    directory: &str,
    prompt: &str,
) -> Result<String, Box<dyn std::error::Error>> {
    let params = ThreadStartParams {
        cwd: Some(directory.to_owned()),
        sandbox: Some(SandboxMode::ReadOnly),
        approval_policy: Some(AskForApproval::OnRequest),
        ..Default::default()
    };
    let thread = server.call::<ThreadStart>(&params).await?.thread;

    let wanted = Filter::all()
        .notification::<ItemCompleted>()
        .notification::<TurnCompleted>();
    let mut told = server.subscribe(wanted.thread(&thread.id));
    let params = TurnStartParams::new(thread.id, [UserInput::text(prompt)]);
    server.call::<TurnStart>(&params).await?;

    let mut answer = String::new();
    loop {
        tokio::select! {
            Some(request) = server.next_request() => {
                if let Some(asked) = request.parse::<CommandExecutionRequestApproval>()? {
                    let actions = asked.command_actions.unwrap_or_default();
                    let reads = |action: &CommandAction| matches!(action, CommandAction::Read(_));
                    let decision = if !actions.is_empty() && actions.iter().all(reads) {
                        CommandExecutionApprovalDecision::Accept
                    } else {
                        CommandExecutionApprovalDecision::Decline
                    };
                    let reply = CommandExecutionRequestApprovalResponse::new(decision);
                    server.respond::<CommandExecutionRequestApproval>(&request.id, &reply)?;
                } else {
                    server.respond_error(&request.id, -32601, "nobody is here to answer that")?;
                }
            }
            notification = told.next() => {
                let notification = notification?;
                if let Some(completed) = notification.parse::<ItemCompleted>()?
                    && let ThreadItemDetails::AgentMessage(message) = completed.item.details
                {
                    answer = message.text;
                }
                if let Some(completed) = notification.parse::<TurnCompleted>()? {
                    return match completed.turn.error {
                        None => Ok(answer),
                        Some(error) => Err(error.message.into()),
                    };
                }
            }
        }
    }
}

mod run {
    use turnwise::demo::Step;

    use super::super::super::connect;
    use super::ask;
    use crate::support::Test;

    #[tokio::test]
    async fn the_example_of_the_documentation_says_no_and_gives_the_answer() {
        let test = Test::rounds(vec![
            vec![Step::escalated("touch made", "It has to be made.")],
            vec![Step::text("It was not made.")],
        ]);
        let server = connect(&test).await;
        let directory = test.work().display().to_string();
        assert_eq!(
            ask(&server, &directory, "make it").await.unwrap(),
            "It was not made."
        );
        assert!(!test.work().join("made").exists());
        server.close().await;
    }

    #[test]
    fn the_example_is_what_the_documentation_shows() {
        let (shown, _) = include_str!("example.rs").split_once("\nmod run {").unwrap();
        let (_, shown) = shown.split_once("\n\n").unwrap();
        let documentation = include_str!("../../../../docs/library.md");
        assert!(
            documentation.contains(shown.trim()),
            "docs/library.md shows another example"
        );
    }
}
