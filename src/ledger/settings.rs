//! Which values of Codex's configuration the ledger stores for a job: keys that hold no secret, with values of the shape that the key
//! takes. Everything else is not kept, whatever it is called. Pure.

use toml::Value;

/// What a key takes.
#[derive(Clone, Copy)]
enum Shape {
    /// `true` or `false`.
    Switch,
    /// A whole number that is not negative.
    Number,
    /// One of a few words, in lower case.
    Choice,
    /// The name of a model, a provider or a profile.
    Name,
    /// The name of an environment variable, which has an underscore: `CORP_API_KEY`.
    Variable,
}

/// The keys that are kept. `*` stands for a name that the user chose, such as that of a provider.
const KEPT: [(&str, Shape); 42] = [
    ("model", Shape::Name),
    ("review_model", Shape::Name),
    ("model_provider", Shape::Name),
    ("profile", Shape::Name),
    ("model_reasoning_effort", Shape::Choice),
    ("plan_mode_reasoning_effort", Shape::Choice),
    ("model_reasoning_summary", Shape::Choice),
    ("model_verbosity", Shape::Choice),
    ("service_tier", Shape::Choice),
    ("personality", Shape::Choice),
    ("web_search", Shape::Choice),
    ("approval_policy", Shape::Choice),
    ("sandbox_mode", Shape::Choice),
    ("history.persistence", Shape::Choice),
    ("model_context_window", Shape::Number),
    ("model_max_output_tokens", Shape::Number),
    ("model_auto_compact_token_limit", Shape::Number),
    ("tool_output_token_limit", Shape::Number),
    ("project_doc_max_bytes", Shape::Number),
    ("history.max_bytes", Shape::Number),
    ("model_supports_reasoning_summaries", Shape::Switch),
    ("hide_agent_reasoning", Shape::Switch),
    ("show_raw_agent_reasoning", Shape::Switch),
    ("disable_response_storage", Shape::Switch),
    ("check_for_update_on_startup", Shape::Switch),
    ("tools.web_search", Shape::Switch),
    ("tools.view_image", Shape::Switch),
    ("sandbox_workspace_write.network_access", Shape::Switch),
    ("sandbox_workspace_write.exclude_tmpdir_env_var", Shape::Switch),
    ("sandbox_workspace_write.exclude_slash_tmp", Shape::Switch),
    ("features.*", Shape::Switch),
    ("mcp_servers.*.enabled", Shape::Switch),
    ("mcp_servers.*.required", Shape::Switch),
    ("mcp_servers.*.startup_timeout_sec", Shape::Number),
    ("mcp_servers.*.tool_timeout_sec", Shape::Number),
    ("mcp_servers.*.bearer_token_env_var", Shape::Variable),
    ("model_providers.*.env_key", Shape::Variable),
    ("model_providers.*.requires_openai_auth", Shape::Switch),
    ("model_providers.*.wire_api", Shape::Choice),
    ("model_providers.*.request_max_retries", Shape::Number),
    ("model_providers.*.stream_max_retries", Shape::Number),
    ("model_providers.*.stream_idle_timeout_ms", Shape::Number),
];

/// The longest name that is kept.
const LONGEST: usize = 64;

/// A setting as it is kept: `KEY=VALUE`, written anew from what was read, so that nothing else of the text stays.
///
/// # Errors
/// The key, as far as it can be shown, of one that is not kept.
pub(crate) fn storable_setting(setting: &str) -> Result<String, String> {
    // Without a key there is nothing to show of it.
    let (key, text) = setting.split_once('=').unwrap_or_default();
    let key = key.trim();
    let shape = KEPT.iter().find(|(pattern, _)| fits(pattern, key));
    let written = shape.and_then(|(_, shape)| written(*shape, &value(text)?));
    match written {
        Some(value) => Ok(format!("{key}={value}")),
        None => Err(shown(key)),
    }
}

/// Whether a job keeps the address of a server: one with a query or a fragment may carry a token.
pub(crate) fn is_storable_address(address: &str) -> bool {
    address.starts_with("unix://") || !address.contains(['?', '#', '@'])
}

/// A value as Codex reads it: TOML, or plain text where it is not.
fn value(text: &str) -> Option<Value> {
    match toml::from_str::<toml::Table>(&format!("value = {text}")) {
        Ok(mut table) if table.len() == 1 => table.remove("value"),
        // More than one value.
        Ok(_) => None,
        Err(_) => Some(Value::String(text.trim().to_owned())),
    }
}

fn fits(pattern: &str, key: &str) -> bool {
    let mut words = key.split('.');
    pattern.split('.').all(|expected| {
        words
            .next()
            .is_some_and(|word| word == expected || (expected == "*" && is_name(word)))
    }) && words.next().is_none()
}

/// A part of a key that needs no quotes.
fn is_name(word: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    (1..=LONGEST).contains(&word.len()) && word.bytes().all(fits)
}

fn written(shape: Shape, value: &Value) -> Option<String> {
    match (shape, value) {
        (Shape::Switch, Value::Boolean(switch)) => Some(switch.to_string()),
        (Shape::Number, Value::Integer(number)) if *number >= 0 => Some(number.to_string()),
        (Shape::Choice, Value::String(word)) => {
            let fits = |byte: u8| byte.is_ascii_lowercase() || b"_-".contains(&byte);
            let short = (1..=24).contains(&word.len());
            (short && word.bytes().all(fits)).then(|| format!("\"{word}\""))
        }
        (Shape::Name, Value::String(name)) => {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-:/".contains(&byte);
            let short = (1..=LONGEST).contains(&name.len());
            (short && name.bytes().all(fits)).then(|| format!("\"{name}\""))
        }
        (Shape::Variable, Value::String(name)) => {
            let fits = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
            let begins = name.starts_with(|first: char| first.is_ascii_uppercase());
            let short = name.len() <= LONGEST && name.contains('_');
            (begins && short && name.bytes().all(fits)).then(|| format!("\"{name}\""))
        }
        _ => None,
    }
}

/// A key for a message: its first two parts, since what a user calls a header or a variable may tell something.
fn shown(key: &str) -> String {
    let words = key.split('.').collect::<Vec<_>>();
    let plain = words.iter().take(2).take_while(|word| is_name(word));
    let mut shown = plain.copied().collect::<Vec<_>>();
    if shown.len() < words.len() || shown.is_empty() {
        shown.push("…");
    }
    shown.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_hold_no_secret_are_kept_in_one_spelling() {
        for (setting, kept) in [
            ("model_verbosity=low", "model_verbosity=\"low\""),
            (" model = 'gpt-5.5' ", "model=\"gpt-5.5\""),
            ("model=openai/gpt-oss:20b", "model=\"openai/gpt-oss:20b\""),
            ("features.goals=false", "features.goals=false"),
            ("model_context_window=200_000", "model_context_window=200000"),
            ("mcp_servers.docs.enabled=true", "mcp_servers.docs.enabled=true"),
            (
                "model_providers.corp.env_key=CORP_API_KEY",
                "model_providers.corp.env_key=\"CORP_API_KEY\"",
            ),
            // What follows the value does not stay.
            ("model_verbosity=\"low\" # s3cret", "model_verbosity=\"low\""),
        ] {
            assert_eq!(storable_setting(setting).as_deref(), Ok(kept), "{setting}");
            assert_eq!(storable_setting(kept).as_deref(), Ok(kept), "{setting}");
        }
    }

    /// What a secret can come in.
    const SECRETS: [&str; 25] = [
        "model_providers.x.experimental_bearer_token=s3cret",
        "model_providers.x.http_headers.Authorization=\"Bearer s3cret\"",
        "model_providers.x.http_headers={ Authorization = \"Bearer s3cret\" }",
        "model_providers.x.env_http_headers={ \"X-Key\" = \"s3cret\" }",
        "model_providers.x.query_params={ key = \"s3cret\" }",
        "model_providers.x.base_url=\"https://user:s3cret@host/v1\"",
        "model_providers.x.base_url=https://host/s3cret/v1",
        "model_providers.x.env_key=s3cret",
        "model_providers.x={ name = \"x\", auth = { token = \"s3cret\" } }",
        "model_providers={ x = { experimental_bearer_token = \"s3cret\" } }",
        "mcp_servers.x.env={ TOKEN = \"s3cret\" }",
        "mcp_servers.x.env.TOKEN=s3cret",
        "mcp_servers.x.args=[\"--token\", \"s3cret\"]",
        "mcp_servers.x.url=\"https://host/mcp?key=s3cret\"",
        "mcp_servers.x.http_headers={ Authorization = \"s3cret\" }",
        "mcp_servers.x.enabled=\"s3cret\"",
        "shell_environment_policy.set={ TOKEN = \"s3cret\" }",
        "otel.exporter={ otlp-http = { headers = { key = \"s3cret\" } } }",
        "notify=[\"curl\", \"-H\", \"s3cret\"]",
        "developer_instructions=the password is s3cret",
        "model={ token = \"s3cret\" }",
        "model=\"a\"\ntoken=\"s3cret\"",
        "features.x=\"s3cret\"",
        "features={ x = \"s3cret\" }",
        "\"model\"=s3cret",
    ];

    #[test]
    fn an_address_that_may_carry_a_token_is_not_kept() {
        for address in ["unix:///run/a?b@c", "ws://127.0.0.1:4500", "wss://host/path"] {
            assert!(is_storable_address(address), "{address}");
        }
        for address in [
            "wss://host/?token=s3cret",
            "wss://host/#s3cret",
            "wss://me:s3cret@host",
        ] {
            assert!(!is_storable_address(address), "{address}");
        }
    }

    #[test]
    fn everything_else_is_not_kept_and_not_repeated() {
        for setting in SECRETS {
            let key = storable_setting(setting).unwrap_err();
            assert!(!key.contains("s3cret"), "{setting}: {key}");
        }
        assert_eq!(
            storable_setting("mcp_servers.x.env.TOKEN=1").unwrap_err(),
            "mcp_servers.x.…"
        );
        assert_eq!(storable_setting("a b=1").unwrap_err(), "…");
    }
}
