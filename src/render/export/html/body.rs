//! The entries of a session as elements of the page.

use std::io::{self, Write};

use super::super::output_parts;
use super::super::patch::{self, FileChange};
use super::super::steps::Step;
use super::escape::{block, code, diff_line, escaped, plain};
use super::moment;
use super::prose::prose;
use crate::runtime::rollout::Entry;
use crate::text::command_line::unwrapped;
use crate::text::words::count;

/// The length of an output that is shown without a click, in lines.
const OPEN: usize = 20;

/// What was written before.
#[derive(Default)]
pub(super) struct Body {
    /// The settings of the turn before, which are shown when they change.
    settings: String,
    /// The number of prompts so far.
    prompts: usize,
}

impl Body {
    pub(super) fn step(&mut self, step: &Step, out: &mut impl Write) -> io::Result<()> {
        match &step.entry {
            Entry::Turn {
                model,
                sandbox,
                approval,
                ..
            } => self.settings(
                [("model", model), ("sandbox", sandbox), ("approval", approval)],
                out,
            ),
            Entry::User { text } => {
                self.prompts += 1;
                let id = format!("prompt-{}", self.prompts);
                writeln!(
                    out,
                    "<article class=\"message user\" id=\"{id}\"><h2><a href=\"#{id}\">You</a> {}</h2>\
                     <div class=\"plain\">{}</div></article>",
                    moment(&step.at),
                    plain(text)
                )
            }
            Entry::Agent { text } => writeln!(
                out,
                "<article class=\"message agent\"><h2>Codex {}</h2>{}</article>",
                moment(&step.at),
                prose(text)
            ),
            Entry::Reasoning { text } => writeln!(out, "<div class=\"thought\">{}</div>", prose(text)),
            Entry::Command {
                command,
                justification,
                ..
            } => write_command(command, justification.as_deref(), step.output.as_deref(), out),
            Entry::Output { text, .. } => {
                let (exit, body) = output_parts(text);
                let result = format!("{}{}", status(exit), output(body));
                writeln!(out, "<section class=\"step\">{result}</section>")
            }
            Entry::Patch { patch, .. } => write_patch(patch, step.output.as_deref(), out),
            Entry::Plan { steps } => {
                out.write_all(b"<section class=\"step plan\"><h3>Plan</h3><ul>")?;
                for (step, status) in steps {
                    let (class, mark) = match status.as_str() {
                        "completed" => ("done", "☑"),
                        "in_progress" => ("current", "◐"),
                        _ => ("open", "☐"),
                    };
                    write!(out, "<li class=\"{class}\">{mark} {}</li>", plain(step))?;
                }
                out.write_all(b"</ul></section>\n")
            }
            Entry::Tool { name, arguments, .. } => {
                let arguments = serde_json::to_string_pretty(arguments).unwrap_or_default();
                let result = step.output.as_deref().map(output).unwrap_or_default();
                writeln!(
                    out,
                    "<section class=\"step tool\"><h3>Called <code>{}</code></h3>{}{result}</section>",
                    escaped(name),
                    folded("Arguments", &arguments, "json")
                )
            }
            Entry::Aborted { reason } => note(&format!("The turn ended early: {}.", plain(reason)), out),
            Entry::Compacted => note("The context was compacted.", out),
            Entry::Missing { id } => note(
                &format!(
                    "The beginning is missing: this is a copy of <code>{}</code>, which was not found.",
                    escaped(id)
                ),
                out,
            ),
            Entry::Damaged { line } => note(&format!("Line {line} of the file is damaged."), out),
            Entry::Unknown { kind, .. } => note(&format!("Unknown entry: {}.", escaped(kind)), out),
            Entry::Usage { .. } => Ok(()),
        }
    }

    fn settings(&mut self, settings: [(&str, &Option<String>); 3], out: &mut impl Write) -> io::Result<()> {
        let words = settings
            .iter()
            .filter_map(|(name, value)| Some(format!("{name} {}", escaped(value.as_deref()?))))
            .collect::<Vec<_>>()
            .join(" · ");
        if words.is_empty() || words == self.settings {
            return Ok(());
        }
        self.settings = words;
        note(&self.settings, out)
    }
}

/// A remark. `html` is markup.
fn note(html: &str, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "<p class=\"note\">{html}</p>")
}

fn write_command(
    command: &str,
    justification: Option<&str>,
    result: Option<&str>,
    out: &mut impl Write,
) -> io::Result<()> {
    let (exit, body) = result.map_or((None, None), |text| {
        let (exit, body) = output_parts(text);
        (exit, Some(body))
    });
    write!(
        out,
        "<section class=\"step command\"><h3>Ran {}</h3><pre><code>{}</code></pre>",
        status(exit),
        code("sh", &unwrapped(command))
    )?;
    if let Some(why) = justification {
        note(&format!("Asked to leave the sandbox: {}", plain(why)), out)?;
    }
    let shown = match body {
        Some(body) => output(body),
        None => "<p class=\"note\">No output was saved.</p>".to_owned(),
    };
    writeln!(out, "{shown}</section>")
}

/// An exit code that is not 0.
fn status(exit: Option<&str>) -> String {
    match exit {
        None | Some("0") => String::new(),
        Some(exit) => format!("<span class=\"status bad\">exit {}</span>", escaped(exit)),
    }
}

/// The output of a call; a long one is folded.
fn output(body: &str) -> String {
    let body = body.trim_end();
    if body.is_empty() {
        return "<p class=\"note\">No output.</p>".to_owned();
    }
    let lines = body.lines().count();
    if lines <= OPEN {
        return format!("<pre class=\"output\">{}</pre>", plain(body));
    }
    format!(
        "<details><summary>Output: {}</summary><pre class=\"output\">{}</pre></details>",
        count(lines, "line"),
        plain(body)
    )
}

/// A long text behind a click, a short one without.
fn folded(title: &str, text: &str, language: &str) -> String {
    if text.lines().count() <= OPEN {
        return block(language, text);
    }
    format!(
        "<details><summary>{title}</summary>{}</details>",
        block(language, text)
    )
}

fn write_patch(patch: &str, result: Option<&str>, out: &mut impl Write) -> io::Result<()> {
    let changes = patch::changes(patch);
    out.write_all(b"<section class=\"step change\">")?;
    for change in &changes {
        write_change(change, out)?;
    }
    if changes.is_empty() {
        let lines = patch.lines().map(diff_line).collect::<String>();
        write!(
            out,
            "<h3>Changed</h3><pre class=\"diff\"><code>{lines}</code></pre>"
        )?;
    }
    if let Some(result) = result {
        let (exit, body) = output_parts(result);
        // After a success, the output repeats the files that were just shown.
        if exit.is_some_and(|exit| exit != "0") || exit.is_none() && !body.starts_with("Success") {
            write!(out, "{}{}", status(exit), output(body))?;
        }
    }
    out.write_all(b"</section>\n")
}

fn write_change(change: &FileChange<'_>, out: &mut impl Write) -> io::Result<()> {
    let moved = change
        .moved_to
        .map(|to| format!(" → <code>{}</code>", escaped(to)))
        .unwrap_or_default();
    let counted = |sign: char, class: &str, mark: char| match change.count(sign) {
        0 => String::new(),
        lines => format!(" <span class=\"{class}\">{mark}{lines}</span>"),
    };
    write!(
        out,
        "<h3>{} <code>{}</code>{moved}{}{}</h3>",
        change.verb.as_str(),
        escaped(change.path),
        counted('+', "added", '+'),
        counted('-', "removed", '−'),
    )?;
    if !change.lines.is_empty() {
        let lines = change
            .lines
            .iter()
            .map(|line| diff_line(line))
            .collect::<String>();
        write!(out, "<pre class=\"diff\"><code>{lines}</code></pre>")?;
    }
    Ok(())
}
