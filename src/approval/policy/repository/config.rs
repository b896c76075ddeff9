//! A repository's own configuration, read line by line: a line that is not known to name no program counts as naming one.

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

/// Whether each line of a configuration is one that is known to name no program.
pub(super) fn names_no_program(text: &str) -> Result<(), String> {
    let mut section = String::new();
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let unknown = || format!("the repository's configuration has an unknown line: `{line}`");
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
