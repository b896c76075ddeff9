//! Turns a validator's errors into sentences: the place, the expected value, and the nearest valid name. Decides nothing.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::Value;

use super::fault::Fault;
use super::strict::parts;

/// Makes sentences of a validator's errors.
pub(super) struct Explain<'a> {
    /// The schema.
    pub(super) document: &'a Value,
    /// The name of the checked value.
    pub(super) root: &'a str,
}

impl Explain<'_> {
    /// The faults, in one or more places.
    pub(super) fn fault(&self, error: &ValidationError<'_>) -> Vec<Fault> {
        let path = self.path(error);
        let one = |expected: String, nearest: Option<String>| {
            vec![Fault {
                path: path.clone(),
                expected,
                nearest,
            }]
        };
        match error.kind() {
            ValidationErrorKind::AnyOf { context } => self.alternatives(error, context),
            ValidationErrorKind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                vec![Fault {
                    path: format!("{path}.{name}"),
                    expected: "is missing".to_owned(),
                    nearest: None,
                }]
            }
            ValidationErrorKind::UnevaluatedProperties { unexpected }
            | ValidationErrorKind::AdditionalProperties { unexpected } => {
                self.unknown_fields(error, &path, unexpected)
            }
            ValidationErrorKind::Enum { options } => {
                let options = words(options);
                one(one_of(&options), meant(error.instance(), &options))
            }
            ValidationErrorKind::Type { kind } => one(
                format!("must be {}, not {}", kinds(kind), told(error.instance())),
                None,
            ),
            ValidationErrorKind::Pattern { .. } => one("must be an absolute path".to_owned(), None),
            ValidationErrorKind::Minimum { limit } => one(format!("must be at least {limit}"), None),
            ValidationErrorKind::Maximum { limit } => one(format!("must be at most {limit}"), None),
            ValidationErrorKind::Custom { .. } => one(
                format!("must be a whole number, not {}", told(error.instance())),
                None,
            ),
            _ => one(format!("does not fit: {error}"), None),
        }
    }

    /// Of several alternatives the one that was meant explains what is wrong.
    fn alternatives(
        &self,
        error: &ValidationError<'_>,
        context: &[Vec<ValidationError<'static>>],
    ) -> Vec<Fault> {
        let here = parts(error.instance_path());
        // What decides between alternatives: the words allowed here, and a field that names the alternative.
        let mut here_words = Vec::new();
        let mut tags = Vec::<(String, Vec<String>)>::new();
        let mut kinds_here = Vec::new();
        let mut candidates = Vec::new();
        for branch in context {
            let mut decided_against = false;
            for fault in branch {
                let place = parts(fault.instance_path());
                match fault.kind() {
                    ValidationErrorKind::Type { kind } if place == here => {
                        kinds_here.push(kinds(kind));
                        decided_against = true;
                    }
                    ValidationErrorKind::Enum { options } if place == here => {
                        here_words.extend(words(options));
                        decided_against = true;
                    }
                    ValidationErrorKind::Enum { options } if place.len() == here.len() + 1 => {
                        let tag = place.last().cloned().unwrap_or_default();
                        match tags.iter_mut().find(|(name, _)| *name == tag) {
                            Some((_, known)) => known.extend(words(options)),
                            None => tags.push((tag, words(options))),
                        }
                        decided_against = true;
                    }
                    _ => {}
                }
            }
            if !decided_against {
                candidates.push(branch);
            }
        }
        let depth = |branch: &[ValidationError<'static>]| {
            branch
                .iter()
                .map(|fault| parts(fault.instance_path()).len())
                .max()
                .unwrap_or_default()
        };
        candidates.sort_by_key(|branch| (branch.len(), std::cmp::Reverse(depth(branch))));
        if let Some(meant) = candidates.first() {
            return meant.iter().flat_map(|fault| self.fault(fault)).collect();
        }
        if let (true, Some((tag, options))) = (error.instance().is_object(), tags.first()) {
            let given = &error.instance()[tag.as_str()];
            return vec![Fault {
                path: format!("{}.{tag}", self.path(error)),
                expected: one_of(options),
                nearest: meant(given, options),
            }];
        }
        let expected = if error.instance().is_string() && !here_words.is_empty() {
            one_of(&here_words)
        } else {
            let mut expected = kinds_here;
            expected.extend(here_words.iter().map(|word| format!("`{word}`")));
            expected.dedup();
            format!(
                "must be {}, not {}",
                expected.join(" or "),
                told(error.instance())
            )
        };
        vec![Fault {
            path: self.path(error),
            expected,
            nearest: meant(error.instance(), &here_words),
        }]
    }

    fn unknown_fields(&self, error: &ValidationError<'_>, path: &str, unexpected: &[String]) -> Vec<Fault> {
        let known = self.known_fields(error);
        let fault = |name: &String| Fault {
            path: format!("{path}.{name}"),
            expected: "is unknown".to_owned(),
            nearest: nearest(name, known.iter().map(String::as_str)),
        };
        // Known fields with wrong values are reported as wrong.
        unexpected
            .iter()
            .filter(|name| !known.contains(name))
            .map(fault)
            .collect()
    }

    /// The fields of the object schema that an error comes from.
    fn known_fields(&self, error: &ValidationError<'_>) -> Vec<String> {
        let mut place = parts(error.schema_path());
        place.pop();
        let mut at = self.document;
        for part in &place {
            at = match at {
                Value::Array(values) => part.parse().ok().and_then(|index: usize| values.get(index)),
                other => other.get(part),
            }
            .unwrap_or(&Value::Null);
        }
        let alternatives = at["anyOf"].as_array().into_iter().flatten();
        let objects = std::iter::once(at).chain(alternatives);
        objects
            .filter_map(|object| object["properties"].as_object())
            .flat_map(|fields| fields.keys().cloned())
            .collect()
    }

    /// `/input/0/text` as `params.input[0].text`.
    fn path(&self, error: &ValidationError<'_>) -> String {
        let mut path = self.root.to_owned();
        for part in parts(error.instance_path()) {
            if part.bytes().all(|byte| byte.is_ascii_digit()) {
                path.push_str(&format!("[{part}]"));
            } else {
                path.push_str(&format!(".{part}"));
            }
        }
        path
    }
}

fn words(options: &Value) -> Vec<String> {
    let options = options.as_array().into_iter().flatten();
    options
        .map(|option| option.as_str().map_or(option.to_string(), str::to_owned))
        .collect()
}

fn one_of(options: &[String]) -> String {
    let options = options
        .iter()
        .map(|option| format!("`{option}`"))
        .collect::<Vec<_>>();
    match &options[..] {
        [only] => format!("must be {only}"),
        several => format!("must be one of {}", several.join(", ")),
    }
}

fn kinds(kind: &TypeKind) -> String {
    let article = |kind: &str| match kind {
        "null" => "null".to_owned(),
        "integer" => "a whole number".to_owned(),
        "object" | "array" => format!("an {kind}"),
        other => format!("a {other}"),
    };
    match kind {
        TypeKind::Single(kind) => article(&kind.to_string()),
        TypeKind::Multiple(kinds) => {
            let mut kinds = kinds.iter().map(|kind| kind.to_string()).collect::<Vec<_>>();
            kinds.sort_by_key(|kind| kind == "null");
            let kinds = kinds.iter().map(|kind| article(kind));
            kinds.collect::<Vec<_>>().join(" or ")
        }
    }
}

/// A value in an error message, however long it is.
fn told(value: &Value) -> String {
    const SHOWN: usize = 60;
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn meant(value: &Value, options: &[String]) -> Option<String> {
    nearest(value.as_str()?, options.iter().map(String::as_str))
}

/// The name that is most like another one, if one is alike at all.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', '/', '.'], "");
    let wanted = plain(name);
    known
        .map(|known| (strsim::jaro_winkler(&wanted, &plain(known)), known))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, known)| known.to_owned())
}
