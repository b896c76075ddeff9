//! Files that a user or a repository names. They can be of any kind, of any size and in any encoding: opening one never
//! blocks, reading one has limits, and text has one decoder. This module does not interpret contents.

mod bom;
#[cfg(feature = "cli")]
mod decode;
#[cfg(feature = "cli")]
mod descriptor;
mod image;
mod kind;
pub(crate) mod long_lines;
#[cfg(feature = "cli")]
mod project;
mod read;
#[cfg(feature = "cli")]
mod stream;
#[cfg(feature = "cli")]
mod write;

pub(crate) use bom::without_bom;
pub(crate) use image::check_image;
pub(crate) use read::{open_regular, read_regular};
#[cfg(feature = "cli")]
pub(crate) use {
    decode::{NotText, decode},
    descriptor::{Target, append, target},
    kind::kind_of,
    project::read_beneath,
    stream::{Limits, read, read_stream, read_text},
    write::{Paced, open_special},
};

/// The most that is read of a file that a user names, in bytes, where nothing smaller is set.
pub(crate) const LARGEST: u64 = 64 << 20;
