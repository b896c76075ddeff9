//! Logging in and out through the server's account methods. Nothing reaches a service: keys are kept without a look at them,
//! and a login in the browser ends on loopback.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use rustix::process::Signal;

use crate::support::Test;

/// A home that needs an account.
fn logged_out() -> Test {
    let test = Test::answering("unused").with_own_server("the credentials are those of this home");
    fs::write(test.codex_home().join("config.toml"), "").unwrap();
    test
}

#[test]
fn a_key_from_stdin_logs_in_until_logout() {
    let test = logged_out();
    let outcome = test.run_with_stdin(&["login", "--key-stdin"], "sk-secret-1\n");
    assert_eq!(outcome.exits(0).stdout, "");
    assert_eq!(outcome.stderr, "Logged in with an API key.\n");
    let doctor = test.run(&["doctor", "--json"]).json();
    let checks = doctor["checks"].as_array().unwrap();
    let account = checks.iter().find(|check| check["name"] == "account").unwrap();
    assert_eq!(account["status"], "ok", "{doctor:#}");
    let kept = fs::read_to_string(test.codex_home().join("auth.json")).unwrap();
    assert!(kept.contains("sk-secret-1"), "{kept}");

    let outcome = test.run(&["logout"]);
    assert_eq!(outcome.exits(0).stderr, "Logged out.\n");
    test.run(&["doctor"]).exits(4);
    test.nothing_is_left();
}

#[test]
fn a_key_is_in_no_log() {
    let test = logged_out();
    let log = test.work().join("log");
    let arguments = ["login", "--key-stdin", "-vv", "--log-file", log.to_str().unwrap()];
    let outcome = test.run_with_stdin(&arguments, "sk-secret-1");
    outcome.exits(0);
    let log = fs::read_to_string(log).unwrap();
    assert!(!log.is_empty() && !log.contains("sk-secret-1"), "{log}");
    assert!(!outcome.stderr.contains("sk-secret-1"), "{outcome:?}");
}

#[test]
fn a_home_that_does_not_exist_is_made_for_the_first_login() {
    let test = logged_out();
    let home = test.root().join("new").join("home");
    let arguments = ["--codex-home", home.to_str().unwrap(), "login", "--key-stdin"];
    test.run_with_stdin(&arguments, "sk-1").exits(0);
    assert!(home.join("auth.json").exists());
}

#[test]
fn no_key_is_a_usage_error() {
    let test = logged_out();
    for stdin in ["", "\n", "sk-1 sk-2\n", "sk-1\nsk-2\n"] {
        let outcome = test.run_with_stdin(&["login", "--key-stdin"], stdin);
        outcome.exits(2);
        assert!(outcome.stderr.contains("--key-stdin"), "{outcome:?}");
    }
    test.run(&["login", "--key-stdin", "--device"]).exits(2);
    test.run(&["login", "sk-1"]).exits(2);
}

#[test]
fn a_key_that_a_person_types_is_not_shown() {
    let test = logged_out();
    let mut terminal = test.at_terminal(80, 24, &["login", "--key-stdin"]);
    terminal.wait_for("API key (not shown): ");
    terminal.press("sk-secret-1\r");
    terminal.wait_for("Logged in with an API key.");
    let (screen, code) = terminal.wait();
    assert_eq!(code, Some(0), "{screen}");
    assert!(!screen.contains("sk-secret-1"), "{screen}");
}

// Codex listens for the browser at one port only, so that this is one test.
#[test]
fn a_login_in_the_browser_is_waited_for_cancelled_and_its_failure_told() {
    let test = logged_out();
    let login = test.spawn(&["login"]);
    login.wait_for_stderr("Waiting for the login; Ctrl-C cancels it.");
    login.signal(Signal::INT);
    let outcome = login.wait();
    outcome.exits(130);
    assert!(outcome.stderr.contains("https://auth.openai.com/"), "{outcome:?}");
    assert!(outcome.stderr.ends_with("Login cancelled.\n"), "{outcome:?}");
    test.nothing_is_left();

    let outcome = test.run(&["login", "--timeout", "2s"]);
    outcome.exits(124);
    assert!(outcome.stderr.contains("waiting for the login"), "{outcome:?}");

    let login = test.spawn(&["login"]);
    let state = login.stderr_after("state=", "&");
    let mut browser = TcpStream::connect("127.0.0.1:1455").unwrap();
    let request = format!(
        "GET /auth/callback?error=access_denied&error_description=no&state={state} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    );
    browser.write_all(request.as_bytes()).unwrap();
    let _ = browser.read_to_end(&mut Vec::new());
    let outcome = login.wait();
    outcome.exits(4);
    assert!(
        outcome.stderr.contains("error: the login failed: "),
        "{outcome:?}"
    );
    test.nothing_is_left();
}
