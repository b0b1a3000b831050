//! The few lines that a reply shows beside the answer: neutral ones, for everybody in the channel.
//!
//! What went wrong and what to do about it is for the person who pays, in private, and worded
//! elsewhere. Nothing here comes from a provider.

use shared::ids::RequestId;

pub use crate::texts::reference;

/// Holds the place of an answer that has no text yet.
pub(super) const PLACEHOLDER: &str = "…";
/// Instead of an answer that failed, by a personality with no line of its own.
pub(super) const FAILED: &str = "I can't answer this time.";
/// Instead of an answer that was stopped before it had any text.
pub(super) const STOPPED: &str = "Stopped.";
/// Instead of an answer that nobody came to write in time.
pub(super) const EXPIRED: &str = "This waited too long, and nothing was charged for it.";

/// Under what arrived before its author pressed Stop.
pub(super) const STOPPED_NOTE: &str = "-# Stopped.";
/// Under an answer that ran into the length limit.
pub(super) const LENGTH_NOTE: &str = "-# Cut off at the length limit.";
/// Under an answer that the provider's filter cut off.
pub(super) const FILTER_NOTE: &str = "-# Cut off by the model's content filter.";
/// Under what arrived before the connection broke.
pub(super) const INTERRUPTED_NOTE: &str = "-# The connection to the model broke off; this part may \
    have been charged. Nothing is repeated by itself.";
/// The same, where nothing arrived.
pub(super) const INTERRUPTED_EMPTY_NOTE: &str = "-# The connection to the model broke off before \
    any text came; it may have been charged. Nothing is repeated by itself.";

/// On the button that ends an answer.
pub(super) const STOP_LABEL: &str = "Stop";
/// On the button that asks once more.
pub(super) const RETRY_LABEL: &str = "Retry";

/// Under an answer without any text.
pub(super) fn empty_note(request: RequestId) -> String {
    format!("-# The model gave an empty answer. ref {}", reference(request))
}

/// Under a failure.
pub(super) fn failed_note(request: RequestId) -> String {
    format!("-# ref {}", reference(request))
}

/// The first line of a message that no webhook gives the personality's name.
pub(super) fn name_line(safe_name: &str) -> String {
    let mut line = String::from("**");
    for c in safe_name.chars() {
        if matches!(c, '*' | '_' | '`' | '~' | '|' | '\\' | '<' | '>' | '[' | ']' | '#' | ':') {
            line.push('\\');
        }
        line.push(c);
    }
    line.push_str("**\n");
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shown_and_not_interpreted() {
        assert_eq!(name_line("Ada Lovelace"), "**Ada Lovelace**\n");
        assert_eq!(name_line("**x** <@1>"), "**\\*\\*x\\*\\* \\<@1\\>**\n");
    }
}
