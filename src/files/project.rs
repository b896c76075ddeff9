//! Files of a repository: its content is not the user's, so nothing outside of it is read in its name.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, openat, statat};
use rustix::io::Errno;

use super::kind::require_regular;
use super::read::read_to_limit;

/// Reads a regular file below `root`, a directory's real path; `None` when there is none. No directory on the way may be a
/// link. The file itself may be one where the system can hold it inside `root`.
///
/// # Errors
/// Everything else, also what would keep the file from being found: a link to nothing, a directory that cannot be entered.
pub(crate) fn read_beneath(root: &Path, relative: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let Some(file) = open_beneath(root, relative)? else {
        return Ok(None);
    };
    require_regular(file.metadata()?.file_type())?;
    read_to_limit(file, limit).map(Some)
}

fn open_beneath(root: &Path, relative: &Path) -> io::Result<Option<File>> {
    let mut names = relative.iter().collect::<Vec<_>>();
    let name = names
        .pop()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let top = openat(CWD, root, directory_flags(), Mode::empty())?;
    let mut directory = None::<OwnedFd>;
    for name in names {
        let above = directory.as_ref().unwrap_or(&top);
        match openat(above, name, directory_flags(), Mode::empty()) {
            Ok(opened) => directory = Some(opened),
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => {
                let is_link = statat(above, name, AtFlags::SYMLINK_NOFOLLOW)
                    .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode).is_symlink());
                return Err(if is_link {
                    io::Error::other(format!("{} is a link", name.display()))
                } else {
                    error.into()
                });
            }
        }
    }
    let above = directory.as_ref().unwrap_or(&top);
    match openat(above, name, file_flags() | OFlags::NOFOLLOW, Mode::empty()) {
        Ok(file) => Ok(Some(File::from(file))),
        Err(Errno::NOENT) => Ok(None),
        Err(Errno::LOOP) => linked(&top, relative).map(Some),
        Err(error) => Err(error.into()),
    }
}

/// A directory that is only passed through.
fn directory_flags() -> OFlags {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    #[cfg(target_os = "linux")]
    let flags = flags | OFlags::PATH;
    flags
}

fn file_flags() -> OFlags {
    OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC
}

/// A file that is a link: the kernel follows it and lets it lead nowhere else.
#[cfg(target_os = "linux")]
fn linked(top: &OwnedFd, relative: &Path) -> io::Result<File> {
    use rustix::fs::{ResolveFlags, openat2};
    let inside = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    match openat2(top, relative, file_flags(), Mode::empty(), inside) {
        Ok(file) => Ok(File::from(file)),
        // It is there, so it must not count as absent.
        Err(Errno::NOENT) => Err(io::Error::other("it is a link to nothing")),
        Err(Errno::XDEV | Errno::LOOP) => Err(io::Error::other("it is a link that leaves the repository")),
        // Without the call, such a link cannot be followed safely.
        Err(Errno::NOSYS | Errno::PERM) => Err(io::Error::other("it is a link")),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn linked(_: &OwnedFd, _: &Path) -> io::Result<File> {
    Err(io::Error::other("it is a link"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn read(root: &Path) -> Result<Option<Vec<u8>>, String> {
        read_beneath(root, Path::new("sub/.turnwise/policy.toml"), 100).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_outside_of_the_root_is_read_through_a_link() {
        let directory = tempfile::tempdir().unwrap();
        let outside = directory.path().join("outside");
        let root = directory.path().join("root");
        let folder = root.join("sub/.turnwise");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::create_dir(&outside).unwrap();
        std::fs::write(outside.join("policy.toml"), "secret").unwrap();
        std::fs::write(root.join("inside.toml"), "inside").unwrap();
        let file = folder.join("policy.toml");
        assert_eq!(read(&root), Ok(None));
        for target in [
            "../../../outside/policy.toml",
            "/proc/self/environ",
            "/proc/self/cwd/x",
            "policy.toml",
            "nothing",
            "/dev/zero",
        ] {
            symlink(target, &file).unwrap();
            let error = read(&root).unwrap_err();
            assert!(error.contains("link"), "{target}: {error}");
            std::fs::remove_file(&file).unwrap();
        }
        std::fs::write(&file, "plain").unwrap();
        assert_eq!(read(&root), Ok(Some(b"plain".to_vec())));
        if cfg!(target_os = "linux") {
            std::fs::remove_file(&file).unwrap();
            symlink("../../inside.toml", &file).unwrap();
            assert_eq!(read(&root), Ok(Some(b"inside".to_vec())));
        }
        std::fs::remove_dir_all(&folder).unwrap();
        symlink(&outside, &folder).unwrap();
        assert_eq!(read(&root), Err(".turnwise is a link".to_owned()));
        std::fs::remove_file(&folder).unwrap();
        std::fs::create_dir_all(root.join("elsewhere/.turnwise")).unwrap();
        std::fs::remove_dir(root.join("sub")).unwrap();
        symlink("elsewhere", root.join("sub")).unwrap();
        assert_eq!(read(&root), Err("sub is a link".to_owned()));
    }

    #[test]
    fn other_kinds_of_files_are_refused_without_being_opened_for_long() {
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path().join("sub/.turnwise");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("policy.toml");
        let mode = Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(CWD, &file, FileType::Fifo, mode, 0).unwrap();
        assert!(read(directory.path()).unwrap_err().contains("FIFO"));
        std::fs::remove_file(&file).unwrap();
        std::fs::create_dir(&file).unwrap();
        assert!(read(directory.path()).unwrap_err().contains("directory"));
    }
}
