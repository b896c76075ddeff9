//! The submodules in a repository's index, read from git's own format.

use std::path::PathBuf;

/// The length of SHA-1 hashes in an index. Another format of objects is a setting that is not in the list above.
const HASH: usize = 20;

/// The submodules in an index, as paths below the top; `None` where it is not understood.
pub(super) fn submodules(index: &[u8]) -> Option<Vec<PathBuf>> {
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
