//! What a person sees: the bytes of a run at a terminal, through an emulator, compared with the expected screen row by row.

use turnwise::demo::{Gate, Step};

use crate::support::Test;
use crate::support::terminal::Terminal;

/// The widths of windows.
const WIDTHS: [u16; 4] = [120, 80, 45, 40];

/// Text with everything that streams differently.
const TEXT: &str = "# A title\n\nA paragraph with **bold words** and `code` that is wider than the widest of the windows, so that \
                    it has to be wrapped in each of them, and in some of them more than once.\n\n- one\n- two is an item that is \
                    wider than forty columns\n\n```rust\nlet x = 1;\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nThe end of it.";

const PARAGRAPH: &str = "A paragraph with bold words and code that is wider than the widest of the windows, so that it has to be \
                         wrapped in each of them, and in some of them more than once.";

/// Words in rows that are narrower than the window.
fn wrapped(text: &str, columns: u16, indent: &str) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match rows.last_mut() {
            Some(row) if row.chars().count() + 1 + word.chars().count() < usize::from(columns) => {
                row.push(' ');
                row.push_str(word);
            }
            Some(_) => rows.push(format!("{indent}{word}")),
            None => rows.push(word.to_owned()),
        }
    }
    rows
}

/// The rows of the text in a window.
fn expected(columns: u16) -> Vec<String> {
    let mut rows = vec!["A title".to_owned(), String::new()];
    rows.extend(wrapped(PARAGRAPH, columns, ""));
    rows.extend(["", "• one"].map(str::to_owned));
    rows.extend(wrapped(
        "• two is an item that is wider than forty columns",
        columns,
        "  ",
    ));
    let rest = [
        "",
        "  rust",
        "  let x = 1;",
        "",
        "a │ b",
        "──┼──",
        "1 │ 2",
        "",
        "The end of it.",
    ];
    rows.extend(rest.map(str::to_owned));
    rows
}

/// The rows before the last line, which is about time, tokens and session. Nothing is behind it.
#[track_caller]
fn without_footer(mut rows: Vec<String>) -> Vec<String> {
    let footer = rows
        .iter()
        .rposition(|row| row.contains("s · 15 tokens · session"));
    let footer = footer.unwrap_or_else(|| panic!("no last line: {rows:#?}"));
    let behind = rows.split_off(footer).concat();
    let session = behind.rsplit(' ').next().unwrap().trim_start_matches("session");
    assert_eq!(session.len(), 36, "something is behind the last line: {behind:?}");
    rows
}

fn is_status(row: &str) -> bool {
    row.starts_with(|first| "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏".contains(first))
}

fn finished(terminal: Terminal) -> Vec<String> {
    let (rows, code) = terminal.seen_at_its_end();
    assert_eq!(code, Some(0), "{rows:#?}");
    without_footer(rows)
}

#[test]
fn a_streamed_answer_is_on_the_screen_once_at_every_width() {
    for columns in WIDTHS {
        // One window that it fits into, and one that it scrolls through.
        for rows in [60, 9] {
            let test = Test::rounds(vec![vec![Step::streamed(
                TEXT,
                60,
                std::time::Duration::from_millis(15),
            )]]);
            let terminal = test.at_terminal(columns, rows, &["run", "x"]);
            assert_eq!(finished(terminal), expected(columns), "{columns} × {rows}");
        }
    }
}

#[test]
fn a_window_that_changes_its_size_shows_everything_once() {
    for rows in [40, 8] {
        let (gate, second) = (Gate::default(), Gate::default());
        let (first, rest) = PARAGRAPH.split_at(20);
        let test = Test::rounds(vec![vec![
            Step::text("Begun."),
            Step::held(first, &gate, rest),
            Step::held("and then", &second, " the end of it all."),
        ]]);
        let terminal = test.at_terminal(110, rows, &["run", "x"]);
        terminal.wait_until_seen("the beginning", |rows| {
            rows.iter().any(|row| row.starts_with("A paragraph with"))
        });
        for columns in [60, 100, 45] {
            terminal.resize(columns, rows);
            terminal.wait_for_frame().wait_for_frame();
            let seen = terminal.seen();
            assert_eq!(seen[..3], ["Begun.", "", "A paragraph with bol"], "{columns}");
            assert!(is_status(&seen[3]) && seen.len() == 4, "{columns}: {seen:#?}");
        }
        gate.open();
        terminal.wait_until_seen("the second message", |rows| {
            rows.iter().any(|row| row == "and then")
        });
        terminal.resize(80, rows);
        terminal.wait_for_frame().wait_for_frame();
        second.open();
        let mut expected = vec!["Begun.".to_owned(), String::new()];
        expected.extend(wrapped(PARAGRAPH, 45, ""));
        expected.extend(["", "and then the end of it all."].map(str::to_owned));
        assert_eq!(finished(terminal), expected);
    }
}

#[test]
fn a_row_that_was_printed_stays_when_the_window_changes_within_its_paragraph() {
    for (columns, other) in [(45, 80), (80, 45), (120, 40), (40, 120)] {
        let gate = Gate::default();
        let at = PARAGRAPH.find(" in each").unwrap();
        let (first, rest) = PARAGRAPH.split_at(at);
        let test = Test::rounds(vec![vec![Step::held(first, &gate, rest)]]);
        let terminal = test.at_terminal(columns, 30, &["run", "x"]);
        terminal.wait_until_seen("the first part", |rows| {
            rows.iter().any(|row| row.contains("wrapped"))
        });
        let before = terminal.wait_for_frame().seen();
        terminal.resize(other, 30);
        terminal.wait_for_frame().wait_for_frame();
        gate.open();
        let rows = finished(terminal);
        let cut = |row: &String| {
            row.chars()
                .take(usize::from(other))
                .collect::<String>()
                .trim_end()
                .to_owned()
        };
        // All rows but the last were printed for the first width; an emulator without reflow cuts them.
        let printed = before.iter().filter(|row| !is_status(row)).count() - 1;
        assert_eq!(
            rows[..printed],
            before[..printed].iter().map(cut).collect::<Vec<_>>()
        );
        let shown = before[..printed].join(" ");
        let rest = PARAGRAPH.strip_prefix(&shown).unwrap().trim_start();
        assert_eq!(rows[printed..].join(" "), rest, "{columns} to {other}: {rows:#?}");
        assert!(
            rows[printed..]
                .iter()
                .all(|row| row.chars().count() < usize::from(other))
        );
    }
}

#[test]
fn typing_during_a_stream_is_not_seen() {
    for columns in WIDTHS {
        let gate = Gate::default();
        let test = Test::rounds(vec![vec![Step::held("Some words, ", &gate, "and the rest.")]]);
        let mut terminal = test.at_terminal(columns, 20, &["run", "x"]);
        terminal.wait_until_seen("the first part", |rows| {
            rows.first().is_some_and(|row| row == "Some words,")
        });
        terminal.press("typed\rmore\u{1b}[A");
        terminal.wait_for_frame().wait_for_frame();
        let seen = terminal.seen();
        assert!(seen.len() == 2 && is_status(&seen[1]), "{seen:#?}");
        gate.open();
        assert_eq!(finished(terminal), ["Some words, and the rest."]);
    }
}

#[test]
fn ctrl_c_while_a_command_runs_leaves_no_status_line() {
    for columns in WIDTHS {
        let test = Test::rounds(vec![vec![Step::command("sleep 60")]]);
        let mut terminal = test.at_terminal(columns, 20, &["run", "--timeout", "0", "x"]);
        terminal.wait_until_seen("the command", |rows| {
            rows.last().is_some_and(|row| row.contains("running sleep 60"))
        });
        terminal.press("\u{3}");
        let (rows, code) = terminal.seen_at_its_end();
        assert_eq!(code, Some(130), "{rows:#?}");
        assert!(!rows.iter().any(|row| is_status(row)), "{rows:#?}");
        assert_eq!(rows.last().unwrap(), "error: interrupted", "{rows:#?}");
        test.nothing_is_left();
    }
}

/// A shell with job control, which runs the program.
fn in_shell(test: &Test, columns: u16, line: &str) -> Terminal {
    let mut shell = test.other("setsid");
    shell.args(["--ctty", "bash", "--norc", "--noprofile", "-i"]);
    shell
        .env("PS1", "$ ")
        .env("TURNWISE_CODEX", crate::support::codex::binary());
    let mut terminal = Terminal::start(shell, columns, 24);
    terminal.wait_for("$ ");
    terminal.press(&format!("{} {line}\r", env!("CARGO_BIN_EXE_turnwise")));
    terminal
}

/// The rows behind the shell's first line, which is as long as the program's path.
fn behind_the_command(rows: &[String]) -> Vec<String> {
    let begin = rows.iter().position(|row| row.ends_with(" run x")).unwrap();
    rows[begin + 1..].to_vec()
}

#[test]
fn ctrl_z_and_fg_leave_everything_on_the_screen_once() {
    for columns in [200, 160] {
        let gate = Gate::default();
        let test = Test::rounds(vec![vec![Step::held("Some words, ", &gate, "and the rest.")]])
            .with_own_server("a shell starts the program");
        let mut terminal = in_shell(&test, columns, "run x");
        let seen = |terminal: &Terminal| behind_the_command(&terminal.seen());
        terminal.wait_until_seen("the first part", |rows| {
            rows.iter().any(|row| row == "Some words,")
        });
        for stop in 1..=2 {
            terminal.press("\u{1a}");
            terminal.wait_for_count("Stopped", stop);
            terminal.wait_until_seen("the shell's prompt", |rows| {
                rows.last().is_some_and(|row| row == "$")
            });
            assert!(
                !seen(&terminal).iter().any(|row| is_status(row)),
                "{:#?}",
                seen(&terminal)
            );
            // What is typed for the shell is seen.
            terminal.press("echo typed\r");
            terminal.wait_until_seen("an echo", |rows| rows.iter().any(|row| row == "$ echo typed"));
            terminal.press("fg\r");
            terminal.wait_until_seen("the status line", |rows| {
                rows.last().is_some_and(|row| is_status(row))
            });
        }
        gate.open();
        terminal.wait_until_seen("the end", |rows| {
            rows.iter().any(|row| row.contains("tokens · session"))
        });
        terminal.press("exit\r");
        let rows = seen(&terminal).join("\n");
        assert_eq!(rows.matches("Some words,").count(), 1, "{rows}");
        assert_eq!(rows.matches("and the rest.").count(), 1, "{rows}");
        assert!(!rows.lines().any(is_status), "{rows}");
    }
}
