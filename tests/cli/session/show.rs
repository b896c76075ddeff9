//! `session show` at a terminal: rendered, and through a pager.

use super::export::{colleague, worked};
use crate::support::Test;

fn without_colours(screen: &str) -> String {
    console::strip_ansi_codes(screen).replace('\r', "")
}

#[test]
fn a_session_is_rendered_at_a_terminal_and_is_markdown_in_a_pipe() {
    let mut test = colleague();
    let id = worked(&test);
    let (screen, code) = test
        .at_terminal(100, 200, &["session", "show", &id, "--no-pager"])
        .wait();
    assert_eq!(code, Some(0), "{screen}");
    let plain = without_colours(&screen);
    for part in [
        "Speed up the word count\n",
        "$ cat count.py",
        "run 30\n",
        "exit 3\n",
        "☑ Read the function",
        "Done\n",
        "count now uses str.split()",
    ] {
        assert!(plain.contains(part), "{part}: {plain}");
    }
    assert!(!plain.contains("## Done") && !plain.contains("**`"), "{plain}");
    assert!(screen.contains("\u{1b}["), "it has colours: {screen}");
    let piped = test.run(&["session", "show", &id]);
    assert!(piped.exits(0).stdout.contains("#### Done") || piped.stdout.contains("## Done"));
    assert!(!piped.stdout.contains('\u{1b}'));
    let forced = test.run(&["session", "show", &id, "--color", "always"]);
    assert!(forced.exits(0).stdout.contains("\u{1b}[") && !forced.stdout.contains("## Done"));
    // Without colours it is rendered all the same.
    test.set("NO_COLOR", "1");
    let (screen, _) = test
        .at_terminal(100, 200, &["session", "show", &id, "--no-pager"])
        .wait();
    assert!(
        !screen.contains('\u{1b}') && !screen.contains("## Done"),
        "{screen}"
    );
}

#[test]
fn a_session_goes_through_the_pager_only_at_a_terminal_and_only_sanitised() {
    let mut test = Test::answering("the answer \u{1b}[2J\u{202e}");
    test.run(&["run", "--format", "json", "the question"]).exits(0);
    let show = ["session", "show", "--last"];
    let through = |test: &Test, arguments: &[&str]| {
        let (screen, code) = test.at_terminal(80, 24, arguments).wait();
        assert_eq!(code, Some(0), "{screen}");
        without_colours(&screen)
    };
    test.set("PAGER", "echo PAGED; sed 's/^/> /'");
    let paged = through(&test, &show);
    assert!(
        paged.contains("PAGED") && paged.contains("> the answer \\x1b[2J<U+202E>"),
        "{paged}"
    );
    assert!(!through(&test, &["session", "show", "--last", "--no-pager"]).contains("PAGED"));
    assert!(!through(&test, &["session", "show", "--last", "--json"]).contains("PAGED"));
    assert!(
        !test.run(&show).exits(0).stdout.contains("PAGED"),
        "not in a pipe"
    );
    test.set("TURNWISE_PAGER", "echo OTHER; cat");
    let paged = through(&test, &show);
    assert!(paged.contains("OTHER") && !paged.contains("PAGED"), "{paged}");
    for none in ["", "cat"] {
        test.set("TURNWISE_PAGER", none);
        let direct = through(&test, &show);
        assert!(
            !direct.contains("PAGED") && direct.contains("the answer"),
            "{direct}"
        );
    }
    test.set("TURNWISE_PAGER", "printf %s \"$LESS\"; cat >/dev/null");
    assert!(through(&test, &show).contains("FRX"));
    test.set("TURNWISE_PAGER", "head -n 1");
    assert!(
        through(&test, &show).contains("the question"),
        "leaving early is not an error"
    );
    test.set("TURNWISE_PAGER", "no-such-pager-here");
    let (screen, code) = test.at_terminal(80, 24, &show).wait();
    assert_eq!(code, Some(1), "{screen}");
    assert!(screen.contains("--no-pager"), "{screen}");
}

#[test]
fn ctrl_c_in_a_pager_is_the_pagers() {
    let mut test = Test::answering("x");
    test.run(&["run", "the question"]).exits(0);
    // Like `less`: it notices the key and goes on.
    test.set(
        "PAGER",
        "trap 'echo NOTICED' INT; echo READY; read -r key </dev/tty; cat >/dev/null; echo LEFT",
    );
    let mut terminal = test.at_terminal(80, 24, &["session", "show", "--last"]);
    terminal.wait_for("READY");
    terminal.press("\u{3}");
    terminal.wait_for("NOTICED");
    terminal.press("\r");
    let (screen, code) = terminal.wait();
    assert!(screen.contains("LEFT"), "{screen}");
    assert_eq!(code, Some(0), "{screen}");
}
