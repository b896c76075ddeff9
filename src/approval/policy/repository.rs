//! Whether a git repository names programs that git would run: a repository that somebody else filled can make `git status`
//! run anything. What is not known to be harmless counts as naming one. Nothing is run to find out.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::files::read_regular;

/// The largest file of a repository that is looked at.
const LARGEST: u64 = 64 * 1024 * 1024;
const LARGEST_CONFIG: u64 = 256 * 1024;
/// The maximum number of submodules that are looked at.
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

/// Sections and keys of a repository's configuration that name no program. `*` stands for any key of the section.
const HARMLESS: &[(&str, &[&str])] = &[
    ("advice", &["*"]),
    (
        "branch",
        &[
            "autosetupmerge",
            "autosetuprebase",
            "description",
            "gh-merge-base",
            "merge",
            "pushremote",
            "rebase",
            "remote",
            "sort",
            "vscode-merge-base",
        ],
    ),
    (
        "color",
        &[
            "branch",
            "diff",
            "grep",
            "interactive",
            "pager",
            "push",
            "showbranch",
            "status",
            "ui",
        ],
    ),
    ("column", &["branch", "status", "tag", "ui"]),
    ("commit", &["cleanup", "gpgsign", "status", "verbose"]),
    (
        "core",
        &[
            "abbrev",
            "autocrlf",
            "bare",
            "checkstat",
            "commitgraph",
            "compression",
            "eol",
            "filemode",
            "hidedotfiles",
            "ignorecase",
            "logallrefupdates",
            "longpaths",
            "multipackindex",
            "precomposeunicode",
            "preloadindex",
            "protecthfs",
            "protectntfs",
            "quotepath",
            "repositoryformatversion",
            "safecrlf",
            "sharedrepository",
            "sparsecheckout",
            "sparsecheckoutcone",
            "symlinks",
            "trustctime",
            "untrackedcache",
            "whitespace",
        ],
    ),
    (
        "diff",
        &[
            "algorithm",
            "colormoved",
            "context",
            "indentheuristic",
            "interhunkcontext",
            "mnemonicprefix",
            "noprefix",
            "renamelimit",
            "renames",
            "statgraphwidth",
            "submodule",
            "wserrorhighlight",
        ],
    ),
    (
        "extensions",
        &[
            "noop",
            "partialclone",
            "preciousobjects",
            "refstorage",
            "relativeworktrees",
            "worktreeconfig",
        ],
    ),
    (
        "fetch",
        &[
            "all",
            "fsckobjects",
            "parallel",
            "prune",
            "prunetags",
            "showforcedupdates",
            "writecommitgraph",
        ],
    ),
    ("gc", &["*"]),
    ("index", &["skiphash", "sparse", "threads", "version"]),
    ("init", &["defaultbranch"]),
    ("lfs", &["access", "locksverify", "repositoryformatversion"]),
    ("log", &["abbrevcommit", "date", "decorate", "follow", "showroot"]),
    ("maintenance", &["auto", "strategy"]),
    (
        "merge",
        &["conflictstyle", "ff", "log", "renamelimit", "renames", "stat"],
    ),
    ("pack", &["*"]),
    ("pull", &["ff", "octopus", "rebase", "twohead"]),
    (
        "push",
        &[
            "autosetupremote",
            "default",
            "followtags",
            "gpgsign",
            "recursesubmodules",
        ],
    ),
    (
        "rebase",
        &[
            "abbreviatecommands",
            "autosquash",
            "autostash",
            "stat",
            "updaterefs",
        ],
    ),
    (
        "receive",
        &[
            "denycurrentbranch",
            "denydeletes",
            "denynonfastforwards",
            "fsckobjects",
        ],
    ),
    (
        "remote",
        &[
            "fetch",
            "gh-resolved",
            "partialclonefilter",
            "promisor",
            "prune",
            "prunetags",
            "push",
            "pushdefault",
            "pushurl",
            "skipfetchall",
            "tagopt",
            "url",
        ],
    ),
    ("rerere", &["autoupdate", "enabled"]),
    (
        "status",
        &[
            "aheadbehind",
            "branch",
            "relativepaths",
            "renames",
            "short",
            "showstash",
            "showuntrackedfiles",
            "submodulesummary",
        ],
    ),
    (
        "submodule",
        &[
            "active",
            "branch",
            "fetchrecursesubmodules",
            "ignore",
            "recurse",
            "url",
        ],
    ),
    ("tag", &["gpgsign", "sort"]),
    ("transfer", &["fsckobjects", "hiderefs"]),
    ("user", &["email", "name", "signingkey"]),
];

/// What git-lfs writes for its own filter.
const HARMLESS_VALUES: &[(&str, &str, &str)] = &[
    ("core", "fsmonitor", "false"),
    ("filter", "clean", "git-lfs clean -- %f"),
    ("filter", "process", "git-lfs filter-process"),
    ("filter", "required", "true"),
    ("filter", "smudge", "git-lfs smudge -- %f"),
];

/// Whether git runs no program of a repository's choice in a directory. With `root`, it also has to be the repository of that
/// directory.
///
/// # Errors
/// The reason, as the rest of a sentence that begins with the command.
pub(super) fn is_plain(directory: &Path, root: Option<&Path>, subcommand: &str) -> Result<(), String> {
    let here = find(directory)?;
    if let Some(root) = root
        && find(root)? != here
    {
        return Err("it would run in another repository than the run's own".to_owned());
    }
    let Some(top) = here else { return Ok(()) };
    let submodules = check(&top, subcommand)?;
    if submodules.len() > SUBMODULES {
        return Err("the repository has too many submodules to look at".to_owned());
    }
    for submodule in submodules {
        let submodule = top.join(submodule);
        if std::fs::symlink_metadata(submodule.join(".git")).is_ok() {
            // One level is what most have; deeper ones are not looked at.
            if !check(&submodule, subcommand)?.is_empty() {
                return Err("a submodule has submodules of its own".to_owned());
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
        names_no_program(&text)?;
    }
    hooks(&common.join("hooks"), subcommand)?;
    match std::fs::symlink_metadata(own.join("index")) {
        Ok(_) => read_regular(&own.join("index"), LARGEST)
            .ok()
            .and_then(|bytes| submodules(&bytes))
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

/// Whether each line of a configuration is one that is known to name no program.
fn names_no_program(text: &str) -> Result<(), String> {
    let mut section = String::new();
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let unknown =
            || format!("the repository's configuration has a line that is not understood here: `{line}`");
        if let Some(rest) = line.strip_prefix('[') {
            // Nothing can follow: `[a] b = c` sets `a.b`.
            let header = rest.strip_suffix(']').ok_or_else(unknown)?;
            let (name, subsection) = match header.split_once(|space: char| space.is_ascii_whitespace()) {
                Some((name, subsection)) => (name, Some(subsection.trim_start())),
                None => (header, None),
            };
            let plain = |text: &str| {
                text.chars()
                    .all(|character| character.is_ascii_alphanumeric() || character == '-')
            };
            let quoted = subsection.is_none_or(|text| {
                text.strip_prefix('"')
                    .and_then(|text| text.strip_suffix('"'))
                    .is_some_and(|text| !text.contains(['"', ']']))
            });
            if !plain(name) || !quoted {
                return Err(unknown());
            }
            section = name.to_ascii_lowercase();
            continue;
        }
        let (key, value) = line
            .split_once('=')
            .map_or((line, "true"), |(key, value)| (key.trim(), value.trim()));
        let key = key.to_ascii_lowercase();
        if line.ends_with('\\') {
            return Err(unknown());
        }
        let known = HARMLESS
            .iter()
            .any(|(name, keys)| *name == section && (keys.contains(&"*") || keys.contains(&key.as_str())));
        let harmless_value = HARMLESS_VALUES
            .iter()
            .any(|(name, of, harmless)| *name == section && *of == key && *harmless == value);
        let address = matches!(key.as_str(), "url" | "pushurl");
        let odd_address =
            address && (value.contains("::") || value.starts_with('-') || value.contains("//-"));
        if !(known || harmless_value) || odd_address {
            return Err(format!("the repository's configuration sets `{section}.{key}`"));
        }
    }
    Ok(())
}

/// The length of SHA-1 hashes in an index. Another format of objects is a setting that is not in the list above.
const HASH: usize = 20;

/// The submodules in an index, as paths below the top; `None` where it is not understood.
fn submodules(index: &[u8]) -> Option<Vec<PathBuf>> {
    let number =
        |at: usize| -> Option<u32> { Some(u32::from_be_bytes(index.get(at..at + 4)?.try_into().ok()?)) };
    if index.get(..4)? != b"DIRC" {
        return None;
    }
    let version = number(4)?;
    let count = number(8)?;
    if !(2..=4).contains(&version) {
        return None;
    }
    let mut found = Vec::new();
    let mut at = 12;
    let mut path = Vec::new();
    for _ in 0..count {
        let start = at;
        let mode = number(at + 24)?;
        let flags = u16::from_be_bytes(index.get(at + 40 + HASH..at + 42 + HASH)?.try_into().ok()?);
        at += 42 + HASH;
        if version >= 3 && flags & 0x4000 != 0 {
            at += 2;
        }
        if version == 4 {
            // How much of the path before is dropped, in groups of seven bits, the first of which come first.
            let mut dropped = 0_usize;
            let mut first = true;
            loop {
                let byte = *index.get(at)?;
                at += 1;
                if !first {
                    dropped = dropped.checked_add(1)?;
                }
                first = false;
                dropped = dropped.checked_mul(128)?.checked_add(usize::from(byte & 0x7f))?;
                if byte & 0x80 == 0 {
                    break;
                }
            }
            path.truncate(path.len().checked_sub(dropped)?);
        } else {
            path.clear();
        }
        let end = at + index.get(at..)?.iter().position(|byte| *byte == 0)?;
        path.extend_from_slice(&index[at..end]);
        if path.is_empty() {
            return None;
        }
        at = if version == 4 {
            end + 1
        } else {
            start + ((end - start) / 8 + 1) * 8
        };
        if mode & 0o170_000 == 0o160_000 {
            use std::os::unix::ffi::OsStringExt as _;
            found.push(PathBuf::from(std::ffi::OsString::from_vec(path.clone())));
        }
    }
    // Extensions; one of them says that further entries stand in another file.
    while at + HASH < index.len() {
        if index.get(at..at + 4)? == b"link" {
            return None;
        }
        at += 8 + number(at + 4)? as usize;
    }
    Some(found)
}

#[cfg(test)]
mod tests;
