//! A personality's name, made safe as the name of a webhook message.
//!
//! Discord takes 1–80 characters there, refuses its own names, and shows whatever else it is given.
//! A name can therefore pretend to be a mention, hide its letters or run backwards: what is shown
//! must be what was registered, or visibly not somebody else's. Wire limits are in UTF-16 units.

use shared::names::is_invisible;

/// The longest name that Discord takes, in UTF-16 units.
pub const MAX_UNITS: usize = 80;
/// Breaks a forbidden word without being seen; `PluralKit` does the same.
const HAIR_SPACE: char = '\u{200A}';
/// Takes up a place and shows nothing: Discord refuses names of one character.
const FILLER: char = '\u{17B5}';
/// Shown when nothing of a name is left.
const NAMELESS: &str = "Unnamed";
/// What Discord refuses in a name, or reads as a mention of everybody.
const FORBIDDEN: [&str; 5] = ["clyde", "discord", "everyone", "here", "```"];

/// The name as Discord may show it: 2–80 UTF-16 units, no invisible characters other than joiners
/// between emoji and the spaces that defuse a forbidden word.
#[must_use]
pub fn webhook_name(display_name: &str) -> String {
    let visible: String = display_name.chars().filter_map(shown).collect();
    let tidy = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let defused = FORBIDDEN.iter().fold(tidy, |name, word| break_word(&name, word));
    let mut name = cut(&defused).trim().to_owned();
    if name.chars().all(|c| is_invisible(c) || c.is_whitespace()) {
        NAMELESS.clone_into(&mut name);
    }
    if name.chars().nth(1).is_none() {
        name.push(FILLER);
    }
    name
}

/// Emoji are held together by joiners and variation selectors; everything else invisible goes.
fn shown(c: char) -> Option<char> {
    match c {
        '\u{200D}' | '\u{FE0F}' => Some(c),
        // `@` alone makes a name look like a mention; the full-width one doesn't
        '@' => Some('＠'),
        _ if is_invisible(c) => None,
        _ => Some(c),
    }
}

/// Puts a hair space after the first letter of each occurrence, in whatever case.
fn break_word(name: &str, word: &str) -> String {
    let mut broken = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(c) = rest.chars().next() {
        broken.push(c);
        if starts_with_ignoring_case(rest, word) {
            broken.push(HAIR_SPACE);
        }
        rest = &rest[c.len_utf8()..];
    }
    broken
}

/// Compares letter by letter, as far as the word goes, joiners not counted: `d\u{200D}iscord` would
/// otherwise pass.
fn starts_with_ignoring_case(text: &str, word: &str) -> bool {
    if text.chars().next().is_none_or(is_invisible) {
        return false;
    }
    let mut letters = text.chars().filter(|c| !is_invisible(*c)).flat_map(char::to_lowercase);
    word.chars().all(|c| letters.next() == Some(c))
}

/// As much of the beginning as fits, and no half emoji: a joiner at the cut goes too.
fn cut(name: &str) -> &str {
    let mut units = 0;
    let end = name
        .char_indices()
        .find(|(_, c)| {
            units += c.len_utf16();
            units > MAX_UNITS
        })
        .map_or(name.len(), |(at, _)| at);
    name[..end].trim_end_matches('\u{200D}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_come_out_safe() {
        let long = "ab ".repeat(40);
        for (name, safe) in [
            ("Ada Lovelace", "Ada Lovelace"),
            ("  Ada\n\tLovelace ", "Ada Lovelace"),
            ("Clyde", "C\u{200A}lyde"),
            ("the DISCORD team", "the D\u{200A}ISCORD team"),
            ("Discordia", "D\u{200A}iscordia"),
            ("@everyone", "＠e\u{200A}veryone"),
            ("Sherehere", "Sh\u{200A}ereh\u{200A}ere"),
            ("dis\u{200B}cord", "d\u{200A}iscord"),
            ("dis\u{200D}cord", "d\u{200A}is\u{200D}cord"),
            ("x```y", "x`\u{200A}``y"),
            ("A", "A\u{17B5}"),
            ("艾", "艾\u{17B5}"),
            ("\u{202E}adA\u{202C}", "adA"),
            ("\u{1b}[31mAda\0", "[31mAda"),
            ("\u{200B}\u{2060}", "Unnamed"),
            ("\u{200D}\u{FE0F}", "Unnamed"),
            ("", "Unnamed"),
            ("👩\u{200D}🚀 Ada", "👩\u{200D}🚀 Ada"),
            (&long, long[..80].trim()),
        ] {
            assert_eq!(webhook_name(name), safe, "{name:?}");
        }
    }

    #[test]
    fn the_limit_counts_utf16_units_and_cuts_no_character() {
        let name = webhook_name(&"😀".repeat(41));
        assert_eq!(name, "😀".repeat(40));
        assert_eq!(webhook_name(&"a".repeat(81)), "a".repeat(80));
    }

    proptest! {
        #[test]
        fn every_name_is_one_discord_takes(name in ".{0,200}|(clyde|discord|here|ab|\u{200D}|👩|`){0,30}") {
            let safe = webhook_name(&name);
            let units = safe.encode_utf16().count();
            prop_assert!((2..=80).contains(&units), "{} units", units);
            let lower = safe.to_lowercase();
            for word in FORBIDDEN {
                prop_assert!(!lower.contains(word), "{:?}", safe);
            }
            prop_assert_eq!(safe.trim(), &safe);
        }
    }
}
