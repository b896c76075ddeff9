//! A command as a person would have typed it: without the shell that Codex wraps around it.

use std::borrow::Cow;

/// The script of `/bin/bash -lc 'SCRIPT'`, where that is exactly what the command is; otherwise the command.
pub(crate) fn unwrapped(command: &str) -> Cow<'_, str> {
    script(command).map_or(Cow::Borrowed(command), Cow::Owned)
}

fn script(command: &str) -> Option<String> {
    let (shell, rest) = command.split_once(' ')?;
    if !matches!(shell.rsplit('/').next()?, "bash" | "sh" | "zsh") {
        return None;
    }
    let quoted = rest.strip_prefix("-lc ").or_else(|| rest.strip_prefix("-c "))?;
    let mut script = String::new();
    let mut characters = quoted.chars();
    // Only text that a shell reads as a single word; anything else is shown unchanged.
    while let Some(character) = characters.next() {
        match character {
            '\'' => loop {
                match characters.next()? {
                    '\'' => break,
                    inner => script.push(inner),
                }
            },
            '"' => loop {
                match characters.next()? {
                    '"' => break,
                    '\\' => match characters.next()? {
                        escaped @ ('"' | '\\' | '$' | '`') => script.push(escaped),
                        other => script.extend(['\\', other]),
                    },
                    '$' | '`' => return None,
                    inner => script.push(inner),
                }
            },
            '\\' => script.push(characters.next()?),
            plain if plain.is_alphanumeric() || "_-./,:=@%+".contains(plain) => script.push(plain),
            _ => return None,
        }
    }
    Some(script)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shell_around_a_command_is_left_out() {
        assert_eq!(unwrapped("/bin/bash -lc 'echo hi'"), "echo hi");
        assert_eq!(unwrapped("/bin/zsh -lc ls"), "ls");
        assert_eq!(unwrapped(r#"bash -c "echo 'a' \"b\"""#), r#"echo 'a' "b""#);
        assert_eq!(unwrapped(r"/bin/bash -lc 'it'\''s'"), "it's");
    }

    #[test]
    fn what_is_not_exactly_that_is_shown_as_it_is() {
        for command in [
            "ls -la",
            "/bin/bash -lc ls -la",
            "bash -lc 'open",
            r#"sh -c "$x""#,
            "python -c 'x'",
            "",
        ] {
            assert_eq!(unwrapped(command), command);
        }
    }
}
