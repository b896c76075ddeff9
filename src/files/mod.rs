//! Files that a user or a repository names. They can be of any kind, of any size and in any encoding: opening one never
//! blocks, reading one has limits, and text has one decoder. This module does not interpret contents.

mod decode;
mod descriptor;
mod image;
mod kind;
pub(crate) mod long_lines;
mod project;
mod read;
mod write;

pub(crate) use decode::{NotText, decode, without_bom};
pub(crate) use descriptor::{Target, append, target};
pub(crate) use image::check_image;
pub(crate) use kind::kind_of;
pub(crate) use project::read_beneath;
pub(crate) use read::{Limits, open_regular, read, read_regular, read_stream, read_text};
pub(crate) use write::{Paced, open_special};

/// The most that is read of a file that a user names, in bytes, where nothing smaller is set.
pub(crate) const LARGEST: u64 = 64 << 20;
