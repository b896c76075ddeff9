//! The documents of hooks that are programs: `turnwise.hook/1` on their stdin, `turnwise.hook-result/1` on their stdout.

use serde::{Deserialize, Serialize};

use super::{BlockReason, HookAction, HookContext, HookError, HookPatch, ToolOpinion};

/// The `schema` of the document on a hook's stdin.
pub const SCHEMA: &str = "turnwise.hook/1";
/// The `schema` of the document on its stdout.
pub const RESULT_SCHEMA: &str = "turnwise.hook-result/1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    hook: &'a str,
    #[serde(flatten)]
    context: &'a HookContext,
}

/// The document for a hook of this name.
pub(super) fn document(hook: &str, context: &HookContext) -> Vec<u8> {
    let document = Document {
        schema: SCHEMA,
        hook,
        context,
    };
    // Writing to memory cannot fail, and the structs have only string keys.
    let mut bytes = serde_json::to_vec(&document).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// What a hook answered.
#[derive(Debug, Default, PartialEq)]
pub(super) struct HookResult {
    action: Action,
    reason: Option<String>,
    patch: Option<HookPatch>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawResult {
    schema: String,
    action: Action,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    patch: Option<HookPatch>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    #[default]
    Noop,
    Mutate,
    Block,
    Allow,
    Ask,
    Deny,
}

impl HookResult {
    /// A block in words.
    pub(super) fn block(reason: String) -> Self {
        Self {
            action: Action::Block,
            reason: Some(reason),
            patch: None,
        }
    }

    /// Reads what a hook wrote. Nothing is no opinion; anything but one whole document is an error.
    pub(super) fn read(output: &[u8]) -> Result<Self, HookError> {
        if output.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::default());
        }
        let unreadable = |reason: String| HookError::Unreadable(reason);
        let raw: RawResult = serde_json::from_slice(output).map_err(|error| unreadable(error.to_string()))?;
        if raw.schema != RESULT_SCHEMA {
            return Err(unreadable(format!(
                "`schema` is {:?}; expected {RESULT_SCHEMA:?}",
                raw.schema
            )));
        }
        if raw.patch.is_some() != (raw.action == Action::Mutate) {
            return Err(unreadable(
                "`patch` goes with the action `mutate`, and only with it".to_owned(),
            ));
        }
        if raw.reason.is_some() && !matches!(raw.action, Action::Block | Action::Deny) {
            return Err(unreadable(
                "`reason` goes with the actions `block` and `deny` only".to_owned(),
            ));
        }
        Ok(Self {
            action: raw.action,
            reason: raw.reason,
            patch: raw.patch,
        })
    }

    /// Whether it allows the use of a tool.
    #[cfg(feature = "cli")]
    pub(super) fn allows(&self) -> bool {
        self.action == Action::Allow
    }

    /// Whether it blocks something.
    #[cfg(feature = "cli")]
    pub(super) fn blocks(&self) -> bool {
        matches!(self.action, Action::Block | Action::Deny)
    }

    fn reason(self) -> BlockReason {
        BlockReason::new(self.reason.unwrap_or_default())
    }

    /// As the answer before a run, a session or a turn.
    pub(super) fn action(self) -> Result<HookAction, HookError> {
        match self.action {
            Action::Noop => Ok(HookAction::Noop),
            Action::Mutate => Ok(self.patch.map_or(HookAction::Noop, HookAction::Mutate)),
            Action::Block => Ok(HookAction::Block(self.reason())),
            Action::Allow | Action::Ask | Action::Deny => Err(HookError::NotAllowed(
                "`allow`, `ask` and `deny` are for tools; expected `noop`, `mutate` or `block`".to_owned(),
            )),
        }
    }

    /// As the opinion about a tool.
    pub(super) fn opinion(self) -> Result<ToolOpinion, HookError> {
        match self.action {
            Action::Noop => Ok(ToolOpinion::NoOpinion),
            Action::Allow => Ok(ToolOpinion::Allow),
            Action::Ask => Ok(ToolOpinion::Ask),
            Action::Deny | Action::Block => Ok(ToolOpinion::Deny(self.reason())),
            Action::Mutate => Err(HookError::NotAllowed(
                "the use of a tool cannot be changed; expected `noop`, `allow`, `ask` or `deny`".to_owned(),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &serde_json::Value) -> Result<HookResult, HookError> {
        HookResult::read(value.to_string().as_bytes())
    }

    fn result(action: &str) -> serde_json::Value {
        json!({ "schema": RESULT_SCHEMA, "action": action })
    }

    #[test]
    fn nothing_is_no_opinion() {
        for output in ["", " \n"] {
            assert_eq!(
                HookResult::read(output.as_bytes()).unwrap().opinion().unwrap(),
                ToolOpinion::NoOpinion
            );
        }
    }

    #[test]
    fn each_action_is_read_where_it_belongs() {
        assert_eq!(
            read(&result("allow")).unwrap().opinion().unwrap(),
            ToolOpinion::Allow
        );
        assert_eq!(read(&result("ask")).unwrap().opinion().unwrap(), ToolOpinion::Ask);
        let mut denial = result("deny");
        denial["reason"] = json!("no secrets");
        let denied = read(&denial).unwrap().opinion().unwrap();
        assert_eq!(denied, ToolOpinion::Deny(BlockReason::new("no secrets")));
        assert!(read(&result("allow")).unwrap().action().is_err());
        let mut mutation = result("mutate");
        mutation["patch"] = json!({ "prompt": "other", "metadata": { "a": 1 } });
        let patch = HookPatch::new().prompt("other").metadata("a", 1);
        assert_eq!(
            read(&mutation).unwrap().action().unwrap(),
            HookAction::Mutate(patch)
        );
        assert!(read(&mutation).unwrap().opinion().is_err());
    }

    #[test]
    fn what_is_not_one_whole_known_document_is_an_error_and_never_a_yes() {
        let allow = result("allow").to_string();
        for output in [
            "yes",
            "{}",
            "null",
            &allow.replace("/1", "/2"),
            &format!("{allow}{allow}"),
            &format!("{allow} trailing"),
            &allow.replace("\"action\"", "\"extra\":1,\"action\""),
            &allow.replace("allow", "ALLOW"),
            &allow.replace('}', ",\"patch\":{\"prompt\":\"x\"}}"),
            &allow.replace(
                "\"allow\"",
                "\"mutate\",\"patch\":{\"sandbox\":\"danger-full-access\"}",
            ),
            &allow.replace("\"allow\"", "\"mutate\",\"patch\":{\"privileged\":true}"),
            &allow.replace("\"allow\"", "\"mutate\""),
            &allow[..allow.len() - 1],
        ] {
            assert!(HookResult::read(output.as_bytes()).is_err(), "{output}");
        }
    }

    #[test]
    fn the_document_names_its_schema_the_hook_and_the_phase() {
        let context = HookContext::new(crate::plugin::Phase::PreTurn, "/w");
        let document: serde_json::Value = serde_json::from_slice(&document("mine", &context)).unwrap();
        assert_eq!(document["schema"], SCHEMA);
        assert_eq!(document["hook"], "mine");
        assert_eq!(document["phase"], "pre-turn");
        assert_eq!(document["cwd"], "/w");
    }
}
