//! How the end of an approval request reads: what was decided, and by whom.

use crate::runtime::approval::DecidedBy;
use crate::runtime::event::ApprovalResolution;
use crate::text::words::{decision, sentence};

/// One line about the end of a request.
pub(crate) fn line(resolution: &ApprovalResolution) -> String {
    let word = resolution.decision.as_str();
    let decided = sentence(&decision(word));
    match (word, &resolution.by) {
        (_, DecidedBy::Interrupt) => "Interrupted".to_owned(),
        ("closed", _) => "Approval request closed by Codex".to_owned(),
        ("accept_with_rule", DecidedBy::Terminal) => "Approved, rule saved".to_owned(),
        ("apply_network_rule", DecidedBy::Terminal) => "Approved, network rule saved".to_owned(),
        ("accept_for_session" | "accept_always", DecidedBy::Terminal) => decided,
        (_, DecidedBy::Terminal) => format!("{decided} here"),
        ("decline" | "cancel", DecidedBy::Flag | DecidedBy::Nobody) => {
            format!("{decided}: nobody available to approve")
        }
        ("decline" | "cancel", DecidedBy::Deadline) => format!("{decided}: no answer in time"),
        (_, by) => format!("{decided} by {by}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resolution_says_what_was_decided_and_by_whom() {
        let shown = |decision: &str, by: &str| {
            line(&ApprovalResolution {
                id: "1".into(),
                decision: decision.to_owned(),
                by: DecidedBy::from(by.to_owned()),
            })
        };
        assert_eq!(shown("accept", "terminal"), "Approved here");
        assert_eq!(shown("accept_with_rule", "terminal"), "Approved, rule saved");
        assert_eq!(shown("cancel", "flag"), "Cancelled: nobody available to approve");
        assert_eq!(shown("cancel", "deadline"), "Cancelled: no answer in time");
        assert_eq!(shown("cancel", "interrupt"), "Interrupted");
        assert_eq!(shown("decline", "anna"), "Declined by anna");
        assert_eq!(shown("accept", "policy p.toml:3"), "Approved by policy p.toml:3");
        assert_eq!(shown("closed", "server"), "Approval request closed by Codex");
    }
}
