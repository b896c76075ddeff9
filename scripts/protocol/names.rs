//! How names are written here that are written otherwise on the wire.

const KEYWORDS: [&str; 6] = ["const", "enum", "in", "ref", "self", "type"];

/// `thread/start`, `read-only` or `vs_code` as `ThreadStart`, `ReadOnly`, `VsCode`.
pub(crate) fn pascal(wire: &str) -> String {
    let words = wire.split(['/', '_', '-']);
    let capital = |word: &str| {
        let mut characters = word.chars();
        let first = characters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(characters).collect::<String>()
    };
    words.map(capital).collect()
}

/// `threadId`, `thread-id` or `_threadId` as `thread_id`.
pub(crate) fn snake(wire: &str) -> String {
    let mut name = String::new();
    for character in wire.trim_start_matches(['_', '$']).chars() {
        if character.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(if character == '-' {
            '_'
        } else {
            character.to_ascii_lowercase()
        });
    }
    if KEYWORDS.contains(&name.as_str()) {
        format!("r#{name}")
    } else {
        name
    }
}

/// What serde makes of the name of a field.
pub(crate) fn in_case(case: &str, name: &str) -> String {
    let name = name.trim_start_matches("r#");
    match case {
        "snake_case" => name.to_owned(),
        "kebab-case" => name.replace('_', "-"),
        _ => {
            let pascal = pascal(name);
            pascal[..1].to_ascii_lowercase() + &pascal[1..]
        }
    }
}

/// `thread/start` as `THREAD_START`, `windowsSandbox/setupStart` as `WINDOWS_SANDBOX_SETUP_START`.
pub(crate) fn constant(name: &str) -> String {
    let mut constant = String::new();
    let mut lower = false;
    for character in name.chars() {
        if character.is_uppercase() && lower {
            constant.push('_');
        }
        lower = character.is_lowercase() || character.is_ascii_digit();
        constant.push(if character.is_alphanumeric() {
            character.to_ascii_uppercase()
        } else {
            '_'
        });
    }
    constant
}

/// The names of types in a type: `Listed` and `Thread` in `Listed<Thread>`.
pub(crate) fn types_in(written: &str) -> impl Iterator<Item = &str> {
    // What has a path needs no import.
    let all = written
        .split(['<', '>', ',', ' '])
        .filter(|name| !name.contains("::"));
    all.filter(|name| name.starts_with(|first: char| first.is_ascii_uppercase()))
}
