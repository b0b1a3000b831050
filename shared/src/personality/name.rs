//! The names that may be registered.
//!
//! A name is shown as the author of messages and written by hand behind `@`. So it must fit where
//! Discord shows it, be within reach of what people type, and pretend to be nobody else.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::names::{fold_name, is_invisible};

/// The longest name, in the UTF-16 units that Discord counts for the author of a webhook's message.
pub const MAX_UNITS: usize = 80;
/// The longest name, in words: so many are read behind an `@`.
pub const MAX_WORDS: usize = 4;
/// The longest folded form that the database takes: one character may become eighteen.
const MAX_FOLDED: usize = 160;
/// What Discord refuses anywhere in the name of a webhook's message.
const RESERVED: [&str; 2] = ["discord", "clyde"];
/// Behind an `@`, these call people.
const CALLS: [&str; 2] = ["everyone", "here"];
/// What begins an address, emphasis or a quotation, and would not be read as part of the name.
const NOT_FIRST: &str = "*_~|`\"'“”„‘’«»";

/// A display name or an alias that may be registered.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonalityName(String);

/// Why a name can't be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameProblem {
    /// Nothing of it can be seen.
    #[error("it is empty")]
    Empty,
    /// It does not fit where Discord shows it.
    #[error("it is longer than {MAX_UNITS} characters")]
    TooLong,
    /// Nobody could address it.
    #[error("it has more than {MAX_WORDS} words")]
    TooManyWords,
    /// Control characters, line breaks, marks of direction, characters that take no room.
    #[error("it holds characters that cannot be seen")]
    Invisible,
    /// Discord keeps this word for itself.
    #[error("Discord does not allow \"discord\" or \"clyde\" in it")]
    Reserved,
    /// Writing it behind an `@` would call people.
    #[error("it begins with \"everyone\" or \"here\", which would call people")]
    CallsPeople,
    /// It looks like the mention of a person, a role or a channel.
    #[error("it holds one of @ # < >, and would look like a mention")]
    LikeAMention,
    /// It holds the fence of a code block.
    #[error("it holds ```")]
    Fence,
    /// Its first character is read as a mark around the name.
    #[error("it begins with a quotation mark or with one of * _ ~ | `")]
    BeginsWithMark,
}

impl PersonalityName {
    /// Reads a name as a person typed it; runs of spaces become one.
    pub fn parse(typed: &str) -> Result<Self, NameProblem> {
        let typed = typed.trim();
        if hides_something(typed) {
            return Err(NameProblem::Invisible);
        }
        let words: Vec<&str> = typed.split_whitespace().collect();
        let name = words.join(" ");
        let folded = fold_name(&name);
        let first = folded.split(' ').next().unwrap_or_default();
        if folded.is_empty() {
            Err(NameProblem::Empty)
        } else if name.encode_utf16().count() > MAX_UNITS || folded.chars().count() > MAX_FOLDED {
            Err(NameProblem::TooLong)
        } else if words.len() > MAX_WORDS {
            Err(NameProblem::TooManyWords)
        } else if name.contains("```") {
            Err(NameProblem::Fence)
        } else if folded.contains(['@', '#', '<', '>']) {
            Err(NameProblem::LikeAMention)
        } else if name.starts_with(|c| NOT_FIRST.contains(c)) {
            Err(NameProblem::BeginsWithMark)
        } else if RESERVED.iter().any(|word| folded.contains(word)) {
            Err(NameProblem::Reserved)
        } else if CALLS.contains(&first) {
            Err(NameProblem::CallsPeople)
        } else {
            Ok(Self(name))
        }
    }

    /// A name that the database holds: it was read by [`parse`](Self::parse), or came with a
    /// migration.
    pub(crate) fn stored(name: String) -> Self {
        Self(name)
    }

    /// The same name with a number behind it; `None` if that can be no name.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Option<Self> {
        let short: String = self.0.chars().take(MAX_UNITS / 2 - 3).collect();
        let ways = [
            format!("{} {number}", self.0),
            format!("{}-{number}", self.0),
            format!("{short}-{number}"),
        ];
        ways.iter().find_map(|name| Self::parse(name).ok())
    }

    /// The name as it is shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as it is compared.
    #[must_use]
    pub fn folded(&self) -> String {
        fold_name(&self.0)
    }
}

/// Joiners and variation selectors hold emoji together, so they may stand behind one; nothing else
/// that takes no room may stand anywhere.
fn hides_something(name: &str) -> bool {
    let mut before = ' ';
    for c in name.chars() {
        let glues = matches!(c, '\u{200D}' | '\u{FE0F}') && is_pictorial(before);
        let breaks = c.is_whitespace() && (c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'));
        if breaks || (is_invisible(c) && !glues) {
            return true;
        }
        before = c;
    }
    false
}

fn is_pictorial(c: char) -> bool {
    !c.is_ascii() && !c.is_alphanumeric() && !c.is_whitespace()
}

impl fmt::Display for PersonalityName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for PersonalityName {
    type Error = NameProblem;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::parse(&name)
    }
}

impl From<PersonalityName> for String {
    fn from(name: PersonalityName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_that_people_can_write_are_taken() {
        for (typed, name) in [
            ("Ada", "Ada"),
            ("  Ada   Lovelace ", "Ada Lovelace"),
            ("Dr. Who", "Dr. Who"),
            ("O'Brien", "O'Brien"),
            ("Yahoo!", "Yahoo!"),
            ("艾达", "艾达"),
            ("👩\u{200D}🚀 Ada", "👩\u{200D}🚀 Ada"),
            ("❤\u{FE0F}", "❤\u{FE0F}"),
            ("Heather", "Heather"),
            ("Over Here", "Over Here"),
            ("X", "X"),
            (&"a".repeat(80), &"a".repeat(80)),
        ] {
            assert_eq!(PersonalityName::parse(typed).unwrap().as_str(), name, "{typed:?}");
        }
    }

    #[test]
    fn names_that_deceive_or_cannot_be_reached_are_refused() {
        use NameProblem as P;
        for (typed, problem) in [
            ("", P::Empty),
            (" \u{3000}", P::Empty),
            (&"a".repeat(81), P::TooLong),
            (&"😀".repeat(41), P::TooLong),
            (&"\u{FDFA}".repeat(20), P::TooLong),
            ("one two three four five", P::TooManyWords),
            ("A\nB", P::Invisible),
            ("A\u{2028}B", P::Invisible),
            ("A\tB", P::Invisible),
            ("A\0", P::Invisible),
            ("\u{202E}adA", P::Invisible),
            ("A\u{200B}da", P::Invisible),
            ("dis\u{200D}cord", P::Invisible),
            ("Clyde", P::Reserved),
            ("The DISCORD team", P::Reserved),
            ("Ｄｉｓｃｏｒｄ", P::Reserved),
            ("everyone", P::CallsPeople),
            ("HERE", P::CallsPeople),
            ("here be dragons", P::CallsPeople),
            ("@Ada", P::LikeAMention),
            ("＠Ada", P::LikeAMention),
            ("<@123>", P::LikeAMention),
            ("#general", P::LikeAMention),
            ("x```y", P::Fence),
            ("*Ada*", P::BeginsWithMark),
            ("\"Ada\"", P::BeginsWithMark),
        ] {
            assert_eq!(PersonalityName::parse(typed), Err(problem), "{typed:?}");
        }
    }

    #[test]
    fn a_number_fits_behind_every_name() {
        let numbered = |name: &str| PersonalityName::parse(name).unwrap().numbered(12).unwrap();
        assert_eq!(numbered("Ada").as_str(), "Ada 12");
        assert_eq!(numbered("one two three four").as_str(), "one two three four-12");
        assert_eq!(numbered(&"😀".repeat(40)).as_str(), format!("{}-12", "😀".repeat(37)));
    }

    proptest! {
        #[test]
        fn what_is_taken_stays_as_it_is(typed in ".{0,100}") {
            if let Ok(name) = PersonalityName::parse(&typed) {
                prop_assert_eq!(PersonalityName::parse(name.as_str()), Ok(name.clone()));
                prop_assert!(!name.folded().is_empty());
                prop_assert!(!name.as_str().contains('\n'));
            }
        }
    }
}
