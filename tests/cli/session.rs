//! Saved sessions as a person meets them: pages, pagers, lists, the picker, names.

mod export;
mod list;
mod show;
