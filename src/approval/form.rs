//! Answers that are filled in: `KEY=VALUE` pairs to the result that a question, a form or a tool call wants.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::runtime::approval::{
    Decision, FieldKind, FormField, PendingRequest, RequestDetails, UserQuestion,
};

/// What was typed, by key; a key may come several times where several values are possible.
pub type Pairs = Vec<(String, String)>;

impl PendingRequest {
    /// The decision that answers with these values.
    ///
    /// # Errors
    /// Names the wrong key or value, and the possible ones.
    pub fn answer(&self, pairs: &Pairs) -> Result<Decision, String> {
        let mut values = BTreeMap::<&str, Vec<&str>>::new();
        for (key, value) in pairs {
            values.entry(key).or_default().push(value);
        }
        let known = |names: &[&str]| {
            let unknown = values.keys().find(|key| !names.contains(*key));
            unknown.map_or(Ok(()), |key| {
                Err(format!(
                    "unknown key `{key}`; possible keys: {}",
                    names.join(", ")
                ))
            })
        };
        let result = match self.details() {
            RequestDetails::Questions(questions) => {
                known(
                    &questions
                        .iter()
                        .map(|question| question.id.as_str())
                        .collect::<Vec<_>>(),
                )?;
                let mut answers = Map::new();
                for question in &questions {
                    let given = values.get(question.id.as_str()).map_or(&[][..], Vec::as_slice);
                    if given.is_empty() {
                        return Err(format!("`{}` has no answer", question.id));
                    }
                    let given = given
                        .iter()
                        .map(|value| question.parse(value))
                        .collect::<Result<Vec<_>, _>>()?;
                    answers.insert(question.id.clone(), json!({ "answers": given }));
                }
                json!({ "answers": answers })
            }
            RequestDetails::Form { fields, schema, .. } => {
                known(&fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>())?;
                let mut content = Map::new();
                for field in &fields {
                    let given = values.get(field.name.as_str()).map_or(&[][..], Vec::as_slice);
                    if let Some(value) = field.parse(given)? {
                        content.insert(field.name.clone(), value);
                    }
                }
                let content = Value::Object(content);
                validate(&schema, &content)?;
                json!({ "action": "accept", "content": content, "_meta": null })
            }
            RequestDetails::Tool { .. } => {
                known(&["text"])?;
                let text = values.get("text").map(|texts| texts.join("\n"));
                let text = text.ok_or("expected `text=…`, the tool's output")?;
                json!({ "contentItems": [{ "type": "inputText", "text": text }], "success": true })
            }
            RequestDetails::Unknown => {
                known(&["result"])?;
                let text = values.get("result").map(|texts| texts.concat());
                let text = text.ok_or("expected `result=JSON`")?;
                serde_json::from_str(&text).map_err(|error| format!("`result` is not JSON: {error}"))?
            }
            RequestDetails::Command(_)
            | RequestDetails::FileChange { .. }
            | RequestDetails::Permissions(_)
            | RequestDetails::McpTool { .. }
            | RequestDetails::Link { .. } => {
                return Err("not a question; accept, decline or cancel it".to_owned());
            }
        };
        Ok(Decision::Answer(result))
    }

    /// Whether an answer to it may hold a secret.
    pub fn wants_secret(&self) -> bool {
        match self.details() {
            RequestDetails::Questions(questions) => questions.iter().any(|question| question.is_secret),
            RequestDetails::Form { schema, .. } => schema.to_string().contains("\"password\""),
            _ => false,
        }
    }
}

impl UserQuestion {
    /// The labels of the options.
    pub fn labels(&self) -> Vec<&str> {
        let options = self.options.as_deref().unwrap_or_default();
        options.iter().map(|option| option.label.as_str()).collect()
    }

    /// The answer that was meant: an option by its label or its number, otherwise the text itself.
    ///
    /// # Errors
    /// When only an option is possible.
    pub fn parse(&self, typed: &str) -> Result<String, String> {
        let labels = self.labels();
        let typed = typed.trim();
        if let Some(label) = labels.iter().find(|label| label.eq_ignore_ascii_case(typed)) {
            return Ok((*label).to_owned());
        }
        let numbered = typed
            .parse::<usize>()
            .ok()
            .and_then(|number| labels.get(number.checked_sub(1)?));
        if let Some(label) = numbered {
            return Ok((*label).to_owned());
        }
        if typed.is_empty() {
            return Err(format!("`{}` needs an answer", self.id));
        }
        if labels.is_empty() || self.is_other {
            return Ok(typed.to_owned());
        }
        Err(format!("`{typed}` is not one of: {}", labels.join(", ")))
    }
}

impl FormField {
    /// The value that was meant; `None` for a field that is left out.
    ///
    /// # Errors
    /// What would be right.
    pub fn parse(&self, typed: &[&str]) -> Result<Option<Value>, String> {
        let wrong = |expected: &str| format!("`{}` is {expected}", self.name);
        let Some(first) = typed.first().map(|first| first.trim()) else {
            return match (&self.default, self.required) {
                (Some(default), _) => Ok(Some(default.clone())),
                (None, true) => Err(format!("`{}` is required", self.name)),
                (None, false) => Ok(None),
            };
        };
        if typed.len() > 1 && !matches!(self.kind, FieldKind::Several(_)) {
            return Err(wrong("given more than once"));
        }
        Ok(Some(match &self.kind {
            FieldKind::Text => json!(typed[0]),
            FieldKind::Number { whole: true } => {
                json!(first.parse::<i64>().map_err(|_| wrong("a whole number"))?)
            }
            FieldKind::Number { whole: false } => {
                let number = first.parse::<f64>().ok().filter(|number| number.is_finite());
                json!(number.ok_or_else(|| wrong("a number"))?)
            }
            FieldKind::Boolean => match first.to_ascii_lowercase().as_str() {
                "y" | "yes" | "true" => json!(true),
                "n" | "no" | "false" => json!(false),
                _ => return Err(wrong("yes or no")),
            },
            FieldKind::One(choices) => json!(chosen(choices, first).ok_or_else(|| wrong(&one_of(choices)))?),
            FieldKind::Several(choices) => {
                let words = typed.iter().flat_map(|typed| typed.split(',')).map(str::trim);
                let values = words
                    .filter(|word| !word.is_empty())
                    .map(|word| chosen(choices, word));
                let values = values.collect::<Option<Vec<_>>>();
                json!(values.ok_or_else(|| wrong(&format!("any of {}", one_of(choices))))?)
            }
            FieldKind::Json => serde_json::from_str(typed[0]).map_err(|_| wrong("a JSON value"))?,
        }))
    }
}

/// A value by itself, its title or its number.
fn chosen(choices: &[(String, String)], typed: &str) -> Option<String> {
    let by_name = choices
        .iter()
        .find(|(value, title)| value == typed || title.eq_ignore_ascii_case(typed));
    let by_number = || choices.get(typed.parse::<usize>().ok()?.checked_sub(1)?);
    by_name.or_else(by_number).map(|(value, _)| value.clone())
}

fn one_of(choices: &[(String, String)]) -> String {
    let values = choices
        .iter()
        .map(|(value, _)| value.as_str())
        .collect::<Vec<_>>();
    format!("one of: {}", values.join(", "))
}

/// Checks a form against its schema. A schema that cannot be understood refuses nothing: the server that sent it has to
/// check the answer itself anyway.
pub(crate) fn validate(schema: &Value, content: &Value) -> Result<(), String> {
    let Ok(validator) = jsonschema::options().should_validate_formats(true).build(schema) else {
        return Ok(());
    };
    match validator.iter_errors(content).next() {
        None => Ok(()),
        Some(error) => {
            let place = error.instance_path().to_string();
            let field = place.trim_start_matches('/');
            Err(if field.is_empty() {
                error.to_string()
            } else {
                format!("`{field}`: {error}")
            })
        }
    }
}
