//! Hooks in code and as programs: their order, their errors, and that nothing is a yes by accident.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::plugin::{HookPatch, RESULT_SCHEMA};

/// A hook that answers with a function.
struct By<F>(&'static str, F);

fn by<F>(name: &'static str, answer: F) -> By<F>
where
    F: Fn(&HookContext) -> Result<HookAction, HookError> + Send + Sync + 'static,
{
    By(name, answer)
}

impl<F> PreHook for By<F>
where
    F: Fn(&HookContext) -> Result<HookAction, HookError> + Send + Sync + 'static,
{
    fn name(&self) -> String {
        self.0.to_owned()
    }

    async fn run(&self, context: &HookContext) -> Result<HookAction, HookError> {
        (self.1)(context)
    }
}

/// A hook with one opinion.
struct Thinks(&'static str, ToolOpinion);

impl ToolHook for Thinks {
    fn name(&self) -> String {
        self.0.to_owned()
    }

    async fn run(&self, _: &HookContext) -> Result<ToolOpinion, HookError> {
        Ok(self.1.clone())
    }
}

fn before(prompt: &str) -> HookContext {
    let mut context = HookContext::new(Phase::PreTurn, "/");
    context.prompt = Some(prompt.to_owned());
    context
}

fn before_tool() -> HookContext {
    HookContext::new(Phase::PreToolUse, "/")
}

/// A program as a hook.
fn sh(name: &str, script: &str) -> ShellCommandHook {
    ShellCommandHook::new(name, "/bin/sh", ["-c", script])
}

fn appending(name: &'static str, what: &'static str) -> impl PreHook {
    by(name, move |context| {
        let prompt = context.prompt.clone().unwrap_or_default();
        Ok(HookAction::Mutate(
            HookPatch::new().prompt(format!("{prompt}{what}")),
        ))
    })
}

#[tokio::test]
async fn each_hook_sees_what_the_one_before_made_of_it() {
    let hooks = Hooks::new()
        .with_pre_hook([Phase::PreTurn], appending("first", " one"))
        .with_pre_hook([Phase::PreTurn], appending("second", " two"));
    let changed = hooks.before(before("zero")).await.unwrap();
    assert_eq!(changed.prompt.as_deref(), Some("zero one two"));
    // It is not called in other phases.
    let other = HookContext {
        phase: Phase::PreRun,
        ..before("zero")
    };
    assert_eq!(hooks.before(other).await.unwrap().prompt.as_deref(), Some("zero"));
}

#[tokio::test]
async fn the_first_block_is_the_last_word() {
    static CALLED: AtomicUsize = AtomicUsize::new(0);
    let hooks = Hooks::new()
        .with_pre_hook(
            [Phase::PreTurn],
            by("guard", |_| Ok(HookAction::Block(BlockReason::new("not today")))),
        )
        .with_pre_hook(
            [Phase::PreTurn],
            by("later", |_| {
                CALLED.fetch_add(1, Ordering::Relaxed);
                Ok(HookAction::Noop)
            }),
        );
    let blocked = hooks.before(before("x")).await.unwrap_err();
    assert_eq!(
        blocked,
        Blocked {
            hook: "guard".to_owned(),
            reason: "not today".to_owned()
        }
    );
    assert_eq!(CALLED.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn an_error_a_panic_and_a_timeout_are_blocks_unless_they_are_to_be_ignored() {
    struct Sleeps;
    impl PreHook for Sleeps {
        fn name(&self) -> String {
            "sleeps".to_owned()
        }
        async fn run(&self, _: &HookContext) -> Result<HookAction, HookError> {
            std::future::pending().await
        }
    }
    let failing: [fn(Hooks) -> Hooks; 3] = [
        |hooks| {
            hooks.with_pre_hook(
                [Phase::PreTurn],
                by("fails", |_| Err(HookError::other("it is broken"))),
            )
        },
        |hooks| {
            hooks.with_pre_hook(
                [Phase::PreTurn],
                by("panics", |_| panic!("it panics, as the test wants")),
            )
        },
        |hooks| {
            hooks
                .with_pre_hook([Phase::PreTurn], Sleeps)
                .timeout(Duration::from_millis(20))
        },
    ];
    for (add, said) in failing
        .into_iter()
        .zip(["it is broken", "it panicked", "no result within"])
    {
        let blocked = add(Hooks::new()).before(before("x")).await.unwrap_err();
        assert!(blocked.reason.contains(said), "{blocked:?}");

        let notices: Arc<Mutex<Vec<HookNotice>>> = Arc::default();
        let kept = Arc::clone(&notices);
        let hooks = add(Hooks::new())
            .on_error(OnError::Ignore)
            .on_notice(move |notice| kept.lock().unwrap().push(notice.clone()));
        assert!(hooks.before(before("x")).await.is_ok());
        assert!(notices.lock().unwrap()[0].message.contains(said));
    }
}

#[tokio::test]
async fn the_strictest_opinion_counts_and_allowing_needs_a_permission() {
    let deny = ToolOpinion::Deny(BlockReason::new("no"));
    let opinion = async |opinions: &[(&'static str, ToolOpinion)], may_allow: bool| {
        let hooks = opinions.iter().fold(Hooks::new(), |hooks, (name, opinion)| {
            let hooks = hooks.with_tool_hook(Thinks(name, opinion.clone()));
            if may_allow { hooks.may_allow() } else { hooks }
        });
        hooks.opinion(&before_tool()).await
    };
    assert_eq!(opinion(&[], false).await.opinion, ToolOpinion::NoOpinion);
    let allowed = opinion(&[("a", ToolOpinion::Allow), ("b", ToolOpinion::NoOpinion)], true).await;
    assert_eq!((allowed.opinion, allowed.by.as_str()), (ToolOpinion::Allow, "a"));
    let asked = opinion(&[("a", ToolOpinion::Ask), ("b", ToolOpinion::Allow)], true).await;
    assert_eq!((asked.opinion, asked.by.as_str()), (ToolOpinion::Ask, "a"));
    let denied = opinion(&[("a", ToolOpinion::Allow), ("b", deny.clone())], true).await;
    assert_eq!((denied.opinion, denied.by.as_str()), (deny, "b"));
    // One that may not allow has failed, which is a denial.
    let refused = opinion(&[("a", ToolOpinion::Allow)], false).await;
    assert!(
        matches!(&refused.opinion, ToolOpinion::Deny(reason) if reason.as_str().contains("may_allow")),
        "{refused:?}"
    );
}

#[test]
fn a_duplicate_name_and_a_hook_without_a_phase_are_errors_at_the_start() {
    let nothing = |_: &HookContext| Ok(HookAction::Noop);
    let twice = Hooks::new()
        .with_pre_hook([Phase::PreTurn], by("same", nothing))
        .with_tool_hook(Thinks("same", ToolOpinion::Ask));
    assert!(twice.check().unwrap_err().to_string().contains("same"));
    let never = Hooks::new().with_pre_hook([Phase::PostTurn], by("never", nothing));
    assert!(never.check().unwrap_err().to_string().contains("not called"));
    let both = Hooks::new().with_global_pre_hook(by("one", nothing));
    assert!(
        both.then(Hooks::new().with_run_pre_hook(by("one", nothing)))
            .check()
            .is_err()
    );
    // One program in several phases is one hook.
    assert!(
        Hooks::new()
            .with_shell_hook(Phase::ALL, sh("all", "exit 0"))
            .check()
            .is_ok()
    );
}

#[tokio::test]
async fn a_program_reads_the_document_and_writes_a_result() {
    let script = r#"
        read -r document
        case "$document" in
        *'"phase":"pre-turn"'*'"prompt":"say it"'*) ;;
        *) echo "$document" >&2; exit 1 ;;
        esac
        [ "$TURNWISE_HOOK_NAME/$TURNWISE_HOOK_PHASE" = ticket/pre-turn ] || exit 1
        [ -z "$SECRET_OF_THE_TEST" ] || exit 1
        [ "$ADDED" = yes ] || exit 1
        echo '{"schema":"turnwise.hook-result/1","action":"mutate","patch":{"prompt":"say it well"}}'
    "#;
    let hooks = Hooks::new().with_shell_hook([Phase::PreTurn], sh("ticket", script).env("ADDED", "yes"));
    let changed = hooks.before(before("say it")).await.unwrap();
    assert_eq!(changed.prompt.as_deref(), Some("say it well"));
}

#[tokio::test]
async fn a_program_that_misbehaves_is_a_block_and_never_a_yes() {
    let valid = format!("echo '{}'", json!({ "schema": RESULT_SCHEMA, "action": "allow" }));
    for (script, said) in [
        ("exit 1".to_owned(), "exit status: 1"),
        ("kill -9 $$".to_owned(), "signal: 9"),
        ("echo yes".to_owned(), "not a result"),
        (format!("{valid}; {valid}"), "not a result"),
        (format!("{valid}; exit 7"), "exit status: 7"),
        ("head -c 2000000 /dev/zero".to_owned(), "longer than"),
        ("exec >&-; sleep 100".to_owned(), "no result within"),
        ("sleep 100 & sleep 100".to_owned(), "no result within"),
        ("echo 'not in my house' >&2; exit 2".to_owned(), "not in my house"),
        ("echo 'neither' ; exit 2".to_owned(), "neither"),
    ] {
        let hooks = Hooks::new()
            .with_shell_hook([Phase::PreToolUse], sh("bad", &script))
            .may_allow()
            .timeout(Duration::from_secs(if said.contains("within") { 1 } else { 20 }));
        let opinion = hooks.opinion(&before_tool()).await.opinion;
        assert!(
            matches!(&opinion, ToolOpinion::Deny(reason) if reason.as_str().contains(said)),
            "{script}: {opinion:?}"
        );
    }
    for missing in ["/nowhere/at-all", "/etc/passwd", "no-such-program-of-anybody"] {
        let hook = ShellCommandHook::new("missing", missing, [""; 0]);
        let hooks = Hooks::new()
            .with_shell_hook([Phase::PreToolUse], hook)
            .may_allow();
        let opinion = hooks.opinion(&before_tool()).await.opinion;
        assert!(
            matches!(&opinion, ToolOpinion::Deny(reason) if reason.as_str().contains("cannot start")),
            "{missing}: {opinion:?}"
        );
    }
}

#[tokio::test]
async fn a_program_that_leaves_others_behind_or_reads_nothing_is_not_waited_for() {
    let valid = format!("echo '{}'", json!({ "schema": RESULT_SCHEMA, "action": "ask" }));
    let mut context = before_tool();
    // More than fits into a pipe.
    context.prompt = Some("x".repeat(1 << 20));
    for script in [format!("exec <&-; {valid}"), format!("sleep 100 & {valid}")] {
        let hooks = Hooks::new().with_shell_hook([Phase::PreToolUse], sh("quick", &script));
        let began = Instant::now();
        assert_eq!(
            hooks.opinion(&context).await.opinion,
            ToolOpinion::Ask,
            "{script}"
        );
        assert!(began.elapsed() < TIMEOUT);
    }
}

#[tokio::test]
async fn lines_on_the_stderr_of_a_program_are_reported_with_its_name() {
    let notices: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = Arc::clone(&notices);
    let hooks = Hooks::new()
        .with_shell_hook([Phase::PreTurn], sh("talks", "echo looking >&2"))
        .on_notice(move |notice| kept.lock().unwrap().push(notice.to_string()));
    assert!(hooks.before(before("x")).await.is_ok());
    assert_eq!(*notices.lock().unwrap(), ["hook talks (pre-turn): looking"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    /// Whatever a hook writes, its opinion is `Allow` only if it is exactly the document that says so.
    #[test]
    fn no_output_allows_anything_but_the_document_that_does(output in output()) {
        use crate::plugin::document::HookResult;
        let allows = HookResult::read(output.as_bytes())
            .and_then(HookResult::opinion)
            .is_ok_and(|opinion| opinion == ToolOpinion::Allow);
        let says_so = serde_json::from_str::<serde_json::Value>(&output)
            .is_ok_and(|value| value == json!({ "schema": RESULT_SCHEMA, "action": "allow" })
                || value == json!({ "schema": RESULT_SCHEMA, "action": "allow", "reason": null })
                || value == json!({ "schema": RESULT_SCHEMA, "action": "allow", "patch": null })
                || value == json!({ "schema": RESULT_SCHEMA, "action": "allow", "patch": null, "reason": null }));
        prop_assert!(!allows || says_so, "{output}");
    }
}

/// Outputs near the right ones, and far from them.
fn output() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("allow".to_owned()),
        Just("deny".to_owned()),
        Just("ask".to_owned()),
        Just("noop".to_owned()),
        Just("mutate".to_owned()),
        "[a-zA-Z]{0,6}",
    ];
    let schema = prop_oneof![
        Just(RESULT_SCHEMA.to_owned()),
        Just("turnwise.hook-result/2".to_owned()),
        "[a-z./0-9]{0,20}",
    ];
    let extra = prop_oneof![
        Just(String::new()),
        Just(",\"reason\":null".to_owned()),
        Just(",\"patch\":null".to_owned()),
        Just(",\"reason\":\"x\"".to_owned()),
        Just(",\"patch\":{}".to_owned()),
        Just(",\"patch\":{\"sandbox\":\"danger-full-access\"}".to_owned()),
        Just(",\"action\":\"allow\"".to_owned()),
        "[,:{}\"a-z]{0,12}",
    ];
    let around = prop_oneof![
        Just(String::new()),
        Just("\n".to_owned()),
        Just("{".to_owned()),
        ".{0,3}"
    ];
    prop_oneof![
        (around.clone(), schema, word, extra, around).prop_map(|(before, schema, word, extra, after)| {
            format!("{before}{{\"schema\":\"{schema}\",\"action\":\"{word}\"{extra}}}{after}")
        }),
        ".{0,40}",
    ]
}
