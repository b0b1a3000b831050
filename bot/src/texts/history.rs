//! `/history clear`, and its undoing.

use super::counted;

/// There was nothing to clear.
pub const NOTHING: &str = "There is nothing to clear: you have no conversation with this personality in \
    this channel.";
/// On the button.
pub const UNDO_LABEL: &str = "Undo";
/// What was cleared is gone for good, or was brought back before.
pub const NOTHING_TO_UNDO: &str = "There is nothing to bring back: it was brought back before, or more \
    than a day has passed and it has been erased.";

/// So many turns were cleared.
#[must_use]
pub fn cleared(turns: u64) -> String {
    format!(
        "Cleared {} of yours here. The personality no longer remembers them; what others said to it, and \
         the messages in Discord, stay. You can bring them back for a day; then they are erased.",
        turns_in_words(turns)
    )
}

/// So many came back.
#[must_use]
pub fn restored(turns: u64) -> String {
    format!("Brought back {}: the personality remembers them again.", turns_in_words(turns))
}

fn turns_in_words(turns: u64) -> String {
    counted(i64::try_from(turns).unwrap_or(i64::MAX), "turn", "turns")
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn clearing_says_what_is_gone_and_for_how_long() {
        let all = [cleared(1), cleared(1_234), restored(2), NOTHING.into(), NOTHING_TO_UNDO.into()];
        assert_snapshot!(all.join("\n\n"));
    }
}
