//! `-c KEY=VALUE`: a value of Codex's configuration, read as Codex reads it.

use serde_json::Value;

use super::InputError;

/// Splits at the first `=`; the value is TOML, or a literal string where it is not.
pub(crate) fn parse(pair: &str) -> Result<(String, Value), InputError> {
    let wrong = || {
        let name = pair.split('=').next().unwrap_or_default();
        InputError::new(format!("-c {name}: expected KEY=VALUE"))
            .hint("for example -c model_reasoning_summary=\"none\"")
    };
    let (key, value) = pair.split_once('=').ok_or_else(wrong)?;
    let key = key.trim();
    if key.is_empty() || key.split('.').any(str::is_empty) {
        return Err(wrong());
    }
    let parsed = toml::from_str::<toml::Table>(&format!("value = {value}"))
        .ok()
        .and_then(|table| serde_json::to_value(table.get("value")?).ok());
    Ok((
        key.to_owned(),
        parsed.unwrap_or_else(|| Value::String(value.to_owned())),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_toml_or_else_plain_strings() {
        assert_eq!(parse("a.b=true").unwrap(), ("a.b".into(), json!(true)));
        assert_eq!(parse("n=3").unwrap().1, json!(3));
        assert_eq!(parse("list=[\"x\", 1]").unwrap().1, json!(["x", 1]));
        assert_eq!(parse("model=gpt-5.5").unwrap().1, json!("gpt-5.5"));
        assert_eq!(parse("url=http://x/?a=b").unwrap().1, json!("http://x/?a=b"));
    }

    #[test]
    fn a_pair_without_a_key_is_refused_without_repeating_its_value() {
        for wrong in ["key", "=secret", "a..b=secret"] {
            let error = parse(wrong).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
