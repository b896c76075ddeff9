//! The code itself: paths that somebody else names, and variables, are read in one place each.

use std::path::{Path, PathBuf};

/// Files that read paths which nobody but turnwise, the system or the installation names, with what they read.
const OWN: [(&str, &str); 15] = [
    (
        "src/approval/shell/shells/harness.rs",
        "a scratch directory of the tests",
    ),
    ("src/codex/install.rs", "the managed installs"),
    ("src/codex/schema.rs", "the cache of schemas"),
    (
        "src/commands/replay.rs",
        "a recording, read line by line before anything is started",
    ),
    ("src/commands/run/approvals.rs", "the terminal"),
    ("src/control/mod.rs", "a directory in the state directory"),
    ("src/commands/run/signals.rs", "the signals of this process"),
    ("src/demo/home.rs", "the demo's own home"),
    ("src/files/descriptor.rs", "the process's own descriptors"),
    ("src/files/read.rs", "the one place"),
    ("src/files/write.rs", "the one place"),
    (
        "src/runtime/transport/remote/socket.rs",
        "a directory, and nothing in its place",
    ),
    (
        "src/runtime/saved/exec_events.rs",
        "a recording that a library user names",
    ),
    ("src/runtime/transport/process.rs", "processes"),
    ("src/runtime/saved/writer.rs", "processes and locks"),
];

/// The calls that open a path for reading.
const OPENS: [&str; 4] = [
    "fs::read(",
    "read_to_string(",
    "File::open(",
    "OpenOptions::new()",
];

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The lines of the product's code: without tests, each with its file's name.
fn lines() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    let of_tests = |path: &PathBuf| path.iter().any(|part| part == "tests" || part == "tests.rs");
    let files = files.into_iter().filter(|path| !of_tests(path));
    files
        .flat_map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            let lines = code.lines().map(|line| (name.clone(), line.trim().to_owned()));
            lines.collect::<Vec<_>>()
        })
        .filter(|(_, line)| !line.starts_with("//"))
        .collect()
}

#[test]
fn files_that_somebody_else_names_are_opened_in_one_place() {
    let writes = [
        "src/automation/process/logs.rs",
        "src/input/output.rs",
        "src/ledger/sqlite/store.rs",
    ];
    let elsewhere = lines()
        .into_iter()
        .filter(|(_, line)| OPENS.iter().any(|call| line.contains(call)))
        .filter(|(file, _)| !OWN.iter().any(|(own, _)| own == file) && !writes.contains(&file.as_str()))
        .collect::<Vec<_>>();
    assert_eq!(elsewhere, [], "open them with `turnwise::files`");
}

#[test]
fn variables_are_read_in_one_place() {
    let elsewhere = lines()
        .into_iter()
        .filter(|(file, line)| {
            (line.contains("env::var") || line.contains("temp_dir()") && line.contains("env::"))
                && file != "src/environment.rs"
        })
        .filter(|(_, line)| !line.contains("environment::"))
        .collect::<Vec<_>>();
    assert_eq!(elsewhere, [], "read them with `turnwise::environment`");
}
