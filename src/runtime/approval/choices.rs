//! What can be answered to a request, and what each answer would cause beyond the obvious.

use super::{CommandDetails, Decision, PendingRequest, RequestDetails};

/// One possible answer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Choice {
    /// The key that chooses it.
    pub key: char,
    /// What it does, in a few words.
    pub label: String,
    /// What it reaches that the label does not say. Shown before the choice is offered.
    pub effects: Vec<String>,
    /// What happens when it is chosen.
    pub action: ChoiceAction,
}

/// What choosing does.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ChoiceAction {
    /// Answers.
    Decide(Decision),
    /// Asks for what to answer.
    FillIn,
}

impl PendingRequest {
    /// The choices, in the order in which they are offered. There is no default among them.
    pub fn choices(&self) -> Vec<Choice> {
        let mut choices = match self.details() {
            RequestDetails::Command(command) => self.command_choices(&command),
            RequestDetails::FileChange { grant_root, .. } => {
                let mut yes = choice('y', "yes, change the files", Decision::Accept);
                if let Some(root) = grant_root {
                    yes.effects
                        .push(format!("makes {root} writable until the session ends"));
                }
                let mut session = choice(
                    's',
                    "yes, for the rest of the session",
                    Decision::AcceptForSession,
                );
                session
                    .effects
                    .push("later changes to these files need no approval".to_owned());
                vec![yes, session]
            }
            RequestDetails::Permissions(_) => vec![
                choice('y', "yes, for this turn", Decision::Accept),
                choice(
                    's',
                    "yes, for the rest of the session",
                    Decision::AcceptForSession,
                ),
            ],
            RequestDetails::Questions(_) | RequestDetails::Form { .. } => vec![fill_in("answer")],
            RequestDetails::McpTool {
                server,
                tool,
                persist,
                ..
            } => self.tool_choices(&server, &tool, &persist),
            RequestDetails::Link { .. } => vec![choice('y', "yes, I opened the page", Decision::Accept)],
            RequestDetails::Tool { .. } => vec![fill_in("answer with the tool's output")],
            RequestDetails::Unknown => vec![fill_in("answer with a JSON result")],
        };
        choices.push(choice('n', "no, continue without it", Decision::Decline));
        choices.push(choice('c', "no, and stop the turn", Decision::Cancel));
        choices
    }

    /// Whether the agent can be told the reason of a no: not where the answer goes to somebody else.
    pub fn accepts_reason(&self) -> bool {
        matches!(
            self.details(),
            RequestDetails::Command(_)
                | RequestDetails::FileChange { .. }
                | RequestDetails::Permissions(_)
                | RequestDetails::McpTool { .. }
        )
    }

    fn command_choices(&self, command: &CommandDetails) -> Vec<Choice> {
        let offered =
            |name: &str| command.offered.is_empty() || command.offered.iter().any(|known| known == name);
        let mut choices = Vec::new();
        if !offered("accept") {
            return choices;
        }
        let outside = if command.network.is_some() || command.permissions.is_some() {
            None
        } else if self.context.approval == "untrusted" && self.context.sandbox != "danger-full-access" {
            Some(
                "runs in the sandbox first; if the sandbox denies it, Codex runs it again outside, without asking",
            )
        } else {
            Some("runs outside the sandbox, with all your permissions")
        };
        let mut yes = choice('y', "yes, run it", Decision::Accept);
        yes.effects.extend(outside.map(str::to_owned));
        choices.push(yes);
        if !command.typing {
            let mut session = choice(
                's',
                "yes, for the rest of the session",
                Decision::AcceptForSession,
            );
            session
                .effects
                .push("this command needs no approval again in this session".to_owned());
            choices.push(session);
        }
        if let Some(words) = &command.rule
            && offered("acceptWithExecpolicyAmendment")
        {
            let mut rule = choice(
                'r',
                "yes, and always allow commands starting like this",
                Decision::AcceptWithRule(words.clone()),
            );
            let pattern = serde_json::to_string(words).unwrap_or_default();
            rule.effects.push(format!(
                "writes prefix_rule(pattern={pattern}, decision=\"allow\") to {}",
                self.context.codex_home.join("rules/default.rules").display()
            ));
            rule.effects.push(
                "every command starting with these words then runs outside the sandbox without asking, in every session"
                    .to_owned(),
            );
            choices.push(rule);
        }
        for (key, rule) in ('1'..='9').zip(&command.network_rules) {
            let host = rule["host"].as_str().unwrap_or("?");
            let action = rule["action"].as_str().unwrap_or("?");
            let label = format!("yes, and save the rule “{action} {host}”");
            let mut apply = choice(key, &label, Decision::ApplyNetworkRule(rule.clone()));
            apply
                .effects
                .push("the command runs now, whatever the rule".to_owned());
            choices.push(apply);
        }
        choices
    }

    fn tool_choices(&self, server: &str, tool: &str, persist: &[String]) -> Vec<Choice> {
        let lasts = |word: &str| persist.iter().any(|known| known == word);
        let mut choices = vec![choice('y', "yes, call it", Decision::Accept)];
        if lasts("session") {
            let mut session = choice(
                's',
                "yes, for the rest of the session",
                Decision::AcceptForSession,
            );
            session
                .effects
                .push("this tool needs no approval again in this session, whatever its arguments".to_owned());
            choices.push(session);
        }
        if lasts("always") {
            let mut always = choice('a', "yes, always", Decision::AcceptAlways);
            always.effects.push(format!(
                "writes [mcp_servers.{server}.tools.{tool}] approval_mode = \"approve\" to {}",
                self.context.codex_home.join("config.toml").display()
            ));
            choices.push(always);
        }
        choices
    }

    /// Whether a decision is one that this request can be answered with.
    ///
    /// # Errors
    /// What can be answered instead.
    pub fn check(&self, decision: &Decision) -> Result<(), String> {
        let choices = self.choices();
        let fits = match decision {
            Decision::Answer(_) => choices.iter().any(|choice| choice.action == ChoiceAction::FillIn),
            // The words of a rule are the person's: only that there may be one is the server's to say.
            Decision::AcceptWithRule(_) => choices
                .iter()
                .any(|choice| matches!(choice.action, ChoiceAction::Decide(Decision::AcceptWithRule(_)))),
            decision => choices
                .iter()
                .any(|choice| choice.action == ChoiceAction::Decide(decision.clone())),
        };
        if fits {
            return Ok(());
        }
        let possible = choices.iter().map(|choice| match &choice.action {
            ChoiceAction::Decide(decision) => decision.as_str().replace('_', " "),
            ChoiceAction::FillIn => "answer".to_owned(),
        });
        Err(format!(
            "“{}” does not fit this request; possible values: {}",
            decision.as_str().replace('_', " "),
            possible.collect::<Vec<_>>().join(", ")
        ))
    }
}

fn choice(key: char, label: &str, decision: Decision) -> Choice {
    Choice {
        key,
        label: label.to_owned(),
        effects: Vec::new(),
        action: ChoiceAction::Decide(decision),
    }
}

fn fill_in(label: &str) -> Choice {
    Choice {
        key: 'a',
        label: label.to_owned(),
        effects: Vec::new(),
        action: ChoiceAction::FillIn,
    }
}
