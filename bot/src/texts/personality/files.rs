//! `/personality export` and `/personality import`.

use super::{plain, view::shortened};

/// The file is too large.
pub const TOO_LARGE: &str = "That file is too large: a card or an export has at most 8 MiB. It was not \
    fetched.";
/// A picture that nobody will see.
pub const PICTURE_UNSEEN: &str = "its picture is kept, but not shown: whoever runs this bot has to set \
    `PUBLIC_URL`";
/// What a file should be.
pub const WHICH_FILES: &str = "-# I read my own exports and character cards: V1, V2 and V3, as JSON or as \
    a PNG with the card in it.";

/// A copy of it.
#[must_use]
pub fn exported(name: &str) -> String {
    format!(
        "Here is **{}**, with its system prompt. `/personality import` reads it back.",
        plain(name)
    )
}

/// What can't be read, and where.
#[must_use]
pub fn unreadable(problem: &str) -> String {
    format!(
        "That file can't be read: {}\nNothing was saved.\n{WHICH_FILES}",
        shortened(problem, 1_200)
    )
}

/// What was taken from a file.
#[must_use]
pub fn imported(name: &str, is_public: bool, kept: &[String], changed: &[String]) -> String {
    let who = if is_public { "public" } else { "private" };
    let mut lines = vec![format!("🎭 **{}** is there, {who}.", plain(name))];
    if !changed.is_empty() {
        lines.push("Changed on the way:".to_owned());
        lines.extend(changed.iter().take(10).map(|what| format!("- {}", shortened(what, 150))));
    }
    if !kept.is_empty() {
        let names: Vec<String> = kept.iter().map(|name| format!("`{}`", code(name))).collect();
        let names = shortened(&names.join(", "), 700);
        lines.push(format!("Kept without effect, and given back by an export: {names}"));
    }
    lines.push("-# `/personality view` shows all of it.".to_owned());
    shortened(&lines.join("\n"), 1_950)
}

/// A field's name in the file is anybody's; between backticks it can do nothing.
fn code(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ' | '/');
    name.chars().take(60).map(|c| if plain(c) { c } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn what_a_file_came_to_is_said() {
        let kept = ["tags".to_owned(), "`@everyone`".to_owned()];
        let all = [
            exported("Ada"),
            unreadable("it is no JSON: line 3, column 7"),
            imported("Ada", false, &[], &[]),
            imported("Ada", true, &kept, &["the name was shortened".to_owned()]),
            TOO_LARGE.to_owned(),
        ];
        assert_snapshot!(all.join("\n\n"));
    }
}
