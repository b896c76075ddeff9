//! Hostile text in every document.

use super::*;
use crate::runtime::rollout::Entry;
use data_encoding::BASE64;
use sha2::{Digest, Sha256};

fn head() -> Head {
    Head {
        id: "id".to_owned(),
        name: Some("<b>name</b>".to_owned()),
        preview: "a prompt".to_owned(),
        cwd: "/work".to_owned(),
        created_at: "2026-01-01T00:00:00Z".to_owned(),
        updated_at: "2026-01-01T00:00:00Z".to_owned(),
        archived: false,
        model_provider: None,
        codex_version: None,
    }
}

fn timed(entries: &[Entry]) -> impl Iterator<Item = TimedEntry> {
    entries.iter().cloned().map(TimedEntry::from)
}

fn written(document: Document, entries: &[Entry]) -> String {
    let mut out = Vec::new();
    let hostile = "</li><script>alert(1)</script>\u{202e}".to_owned();
    let approvals = [Approval {
        id: "a1".to_owned(),
        kind: "command".to_owned(),
        summary: hostile.clone(),
        requested_at: "2026-01-01T00:00:00Z".to_owned(),
        state: "answered",
        decision: Some("accept".to_owned()),
        by: Some(hostile),
    }];
    write(document, &head(), timed(entries), &approvals, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn hostile() -> Vec<Entry> {
    let text = "</pre></details><script>alert(1)</script> \" onload='x' &amp; \u{1b}[2J\u{202e} ``` \n# no heading\n```".to_owned();
    vec![
        Entry::User { text: text.clone() },
        Entry::Agent { text: text.clone() },
        Entry::Reasoning { text: text.clone() },
        Entry::Command {
            call_id: "c".to_owned(),
            command: text.clone(),
            justification: Some(text.clone()),
        },
        Entry::Output {
            call_id: "c".to_owned(),
            text: text.clone(),
        },
        Entry::Patch {
            call_id: "p".to_owned(),
            patch: format!("+{text}"),
        },
        Entry::Plan {
            steps: vec![(text.clone(), "completed".to_owned())],
        },
        Entry::Tool {
            call_id: "t".to_owned(),
            name: text.clone(),
            arguments: serde_json::json!({ "x": text }),
        },
        Entry::Unknown {
            kind: text.clone(),
            payload: serde_json::json!(text),
        },
    ]
}

#[test]
fn nothing_from_outside_is_markup_or_a_control_character_in_a_page() {
    let page = written(Document::Html, &hostile());
    let lower = page.to_lowercase();
    assert!(
        !lower.contains("<script") && !lower.contains("alert(1)</") && !page.contains("<b>"),
        "{page}"
    );
    assert!(
        page.contains("&lt;script&gt;") && page.contains(r"\x1b[2J&lt;U+202E&gt;"),
        "{page}"
    );
    assert!(
        !page
            .chars()
            .any(|character| character != '\n' && crate::text::sanitize::is_dangerous(character))
    );
    // Every element that is opened is closed, so nothing from outside closed one.
    for tag in ["pre", "details", "section", "summary"] {
        assert_eq!(
            page.matches(&format!("<{tag}")).count(),
            page.matches(&format!("</{tag}>")).count(),
            "{tag}"
        );
    }
    assert!(!lower.contains("src="), "nothing is loaded");
    let links = page.matches("href=").count();
    assert_eq!(
        links,
        page.matches("href=\"#prompt-").count(),
        "only our own: {page}"
    );
    // The policy allows the style sheet of the page and nothing else.
    let style = &page[page.find("<style>").unwrap() + 7..page.find("</style>").unwrap()];
    let hash = BASE64.encode(&Sha256::digest(style));
    let policy = format!(
        "content=\"default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'\""
    );
    assert_eq!(
        (page.matches("http-equiv").count(), page.matches(&policy).count()),
        (1, 1)
    );
    assert!(page.find(&policy).unwrap() < page.find("<style>").unwrap());
}

#[test]
fn fences_in_markdown_are_longer_than_what_is_in_them() {
    let text = written(Document::Markdown, &hostile());
    assert!(text.contains("\n````\n"), "{text}");
    assert!(
        !text
            .chars()
            .any(|character| character != '\n' && crate::text::sanitize::is_dangerous(character))
    );
}

#[test]
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the parser's events, of which few matter"
)]
fn nothing_from_outside_is_structure_in_markdown() {
    use pulldown_cmark::{Event, HeadingLevel, Parser, Tag};
    for hostile in [
        "</summary><script>alert(1)</script>",
        "# Codex\n\n## You\n\nyes",
        "You\n===\n\nYou\n---",
        "<!-- never closed",
        "```\nnever closed",
        "` *x* <b>",
        "- [x](javascript:alert(1)) ![x](http://e.example/pixel)",
        "[x]: http://e.example\n\n[x]",
    ] {
        let mut out = Vec::new();
        let approvals = [Approval {
            id: hostile.to_owned(),
            kind: hostile.to_owned(),
            summary: hostile.to_owned(),
            requested_at: hostile.to_owned(),
            state: "answered",
            decision: Some(hostile.to_owned()),
            by: Some(hostile.to_owned()),
        }];
        let head = Head {
            id: hostile.to_owned(),
            name: Some(hostile.to_owned()),
            cwd: hostile.to_owned(),
            created_at: hostile.to_owned(),
            updated_at: hostile.to_owned(),
            ..head()
        };
        let entries = crate::render::every::entries(hostile);
        write(Document::Markdown, &head, timed(&entries), &approvals, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let mut headings = 0;
        for event in Parser::new(&text) {
            match event {
                Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::Image { .. }) => {
                    panic!("{hostile:?}: {text}")
                }
                Event::Start(Tag::Link { dest_url, .. }) => {
                    assert!(dest_url.starts_with("http"), "{text}");
                }
                Event::Start(Tag::Heading {
                    level: HeadingLevel::H1 | HeadingLevel::H2,
                    ..
                }) => headings += 1,
                _ => {}
            }
        }
        // The title, what you and Codex said, the approvals.
        assert_eq!(headings, 4, "{hostile:?}: {text}");
    }
}

#[test]
fn json_holds_everything_unchanged() {
    let json: serde_json::Value = serde_json::from_str(&written(Document::Json, &hostile())).unwrap();
    assert_eq!(json["schema"], "turnwise.session/1");
    assert_eq!(json["entries"].as_array().unwrap().len(), 9);
    assert!(json["entries"][0]["text"].as_str().unwrap().contains('\u{202e}'));
}

#[test]
fn the_exit_code_is_told_from_the_output() {
    let text = "Chunk ID: 1\nWall time: 0.1 seconds\nProcess exited with code 3\nOutput:\nhello\n";
    assert_eq!(output_parts(text), (Some("3"), "hello\n"));
    assert_eq!(output_parts("plain\nOutput:\nx"), (None, "plain\nOutput:\nx"));
}

fn entry_of_a_command(call: &str, command: &str) -> Entry {
    Entry::Command {
        call_id: call.to_owned(),
        command: command.to_owned(),
        justification: None,
    }
}

#[test]
fn a_page_has_markdown_highlighted_code_diffs_and_outputs_with_their_commands() {
    let page = written(
        Document::Html,
        &[
            Entry::User {
                text: "fix *it*".to_owned(),
            },
            entry_of_a_command("1", "/bin/bash -lc 'if true; then ls; fi'"),
            entry_of_a_command("2", "cat x"),
            Entry::Output {
                call_id: "1".to_owned(),
                text: "Exit code: 0\nOutput:\nfirst".to_owned(),
            },
            Entry::Output {
                call_id: "2".to_owned(),
                text: "Exit code: 3\nOutput:\nsecond".to_owned(),
            },
            Entry::Patch {
                call_id: "3".to_owned(),
                patch: "*** Begin Patch\n*** Update File: src/a.rs\n@@\n-old\n+new\n+more\n*** End Patch".to_owned(),
            },
            Entry::Agent {
                text: "## Done\n\n- **fixed** in `a.rs`, see [here](https://a.example)\n\n```rust\nlet x = 1;\n```".to_owned(),
            },
        ],
    );
    for part in [
        "<div class=\"plain\">fix *it*</div>",
        "<h4>Done</h4>",
        "<strong>fixed</strong> in <code>a.rs</code>",
        "<a href=\"https://a.example\" rel=",
        "<span class=\"keyword\">let</span> x = <span class=\"number\">1</span>;",
        "<span class=\"keyword\">if</span> true; <span class=\"keyword\">then</span> ls;",
        "<h3>Edited <code>src/a.rs</code> <span class=\"added\">+2</span> <span class=\"removed\">−1</span></h3>",
        "<span class=\"removed\">-old</span><span class=\"added\">+new</span>",
        "<time datetime=\"2026-01-01T00:00:00Z\">",
        "Jan 2026, ",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(
        !page.contains("/bin/bash"),
        "as a person would have typed it: {page}"
    );
    let place = |text: &str| page.find(text).unwrap();
    assert!(
        place("first") < place("cat x") && place("exit 3") < place("second"),
        "{page}"
    );
}

#[test]
fn the_title_is_the_name_or_what_was_asked_first() {
    let mut head = head();
    assert_eq!(head.title(), "<b>name</b>");
    head.name = None;
    head.preview = format!("\n  {}", "word ".repeat(40));
    assert_eq!(head.title(), format!("{}word…", "word ".repeat(15)));
    head.preview = String::new();
    assert_eq!(head.title(), "id");
}
