//! Names that are not UTF-8: what Codex or a job would have to be told is refused with its path, the rest works.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::support::running::Running;
use crate::support::{Outcome, Test};

fn odd(directory: &Path) -> PathBuf {
    directory.join(OsStr::from_bytes(b"od\xffd"))
}

fn run_in(test: &Test, directory: &Path, arguments: &[&OsStr]) -> Outcome {
    let mut command = test.command(&[]);
    command
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::null());
    Running::start(command).wait()
}

fn words<'a>(words: &[&'a str]) -> Vec<&'a OsStr> {
    words.iter().map(|word| OsStr::new(*word)).collect()
}

#[track_caller]
fn refused(outcome: &Outcome) {
    outcome.exits(2);
    assert!(
        outcome.stderr.contains("od\u{fffd}d") && outcome.stderr.contains("UTF-8"),
        "{outcome:?}"
    );
}

#[test]
fn a_directory_whose_name_is_not_utf8_is_refused_with_its_path() {
    let test = Test::answering("x");
    let directory = odd(&test.work());
    std::fs::create_dir(&directory).unwrap();
    for arguments in [
        &["run", "x"][..],
        &["run", "--format", "json", "x"],
        &["session", "new"],
        &["automate", "add", "a", "--every", "1h", "x"],
        &["automate", "loop", "--every", "1h", "x"],
    ] {
        refused(&run_in(&test, &directory, &words(arguments)));
    }
    for arguments in [
        &["session", "list"][..],
        &["session", "list", "--json", "--all"],
        &["approve", "list", "--json"],
        &["approve", "check", "--", "ls"],
        &["automate", "list"],
    ] {
        run_in(&test, &directory, &words(arguments)).exits(0);
    }
    // It says so of a run, too.
    let doctor = run_in(&test, &directory, &words(&["doctor"]));
    assert_eq!(doctor.code, Some(2), "{doctor:?}");
    let saved = test.run(&["automate", "list", "--json"]).json();
    assert_eq!(saved["jobs"], serde_json::json!([]), "no broken job was saved");
}

#[test]
fn files_whose_names_are_not_utf8_are_read_and_written_here_and_refused_for_codex() {
    let test = Test::answering("{}");
    let (file, directory) = (odd(&test.work()), odd(test.root()));
    std::fs::create_dir(&directory).unwrap();
    let (name, path) = (file.as_os_str(), directory.as_os_str());
    let with = |option: &'static str, value| [OsStr::new("run"), OsStr::new(option), value, OsStr::new("x")];
    std::fs::write(&file, b"\x89PNG\r\n\x1a\n").unwrap();
    for (option, value) in [("-a", name), ("-i", name), ("-C", path), ("--add-dir", path)] {
        refused(&run_in(&test, &test.work(), &with(option, value)));
    }
    let mut job = words(&["automate", "add", "a", "--every", "1h", "-f"]);
    job.push(name);
    refused(&run_in(&test, &test.work(), &job));
    let mut job = words(&["automate", "add", "a", "--every", "1h", "x", "-O"]);
    job.push(name);
    run_in(&test, &test.work(), &job).exits(2);

    std::fs::write(&file, "the prompt").unwrap();
    let arguments = [OsStr::new("run"), OsStr::new("-f"), name];
    run_in(&test, &test.work(), &arguments).exits(0);
    let prompt = test.requests().last().unwrap().body["input"].to_string();
    assert!(prompt.contains("the prompt"), "{prompt}");
    std::fs::write(&file, super::ANY).unwrap();
    run_in(&test, &test.work(), &with("--output-schema", name)).exits(0);
    run_in(&test, &test.work(), &with("-O", name)).exits(0);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "{}\n");
    run_in(&test, &test.work(), &with("--log-file", name)).exits(0);
}

#[test]
fn homes_whose_names_are_not_utf8_never_make_it_panic() {
    let mut test = Test::answering("x").with_own_server("Codex's home is another one");
    let home = odd(test.root());
    std::fs::create_dir(&home).unwrap();
    test.set("CODEX_HOME", home.as_os_str().to_owned());
    refused(&test.run(&["run", "x"]));
    refused(&test.run(&["automate", "add", "a", "--every", "1h", "x"]));
    let listed = test.run(&["session", "list", "--json", "--all"]);
    listed.exits(0);
    test.set("CODEX_HOME", test.codex_home().as_os_str().to_owned());
    test.set("TURNWISE_HOME", home.as_os_str().to_owned());
    test.run(&["run", "x"]).exits(0);
    refused(&test.run(&["automate", "add", "a", "--every", "1h", "x"]));
    test.set("TURNWISE_HOME", test.root().join("turnwise").into_os_string());
    test.set("HOME", home.as_os_str().to_owned());
    refused(&test.run(&["automate", "add", "a", "--every", "1h", "x"]));
}
