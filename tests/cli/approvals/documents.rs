//! The documents' own examples of policies, each tried as it stands there.

use crate::support::Test;

/// The fenced blocks of a document with this language.
fn blocks<'a>(document: &'a str, language: &str) -> Vec<&'a str> {
    let opening = format!("```{language}\n");
    document
        .split(&opening)
        .skip(1)
        .map(|rest| rest.split("\n```").next().unwrap())
        .collect()
}

/// The rows of a document's tables whose first cell is one code span, with the second cell.
fn rows(document: &str) -> Vec<(&str, &str)> {
    document
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| `")?.split("` | ");
            let (code, rest) = (cells.next()?, cells.next()?);
            Some((code, rest.strip_suffix(" |")?))
        })
        .collect()
}

fn check(test: &Test, command: &str) -> (String, String) {
    let outcome = test.run(&[
        "approve",
        "check",
        "--policy",
        "policy.toml",
        "--json",
        "--",
        command,
    ]);
    let json = outcome.json();
    let text = |key: &str| json[key].as_str().unwrap().to_owned();
    (text("decision"), text("reason"))
}

fn with_the_policy_of(document: &str) -> Test {
    let test = Test::answering("x");
    std::fs::write(test.work().join("policy.toml"), blocks(document, "toml")[0]).unwrap();
    test
}

#[test]
fn the_examples_in_the_document_about_policies_are_decided_as_it_says() {
    let document = include_str!("../../../docs/policy.md");
    let test = with_the_policy_of(document);
    let mut tried = 0;
    for (line, said) in rows(document) {
        let (decision, reason) = check(&test, line);
        if ["allow", "ask", "deny"].contains(&said) {
            assert_eq!(decision, said, "{line}: {reason}");
        } else if said.contains("it ") || said.contains("runs ") {
            assert_eq!(decision, "ask", "{line}");
            assert!(reason.starts_with(&said.replace('\\', "")), "{line}: {reason}");
        } else {
            continue;
        }
        tried += 1;
    }
    assert!(tried >= 25, "only {tried} examples were found");
}

#[test]
fn the_console_of_the_document_about_policies_shows_what_is_printed() {
    let document = include_str!("../../../docs/policy.md");
    let test = with_the_policy_of(document);
    let console = blocks(document, "console")[0];
    let mut expected = String::new();
    let mut printed = String::new();
    for line in console.lines() {
        let Some(command) = line.strip_prefix("$ turnwise approve check -- ") else {
            expected.push_str(&format!("{line}\n"));
            continue;
        };
        let arguments = shell_words(command);
        let mut all = vec!["approve", "check", "--policy", "policy.toml", "--"];
        all.extend(arguments.iter().map(String::as_str));
        printed.push_str(&test.run(&all).stdout);
    }
    assert_eq!(printed, expected);
}

/// The arguments of a command in the document: words, some of them in quotes.
fn shell_words(command: &str) -> Vec<String> {
    let quote = command.chars().next().filter(|first| matches!(first, '"' | '\''));
    match quote {
        Some(quote) => vec![command.trim_matches(quote).to_owned()],
        None => command.split(' ').map(str::to_owned).collect(),
    }
}

#[test]
fn every_test_that_the_document_about_security_names_exists() {
    let document = include_str!("../../../docs/security.md");
    let named = document
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| {
            name.matches('_').count() >= 3
                && name.chars().all(|character| {
                    character.is_ascii_lowercase() || character == '_' || character.is_ascii_digit()
                })
        })
        .collect::<Vec<_>>();
    assert!(named.len() >= 15, "{named:?}");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut code = String::new();
    read_all(&root.join("src"), &mut code);
    read_all(&root.join("tests"), &mut code);
    for name in named {
        assert!(code.contains(&format!("fn {name}(")), "there is no test {name}");
    }
}

fn read_all(directory: &std::path::Path, code: &mut String) {
    for entry in std::fs::read_dir(directory).unwrap().flatten() {
        if entry.path().is_dir() {
            read_all(&entry.path(), code);
        } else if entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "rs")
        {
            code.push_str(&std::fs::read_to_string(entry.path()).unwrap());
        }
    }
}
