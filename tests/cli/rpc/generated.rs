//! The generated types of the protocol: they are those of the overlay and the facts, the facts are those of the server
//! under test, and the generator says what the overlay lacks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::codex;

const FACTS: &str = "scripts/protocol/facts.txt";

fn generator(directory: &Path) -> Command {
    let program = Path::new(env!("CARGO_BIN_EXE_turnwise")).with_file_name("examples/protocol");
    assert!(
        program.exists(),
        "{}: run `cargo build --examples`",
        program.display()
    );
    let mut command = Command::new(program);
    command.current_dir(directory);
    command
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_generated_types_are_those_of_the_overlay_and_its_facts_are_the_servers() {
    let output = generator(repository())
        .arg("--check")
        .arg(codex::binary())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

/// A copy of what the generator reads, to be changed.
struct Copy(tempfile::TempDir);

impl Copy {
    fn new() -> Self {
        let copy = Self(tempfile::tempdir().unwrap());
        for directory in ["scripts/protocol", "scripts/protocol/types"] {
            fs::create_dir_all(copy.path(directory)).unwrap();
            for entry in fs::read_dir(repository().join(directory)).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_file() {
                    fs::copy(entry.path(), copy.path(directory).join(entry.file_name())).unwrap();
                }
            }
        }
        fs::create_dir_all(copy.path("src/protocol/types/generated")).unwrap();
        copy
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn replace(&self, file: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.path(file)).unwrap();
        assert!(text.contains(old), "{file} has no {old}");
        fs::write(self.path(file), text.replacen(old, new, 1)).unwrap();
    }

    fn generate(&self) -> Output {
        generator(self.0.path()).arg("--types").output().unwrap()
    }
}

#[test]
fn the_same_files_are_generated_elsewhere() {
    let copy = Copy::new();
    let output = copy.generate();
    assert!(output.status.success(), "{}", stderr(&output));
    let name = "src/protocol/types/generated/thread.rs";
    assert_eq!(
        fs::read_to_string(copy.path(name)).unwrap(),
        fs::read_to_string(repository().join(name)).unwrap()
    );
}

#[test]
fn what_a_new_version_adds_and_drops_is_named_with_the_place_for_it() {
    let copy = Copy::new();
    let added = "\
TextPosition.offset: required u64 [0.169.0..]
TextPosition.shape: optional TextShape? [0.169.0..]
TextPosition.column:";
    copy.replace(FACTS, "TextPosition.column:", added);
    copy.replace(
        FACTS,
        "\nThreadStatus/idle: object",
        "\nThreadStatus/asleep: object",
    );
    copy.replace(FACTS, "request thread/start:", "request thread/begin:");
    copy.replace(FACTS, "\nReviewDelivery=detached", "\nReviewDelivery=elsewhere");
    let output = copy.generate();
    assert!(!output.status.success());
    let said = stderr(&output);
    for expected in [
        "new: TextPosition.offset (u64, since 0.169.0): add a line to types/notices.toml: [TextPosition] offset = ",
        "new: TextPosition.shape (TextShape, since 0.169.0): ",
        "new: ThreadStatus/asleep: add a line to types/thread_state.toml: [ThreadStatus] asleep = ",
        "new: the request thread/begin: add a line to [methods] of a file in types/",
        "gone: ThreadStatus/idle: take it out of types/thread_state.toml",
        "gone: the method thread/start: take it out of types/thread.toml",
        "gone: ReviewDelivery \"detached\": take it out of types/review.toml",
    ] {
        assert!(said.contains(expected), "{expected}\nis not in\n{said}");
    }
}

#[test]
fn a_field_that_a_version_lacks_is_an_option_and_a_new_word_needs_no_entry() {
    let copy = Copy::new();
    copy.replace(
        FACTS,
        "TextPosition.column: required u64",
        "TextPosition.column: required u64 [0.145.0..]",
    );
    copy.replace(
        FACTS,
        "\nReviewDelivery=detached",
        "\nReviewDelivery=byCourier\nReviewDelivery=detached",
    );
    let output = copy.generate();
    assert!(output.status.success(), "{}", stderr(&output));
    let of = |name: &str| fs::read_to_string(copy.path("src/protocol/types/generated").join(name)).unwrap();
    let (_, position) = of("notices.rs")
        .split_once("struct TextPosition {")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let (required, optional) = position.split_once("} optional {").unwrap();
    assert!(
        required.contains("line: u64,") && !required.contains("column"),
        "{required}"
    );
    assert!(optional.contains("column: u64,"), "{optional}");
    assert!(of("review.rs").contains("ByCourier = \"byCourier\","));
}
