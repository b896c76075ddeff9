//! What may reach a screen, over every variant of everything that is drawn, through everything that draws.

use proptest::prelude::*;

use super::every::{entries, events, full_report, requests};
use super::export::{self, Approval, Document, Head};
use super::style::{Palette, Tone};
use super::terminal::{Shows, TerminalRenderer};
use super::testing::Sink;
use super::{Renderer, diff, json, jsonl, markdown, progress, rendered, request};
use crate::runtime::approval::Choice;
use crate::runtime::rollout::TimedEntry;
use crate::text::sanitize::{self, is_dangerous};

/// Takes out our own colours, and fails on anything that is neither printable text nor the end of a line.
#[track_caller]
fn assert_safe(what: &str, screen: &str) {
    let palette = Palette::new(true);
    let tones = [
        Tone::Title,
        Tone::Subtitle,
        Tone::Strong,
        Tone::Faint,
        Tone::Italic,
        Tone::Code,
        Tone::Link,
        Tone::Good,
        Tone::Bad,
        Tone::Error,
        Tone::Warn,
        Tone::Strike,
    ];
    let mut plain = screen.replace(palette.end(), "");
    for tone in tones {
        plain = plain.replace(palette.begin(tone), "");
    }
    let found = plain.char_indices().find(|(_, c)| *c != '\n' && is_dangerous(*c));
    if let Some((at, character)) = found {
        let context = plain[..at].chars().rev().take(40).collect::<Vec<_>>();
        let context = context.into_iter().rev().collect::<String>();
        panic!("{what}: {character:?} after {context:?}");
    }
}

type MakeRenderer = fn(Sink) -> Box<dyn Renderer>;

fn renderers() -> Vec<(&'static str, MakeRenderer)> {
    vec![
        ("rendered for a pager", |sink| {
            let size = Box::new(|| (60, 20));
            Box::new(rendered::RenderedRenderer::new(
                Box::new(sink),
                Palette::new(true),
                size,
            ))
        }),
        ("markdown", |sink| {
            Box::new(markdown::MarkdownRenderer::new(Box::new(sink), true))
        }),
        ("json", |sink| Box::new(json::JsonRenderer::new(Box::new(sink)))),
        ("jsonl", |sink| {
            Box::new(jsonl::JsonlRenderer::new(Box::new(sink)))
        }),
        ("progress", |sink| {
            Box::new(progress::ProgressRenderer::new(
                Box::new(sink),
                Palette::new(true),
                false,
            ))
        }),
        ("terminal", |sink| terminal(sink, Shows::Everything)),
        ("terminal, messages only", |sink| terminal(sink, Shows::Messages)),
        ("terminal, with the answer elsewhere", |sink| {
            terminal(sink, Shows::Actions)
        }),
    ]
}

fn terminal(sink: Sink, shows: Shows) -> Box<dyn Renderer> {
    let size = Box::new(|| (60, 20));
    let renderer = TerminalRenderer::new(Box::new(sink.clone()), Palette::new(true), size, shows);
    Box::new(renderer.with_live_area(Box::new(std::io::sink()), Box::new(sink)))
}

fn draw_everything(hostile: &str) {
    let report = full_report(hostile);
    for (name, make) in renderers() {
        let sink = Sink::default();
        let mut renderer = make(sink.clone());
        for event in events(hostile) {
            renderer.event(&event).unwrap();
            renderer.tick().unwrap();
            if let Some(live) = renderer.live() {
                assert_safe(name, &live);
            }
        }
        renderer.finish(&report).unwrap();
        assert_safe(name, &sink.text());
    }
    for asked in requests(hostile) {
        for width in [None, Some(40)] {
            let page = request::page(&asked, Palette::new(true), width);
            let view = super::activity::View {
                palette: Palette::new(true),
                width,
                full: true,
            };
            let choices: Vec<Choice> = asked.choices();
            let choices = request::choice_lines(&choices, view);
            assert_safe("a request", &page.join("\n"));
            assert_safe("choices", &choices.join("\n"));
        }
        // Lists show it on a line.
        assert_safe("a summary", &sanitize::line(&asked.summary()));
    }
    assert_safe(
        "a diff",
        &diff::lines(hostile, Palette::new(true), Some(40)).join("\n"),
    );
    let text = || hostile.to_owned();
    let head = Head {
        id: text(),
        name: Some(text()),
        preview: text(),
        cwd: text(),
        created_at: text(),
        updated_at: text(),
        archived: true,
        model_provider: Some(text()),
        codex_version: Some(text()),
    };
    let approvals = [Approval {
        id: text(),
        kind: text(),
        summary: text(),
        requested_at: text(),
        state: "answered",
        decision: Some(text()),
        by: Some(text()),
    }];
    for document in [Document::Markdown, Document::Html, Document::Json] {
        let mut out = Vec::new();
        export::write(
            document,
            &head,
            entries(hostile).into_iter().map(TimedEntry::from),
            &approvals,
            &mut out,
        )
        .unwrap();
        assert_safe("an export", &String::from_utf8(out).unwrap());
    }
    let screen = export::Screen {
        palette: Palette::new(true),
        width: 40,
    };
    let mut out = Vec::new();
    let timed = entries(hostile).into_iter().map(TimedEntry::from);
    export::write_screen(screen, &head, timed, &approvals, &mut out).unwrap();
    assert_safe("a session at a terminal", &String::from_utf8(out).unwrap());
}

/// Text without letters that a joiner could join: nothing of it that has no glyph may be left.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        4 => "[ -~]{1,3}",
        2 => Just("\n".to_owned()),
        4 => any::<char>().prop_filter("without a glyph", |c| is_dangerous(*c)).prop_map(String::from),
        3 => prop::sample::select(vec![
            "\u{1b}[2J", "\u{1b}]0;t\u{7}", "\u{1b}[7m", "\u{9b}2J", "\u{202e}", "\u{200d}", "\u{fe0f}", "\r", "\r\n", "\t",
            "\u{13430}", "\u{1d159}", "\u{16fe4}", "\u{2800}", "\u{ffff}", "\u{e0041}", "\u{115f}", "&zwj;", "&#x1b;", "&#8238;",
            "```", "`", "# ", "* ", "| a |\n|---|\n", "[x](", "<b>",
        ]).prop_map(str::to_owned),
    ];
    prop::collection::vec(pieces, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn nothing_but_text_lines_and_our_own_colours_reaches_a_screen(hostile in hostile()) {
        draw_everything(&hostile);
    }
}
