use super::*;
use crate::approval::shell;

fn policy(rules: &str) -> Policy {
    Policy::parse(&format!("version = 1\n{rules}"), Path::new("p.toml"), Trust::Own).unwrap()
}

fn error(text: &str, trust: Trust) -> String {
    Policy::parse(text, Path::new("p.toml"), trust)
        .unwrap_err()
        .to_string()
}

fn line(text: &str) -> Question {
    Question::Command {
        line: shell::read(text),
        cwd: PathBuf::from("/work"),
        root: PathBuf::from("/work"),
    }
}

fn decided(policy: &Policy, text: &str) -> Ruling {
    policy.judge(&[line(text)]).decision
}

const GIT: &str = r#"
[[rule]]
decision = "allow"
command = ["git", "status"]
[[rule]]
decision = "allow"
command = ["ls"]
[[rule]]
decision = "deny"
command = ["rm"]
reason = "nothing is deleted here"
[[rule]]
decision = "ask"
command = ["git", "status", "--danger*"]
"#;

#[test]
fn every_command_of_a_line_has_to_be_allowed_and_one_denied_denies_the_lot() {
    let policy = policy(GIT);
    for (text, ruling) in [
        ("git status", Ruling::Allow),
        ("git status -s && ls -la", Ruling::Allow),
        ("bash -lc 'git status; ls'", Ruling::Allow),
        ("git push", Ruling::Ask),
        ("git status && git push", Ruling::Ask),
        ("git status && rm x", Ruling::Deny),
        ("git status --dangerous", Ruling::Ask),
        ("/bin/ls", Ruling::Ask),
        ("/bin/rm x", Ruling::Deny),
        (r"\rm x", Ruling::Deny),
        ("'r'm x", Ruling::Deny),
        ("sudo rm x", Ruling::Deny),
        ("echo $(rm x)", Ruling::Deny),
        ("ls $(git status)", Ruling::Ask),
        ("ls > f", Ruling::Ask),
        ("git", Ruling::Ask),
        ("[ -f x ] && git status || true", Ruling::Allow),
        ("[ -f x ]", Ruling::Ask),
        ("[ -v 'a[$(x)]' ] && git status", Ruling::Ask),
        ("true && rm x", Ruling::Deny),
    ] {
        assert_eq!(decided(&policy, text), ruling, "{text}");
    }
}

#[test]
fn a_judgement_names_its_rule_and_its_reason() {
    let judgement = policy(GIT).judge(&[line("rm -rf x")]);
    assert_eq!(judgement.rule.as_deref(), Some("p.toml:9"));
    assert_eq!(
        judgement.reason,
        "p.toml:9 denies `rm -rf x`: nothing is deleted here"
    );
    let judgement = policy(GIT).judge(&[line("ls > f")]);
    assert_eq!(
        judgement.reason,
        "it redirects to or from a file, which no rule can allow"
    );
}

#[test]
fn a_directory_limits_a_rule_until_the_line_changes_it() {
    let policy = policy("[[rule]]\ndecision = \"allow\"\ncommand = [\"*\"]\ncwd = \"/work/**\"");
    assert_eq!(decided(&policy, "make"), Ruling::Allow);
    assert_eq!(decided(&policy, "cd /etc && make"), Ruling::Ask);
    let elsewhere = Question::Command {
        line: shell::read("make"),
        cwd: PathBuf::from("/workshop"),
        root: PathBuf::from("/workshop"),
    };
    assert_eq!(policy.judge(&[elsewhere]).decision, Ruling::Ask);
}

#[test]
fn every_file_of_a_change_has_to_match_where_it_really_is() {
    let directory = tempfile::tempdir().unwrap();
    let base = directory.path().canonicalize().unwrap();
    std::fs::create_dir_all(base.join("src")).unwrap();
    std::os::unix::fs::symlink("/etc", base.join("src/link")).unwrap();
    std::os::unix::fs::symlink("/nonexistent/x", base.join("src/dangling")).unwrap();
    let policy = policy("[[rule]]\ndecision = \"allow\"\nwrite = [\"src/**\", \"docs/*.md\"]");
    let judge = |paths: &[&str]| {
        let questions = paths.iter().map(|path| Question::Write {
            path: base.join(path),
            base: base.clone(),
        });
        policy.judge(&questions.collect::<Vec<_>>()).decision
    };
    assert_eq!(judge(&["src/a.rs", "src/deep/b.rs", "docs/x.md"]), Ruling::Allow);
    for path in [
        "src/../x",
        "x",
        "docs/deep/x.md",
        "src/link/passwd",
        "src/dangling",
        "/etc/passwd",
        "src/.git/hooks/pre-commit",
        "src/.Git/config",
    ] {
        assert_eq!(judge(&["src/a.rs", path]), Ruling::Ask, "{path}");
    }
}

#[test]
fn hosts_and_tools_are_globs_and_all_hosts_are_not_one_host() {
    let policy = policy(
        "[[rule]]\ndecision = \"allow\"\nnetwork = \"*.example.org\"\n[[rule]]\ndecision = \"deny\"\nnetwork = \"bad.example.org\"\n\
         [[rule]]\ndecision = \"allow\"\nmcp = \"files/read_*\"",
    );
    let host = |host: &str| {
        policy
            .judge(&[Question::Network {
                host: host.to_owned(),
            }])
            .decision
    };
    assert_eq!(host("API.example.org"), Ruling::Allow);
    assert_eq!(host("bad.example.org."), Ruling::Deny);
    assert_eq!(host("example.com"), Ruling::Ask);
    assert_eq!(host("*"), Ruling::Deny);
    let tool = |tool: &str| {
        let (server, tool) = tool.split_once('/').unwrap();
        policy
            .judge(&[Question::Mcp {
                server: server.to_owned(),
                tool: tool.to_owned(),
            }])
            .decision
    };
    assert_eq!(tool("files/read_text"), Ruling::Allow);
    assert_eq!(tool("files/write"), Ruling::Ask);
}

#[test]
fn mistakes_are_errors_that_name_the_line() {
    for (text, trust, said) in [
        ("", Trust::Own, "missing field `version`"),
        ("version = 2", Trust::Own, "unknown version 2"),
        ("version = 1\nx = 1", Trust::Own, "line 2"),
        (
            "version = 1\n[[rule]]\ndecision = \"allow\"\ncomand = [\"x\"]",
            Trust::Own,
            "line 4",
        ),
        (
            "version = 1\n[[rule]]\ndecision = \"maybe\"\ncommand = [\"x\"]",
            Trust::Own,
            "line 3",
        ),
        (
            "version = 1\n\n[[rule]]\ndecision = \"allow\"",
            Trust::Own,
            "p.toml:3: the rule needs one of",
        ),
        (
            "version = 1\n[[rule]]\ndecision = \"allow\"\ncommand = []",
            Trust::Own,
            "every command",
        ),
        (
            "version = 1\n[[rule]]\ndecision = \"allow\"\ncommand = [\"**\"]",
            Trust::Own,
            "every command",
        ),
        (
            "version = 1\n[[rule]]\ndecision = \"allow\"\ncommand = [\"a\", \"**\", \"b\"]",
            Trust::Own,
            "the last word",
        ),
        (
            "version = 1\n[[rule]]\ndecision = \"deny\"\nwrite = [\"a\"]\nnetwork = \"b\"",
            Trust::Own,
            "only one of",
        ),
        (
            "version = 1\n[[rule]]\ndecision = \"deny\"\nwrite = [\"../a\"]",
            Trust::Own,
            "cannot contain `..`",
        ),
        (
            "version = 1\n[[rule]]\ndecision = \"deny\"\ncommand = [\"[a\"]",
            Trust::Own,
            "p.toml:2",
        ),
        (
            "version = 1\n[[rule]]\ndecision = \"deny\"\nmcp = \"x\"",
            Trust::Own,
            "server/tool",
        ),
        (
            "version = 1\n[[rule]]\ndecision = \"deny\"\ncommand = [\"x\"]\ncwd = \"a\"",
            Trust::Own,
            "absolute",
        ),
        (
            "version = 1\n[[rule]]\ndecision = \"allow\"\ncommand = [\"x\"]",
            Trust::Project,
            "only ask or deny",
        ),
        (
            "version = 1\n[[rule]]\ndecision = \"allow\"\ncommand = [\"git\"]\nmatch = [\"ls\"]",
            Trust::Own,
            "does not match its `match` example `ls`",
        ),
        (
            "version = 1\n[[rule]]\ndecision = \"allow\"\ncommand = [\"git\"]\nno_match = [\"git status\"]",
            Trust::Own,
            "matches its `no_match` example `git status`",
        ),
    ] {
        let error = error(text, trust);
        assert!(error.contains(said), "{text}\n{error}");
    }
}

#[test]
fn examples_that_hold_are_accepted() {
    policy(
        "[[rule]]\ndecision = \"allow\"\ncommand = [\"git\", \"log\"]\nmatch = [\"git log -1\"]\nno_match = [\"git push\", \"git log $(x)\"]",
    );
    policy(
        "[[rule]]\ndecision = \"allow\"\nwrite = [\"src/**\"]\nmatch = [\"src/a/b\"]\nno_match = [\"x\", \"src/.git/x\"]",
    );
}

#[test]
fn a_file_with_too_many_rules_or_a_pattern_that_costs_too_much_is_refused() {
    let rule = "[[rule]]\ndecision = \"deny\"\ncommand = [\"x\"]\n";
    let many = |count: usize| format!("version = 1\n{}", rule.repeat(count));
    let parse = |text: &str| Policy::parse(text, Path::new("p.toml"), Trust::Project);
    assert_eq!(parse(&many(1000)).unwrap().len(), 1000);
    assert!(
        parse(&many(1001))
            .unwrap_err()
            .to_string()
            .contains("too many rules: 1001")
    );
    for pattern in [
        format!("{}a{}", "{".repeat(200), "}".repeat(200)),
        format!("{}x", "{a,".repeat(200)),
        "a*".repeat(600),
    ] {
        for key in [
            "command = [\"PATTERN\"]",
            "write = [\"PATTERN\"]",
            "network = \"PATTERN\"",
            "mcp = \"x/PATTERN\"",
        ] {
            let text = format!(
                "version = 1\n[[rule]]\ndecision = \"deny\"\n{}\n",
                key.replace("PATTERN", &pattern)
            );
            let error = parse(&text).unwrap_err().to_string();
            assert!(error.contains("p.toml:2") && error.len() < 200, "{error}");
        }
    }
}

#[test]
fn addresses_are_not_globs_and_names_of_tools_are_compared_exactly() {
    let rules = "[[rule]]\ndecision = \"allow\"\nnetwork = \"[2001:db8::1]\"\n[[rule]]\ndecision = \"allow\"\nnetwork = \"10.0.0.1\"\n\
                 [[rule]]\ndecision = \"allow\"\nmcp = \"s/t\"\n[[rule]]\ndecision = \"allow\"\nmcp = \"f/*\"";
    let policy = policy(rules);
    let host = |host: &str| {
        policy
            .judge(&[Question::Network {
                host: host.to_owned(),
            }])
            .decision
    };
    for allowed in [
        "2001:db8::1",
        "[2001:db8::1]",
        "2001:db8:0:0::1",
        "10.0.0.1",
        "::ffff:10.0.0.1",
    ] {
        assert_eq!(host(allowed), Ruling::Allow, "{allowed}");
    }
    for asked in [
        "2",
        "d",
        "b",
        ":",
        "2001:db8::2",
        "10.0.0.11",
        "10.0.0.1.example.org",
    ] {
        assert_eq!(host(asked), Ruling::Ask, "{asked}");
    }
    let tool = |server: &str, tool: &str| {
        let question = Question::Mcp {
            server: server.to_owned(),
            tool: tool.to_owned(),
        };
        policy.judge(&[question]).decision
    };
    assert_eq!(tool("s", "t"), Ruling::Allow);
    assert_eq!(tool("f", "any"), Ruling::Allow);
    for (server, name) in [
        ("S", "t"),
        ("s", "T"),
        ("s", "t."),
        ("s", "t/u"),
        ("f/x", "any"),
        ("", "s/t"),
    ] {
        assert_eq!(tool(server, name), Ruling::Ask, "{server}/{name}");
    }
    assert!(
        error(
            "version = 1\n[[rule]]\ndecision = \"deny\"\nnetwork = \"a[b]\"",
            Trust::Own
        )
        .contains("not a host")
    );
}

#[test]
fn a_rule_that_denies_finds_its_options_and_its_subcommand() {
    let policy = policy(
        "[[rule]]\ndecision = \"deny\"\ncommand = [\"git\", \"push\", \"--force\"]\n\
         [[rule]]\ndecision = \"deny\"\ncommand = [\"rm\", \"-rf\"]\n[[rule]]\ndecision = \"deny\"\ncommand = [\"kubectl\", \"delete\"]",
    );
    for denied in [
        "git push --force",
        "git push origin main --force",
        "git -C . push -q --forc",
        "git --no-pager -c a=b push --force=x",
        "rm -rf x",
        "rm -f -r x",
        "rm x -fvr",
        "kubectl -n x delete pod y",
        "kubectl --context=x --namespace y delete pod",
        "sudo kubectl -n x delete pod",
        "timeout 5 rm -r -f x",
    ] {
        assert_eq!(decided(&policy, denied), Ruling::Deny, "{denied}");
    }
    for asked in [
        "git push",
        "rm -r x",
        "git log --grep push --force-ish",
        "kubectl get delete",
        "echo rm -rf x",
    ] {
        assert_eq!(decided(&policy, asked), Ruling::Ask, "{asked}");
    }
}

#[test]
fn what_a_command_changes_lies_below_the_directory_that_its_rule_is_for() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().canonicalize().unwrap();
    std::fs::create_dir_all(root.join("src/deep")).unwrap();
    std::os::unix::fs::symlink("/etc", root.join("out")).unwrap();
    let programs = [
        "cp", "mv", "rm", "mkdir", "touch", "ln", "chmod", "pytest", "black",
    ];
    let rules =
        programs.map(|program| format!("[[rule]]\ndecision = \"allow\"\ncommand = [\"{program}\"]\n"));
    let policy = policy(&rules.concat());
    let decided = |text: &str| {
        let question = Question::Command {
            line: shell::read(text),
            cwd: root.clone(),
            root: root.clone(),
        };
        policy.judge(&[question]).decision
    };
    for allowed in [
        "cp a src/b",
        "cp a .",
        "mv a src/deep",
        "rm -rf src/deep",
        "mkdir -p src/new/er",
        "touch src/../a",
        "cd src && touch deep/x",
        "pytest .",
        "pytest tests/test_a.py::test_b",
        "black src",
    ] {
        assert_eq!(decided(allowed), Ruling::Allow, "{allowed}");
    }
    let absolute = format!("rm -rf {}", root.display());
    for asked in [
        "cp a /etc/passwd",
        "cp a ../b",
        "cp a out/passwd",
        "cp a .git/hooks/pre-commit",
        "cp -r evil/. .",
        "cp -t /etc a",
        "mv a .GIT/config",
        "rm -rf /",
        absolute.as_str(),
        "mkdir .turnwise",
        "touch out/x",
        "ln -s / x",
        "chmod +x .git/hooks/x",
        "cd src && touch ../../x",
        "cd /etc && touch x",
        "pytest /tmp/evil",
        "black ../x",
        "touch -- /etc/x",
    ] {
        assert_eq!(decided(asked), Ruling::Ask, "{asked}");
    }
}
