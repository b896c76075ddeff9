//! turnwise's line in the user's crontab: put in, replaced, found and taken out. Every other byte stays as it is.

use std::ffi::OsStr;

use super::system_tool::{self, ToolEnd};
use crate::commands::failure::Failure;

/// The longest line that every cron takes, in bytes.
const LONGEST: usize = 998;

/// A line of a crontab, and the comment before it that says whose it is.
pub(super) struct Entry {
    comment: String,
    line: String,
}

/// The effect of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Changed {
    /// It is as it was.
    No,
    Added,
    Replaced,
}

impl Entry {
    /// The line that runs the jobs of this state directory. The line ends with a line feed.
    pub(super) fn new(state: &str, line: &str) -> Result<Self, Failure> {
        let line = line.trim_end_matches('\n').to_owned();
        if line.len() > LONGEST {
            return Err(
                Failure::usage(format!("the crontab line is longer than {LONGEST} bytes"))
                    .hint("use shorter paths, or `turnwise automate install --systemd`"),
            );
        }
        Ok(Self {
            comment: format!("# turnwise automate: runs the jobs in {state}"),
            line,
        })
    }

    /// Puts it into a crontab.
    pub(super) fn put_into(&self, crontab: &[u8]) -> (Vec<u8>, Changed) {
        let (mut others, place) = self.taken_out(crontab);
        let entry = format!("{}\n{}\n", self.comment, self.line);
        let Some(place) = place else {
            if !others.is_empty() && !others.ends_with(b"\n") {
                others.push(b'\n');
            }
            others.extend_from_slice(entry.as_bytes());
            return (others, Changed::Added);
        };
        if self.is_current(crontab) {
            return (crontab.to_vec(), Changed::No);
        }
        others.splice(place..place, entry.bytes());
        (others, Changed::Replaced)
    }

    /// A crontab without it; none if it is not there.
    pub(super) fn take_out_of(&self, crontab: &[u8]) -> Option<Vec<u8>> {
        let (others, place) = self.taken_out(crontab);
        place.map(|_| others)
    }

    /// Whether a crontab has it, perhaps as another version wrote it.
    pub(super) fn is_in(&self, crontab: &[u8]) -> bool {
        self.taken_out(crontab).1.is_some()
    }

    /// Whether a crontab has it as it would be written now.
    pub(super) fn is_current(&self, crontab: &[u8]) -> bool {
        lines(crontab).any(|line| content(line) == self.line.as_bytes())
    }

    /// A crontab without it, and where it was.
    fn taken_out(&self, crontab: &[u8]) -> (Vec<u8>, Option<usize>) {
        let (mut others, mut place, mut is_ours) = (Vec::new(), None, false);
        for line in lines(crontab) {
            let text = content(line);
            let is_comment = text == self.comment.as_bytes();
            // The line may have been moved away from its comment, or have been put there by hand.
            let is_line = text == self.line.as_bytes() || (is_ours && starts_tick(text));
            is_ours = is_comment;
            if is_comment || is_line {
                place.get_or_insert(others.len());
            } else {
                others.extend_from_slice(line);
            }
        }
        (others, place)
    }
}

/// Lines with their ends.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split_inclusive(|byte| *byte == b'\n')
}

/// A line without its end.
fn content(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Whether a line was written by a version of turnwise.
fn starts_tick(line: &[u8]) -> bool {
    line.starts_with(b"* * * * * ") && line.ends_with(b" automate tick")
}

/// The user's crontab; none if there is no `crontab`.
pub(super) fn read() -> Result<Option<Vec<u8>>, Failure> {
    let Some(end) = tool("-l", b"")? else {
        return Ok(None);
    };
    // A crontab that cannot be read is not overwritten. One that does not exist is an error, too, and only the words tell.
    let said = end.stderr.to_lowercase();
    let is_missing = said.contains("no crontab") || said.contains("no such file");
    match end {
        ToolEnd {
            success: true,
            stdout,
            ..
        } => Ok(Some(stdout)),
        ToolEnd { stdout, .. } if is_missing && stdout.is_empty() => Ok(Some(Vec::new())),
        ToolEnd { stderr, .. } => Err(failed(&stderr)),
    }
}

/// Replaces the user's crontab. An empty one is removed.
pub(super) fn write(crontab: &[u8]) -> Result<(), Failure> {
    let end = match crontab {
        b"" => tool("-r", b"")?,
        crontab => tool("-", crontab)?,
    };
    match end {
        Some(ToolEnd { success: true, .. }) => Ok(()),
        Some(ToolEnd { stderr, .. }) => Err(failed(&stderr)),
        None => Err(failed("not found")),
    }
}

fn tool(argument: &str, stdin: &[u8]) -> Result<Option<ToolEnd>, Failure> {
    system_tool::run("crontab", &[OsStr::new(argument)], stdin)
}

fn failed(said: &str) -> Failure {
    Failure::system("crontab", said).hint("use --systemd, or run `turnwise automate daemon`")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "* * * * * HOME=/h /bin/turnwise automate tick";

    fn entry() -> Entry {
        Entry::new("/state", &format!("{LINE}\n")).unwrap()
    }

    fn put(crontab: &str) -> (String, Changed) {
        let (text, changed) = entry().put_into(crontab.as_bytes());
        (String::from_utf8(text).unwrap(), changed)
    }

    #[test]
    fn what_else_is_in_a_crontab_stays_byte_for_byte() {
        let ours = format!("# turnwise automate: runs the jobs in /state\n{LINE}\n");
        for (others, between) in [
            ("", ""),
            ("MAILTO=me\n\n# mine\r\n0 3 * * * x % y\n", ""),
            ("@daily no-line-feed", "\n"),
        ] {
            let (with, changed) = put(others);
            assert_eq!(
                (with.as_str(), changed),
                (&*format!("{others}{between}{ours}"), Changed::Added)
            );
            assert_eq!(
                put(&with),
                (with.clone(), Changed::No),
                "a second time changes nothing"
            );
            let without = entry().take_out_of(with.as_bytes()).unwrap();
            assert_eq!(without, format!("{others}{between}").as_bytes());
        }
        let not_text = b"0 0 * * * \xff\n".to_vec();
        let (with, _) = entry().put_into(&not_text);
        assert_eq!(entry().take_out_of(&with), Some(not_text));
    }

    #[test]
    fn a_line_of_another_version_is_replaced_where_it_is() {
        let old = "# turnwise automate: runs the jobs in /state\n* * * * * /old/turnwise automate tick\n";
        let crontab = format!("@daily a\n{old}@daily b\n");
        assert!(entry().is_in(crontab.as_bytes()) && !entry().is_current(crontab.as_bytes()));
        let (with, changed) = put(&crontab);
        assert_eq!(changed, Changed::Replaced);
        assert_eq!(with, crontab.replace("/old", "HOME=/h /bin"));
    }

    #[test]
    fn neither_the_users_lines_nor_other_ledgers_are_taken_for_ours() {
        let others = "# turnwise automate: runs the jobs in /other\n* * * * * /bin/turnwise automate tick\n";
        assert!(!entry().is_in(others.as_bytes()));
        // The user put a line of theirs where ours was.
        let moved = "# turnwise automate: runs the jobs in /state\n@daily a\n";
        assert_eq!(entry().take_out_of(moved.as_bytes()).unwrap(), b"@daily a\n");
        // And ours, put there by hand, is ours.
        assert_eq!(put(&format!("{LINE}\n")).1, Changed::No);
        assert_eq!(entry().take_out_of(LINE.as_bytes()).unwrap(), b"");
    }

    #[test]
    fn a_line_that_some_crons_would_cut_is_refused() {
        assert!(Entry::new("/state", &format!("* * * * * {}\n", "x".repeat(989))).is_err());
    }
}
