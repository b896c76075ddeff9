//! A patch in the model's own format (`*** Begin Patch`) as changes to files.

/// What a patch does to one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Added,
    Edited,
    Deleted,
}

/// The changes to one file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FileChange<'a> {
    pub(super) verb: Verb,
    pub(super) path: &'a str,
    pub(super) moved_to: Option<&'a str>,
    /// The lines of the diff, with their signs.
    pub(super) lines: Vec<&'a str>,
}

impl Verb {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Added => "Added",
            Self::Edited => "Edited",
            Self::Deleted => "Deleted",
        }
    }
}

impl FileChange<'_> {
    /// How many lines start with a sign.
    pub(super) fn count(&self, sign: char) -> usize {
        self.lines.iter().filter(|line| line.starts_with(sign)).count()
    }
}

/// The patch of a command line that does nothing but apply it: `apply_patch <<'EOF'`.
pub(super) fn of_command(command: &str) -> Option<&str> {
    let rest = command
        .trim()
        .strip_prefix("apply_patch")?
        .trim_start()
        .strip_prefix("<<")?;
    let (tag, rest) = rest.split_once('\n')?;
    let tag = tag.trim().trim_matches(['\'', '"']);
    let is_tag = !tag.is_empty()
        && tag
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || character == '_');
    let patch = rest.strip_suffix(tag)?.strip_suffix('\n')?;
    let is_whole =
        patch.trim_start().starts_with("*** Begin Patch") && !patch.lines().any(|line| line == tag);
    (is_tag && is_whole).then_some(patch)
}

/// The changes of a patch; empty if it is in another format.
pub(super) fn changes(patch: &str) -> Vec<FileChange<'_>> {
    let mut changes: Vec<FileChange<'_>> = Vec::new();
    for line in patch.lines() {
        let started = [
            ("*** Add File: ", Verb::Added),
            ("*** Update File: ", Verb::Edited),
            ("*** Delete File: ", Verb::Deleted),
        ]
        .into_iter()
        .find_map(|(head, verb)| Some((verb, line.strip_prefix(head)?)));
        if let Some((verb, path)) = started {
            changes.push(FileChange {
                verb,
                path,
                moved_to: None,
                lines: Vec::new(),
            });
            continue;
        }
        if matches!(
            line.trim(),
            "*** Begin Patch" | "*** End Patch" | "*** End of File"
        ) {
            continue;
        }
        let Some(change) = changes.last_mut() else {
            // Nothing of a patch in an unknown format may be left out.
            return Vec::new();
        };
        match line.strip_prefix("*** Move to: ") {
            Some(path) => change.moved_to = Some(path),
            None => change.lines.push(line),
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_is_split_into_files() {
        let patch = "*** Begin Patch\n*** Update File: src/a.rs\n*** Move to: src/b.rs\n@@ fn x()\n-old\n+new\n same\n\
                     *** Add File: c\n+one\n+two\n*** Delete File: d\n*** End Patch\n";
        let changes = changes(patch);
        assert_eq!(changes.len(), 3);
        assert_eq!(
            (changes[0].verb, changes[0].path, changes[0].moved_to),
            (Verb::Edited, "src/a.rs", Some("src/b.rs"))
        );
        assert_eq!(changes[0].lines, ["@@ fn x()", "-old", "+new", " same"]);
        assert_eq!((changes[1].count('+'), changes[1].count('-')), (2, 0));
        assert_eq!((changes[2].verb, changes[2].path), (Verb::Deleted, "d"));
    }

    #[test]
    fn a_command_that_only_applies_a_patch_is_that_patch() {
        let patch = "*** Begin Patch\n*** Delete File: d\n*** End Patch";
        for tag in ["'EOF'", "EOF", " \"EOF\""] {
            let command = format!("apply_patch <<{tag}\n{patch}\nEOF\n");
            assert_eq!(of_command(&command), Some(patch), "{command}");
        }
        for other in [
            format!("apply_patch <<'EOF'\n{patch}\nEOF\nrm x"),
            format!("apply_patch <<'EOF'\n{patch}\nEOF\nrm x\nEOF"),
            format!("apply_patch <<'EOF' && rm x\n{patch}\nEOF"),
            "apply_patch x".to_owned(),
        ] {
            assert_eq!(of_command(&other), None, "{other}");
        }
    }

    #[test]
    fn what_is_not_in_this_format_has_no_changes() {
        assert_eq!(changes("--- a\n+++ b\n"), []);
        assert_eq!(changes("text\n*** Add File: x\n+y"), []);
    }
}
