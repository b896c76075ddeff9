//! The protocol as types: every method of its families has some, and they read and write again, without any loss, what
//! the server's own schema allows and what a newer server might send.

mod example;
mod wire;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use turnwise::codex::{Api, generate_schema};
use turnwise::protocol::inventory::{self, inventory};
use turnwise::protocol::schema::{InstalledMethod, Schema};
use turnwise::protocol::types::{
    AskForApproval, Empty, GitInfoUpdate, GranularApproval, ModelList, ModelListParams, Request, ReviewStart,
    ReviewStartParams, ReviewTarget, SandboxMode, SandboxPolicy, ThreadList, ThreadListParams,
    ThreadSectionMove, ThreadSectionMoveParams, ThreadStart, ThreadStartParams, TurnStart, TurnStartParams,
    TypedMethod, UserInput, typed_methods,
};
use turnwise::protocol::{Direction, Stability};

use super::connect;
use crate::support::instances::{Instances, Manner, difference};
use crate::support::{Test, codex};

/// The families whose methods have types, by how their names begin; what is told of failures is in none.
const FAMILIES: [&str; 21] = [
    "account/",
    "command/exec",
    "config/",
    "configRequirements/",
    "configWarning",
    "deprecationNotice",
    "error",
    "fs/",
    "guardianWarning",
    "item/",
    "mcpServer/",
    "mcpServerStatus/",
    "model/",
    "modelProvider/",
    "review/",
    "serverRequest/",
    "skills/",
    "thread/",
    "threadSection/",
    "turn/",
    "warning",
];

fn schema() -> Schema {
    generate_schema(&codex::binary(), Api::Stable).unwrap()
}

/// The method as the server under test describes it, if it has it.
fn installed<'a>(schema: &'a Schema, method: &TypedMethod) -> Option<&'a InstalledMethod> {
    let mut methods = schema.methods().iter();
    methods.find(|known| known.name == method.name && known.direction == method.direction)
}

/// The types of a method, if it is of the families.
pub(super) fn typed(direction: Direction, name: &str) -> Option<&'static TypedMethod> {
    typed_methods().find(|method| method.direction == direction && method.name == name)
}

/// What is wrong with what the real server sent, once it was read and written again. It may have fields that its stable
/// schema does not have, but no kinds and no words.
pub(super) fn fault_on_the_wire(
    sent: &Value,
    read: Result<(Value, String), serde_json::Error>,
) -> Option<String> {
    let kinds_are_known = codex::is_newest();
    let unknown = read.as_ref().ok().and_then(|(_, debug)| {
        let at = debug.find("Unrecognized(")?;
        Some(format!("a kind or a word is not known: {}", tail(debug, at)))
    });
    fault(sent, read, false).or(unknown.filter(|_| kinds_are_known))
}

/// What is wrong with what was read and written again, if anything.
fn fault(sent: &Value, read: Result<(Value, String), serde_json::Error>, all_known: bool) -> Option<String> {
    let (rewritten, debug) = match read {
        Ok(read) => read,
        Err(error) => return Some(format!("{error}: {sent}")),
    };
    if let Some(difference) = difference(sent, &rewritten) {
        return Some(format!("{difference}, in {sent}"));
    }
    if all_known {
        if let Some(at) = debug.find("Unrecognized(") {
            return Some(format!("a kind or a word is not known: {}", tail(&debug, at)));
        }
        // Where the schema allows any field, the generator names it so.
        let mut others = debug.match_indices("other: {");
        let unknown = others.find(|(at, start)| {
            let rest = &debug[at + start.len()..];
            !rest.starts_with('}') && !rest.starts_with("\"key\":")
        });
        if let Some((at, _)) = unknown {
            return Some(format!("a field is not known: {}", tail(&debug, at)));
        }
    }
    None
}

fn tail(text: &str, at: usize) -> String {
    text[at..].chars().take(120).collect()
}

#[test]
fn every_stable_method_of_the_families_has_types_and_no_other_has() {
    let in_family = |name: &str| FAMILIES.iter().any(|family| name.starts_with(family));
    let wanted = inventory()
        .iter()
        .filter(|method| method.stability == Stability::Stable && in_family(method.name))
        .map(|method| (method.direction, method.name))
        .collect::<BTreeSet<_>>();
    let typed = typed_methods()
        .map(|method| (method.direction, method.name))
        .collect::<BTreeSet<_>>();
    let lacking = wanted
        .difference(&typed)
        .map(|(_, name)| format!("- {name} has no types"));
    let surplus = typed
        .difference(&wanted)
        .map(|(_, name)| format!("+ {name} is in none of the families"));
    let drift = lacking.chain(surplus).collect::<Vec<_>>();
    assert!(drift.is_empty(), "{}", drift.join("\n"));
    assert_eq!(typed_methods().count(), typed.len(), "a method has types twice");
}

#[test]
fn what_a_schema_allows_is_read_and_written_again_without_loss() {
    let schema = schema();
    let mut faults = Vec::new();
    for (manner, rounds) in [(Manner::Full, 4), (Manner::Some, 20), (Manner::OfTomorrow, 20)] {
        let mut instances = Instances::new(&schema, manner, 11);
        // Older servers have fields and words that are gone; they are kept like new ones.
        let all_known = manner != Manner::OfTomorrow && codex::is_newest();
        for method in typed_methods() {
            let Some(known) = installed(&schema, method) else {
                continue;
            };
            for _ in 0..rounds {
                if let Some(of) = &known.params {
                    let params = instances.of(of);
                    faults.extend(
                        fault(&params, method.rewrite_params(&params), all_known)
                            .map(|fault| format!("{} params ({manner:?}): {fault}", method.name)),
                    );
                }
                if let Some(name) = &known.result_type {
                    let result = instances.of_type(name);
                    let rewritten = method.rewrite_result(&result).expect("a type for the result");
                    faults.extend(
                        fault(&result, rewritten, all_known)
                            .map(|fault| format!("{} result ({manner:?}): {fault}", method.name)),
                    );
                }
            }
        }
    }
    // Of each type one says enough.
    let mut shown = BTreeSet::new();
    faults.retain(|fault: &String| shown.insert(fault.split_once(')').map(|(of, _)| of.to_owned())));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_the_types_write_passes_the_servers_schema() {
    let schema = schema();
    let mut faults = Vec::new();
    for manner in [Manner::Full, Manner::Some] {
        let mut instances = Instances::new(&schema, manner, 12);
        for method in typed_methods() {
            let Some(known) = installed(&schema, method) else {
                continue;
            };
            for _ in 0..8 {
                match method.direction {
                    Direction::ClientRequest => {
                        let Some(of) = &known.params else { continue };
                        let (params, _) = method.rewrite_params(&instances.of(of)).unwrap();
                        faults.extend(schema.check(method.name, &params).err().map(|e| e.to_string()));
                    }
                    // The reply to a request of the server is written here, too.
                    Direction::ServerRequest => {
                        let name = known.result_type.as_deref().unwrap();
                        let reply = method.rewrite_result(&instances.of_type(name)).unwrap();
                        let wrong = schema.check_received(name, &reply.unwrap().0).unwrap();
                        faults.extend(wrong.iter().map(|fault| format!("{name}: {fault}")));
                    }
                    Direction::ServerNotification | Direction::ClientNotification => {}
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What a request takes, as it is sent.
fn sent<M: Request>(params: &M::Params) -> (&'static str, Value) {
    (M::METHOD, serde_json::to_value(params).unwrap())
}

#[test]
fn params_of_the_types_own_making_pass_the_check() {
    // With fields that the older servers do not have.
    if !codex::is_newest() {
        return;
    }
    let schema = schema();
    let granular = GranularApproval {
        request_permissions: Some(true),
        skill_approval: Some(true),
        ..GranularApproval::new(true, false, true)
    };
    let written = [
        sent::<ThreadStart>(&ThreadStartParams {
            cwd: Some("/src".to_owned()),
            sandbox: Some(SandboxMode::WorkspaceWrite),
            approval_policy: Some(AskForApproval::OnRequest),
            service_tier: Some(None),
            ..ThreadStartParams::default()
        }),
        sent::<TurnStart>(&TurnStartParams {
            sandbox_policy: Some(SandboxPolicy::workspace_write()),
            approval_policy: Some(AskForApproval::Granular(granular)),
            ..TurnStartParams::new("t", [UserInput::text("hello")])
        }),
        sent::<ReviewStart>(&ReviewStartParams::new(
            "t",
            ReviewTarget::UncommittedChanges(Empty::default()),
        )),
        sent::<ThreadList>(&ThreadListParams {
            cwd: Some("/src".into()),
            limit: Some(5),
            ..ThreadListParams::default()
        }),
    ];
    for (method, params) in written {
        schema
            .check(method, &params)
            .unwrap_or_else(|error| panic!("{error}: {params}"));
    }
}

#[test]
fn none_is_left_out_and_null_is_written_where_it_says_something() {
    assert_eq!(
        serde_json::to_value(ThreadListParams::default()).unwrap(),
        json!({})
    );
    let cleared = GitInfoUpdate {
        branch: Some(None),
        sha: Some(Some("abc".to_owned())),
        ..GitInfoUpdate::default()
    };
    let written = json!({ "branch": null, "sha": "abc" });
    assert_eq!(serde_json::to_value(&cleared).unwrap(), written);
    assert_eq!(serde_json::from_value::<GitInfoUpdate>(written).unwrap(), cleared);
    // Out of its section: the server wants the null.
    assert_eq!(
        sent::<ThreadSectionMove>(&ThreadSectionMoveParams::new("t", None)),
        (
            inventory::THREAD_SECTION_MOVE,
            json!({ "threadId": "t", "sectionId": null })
        )
    );
}

#[tokio::test]
async fn typed_methods_give_typed_results() {
    let test = Test::answering("unused");
    let server = connect(&test).await;
    let models = server
        .call::<ModelList>(&ModelListParams::default())
        .await
        .unwrap();
    assert!(models.data.iter().all(|model| !model.id.is_empty()) && !models.data.is_empty());
    let threads = server
        .call::<ThreadList>(&ThreadListParams::default())
        .await
        .unwrap();
    assert_eq!((threads.data, threads.next_cursor), (Vec::new(), None));
    server.close().await;
}
