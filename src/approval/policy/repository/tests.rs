use std::os::unix::fs::PermissionsExt as _;

use super::*;

struct Repository {
    directory: tempfile::TempDir,
}

impl Repository {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(directory.path().join(".git/hooks")).unwrap();
        let repository = Self { directory };
        repository.config("[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n[remote \"origin\"]\n\turl = git@example.org:a/b.git\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n[branch \"main\"]\n\tremote = origin\n");
        repository
    }

    fn root(&self) -> PathBuf {
        self.directory.path().canonicalize().unwrap()
    }

    fn config(&self, text: &str) {
        std::fs::write(self.root().join(".git/config"), text).unwrap();
    }

    fn status(&self) -> Result<(), String> {
        is_plain(&self.root(), Some(&self.root()), "status")
    }
}

#[test]
fn an_ordinary_repository_names_no_program() {
    let repository = Repository::new();
    assert_eq!(repository.status(), Ok(()));
    std::fs::create_dir_all(repository.root().join("a/b")).unwrap();
    let below = repository.root().join("a/b");
    assert_eq!(is_plain(&below, Some(&repository.root()), "status"), Ok(()));
}

#[test]
fn a_configuration_that_could_name_a_program_is_named() {
    let repository = Repository::new();
    for line in [
        "[core]\n\tfsmonitor = ./x",
        "[core]\n\tfsmonitor",
        "[core]\n\tfsmonitor = true",
        "[CORE]\n\tFsMonitor = ./x",
        "[core] fsmonitor = ./x",
        "[core]\n\tpager = ./x",
        "[core]\n\thooksPath = x",
        "[core]\n\tworktree = /",
        "[core]\n\tsshCommand = ./x",
        "[diff]\n\texternal = ./x",
        "[diff \"x\"]\n\ttextconv = ./x",
        "[filter \"x\"]\n\tclean = ./x",
        "[alias]\n\tst = !./x",
        "[pager]\n\tstatus = ./x",
        "[include]\n\tpath = x",
        "[includeIf \"gitdir:/\"]\n\tpath = x",
        "[credential]\n\thelper = ./x",
        "[gpg]\n\tprogram = ./x",
        "[remote \"x\"]\n\turl = ext::./x",
        "[remote \"x\"]\n\tuploadpack = ./x",
        "[submodule \"x\"]\n\tupdate = !./x",
        "[core \"x\"]\n\ta = b\n[co\\\nre]\n\tb = c",
        "[user]\n\tname = a\\\n[core]\n\tfsmonitor = ./x",
        "[user \"a]\n[core\"]\nfsmonitor = ./x",
        "[core.x]\n\tfsmonitor = ./x",
        "nonsense",
    ] {
        repository.config(line);
        assert!(repository.status().is_err(), "{line}");
    }
}

#[test]
fn hooks_that_would_run_are_named() {
    let repository = Repository::new();
    let hook = |name: &str| {
        let path = repository.root().join(".git/hooks").join(name);
        std::fs::write(&path, "#!/bin/sh\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    hook("pre-commit.sample");
    assert_eq!(is_plain(&repository.root(), None, "commit"), Ok(()));
    hook("pre-commit");
    assert_eq!(repository.status(), Ok(()));
    assert!(
        is_plain(&repository.root(), None, "commit")
            .unwrap_err()
            .contains("pre-commit")
    );
    hook("post-index-change");
    assert!(repository.status().is_err());
}

#[test]
fn another_repository_is_not_the_runs_own() {
    let repository = Repository::new();
    let root = repository.root();
    for nested in ["nested", "bare"] {
        std::fs::create_dir_all(root.join(nested)).unwrap();
    }
    std::fs::create_dir_all(root.join("nested/.git")).unwrap();
    std::fs::create_dir_all(root.join("bare/objects")).unwrap();
    std::fs::write(root.join("bare/HEAD"), "ref: refs/heads/main\n").unwrap();
    for nested in ["nested", "bare"] {
        assert!(
            is_plain(&root.join(nested), Some(&root), "status").is_err(),
            "{nested}"
        );
    }
}

#[test]
fn a_pipe_in_place_of_a_file_is_not_waited_for() {
    let repository = Repository::new();
    let config = repository.root().join(".git/config");
    std::fs::remove_file(&config).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, &config, 0o600.into()).unwrap();
    assert!(repository.status().is_err());
}

/// What git itself writes: a repository with a submodule, in both versions of its index.
#[test]
fn a_submodule_counts_with_its_own_configuration() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().canonicalize().unwrap();
    let git = |directory: &Path, arguments: &[&str]| {
        let output = std::process::Command::new("git")
            .args([
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@example.org",
                "-c",
                "commit.gpgsign=false",
            ])
            .args(arguments)
            .current_dir(directory)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    git(&root, &["init", "-q"]);
    let sub = root.join("some/sub");
    std::fs::create_dir_all(&sub).unwrap();
    std::fs::write(root.join("some/file"), "x").unwrap();
    git(&sub, &["init", "-q"]);
    git(&sub, &["commit", "-q", "--allow-empty", "-m", "x"]);
    git(&root, &["-c", "advice.addEmbeddedRepo=false", "add", "."]);
    for version in ["2", "4"] {
        git(&root, &["update-index", "--index-version", version]);
        let bytes = std::fs::read(root.join(".git/index")).unwrap();
        assert_eq!(index::submodules(&bytes), Some(vec![PathBuf::from("some/sub")]));
        assert_eq!(is_plain(&root, Some(&root), "status"), Ok(()));
    }
    git(&sub, &["config", "core.fsmonitor", "./x"]);
    assert!(
        is_plain(&root, Some(&root), "status")
            .unwrap_err()
            .contains("fsmonitor")
    );
}
