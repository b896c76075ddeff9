//! What is answered to requests: by closures, through a channel, and what does not fit.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use serde_json::json;
use turnwise::runtime::approval::{
    ApprovalKind, ApprovalRequest, Approver, Decision, PendingApproval, Verdict, approvals,
};
use turnwise::runtime::event::{ApprovalResolution, Event, TurnErrorKind};
use turnwise::runtime::{
    Answer, ApprovalPolicy, Client, ErrorKind, RunProfile, RuntimeError, Session, SessionConfig,
};

use super::config;
use crate::approvals::Kind;
use crate::support::{PATIENCE, Test, codex};

/// A session whose agent may ask, with an approver.
async fn asking(test: &Test, approver: impl Approver + 'static) -> (Client, Session) {
    let client = Client::start(config(test).approver(approver)).await.unwrap();
    let profile = RunProfile::new().approval(ApprovalPolicy::OnRequest);
    let session = client
        .start_session(SessionConfig::new(test.work()).profile(profile))
        .await
        .unwrap();
    (client, session)
}

/// How the first request of a turn was resolved, and how the turn ended.
async fn resolved(session: &Session) -> (ApprovalResolution, Vec<String>, Option<TurnErrorKind>) {
    let (transcript, error) = match session.ask("make it").await {
        Ok(Answer { transcript, .. }) => (transcript, None),
        Err(RuntimeError::Turn(failure)) => (failure.partial.transcript, Some(failure.error.kind)),
        Err(error) => panic!("{error:?}"),
    };
    let (_, resolution) = &transcript.approvals()[0];
    (resolution.clone().unwrap(), transcript.warnings().to_vec(), error)
}

#[tokio::test]
async fn a_closure_is_an_approver() {
    let test = Kind::Command.test(1);
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let (client, session) = asking(&test, move |request: ApprovalRequest| {
        seen.lock().unwrap().push(request.kind);
        async { Verdict::new(Decision::Accept, "closure") }
    })
    .await;
    let (resolution, _, error) = resolved(&session).await;
    assert_eq!(
        (resolution.decision.as_str(), resolution.by.to_string().as_str()),
        ("accept", "closure")
    );
    assert_eq!(
        (error, asked.lock().unwrap().as_slice()),
        (None, &[ApprovalKind::Command][..])
    );
    assert!(test.work().join("made").exists());
    client.close().await;
}

/// Answers the first request of a turn through the channel.
async fn through_the_channel(
    answer: impl FnOnce(PendingApproval),
) -> (ApprovalResolution, Option<TurnErrorKind>) {
    let test = Kind::Command.test(1);
    let (approver, mut pending) = approvals();
    let (client, session) = asking(&test, approver).await;
    let answering = async {
        let request = tokio::time::timeout(PATIENCE, pending.next())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(request.request().kind, ApprovalKind::Command);
        answer(request);
    };
    let ((resolution, _, error), ()) = tokio::join!(resolved(&session), answering);
    client.close().await;
    drop((client, session));
    assert!(pending.next().await.is_none());
    (resolution, error)
}

#[tokio::test]
async fn requests_are_answered_through_a_channel_and_one_that_is_dropped_is_cancelled() {
    let (resolution, error) = through_the_channel(|pending| pending.decide(Decision::Accept)).await;
    assert_eq!(
        (resolution.decision.as_str(), resolution.by.to_string().as_str()),
        ("accept", "application")
    );
    assert_eq!(error, None);
    let (resolution, error) = through_the_channel(drop).await;
    assert_eq!(resolution.decision, "cancel");
    assert_eq!(error, Some(TurnErrorKind::ApprovalRefused));
}

#[tokio::test]
async fn requests_are_cancelled_where_nobody_holds_the_channel() {
    let test = Kind::Command.test(1);
    let (approver, pending) = approvals();
    drop(pending);
    let (client, session) = asking(&test, approver).await;
    let (resolution, _, error) = resolved(&session).await;
    assert_eq!(
        (resolution.decision.as_str(), resolution.by.to_string().as_str()),
        ("cancel", "nobody")
    );
    assert_eq!(error, Some(TurnErrorKind::ApprovalRefused));
    client.close().await;
}

#[tokio::test]
async fn a_request_that_its_turn_took_with_it_is_closed_in_the_channel() {
    let test = Kind::Command.test(1);
    let (approver, mut pending) = approvals();
    let (client, session) = asking(&test, approver).await;
    let interrupting = async {
        let mut request = tokio::time::timeout(PATIENCE, pending.next())
            .await
            .unwrap()
            .unwrap();
        assert!(!request.is_closed());
        session.interrupt().await;
        tokio::time::timeout(PATIENCE, request.closed()).await.unwrap();
    };
    let (outcome, ()) = tokio::join!(session.ask("make it"), interrupting);
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Interrupted);
    client.close().await;
}

/// Answers everything in the same way.
struct Always(Decision);

impl Approver for Always {
    fn decide(&self, _: ApprovalRequest) -> Pin<Box<dyn Future<Output = Verdict> + Send + '_>> {
        Box::pin(async { Verdict::new(self.0.clone(), "test") })
    }
}

#[tokio::test]
async fn a_decision_that_does_not_fit_is_not_sent_as_another_and_ends_the_turn() {
    let misfits = [
        (Kind::Command, Decision::AcceptAlways),
        (Kind::Command, Decision::AcceptWithRule(Vec::new())),
        (
            Kind::Command,
            Decision::Answer(json!({ "decision": "acceptAlways" })),
        ),
        (
            Kind::FileChange,
            Decision::AcceptWithRule(vec!["touch".to_owned()]),
        ),
        (Kind::Permission, Decision::AcceptAlways),
        (Kind::Question, Decision::Accept),
        (Kind::Question, Decision::Answer(json!({ "answers": "red" }))),
        (Kind::Form, Decision::Accept),
        (Kind::Form, Decision::Answer(json!({ "action": "yes" }))),
        (Kind::McpTool, Decision::Answer(json!(true))),
    ];
    for (kind, decision) in misfits {
        if codex::is_oldest() && !matches!(kind, Kind::Command | Kind::FileChange) {
            continue;
        }
        let test = kind.test(1);
        let (client, session) = asking(&test, Always(decision.clone())).await;
        let (resolution, warnings, error) = resolved(&session).await;
        assert_eq!(
            (resolution.decision.as_str(), resolution.by.to_string().as_str()),
            ("cancel", "invalid answer"),
            "{kind:?} {decision:?}"
        );
        assert_eq!(
            error,
            Some(TurnErrorKind::ApprovalRefused),
            "{kind:?} {decision:?}"
        );
        let told = warnings.iter().any(|warning| warning.contains("does not fit"));
        assert!(told, "{kind:?} {decision:?} {warnings:?}");
        assert!(!test.work().join("made").exists(), "{kind:?} {decision:?}");
        client.close().await;
    }
}

#[tokio::test]
async fn a_tool_that_may_be_called_always_is_said_to_be() {
    if codex::is_oldest() {
        return;
    }
    let test = Kind::McpTool.test(1);
    let (client, session) = asking(&test, Always(Decision::AcceptAlways)).await;
    let mut events = session.events();
    let (resolution, _, error) = resolved(&session).await;
    assert_eq!((resolution.decision.as_str(), error), ("accept_always", None));
    client.close().await;
    let mut requested = false;
    while let Some(event) = events.next().await {
        requested |= matches!(event, Event::ApprovalRequested { .. });
    }
    assert!(requested);
}
