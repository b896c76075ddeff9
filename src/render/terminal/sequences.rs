//! Colour sequences across rows: what is open at the end of one is opened again on the next.

use console::AnsiCodeIterator;

use super::rows::note;

/// The colour sequences that are in force at the end of a line.
pub(super) fn open_sequences(line: &str) -> String {
    let mut open = String::new();
    for (text, is_sequence) in AnsiCodeIterator::new(line) {
        if is_sequence {
            note(&mut open, text);
        }
    }
    open
}
