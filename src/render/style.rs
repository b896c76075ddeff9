//! Colours, on or off, for one output: the sixteen basic ones only, which follow the terminal's own theme.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::environment::variable;

/// Whether an output gets colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Palette {
    enabled: bool,
    /// Whether the terminal makes links of marked text (OSC 8).
    links: bool,
}

/// Longer targets are no links: terminals cut them.
const LONGEST_LINK: usize = 2_000;

/// Whether the terminal of this process is known to make links of marked text.
pub(crate) fn terminal_has_links() -> bool {
    // A multiplexer in between may not pass them on.
    if variable("TMUX").is_some() || variable("STY").is_some() {
        return false;
    }
    let names = |name: &str, known: &[&str]| {
        variable(name).is_some_and(|value| known.iter().any(|known| value.to_string_lossy().contains(known)))
    };
    names("TERM_PROGRAM", &["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby"])
        || names("TERM", &["kitty", "alacritty", "foot", "ghostty"])
        || ["KITTY_WINDOW_ID", "WT_SESSION", "KONSOLE_VERSION", "DOMTERM"]
            .iter()
            .any(|name| variable(name).is_some())
        // Since 0.50.
        || variable("VTE_VERSION")
            .and_then(|version| version.to_str()?.parse::<u32>().ok())
            .is_some_and(|version| version >= 5_000)
}

/// Whether stderr gets colours: for what is printed there without a palette at hand, such as errors.
static STDERR: AtomicBool = AtomicBool::new(false);

/// Decides about the colours of [`Palette::stderr`].
pub(crate) fn color_stderr(enabled: bool) {
    STDERR.store(enabled, Ordering::Relaxed);
}

/// The meaning of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// The first level of headings.
    Title,
    /// Headings below the second level.
    Subtitle,
    /// Emphasised: headings, names.
    Strong,
    /// Something to pass over: output of commands, reasoning.
    Faint,
    /// Reasoning, quotes, emphasis.
    Italic,
    /// Code in a line.
    Code,
    /// Links.
    Link,
    /// Added, succeeded.
    Good,
    /// Removed, failed.
    Bad,
    /// The label of an error.
    Error,
    /// A warning.
    Warn,
    /// Struck through.
    Strike,
}

impl Palette {
    /// With colours, or without.
    pub(crate) fn new(enabled: bool) -> Self {
        Self {
            enabled,
            links: false,
        }
    }

    /// With links, for a terminal that has them.
    #[must_use]
    pub(crate) fn with_links(self, links: bool) -> Self {
        Self {
            links: links && self.enabled,
            ..self
        }
    }

    /// The sequences before and behind a text that is a link to this target. Empty where there are no links, and for anything but
    /// a page. The text has to be the target, so that it cannot lead elsewhere.
    pub(crate) fn link(self, target: &str) -> (String, &'static str) {
        let is_page = target.starts_with("https://") || target.starts_with("http://");
        let is_plain = target.len() <= LONGEST_LINK && target.bytes().all(|byte| byte.is_ascii_graphic());
        if self.links && is_page && is_plain {
            (format!("\u{1b}]8;;{target}\u{1b}\\"), "\u{1b}]8;;\u{1b}\\")
        } else {
            (String::new(), "")
        }
    }

    /// As stderr was said to have them.
    pub(crate) fn stderr() -> Self {
        Self::new(STDERR.load(Ordering::Relaxed))
    }

    /// The sequence that starts a tone.
    pub(crate) fn begin(self, tone: Tone) -> &'static str {
        if !self.enabled {
            return "";
        }
        match tone {
            Tone::Title => "\u{1b}[1;4m",
            Tone::Subtitle => "\u{1b}[1;3m",
            Tone::Strong => "\u{1b}[1m",
            Tone::Faint => "\u{1b}[2m",
            Tone::Italic => "\u{1b}[3m",
            Tone::Code => "\u{1b}[36m",
            Tone::Link => "\u{1b}[4m",
            Tone::Good => "\u{1b}[32m",
            Tone::Bad => "\u{1b}[31m",
            Tone::Error => "\u{1b}[1;31m",
            Tone::Warn => "\u{1b}[33m",
            Tone::Strike => "\u{1b}[9m",
        }
    }

    /// The sequence that ends every tone.
    pub(crate) fn end(self) -> &'static str {
        if self.enabled { "\u{1b}[0m" } else { "" }
    }

    /// Text in a tone. It must have been sanitised.
    pub(crate) fn paint(self, tone: Tone, text: &str) -> String {
        format!("{}{text}{}", self.begin(tone), self.end())
    }
}
