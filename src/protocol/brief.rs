//! `Debug` for values that may be long or hold secrets: at most [`LIMIT`] bytes of them, and nothing of fields that are
//! named like secrets. The whole of a value is in its JSON.

use std::cell::Cell;
use std::fmt::{self, Debug, Formatter, Write};
use std::io;

use serde::Serialize;

/// How much of a value is shown, in bytes.
const LIMIT: usize = 1024;

thread_local! {
    static WHOLE: Cell<bool> = const { Cell::new(false) };
}

/// Shows values as a whole on this thread while it runs: for what is only looked at by programs.
pub(crate) fn whole<T>(shows: impl FnOnce() -> T) -> T {
    WHOLE.set(true);
    let shown = shows();
    WHOLE.set(false);
    shown
}

/// Writes so much of something, and how it goes on.
pub(crate) fn capped(
    formatter: &mut Formatter<'_>,
    show: impl Fn(&mut Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    struct Shown<F>(F);
    impl<F: Fn(&mut Formatter<'_>) -> fmt::Result> Debug for Shown<F> {
        fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
            (self.0)(formatter)
        }
    }
    if WHOLE.get() {
        return show(formatter);
    }
    let pretty = formatter.alternate();
    let mut capped = Capped {
        out: formatter,
        left: LIMIT,
        full: false,
    };
    let shown = if pretty {
        write!(capped, "{:#?}", Shown(show))
    } else {
        write!(capped, "{:?}", Shown(show))
    };
    if capped.full {
        return formatter.write_str("…");
    }
    shown
}

/// A value as its name and its JSON.
pub(crate) fn json(formatter: &mut Formatter<'_>, name: &str, value: &impl Serialize) -> fmt::Result {
    let mut text = Bounded(Vec::new());
    // An error means that there is more of it.
    let whole = serde_json::to_writer(&mut text, value).is_ok();
    write!(formatter, "{name}({}", String::from_utf8_lossy(&text.0))?;
    formatter.write_str(if whole { ")" } else { "…)" })
}

/// A field, or that it is not shown.
pub(crate) fn field<'a>(name: &str, value: &'a dyn Debug) -> &'a dyn Debug {
    /// What may be in them is the user's, or base64.
    const SECRETS: [&str; 14] = [
        "access_token",
        "answers",
        "api_key",
        "authorization",
        "blob",
        "config",
        "data_base64",
        "delta_base64",
        "env",
        "headers",
        "http_headers",
        "secret_access_key",
        "session_token",
        "value",
    ];
    let is_data = || name.ends_with("url") && format!("{value:?}").starts_with("\"data:");
    if !WHOLE.get() && (SECRETS.contains(&name) || is_data()) {
        &crate::protocol::redacted::Unshown(())
    } else {
        value
    }
}

/// `Debug` of enums whose variants carry one thing each.
macro_rules! capped_debug {
    ($name:ident { $($variant:ident),* $(,)? }) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::protocol::brief::capped(formatter, |formatter| match self {
                    $(Self::$variant(content) => {
                        formatter.debug_tuple(stringify!($variant)).field(content).finish()
                    })*
                })
            }
        }
    };
}

pub(crate) use capped_debug;

struct Capped<'a, 'b> {
    out: &'a mut Formatter<'b>,
    left: usize,
    full: bool,
}

impl Write for Capped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let fits = text.floor_char_boundary(self.left);
        self.left -= fits;
        self.out.write_str(&text[..fits])?;
        if fits < text.len() {
            self.full = true;
            // Ends the formatting, which could be of megabytes.
            return Err(fmt::Error);
        }
        Ok(())
    }
}

struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let fits = bytes.len().min(LIMIT - self.0.len());
        if fits == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.0.extend_from_slice(&bytes[..fits]);
        Ok(fits)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// `Debug` of values that can be written as JSON.
macro_rules! brief_debug {
    ($($name:ident),* $(,)?) => { $(
        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::protocol::brief::json(formatter, stringify!($name), self)
            }
        }
    )* };
}

pub(crate) use brief_debug;

#[cfg(test)]
mod tests {
    use super::*;

    struct Long(usize);

    impl Debug for Long {
        fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
            capped(formatter, |formatter| {
                formatter.debug_list().entries(vec!["é"; self.0]).finish()
            })
        }
    }

    #[test]
    fn a_long_value_is_cut_and_says_so_and_a_short_one_is_not() {
        assert_eq!(format!("{:?}", Long(2)), r#"["é", "é"]"#);
        for shown in [format!("{:?}", Long(100_000)), format!("{:#?}", Long(100_000))] {
            assert!(
                shown.len() <= LIMIT + 4 && shown.ends_with('…'),
                "{}",
                shown.len()
            );
        }
    }

    #[test]
    fn a_long_json_is_cut_and_says_so() {
        struct Text(String);
        impl Debug for Text {
            fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
                json(formatter, "Text", &self.0)
            }
        }
        assert_eq!(format!("{:?}", Text("a".into())), r#"Text("a")"#);
        let shown = format!("{:?}", Text("é".repeat(100_000)));
        assert!(
            shown.len() < LIMIT + 16 && shown.ends_with("…)"),
            "{}",
            shown.len()
        );
    }
}
