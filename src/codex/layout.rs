//! npm's layout: from the Node wrapper that npm puts on the `PATH` to the native binary that it would start.
//!
//! The wrapper costs its own start-up, and killed hard it leaves the native server behind.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::files::{LARGEST, read_regular};

/// A native binary in an npm package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Native {
    /// The binary.
    pub(crate) binary: PathBuf,
    /// Helper programs that have to be on the `PATH`; the wrapper of older versions puts them there.
    pub(crate) path_dir: Option<PathBuf>,
    /// The package's version.
    pub(crate) version: Option<String>,
}

/// The name of the platform's package, without its scope, and the directory in `vendor`.
fn platform() -> Option<(&'static str, &'static str)> {
    Some(match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => ("codex-linux-x64", "x86_64-unknown-linux-musl"),
        ("linux", "aarch64") => ("codex-linux-arm64", "aarch64-unknown-linux-musl"),
        ("macos", "x86_64") => ("codex-darwin-x64", "x86_64-apple-darwin"),
        ("macos", "aarch64") => ("codex-darwin-arm64", "aarch64-apple-darwin"),
        _ => return None,
    })
}

/// The native binary behind a wrapper; `None` when `path` is not npm's wrapper, or the binary is missing.
pub(crate) fn native_behind(path: &Path) -> Option<Native> {
    let script = path.canonicalize().ok()?;
    let script = if is_wrapper(&script) {
        script
    } else {
        wrapper_named_in_shim(&script)?
    };
    // …/node_modules/@openai/codex/bin/codex.js
    native_in_package(script.parent()?.parent()?)
}

/// The native binary of an unpacked `@openai/codex` package.
pub(crate) fn native_in_package(package: &Path) -> Option<Native> {
    let (name, triple) = platform()?;
    // Where Node would look for the platform's package: below each ancestor's `node_modules`. pnpm links it beside.
    let candidates = package
        .ancestors()
        .map(|ancestor| ancestor.join("node_modules/@openai").join(name).join("vendor"))
        .chain(package.parent().map(|scope| scope.join(name).join("vendor")))
        .chain([package.join("vendor")]);
    let version = package_version(package);
    candidates.map(|vendor| vendor.join(triple)).find_map(|root| {
        let (binary, helpers) = [("bin/codex", "codex-path"), ("codex/codex", "path")]
            .into_iter()
            .map(|(binary, helpers)| (root.join(binary), root.join(helpers)))
            .find(|(binary, _)| binary.is_file())?;
        let path_dir = Some(helpers).filter(|helpers| helpers.is_dir());
        Some(Native {
            binary,
            path_dir,
            version: version.clone(),
        })
    })
}

fn is_wrapper(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "codex.js")
        && path
            .parent()
            .and_then(Path::file_name)
            .is_some_and(|name| name == "bin")
}

/// Some package managers put a shell script on the `PATH` that runs Node with the wrapper.
fn wrapper_named_in_shim(shim: &Path) -> Option<PathBuf> {
    // A native binary is hundreds of megabytes; a shim is a few lines.
    const LONGEST_SHIM: u64 = 64 * 1024;
    if shim.metadata().ok()?.len() > LONGEST_SHIM {
        return None;
    }
    let text = read_regular(shim, LONGEST_SHIM).ok()?;
    let text = String::from_utf8(text)
        .ok()
        .filter(|text| text.starts_with("#!"))?;
    let directory = shim.parent()?;
    text.split(['"', '\'', ' ', '\n', '='])
        .filter(|word| word.ends_with("/bin/codex.js"))
        .find_map(|word| {
            let relative = ["$basedir/", "${basedir}/", "$(dirname $0)/"]
                .iter()
                .find_map(|base| word.strip_prefix(base));
            let path = directory.join(relative.unwrap_or(word)).canonicalize().ok()?;
            is_wrapper(&path).then_some(path)
        })
}

fn package_version(package: &Path) -> Option<String> {
    #[derive(Deserialize)]
    struct Manifest {
        version: String,
    }
    let text = read_regular(&package.join("package.json"), LARGEST).ok()?;
    serde_json::from_slice::<Manifest>(&text)
        .ok()
        .map(|manifest| manifest.version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn write(path: &Path, content: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// An `@openai/codex` package below `root/node_modules`, and its platform package below `platform_root`.
    fn package(root: &Path, platform_root: &Path, binary: &str) -> (PathBuf, PathBuf) {
        let (name, triple) = platform().unwrap();
        let main = root.join("node_modules/@openai/codex");
        write(&main.join("bin/codex.js"), "#!/usr/bin/env node\n");
        write(
            &main.join("package.json"),
            r#"{"name":"@openai/codex","version":"0.150.0"}"#,
        );
        let native = platform_root
            .join("node_modules/@openai")
            .join(name)
            .join("vendor")
            .join(triple)
            .join(binary);
        write(&native, "native");
        (main.join("bin/codex.js"), native)
    }

    #[test]
    fn a_link_to_the_wrapper_leads_to_the_native_binary() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let (wrapper, native) = package(&root, &root, "bin/codex");
        let link = root.join("codex");
        symlink(wrapper, &link).unwrap();
        let found = native_behind(&link).unwrap();
        assert_eq!(
            (found.binary, found.version.as_deref()),
            (native, Some("0.150.0"))
        );
    }

    #[test]
    fn the_older_layout_says_where_its_helpers_are() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let (wrapper, native) = package(&root, &root, "codex/codex");
        let helpers = native.parent().unwrap().parent().unwrap().join("path");
        fs::create_dir(&helpers).unwrap();
        assert_eq!(native_behind(&wrapper).unwrap().path_dir, Some(helpers));
    }

    #[test]
    fn a_platform_package_nested_below_the_package_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let (wrapper, native) = package(&root, &root.join("node_modules/@openai/codex"), "bin/codex");
        assert_eq!(native_behind(&wrapper).unwrap().binary, native);
    }

    #[test]
    fn a_shell_shim_that_names_the_wrapper_is_followed() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let (_, native) = package(&root, &root, "bin/codex");
        let shim = root.join("bin/codex");
        write(
            &shim,
            "#!/bin/sh\nexec node \"$basedir/../node_modules/@openai/codex/bin/codex.js\" \"$@\"\n",
        );
        assert_eq!(native_behind(&shim).unwrap().binary, native);
    }

    #[test]
    fn any_other_program_is_not_taken_for_the_wrapper() {
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("codex");
        write(&program, "#!/bin/sh\necho hello\n");
        assert_eq!(native_behind(&program), None);
    }
}
