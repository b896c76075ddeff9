//! Builds the prompt from arguments, a file and piped input. Pure.

use crate::files::{NotText, decode};
use crate::runtime::MAX_PROMPT_CHARS;

use super::InputError;

/// Joins the prompt and piped input, which follows it in a block.
pub(crate) fn assemble(said: Option<&str>, piped: Option<&str>) -> Result<String, InputError> {
    let some = |text: Option<&str>| text.filter(|text| !text.trim().is_empty()).map(str::to_owned);
    let prompt = match (some(said), some(piped)) {
        (Some(said), Some(piped)) => format!("{said}\n\n<stdin>\n{}\n</stdin>", piped.trim_end_matches('\n')),
        (Some(text), None) | (None, Some(text)) => text,
        (None, None) => {
            return Err(InputError::new("no prompt")
                .hint("for example: turnwise run \"What does this repository do?\""));
        }
    };
    let chars = prompt.chars().count();
    if chars > MAX_PROMPT_CHARS {
        let message = format!("the prompt has {chars} characters; Codex takes at most {MAX_PROMPT_CHARS}");
        return Err(InputError::new(message).hint("put it in a file and attach the file with --attach"));
    }
    Ok(prompt)
}

/// Text from bytes that came from `source`.
pub(crate) fn text(bytes: Vec<u8>, source: &str) -> Result<String, InputError> {
    decode(bytes).map_err(|error| {
        let wrong = InputError::new(format!("{source}: {error}"));
        match error {
            NotText::Encoding(_) => wrong,
            NotText::Utf8(_) => wrong.hint("attach a binary file with --attach, or an image with --image"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_piped_follows_the_prompt_in_a_block() {
        assert_eq!(
            assemble(Some("explain"), Some("log\n")).unwrap(),
            "explain\n\n<stdin>\nlog\n</stdin>"
        );
        assert_eq!(assemble(None, Some("only piped\n")).unwrap(), "only piped\n");
        assert_eq!(assemble(Some("only said"), Some("\n")).unwrap(), "only said");
    }

    #[test]
    fn nothing_at_all_is_an_error_with_an_example() {
        let error = assemble(Some("  "), None).unwrap_err();
        assert!(error.hint.unwrap().contains("turnwise run"));
    }

    #[test]
    fn the_limit_counts_characters_not_bytes() {
        assert!(assemble(Some(&"é".repeat(MAX_PROMPT_CHARS)), None).is_ok());
        let error = assemble(Some(&"x".repeat(MAX_PROMPT_CHARS + 1)), None).unwrap_err();
        assert!(error.to_string().contains("1048577"), "{error}");
    }

    #[test]
    fn text_that_is_not_utf8_says_where() {
        assert!(
            text(b"ok\xff".to_vec(), "stdin")
                .unwrap_err()
                .to_string()
                .contains("byte 2")
        );
    }
}
