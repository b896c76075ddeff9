//! Where a command of a line runs: the directories that the `cd`s before it may have led to.

use std::path::{Component, Path, PathBuf};

/// How many possible directories are followed.
const MOST: usize = 8;

/// Where a command runs, relative to where its line starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In one of these: each is the operands of the `cd`s that led there, none for the start.
    OneOf(Vec<Vec<String>>),
    /// This cannot be told.
    Unknown,
}

impl Default for Place {
    fn default() -> Self {
        Self::OneOf(vec![Vec::new()])
    }
}

impl Place {
    /// After `cd` with these arguments has succeeded.
    pub(super) fn moved(&self, arguments: &[String]) -> Self {
        let operand = match arguments {
            [operand] => operand,
            [dashes, operand] if dashes == "--" => operand,
            _ => return Self::Unknown,
        };
        // `-`, `+1`, and nothing at all lead to places that the line does not name.
        if operand.is_empty() || operand.starts_with(['-', '+']) {
            return Self::Unknown;
        }
        match self {
            Self::Unknown if operand.starts_with('/') => Self::OneOf(vec![vec![operand.clone()]]),
            Self::Unknown => Self::Unknown,
            Self::OneOf(places) if places.iter().any(|place| place.len() >= MOST) => Self::Unknown,
            Self::OneOf(places) => Self::OneOf(
                places
                    .iter()
                    .map(|place| place.iter().chain([operand]).cloned().collect())
                    .collect(),
            ),
        }
    }

    /// Either of two.
    pub(super) fn or(&self, other: &Self) -> Self {
        let (Self::OneOf(first), Self::OneOf(second)) = (self, other) else {
            return Self::Unknown;
        };
        let mut places = first.clone();
        places.extend(second.iter().filter(|place| !first.contains(place)).cloned());
        if places.len() > MOST || places.iter().any(|place| place.len() > MOST) {
            return Self::Unknown;
        }
        Self::OneOf(places)
    }

    /// The directories, if the line starts in `start`; `None` where that cannot be told.
    pub fn directories(&self, start: &Path) -> Option<Vec<PathBuf>> {
        let Self::OneOf(places) = self else { return None };
        let mut found = Vec::new();
        for place in places {
            let mut here = vec![start.to_owned()];
            for operand in place {
                here = here
                    .iter()
                    .map(|directory| entered(directory, Path::new(operand)))
                    .collect::<Option<Vec<_>>>()?
                    .concat();
                here.truncate(MOST);
            }
            found.extend(here);
        }
        Some(found)
    }
}

/// The directories that `cd` may lead to: for `..`, a shell shortens the path that it remembers, a program follows the file
/// system. They differ behind a link.
fn entered(directory: &Path, operand: &Path) -> Option<Vec<PathBuf>> {
    let mut remembered = directory.to_owned();
    let mut names = false;
    let mut upwards = false;
    for component in operand.components() {
        match component {
            Component::ParentDir => {
                // The target of `a/..` depends on the type of `a`.
                if names {
                    return None;
                }
                upwards = true;
                remembered.pop();
            }
            Component::CurDir => {}
            Component::Normal(_) => {
                names = true;
                remembered.push(component);
            }
            Component::RootDir | Component::Prefix(_) => remembered = PathBuf::from("/"),
        }
    }
    let mut places = vec![remembered];
    if upwards {
        places.push(directory.join(operand));
    }
    Some(places)
}
