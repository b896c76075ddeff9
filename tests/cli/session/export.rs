//! `session export`: the page that one sends to a colleague, and which document a file name asks for.

use std::path::Path;

use serde_json::json;
use turnwise::demo::Step;

use crate::support::codex::version;
use crate::support::{Test, left_out};

/// A run with everything that a page shows; gives the session's ID.
pub(super) fn worked(test: &Test) -> String {
    let report = test.run(&[
        "run",
        "--format",
        "json",
        "--sandbox",
        "workspace-write",
        "--privileged",
        "--name",
        "Speed up the word count",
        "Make `count` faster, please.\n\nKeep the <b>tests</b> green & do not change its signature.",
    ]);
    report.exits(0).json()["session_id"].as_str().unwrap().to_owned()
}

const BEFORE: &str = "def count(text):\n    words = 0\n    for part in text.split(\" \"):\n        if part != \"\":\n            words += 1\n    return words\n";

/// A change of files; the oldest server knows it only as a command.
fn patched(patch: &str) -> Step {
    if version() == "0.104.0" {
        return Step::command(&format!("apply_patch <<'EOF'\n{patch}\nEOF"));
    }
    Step::Custom {
        name: "apply_patch".to_owned(),
        input: patch.to_owned(),
    }
}

pub(super) fn colleague() -> Test {
    let patch = "*** Begin Patch\n*** Update File: count.py\n@@ def count(text):\n-    words = 0\n-    for part in text.split(\" \"):\n\
                 -        if part != \"\":\n-            words += 1\n-    return words\n+    # `split` without a separator drops empty parts.\n\
                 +    return len(text.split())\n*** Add File: NOTES.md\n+# Notes\n+\n+Faster by a factor of 8.\n*** End Patch";
    let test = Test::rounds(vec![
        vec![
            Step::Reasoning(vec![
                "**Looking at the code**\n\nThe loop drops empty parts by hand.".to_owned(),
            ]),
            Step::text("I'll look at the function first."),
            Step::command("cat count.py && for i in $(seq 30); do echo \"run $i\"; done"),
        ],
        vec![Step::Call {
            name: "update_plan".to_owned(),
            arguments: json!({ "plan": [
                { "step": "Read the function", "status": "completed" },
                { "step": "Use `split()`", "status": "in_progress" },
                { "step": "Run the tests", "status": "pending" },
            ] }),
            namespace: None,
        }],
        vec![patched(patch)],
        vec![Step::command("ls no-such-file; exit 3")],
        vec![
            Step::text(
                "## Done\n\n`count` now uses **`str.split()`**, which drops empty parts itself:\n\n```python\n\
                 def count(text):\n    # One pass, in C.\n    return len(text.split())  # \"a b\" has 2\n```\n\n\
                 | case | before | after |\n|---|---:|---:|\n| 1 MB | 81 ms | 10 ms |\n| empty | 0 ms | 0 ms |\n\n\
                 - [x] same results\n- [ ] a benchmark in CI\n\n> The signature did not change.\n\n\
                 ```diff\n-    words = 0\n+    return len(text.split())\n```\n\n\
                 See [the documentation](https://docs.python.org/3/library/stdtypes.html#str.split), \
                 not [this](javascript:alert(1)) or ![that](https://tracker.example/pixel.png). <script>alert(1)</script>",
            ),
            Step::Usage(12_345, 678),
        ],
    ]);
    std::fs::write(test.work().join("count.py"), BEFORE).unwrap();
    test
}

#[test]
fn a_page_is_rendered_and_can_load_and_run_nothing() {
    let test = colleague();
    let id = worked(&test);
    test.run(&["session", "export", &id, "-O", "page.html"]).exits(0);
    let page = std::fs::read_to_string(test.work().join("page.html")).unwrap();
    for part in [
        "<title>Speed up the word count</title>",
        "Keep the &lt;b&gt;tests&lt;/b&gt; green &amp; do",
        "<h4>Done</h4>",
        "<span class=\"keyword\">def</span> count(text):",
        "<h3>Edited <code>count.py</code> <span class=\"added\">+2</span> <span class=\"removed\">−5</span></h3>",
        "<h3>Added <code>NOTES.md</code>",
        "<li>☑ same results</li>",
        "<a href=\"https://docs.python.org/3/library/stdtypes.html#str.split\" rel=\"noopener noreferrer nofollow\">",
        "not this (<code>javascript:alert(1)</code>)",
        "&lt;script&gt;",
        "exit 3",
        "Output: 36 lines",
        " tokens in, ",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let lower = page.to_lowercase();
    for part in [
        "<script",
        "<img",
        "javascript:alert(1)\"",
        "src=",
        " style=\"",
        "@import",
        "url(",
    ] {
        assert!(!lower.contains(part), "{part}: {page}");
    }
    // Code, command and output are in this order, and each output is with its command.
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}: {page}"));
    assert!(place("Make `count` faster") < place("cat count.py"));
    assert!(place("cat count.py") < place("Output: 36 lines"));
    assert!(place("Output: 36 lines") < place("Use `split()`"));
}

#[test]
fn the_document_follows_the_name_of_the_file_and_is_markdown_without_one() {
    let test = Test::answering("an *answer*");
    test.run(&["run", "the question"]).exits(0);
    for (arguments, file, start) in [
        (&["-O", "a.html"][..], "a.html", "<!DOCTYPE html>"),
        (&["-O", "b.HTM"], "b.HTM", "<!DOCTYPE html>"),
        (&["-O", "c.json"], "c.json", "{\"schema\":\"turnwise.session/1\""),
        (&["-O", "d.md"], "d.md", "# the question\n"),
        (&["-O", "e.txt"], "e.txt", "# the question\n"),
        (&["-O", "f.html", "--markdown"], "f.html", "# the question\n"),
    ] {
        let mut all = vec!["session", "export", "--last"];
        all.extend(arguments);
        test.run(&all).exits(0);
        let text = std::fs::read_to_string(test.work().join(file)).unwrap();
        assert!(text.starts_with(start), "{arguments:?}: {text}");
    }
    let printed = test.run(&["session", "export", "--last"]);
    assert!(
        printed.exits(0).stdout.starts_with("# the question\n"),
        "{printed:?}"
    );
    test.run(&["session", "export", "--last", "--html", "--json"])
        .exits(2);
    test.run(&["session", "export", "an-id", "--last"]).exits(2);
    let nothing = test.run(&["session", "export"]);
    assert!(nothing.exits(2).stderr.contains("use --last"), "{nothing:?}");
}

/// For `scripts/screenshots`, which looks at it in a browser.
#[test]
#[ignore = "makes a page to look at: scripts/screenshots"]
fn a_page_to_look_at() {
    let Some(file) = std::env::var_os("TURNWISE_TEST_PAGE") else {
        return left_out("TURNWISE_TEST_PAGE names no file");
    };
    let test = colleague();
    let id = worked(&test);
    let file = Path::new(&file);
    test.run(&["session", "export", &id, "--html", "-O", file.to_str().unwrap()])
        .exits(0);
}
