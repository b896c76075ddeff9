//! Colours, on or off, for one output: the sixteen basic ones only, which follow the terminal's own theme.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether an output gets colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Palette {
    enabled: bool,
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
        Self { enabled }
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
