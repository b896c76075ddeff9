//! Saved sessions and recordings that are not what they should be.

use std::os::unix::net::UnixListener;
use std::path::PathBuf;

use super::fifo;
use crate::support::Test;

/// A session's id and its file.
fn session(test: &Test, name: &str) -> (String, PathBuf) {
    let report = test.run(&["run", "--format", "json", "--name", name, "first words"]);
    let id = report.exits(0).json()["session_id"].as_str().unwrap().to_owned();
    let listed = test.run(&["session", "list", "--json"]).json();
    let sessions = listed["sessions"].as_array().unwrap();
    let session = sessions
        .iter()
        .find(|session| session["id"] == id.as_str())
        .unwrap();
    (id, session["path"].as_str().unwrap().into())
}

/// The name of a session's file.
fn name_of(number: u8) -> String {
    format!("rollout-2026-01-01T00-00-00-00000000-0000-7000-8000-0000000000{number:02}.jsonl")
}

#[test]
fn what_is_no_file_among_the_sessions_is_skipped_and_named() {
    let test = Test::answering("x");
    let (id, path) = session(&test, "good");
    let directory = path.parent().unwrap();
    fifo(&directory.join(name_of(1)));
    std::fs::create_dir(directory.join(name_of(2))).unwrap();
    std::os::unix::fs::symlink("/dev/zero", directory.join(name_of(3))).unwrap();
    // A socket is made under a short name.
    let _socket = UnixListener::bind(test.root().join("s")).unwrap();
    std::fs::rename(test.root().join("s"), directory.join(name_of(4))).unwrap();
    std::fs::write(directory.join(name_of(5)), "").unwrap();
    std::fs::write(directory.join(name_of(6)), "not a session\n").unwrap();
    let reasons = [
        (1, "it is a FIFO, not a regular file"),
        (2, "it is a directory, not a regular file"),
        (3, "it is a device, not a regular file"),
        (4, ""),
        (5, "empty file"),
        (6, "the first line is not a session's"),
    ];
    let outcome = test.run(&["session", "list", "--all"]);
    outcome.exits(0);
    assert!(outcome.stdout.contains(&id), "{outcome:?}");
    for (number, reason) in reasons {
        let name = name_of(number);
        let named =
            |line: &&str| line.starts_with("warning: ") && line.contains(&name) && line.ends_with(reason);
        assert!(
            outcome.stderr.lines().any(|line| named(&line)),
            "{name}: {outcome:?}"
        );
    }
    let quiet = test.run(&["session", "list", "--all", "--quiet"]);
    assert_eq!(quiet.exits(0).stderr, "");
    let json = test.run(&["session", "list", "--all", "--json"]).json();
    assert_eq!(json["problems"].as_array().unwrap().len(), reasons.len());
    for (number, reason) in reasons {
        let id = format!("00000000-0000-7000-8000-0000000000{number:02}");
        for arguments in [&["session", "show", &id][..], &["resume", &id, "go on"]] {
            let outcome = test.run(arguments);
            outcome.exits(1);
            assert!(
                outcome.stderr.contains(&name_of(number)) && outcome.stderr.contains(reason),
                "{outcome:?}"
            );
        }
    }
    test.run(&["resume", "--last", "go on"]).exits(0);
}

#[test]
fn a_fifo_in_the_place_of_the_names_holds_nothing_up() {
    let test = Test::answering("x");
    let (id, _) = session(&test, "good");
    let names = test.codex_home().join("session_index.jsonl");
    std::fs::remove_file(&names).unwrap();
    fifo(&names);
    let outcome = test.run(&["session", "list"]);
    assert!(outcome.exits(0).stdout.contains(&id), "{outcome:?}");
}

#[test]
fn a_session_in_two_files_is_shown_and_resumed_and_both_are_named() {
    let test = Test::answering("the answer");
    let (id, path) = session(&test, "good");
    let copy = path.with_file_name(format!("rollout-2020-01-01T00-00-00-{id}.jsonl"));
    std::fs::copy(&path, &copy).unwrap();
    // The copy is older.
    let old = std::fs::File::options().write(true).open(&copy).unwrap();
    old.set_modified(std::time::UNIX_EPOCH).unwrap();
    for word in [id.as_str(), "good", &id[..23]] {
        for arguments in [&["session", "show", word][..], &["resume", word, "go on"]] {
            let outcome = test.run(arguments);
            outcome.exits(0);
            let said = format!(
                "is in two files: using {}, ignoring {}",
                path.display(),
                copy.display()
            );
            assert!(outcome.stderr.contains(&said), "{outcome:?}");
            assert!(outcome.stdout.contains("the answer"), "{outcome:?}");
        }
    }
    test.run(&["resume", "--last", "go on"]).exits(0);
    let json = test.run(&["session", "list", "--json"]).json();
    assert_eq!(json["sessions"].as_array().unwrap().len(), 1, "{json}");
    assert_eq!(json["problems"][0]["path"], copy.to_str().unwrap());
    // A file that cannot be read is not the one that counts.
    std::fs::write(&path, "").unwrap();
    let outcome = test.run(&["session", "show", &id]);
    assert!(
        outcome
            .exits(0)
            .stderr
            .contains(&format!("using {}", copy.display())),
        "{outcome:?}"
    );
}

#[test]
fn what_is_no_recording_is_named_for_what_it_is() {
    let test = Test::answering("x");
    let (id, path) = session(&test, "good");
    let work = test.work();
    let document = test.run(&["run", "--format", "json", "x"]).stdout;
    for (name, bytes) in [
        ("empty", &b""[..]),
        ("blank", b"\n\n"),
        ("other", b"{\"type\":\"something\"}\n"),
        ("document", document.as_bytes()),
        ("utf16", b"\xff\xfe{\0\"\0"),
    ] {
        std::fs::write(work.join(name), bytes).unwrap();
    }
    for (file, said) in [
        (
            path.to_str().unwrap(),
            "this is a saved session, not a recorded run",
        ),
        (path.to_str().unwrap(), &format!("`turnwise session show {id}`")),
        ("empty", "the file is empty"),
        ("blank", "contains no events of a run"),
        ("other", "contains no events of a run"),
        ("document", "this is a run's JSON document"),
        ("utf16", "UTF-16, not UTF-8"),
        (".", "irectory"),
    ] {
        let outcome = test.run(&["replay", file]);
        outcome.exits(2);
        assert!(outcome.stderr.contains(said), "{outcome:?}");
        assert_eq!(outcome.stdout, "");
    }
}

#[test]
fn a_recording_with_a_byte_order_mark_is_replayed() {
    let test = Test::answering("The answer.");
    let recording = test.run(&["run", "--format", "jsonl", "x"]).stdout;
    let marked = format!("\u{feff}{}", recording.replace('\n', "\r\n"));
    std::fs::write(test.work().join("run.jsonl"), marked).unwrap();
    assert_eq!(
        test.run(&["replay", "run.jsonl"]).exits(0).stdout,
        "The answer.\n"
    );
}

#[test]
fn the_file_that_is_said_to_be_used_is_the_one_that_codex_writes_to() {
    let test = Test::answering("the answer");
    for (archived, copy_is_older) in [(false, true), (false, false), (true, true), (true, false)] {
        let (id, path) = session(&test, "good");
        let name = format!("rollout-2020-01-01T00-00-00-{id}.jsonl");
        let directory = if archived {
            test.codex_home().join("archived_sessions")
        } else {
            path.parent().unwrap().to_owned()
        };
        std::fs::create_dir_all(&directory).unwrap();
        let copy = directory.join(name);
        std::fs::copy(&path, &copy).unwrap();
        let old = std::fs::File::options()
            .write(true)
            .open(if copy_is_older { &copy } else { &path })
            .unwrap();
        old.set_modified(std::time::UNIX_EPOCH).unwrap();
        let sizes = || [&path, &copy].map(|path| path.metadata().unwrap().len());
        let before = sizes();
        let outcome = test.run(&["resume", &id, "go on"]);
        outcome.exits(0);
        let after = sizes();
        let said_used = outcome.stderr.contains(&format!("using {}", path.display()));
        assert!(said_used, "{outcome:?}");
        let original_grew = after[0] > before[0];
        // Old servers take the file that was written to last; then it is said.
        let told = outcome
            .stderr
            .contains(&format!("Codex resumed {}", copy.display()));
        assert_eq!(
            (original_grew, after[1] > before[1]),
            (!told, told),
            "{outcome:?}"
        );
        std::fs::remove_file(&copy).unwrap();
    }
}
