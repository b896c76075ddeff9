//! The encodings of text: one decoder for everything that is read.

use std::process::Stdio;

use super::ANY;
use crate::support::Test;
use crate::support::running::Running;

/// Every text that is read, by what reads it and what it can hold.
const TEXTS: [(&[&str], &str); 6] = [
    (&["run", "-f", "text"], "one\ntwo"),
    (&["run", "--output-schema", "text", "x"], ANY),
    (
        &["run", "--policy", "text", "x"],
        "version = 1\n[[rule]]\ndecision = \"deny\"\ncommand = [\"x\"]\n",
    ),
    (
        &["run", "--config", "text", "x"],
        "effort = \"low\"\nquiet = true\n",
    ),
    (&["rpc", "thread/list", "@text"], "{\n\"limit\": 1}"),
    (
        &[
            "run",
            "--connect-token-file",
            "text",
            "--connect",
            "unix:///nowhere",
            "x",
        ],
        "token\n",
    ),
];

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

/// The code with which it goes on once the text is read.
fn code(arguments: &[&str]) -> i32 {
    // There is no such server.
    if arguments.contains(&"--connect") { 3 } else { 0 }
}

#[test]
fn a_byte_order_mark_and_other_line_ends_do_not_matter() {
    let test = Test::answering("{}");
    for (arguments, text) in TEXTS {
        let text = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        std::fs::write(test.work().join("text"), text).unwrap();
        test.run(arguments).exits(code(arguments));
    }
    let prompt = test.requests()[0].body["input"].to_string();
    assert!(prompt.contains("\"one\\ntwo\""), "{prompt}");
    for piped in [&["run", "-"][..], &["run", "--stdin", "x"]] {
        test.run_with_stdin(piped, "\u{feff}three\r\nfour").exits(0);
        let input = test.requests().last().unwrap().body["input"].to_string();
        assert!(
            input.contains("three\\nfour") && !input.contains('\u{feff}'),
            "{input}"
        );
    }
    test.run_with_stdin(&["rpc", "thread/list", "-"], "\u{feff}{\"limit\":\r\n1}")
        .exits(0);
}

#[test]
fn utf16_is_refused_by_name_wherever_text_is_read() {
    let test = Test::answering("{}");
    let encodings = |text: &str| {
        let marked = format!("\u{feff}{text}");
        [
            utf16(&marked, u16::to_le_bytes),
            utf16(&marked, u16::to_be_bytes),
            utf16(text, u16::to_le_bytes),
        ]
    };
    for (arguments, text) in TEXTS {
        for bytes in encodings(text) {
            std::fs::write(test.work().join("text"), bytes).unwrap();
            let outcome = test.run(arguments);
            outcome.exits(2);
            assert!(outcome.stderr.contains("text: UTF-16, not UTF-8"), "{outcome:?}");
        }
    }
    for arguments in [
        &["run", "-"][..],
        &["run", "x"],
        &["rpc", "thread/list", "-"],
        &["replay", "-"],
    ] {
        for bytes in encodings("{\"limit\": 1}") {
            std::fs::write(test.work().join("text"), bytes).unwrap();
            let mut command = test.command(arguments);
            command.stdin(Stdio::from(
                std::fs::File::open(test.work().join("text")).unwrap(),
            ));
            let outcome = Running::start(command).wait();
            outcome.exits(2);
            assert!(outcome.stderr.contains("UTF-16, not UTF-8"), "{outcome:?}");
        }
    }
    assert!(test.requests().is_empty());
}

#[test]
fn bytes_that_are_not_utf8_are_refused_with_the_path_and_the_place() {
    let test = Test::answering("{}");
    std::fs::write(test.work().join("text"), b"ok\xff").unwrap();
    for (arguments, _) in TEXTS {
        let outcome = test.run(arguments);
        outcome.exits(2);
        assert!(
            outcome.stderr.contains("text: not UTF-8 text: invalid byte 2"),
            "{outcome:?}"
        );
    }
}
