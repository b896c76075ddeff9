//! Whether a git repository names programs that git would run: in a repository from somebody else, `git status` can run
//! anything. Settings that are not known to be harmless count as such names. Nothing is run for this check.

mod config;
mod index;

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::files::read_regular;

/// The largest file of a repository that is read, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;
const LARGEST_CONFIG: u64 = 256 * 1024;
/// The maximum number of submodules that are checked.
const SUBMODULES: usize = 64;

/// Subcommands that run no hooks but those of the index.
const READING: &[&str] = &[
    "annotate",
    "blame",
    "branch",
    "cat-file",
    "check-attr",
    "check-ignore",
    "cherry",
    "count-objects",
    "describe",
    "diff",
    "diff-files",
    "diff-index",
    "diff-tree",
    "for-each-ref",
    "grep",
    "help",
    "log",
    "ls-files",
    "ls-tree",
    "merge-base",
    "name-rev",
    "range-diff",
    "reflog",
    "remote",
    "rev-list",
    "rev-parse",
    "shortlog",
    "show",
    "show-branch",
    "show-ref",
    "status",
    "symbolic-ref",
    "tag",
    "var",
    "version",
    "whatchanged",
];

/// Hooks that run whenever git refreshes its index or changes a reference.
const HOOKS_OF_READING: &[&str] = &["post-index-change", "reference-transaction"];

/// Whether git runs no program of a repository's choice in a directory. With `root`, it also has to be the repository of that
/// directory.
///
/// # Errors
/// The reason, as the end of a sentence that starts with the command.
pub(super) fn is_plain(directory: &Path, root: Option<&Path>, subcommand: &str) -> Result<(), String> {
    let here = find(directory)?;
    if let Some(root) = root
        && find(root)? != here
    {
        return Err("it runs in another repository".to_owned());
    }
    let Some(top) = here else { return Ok(()) };
    let submodules = check(&top, subcommand)?;
    if submodules.len() > SUBMODULES {
        return Err("the repository has too many submodules".to_owned());
    }
    for submodule in submodules {
        let submodule = top.join(submodule);
        if std::fs::symlink_metadata(submodule.join(".git")).is_ok() {
            // Most have one level; deeper ones are not checked.
            if !check(&submodule, subcommand)?.is_empty() {
                return Err("a submodule has submodules".to_owned());
            }
        }
    }
    Ok(())
}

/// The top directory of the repository that git would find.
fn find(directory: &Path) -> Result<Option<PathBuf>, String> {
    for directory in directory.ancestors() {
        if std::fs::symlink_metadata(directory.join(".git")).is_ok() {
            return Ok(Some(directory.to_owned()));
        }
        let has = |name: &str| std::fs::symlink_metadata(directory.join(name)).is_ok();
        if has("HEAD") && (has("objects") || has("refs") || has("commondir")) {
            return Err(format!("`{}` looks like a bare repository", directory.display()));
        }
    }
    Ok(None)
}

/// Checks one repository; the submodules that its index names.
fn check(top: &Path, subcommand: &str) -> Result<Vec<PathBuf>, String> {
    let unreadable = |what: &str| format!("the repository's {what} cannot be read");
    let dot = top.join(".git");
    let own = if dot.is_dir() {
        dot
    } else {
        let pointer = read_regular(&dot, LARGEST_CONFIG)
            .ok()
            .ok_or_else(|| unreadable("`.git`"))?;
        let target = std::str::from_utf8(&pointer)
            .ok()
            .and_then(|text| text.strip_prefix("gitdir: "))
            .ok_or_else(|| unreadable("`.git`"))?;
        top.join(target.trim_end_matches(['\n', '\r']))
    };
    let common = match std::fs::symlink_metadata(own.join("commondir")) {
        Ok(_) => {
            let pointer = read_regular(&own.join("commondir"), LARGEST_CONFIG)
                .ok()
                .ok_or_else(|| unreadable("`commondir`"))?;
            let text = String::from_utf8(pointer).map_err(|_| unreadable("`commondir`"))?;
            own.join(text.trim_end_matches(['\n', '\r']))
        }
        Err(_) => own.clone(),
    };
    for config in [common.join("config"), own.join("config.worktree")] {
        if std::fs::symlink_metadata(&config).is_err() {
            continue;
        }
        let bytes = read_regular(&config, LARGEST_CONFIG)
            .ok()
            .ok_or_else(|| unreadable("configuration"))?;
        let text = String::from_utf8(bytes).map_err(|_| unreadable("configuration"))?;
        config::names_no_program(&text)?;
    }
    hooks(&common.join("hooks"), subcommand)?;
    match std::fs::symlink_metadata(own.join("index")) {
        Ok(_) => read_regular(&own.join("index"), LARGEST)
            .ok()
            .and_then(|bytes| index::submodules(&bytes))
            .ok_or_else(|| unreadable("index")),
        Err(_) => Ok(Vec::new()),
    }
}

fn hooks(directory: &Path, subcommand: &str) -> Result<(), String> {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return Ok(());
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let executable =
            std::fs::metadata(entry.path()).is_ok_and(|data| data.permissions().mode() & 0o111 != 0);
        if executable
            && !name.ends_with(".sample")
            && (!READING.contains(&subcommand) || HOOKS_OF_READING.contains(&name.as_ref()))
        {
            return Err(format!("the repository's hook `{name}` may run"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
