//! What people read: help, lists, prompts and errors, each whole. A text that changes is one difference in a file here, which is
//! reviewed as such; `INSTA_UPDATE=always cargo test --test cli snapshots` accepts it. What a command does is tested elsewhere.

use std::fmt::Write as _;
use std::path::Path;

use insta::{Settings, assert_snapshot};

use crate::approvals::{ASKING, Kind};
use crate::earlier;
use crate::support::hostile::without_own_sequences;
use crate::support::{Outcome, Test, codex, left_out};

/// What differs from run to run, by name instead.
fn settings(test: &Test) -> Settings {
    let mut settings = Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(&wrapped(&codex::binary(), ""), "[CODEX]");
    for inside in ["/rules/default.rules", "/config.toml", ""] {
        let name = format!("[CODEX_HOME]{inside}");
        settings.add_filter(&wrapped(test.codex_home(), inside), name);
    }
    for inside in ["/work/made", "/work", ""] {
        settings.add_filter(&wrapped(test.root(), inside), format!("[ROOT]{inside}"));
    }
    settings.add_filter(
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "[UUID]",
    );
    settings.add_filter(&regex_syntax::escape(env!("CARGO_PKG_VERSION")), "[VERSION]");
    for version in [&codex::version(), turnwise::codex::NEWEST_TESTED] {
        settings.add_filter(&regex_syntax::escape(version), "[CODEX VERSION]");
    }
    // How long something waits.
    settings.add_filter(r"\b\d+[smhd] waiting", "[AGE] waiting");
    settings.add_filter(r"since \d+ ?[smhd]\b", "since [AGE]");
    settings.add_filter(r"for \d+ ?[smhd]\b", "for [AGE]");
    settings
}

/// Matches a path wherever it was broken to fit: how long it is depends on where the tests are.
fn wrapped(directory: &Path, inside: &str) -> String {
    let path = format!("{}{inside}", directory.display());
    let letters = path
        .chars()
        .map(|letter| regex_syntax::escape(&letter.to_string()));
    letters.collect::<Vec<_>>().join(r"\s*")
}

/// A command line, what it printed and how it ended.
fn transcript(test: &Test, arguments: &[&str]) -> String {
    let Outcome { stdout, stderr, code } = test.run(arguments);
    let mut text = format!("$ turnwise {}\n{stdout}", arguments.join(" "));
    if !stderr.is_empty() {
        let _ = writeln!(text, "-- stderr\n{}", stderr.trim_end());
    }
    if code != Some(0) {
        let _ = writeln!(text, "-- exit {}", code.unwrap());
    }
    text
}

fn transcripts(test: &Test, lines: &[&[&str]]) -> String {
    let all = lines.iter().map(|line| transcript(test, line));
    all.collect::<Vec<_>>().join("\n")
}

/// The headings below which a help lists commands.
const COMMANDS: [&str; 8] = [
    "Commands:",
    "Run:",
    "Sessions:",
    "Approvals:",
    "Schedules:",
    "Codex:",
    "Documents:",
    "Other:",
];

/// The commands that a help lists.
pub(crate) fn commands(help: &str) -> Vec<String> {
    let mut listed = Vec::new();
    let mut inside = false;
    for line in help.lines() {
        if line.ends_with(':') && !line.starts_with(' ') {
            inside = COMMANDS.contains(&line);
        } else if inside && line.starts_with("  ") && !line.starts_with("   ") {
            listed.extend(line.split_whitespace().next().map(str::to_owned));
        }
    }
    listed
}

/// Begins the options that every command has.
const GLOBAL: &str = "Global:\n";

/// A command's help and those of its subcommands.
fn help(test: &Test, path: &[&str], global: &str, text: &mut String) {
    let shown = test.run(&[path, &["--help"]].concat()).exits(0).stdout.clone();
    let own = shown.replace(&format!("{GLOBAL}{global}"), "[global options]");
    assert!(!own.contains(GLOBAL), "{path:?} has others: {own}");
    let _ = write!(text, "==== turnwise {}\n\n{}\n\n", path.join(" "), own.trim_end());
    for name in commands(&shown) {
        help(test, &[path, &[&name]].concat(), global, text);
    }
}

#[test]
fn the_help_of_every_command() {
    let test = Test::answering("unused").with_own_server("nothing is run");
    let all = test.run(&["--help"]).exits(0).stdout.clone();
    let run = test.run(&["run", "--help"]).exits(0).stdout.clone();
    let (_, global) = run.split_once(GLOBAL).unwrap();
    let global = global.split("\n\nExample").next().unwrap().trim_end();
    settings(&test).bind(|| {
        assert_snapshot!("help", all);
        assert_snapshot!("help-global", global);
        let commands = commands(&all);
        assert!(commands.len() > 10, "{commands:?}");
        for name in commands {
            let mut text = String::new();
            help(&test, &[&name], global, &mut text);
            assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
            assert_snapshot!(format!("help-{name}"), text);
        }
    });
}

#[test]
fn lists_of_jobs_and_their_history() {
    let mut test = earlier::with_ledger();
    test.set("TZ", "UTC");
    let lines: [&[&str]; 9] = [
        &["automate", "list"],
        &["automate", "history"],
        &["automate", "history", "links"],
        &["automate", "show", "nightly"],
        &["automate", "show", "links"],
        &["automate", "show", "cleaned"],
        &["automate", "show", "far"],
        &["automate", "pause", "links", "nightly"],
        &["automate", "unpause", "links"],
    ];
    settings(&test).bind(|| assert_snapshot!("jobs", transcripts(&test, &lines)));
}

#[test]
fn lists_of_requests_and_each_kind_in_full() {
    let mut test = earlier::with_ledger();
    test.set("TZ", "UTC");
    let lines: [&[&str]; 10] = [
        &["approve", "list"],
        &["approve", "list", "--all"],
        &["approve", "log"],
        // A command, a file change, permissions, a question, a form, a tool, and one that waits.
        &["approve", "show", "6y4n"],
        &["approve", "show", "h8ka"],
        &["approve", "show", "9yzw"],
        &["approve", "show", "hye6"],
        &["approve", "show", "eqrc"],
        &["approve", "show", "adrw"],
        &["approve", "show", "7htk"],
    ];
    settings(&test).bind(|| assert_snapshot!("requests", transcripts(&test, &lines)));
}

#[test]
fn the_prompts_for_approval_at_a_wide_and_a_narrow_terminal() {
    if !codex::is_newest() {
        return left_out("what older servers ask is worded otherwise");
    }
    for kind in [
        Kind::Command,
        Kind::FileChange,
        Kind::Permission,
        Kind::McpTool,
        Kind::Question,
    ] {
        for columns in [80, 40] {
            let test = kind.test(1);
            let mut terminal = test.at_terminal(columns, 60, &[&ASKING[..], &["x"]].concat());
            terminal.wait_for("Your answer");
            let screen = without_own_sequences(&terminal.screen());
            terminal.press("\u{3}");
            terminal.wait();
            // A prompt begins with a rule.
            let prompt = screen.replace('\r', "");
            let from = prompt.find('─').unwrap_or_default();
            let name = format!("prompt-{kind:?}-{columns}").to_lowercase();
            let mut settings = settings(&test);
            settings.add_filter(r"\s+\[(ROOT|CODEX_HOME)\]", " [$1]");
            settings.bind(|| assert_snapshot!(name, prompt[from..]));
        }
    }
}

#[test]
fn errors_say_what_is_wrong_and_what_to_do() {
    let test = Test::answering("unused").with_own_server("a codex is named");
    let write = |name: &str, text: &str| std::fs::write(test.work().join(name), text).unwrap();
    write("bad.json", "{");
    write("bad.toml", "version = 1\n[[rule]]\ndecision = \"maybe\"\n");
    let lines: [&[&str]; 30] = [
        &["run"],
        &["run", "--no-stdin"],
        &["run", "--effort"],
        &["run", "--timeout", "soon", "x"],
        &["run", "--sandbox", "everything", "x"],
        &["run", "--sandbox", "danger-full-access", "x"],
        &["run", "--cd", "none", "x"],
        &["run", "--output-schema", "bad.json", "x"],
        &["run", "--policy", "bad.toml", "x"],
        &["run", "--policy", "none.toml", "x"],
        &["run", "--prompt-file", "none.md"],
        &["run", "--image", "none.png", "x"],
        &["run", "-c", "nonsense", "x"],
        &["run", "--codex", "/nowhere", "x"],
        &["run", "--connect", "ftp://x", "x"],
        &["run", "--profile", "none", "x"],
        &["resume", "00000000-0000-0000-0000-000000000000", "x"],
        &["resume", "--last", "x"],
        &["session", "show", "none"],
        &["session", "steer", "none", "x"],
        &["replay", "none.jsonl"],
        &["approve", "show", "zzzz"],
        &["approve", "accept", "zzzz"],
        &["automate", "add", "a", "x"],
        &["automate", "add", "a", "--every", "10ms", "x"],
        &[
            "automate",
            "add",
            "a",
            "--cron",
            "*/90 * * * *",
            "--tz",
            "UTC",
            "x",
        ],
        &[
            "automate",
            "add",
            "a",
            "--every",
            "1h",
            "--on-approval",
            "ask",
            "x",
        ],
        &["automate", "show", "none"],
        &["automate", "next", "--cron", "61 * * * *", "--tz", "UTC"],
        &["nonsense"],
    ];
    settings(&test).bind(|| assert_snapshot!("errors", transcripts(&test, &lines)));
}

#[test]
fn failures_of_codex_say_what_happened_and_what_to_do() {
    let mut text = String::new();
    for fault in [
        "exit-at-start",
        "die-after:turn/start",
        "empty-message",
        "turn-refused",
        "not-logged-in",
        "turn-fails:modelNotFound",
        "turn-fails:usageLimitExceeded",
        "turn-fails:serverOverloaded",
        "turn-fails:contextWindowExceeded",
        "turn-fails:unauthorized",
        "request:item/commandExecution/requestApproval",
    ] {
        let mut test = Test::fault(fault);
        test.set("TZ", "UTC");
        let _ = writeln!(text, "==== {fault}\n{}", transcript(&test, &["run", "x"]));
    }
    let mut settings = Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r"try again in [0-9a-z ]+", "try again in [TIME]");
    settings.bind(|| assert_snapshot!("failures", text));
}

#[test]
fn a_configuration_and_a_binary_of_codex_that_cannot_be_used_are_named() {
    use std::os::unix::fs::PermissionsExt;
    let test = Test::answering("unused").with_own_server("its configuration is broken");
    let other = test.work().join("other");
    std::fs::write(&other, "#!/bin/sh\necho other 1.2.3\n").unwrap();
    std::fs::set_permissions(&other, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::write(test.codex_home().join("config.toml"), "model = 5\n").unwrap();
    let lines: [&[&str]; 7] = [
        &["run", "x"],
        &["run", "--codex", "./other", "x"],
        &["run", "--codex", "other", "x"],
        &["run", "--codex", "..", "x"],
        &["run", "--codex-home", "/nowhere/codex", "x"],
        &["run", "-O", "none/answer.md", "x"],
        &["codex", "install", "--version", "99"],
    ];
    settings(&test).bind(|| assert_snapshot!("unusable", transcripts(&test, &lines)));
}
