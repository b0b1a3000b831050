//! Where in a text somebody is addressed by `@name`.
//!
//! Anywhere, but for code, the middle of a word, an e-mail's address and the path of a link. The
//! first ten places are looked at; that bounds what is looked up for a hostile message.

use std::collections::HashMap;

use shared::ids::PersonalityId;

use super::{
    code::code,
    names::{is_markdown, readings},
};

/// So many places are looked at.
const MAX_PLACES: usize = 10;

/// Somebody addressed in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// Who.
    pub(super) personality: PersonalityId,
    /// Where the address begins, with its marks of emphasis.
    pub(super) start: usize,
    /// What is behind it begins here.
    pub(super) end: usize,
}

/// The folded names that a text may address, sorted, each once.
pub(super) fn candidates(text: &str) -> Vec<String> {
    let places = places(text);
    let read = places.iter().flat_map(|place| readings(&text[place.at..], place.marks));
    let mut names: Vec<String> = read.map(|reading| reading.name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Who of those known is addressed, in the text's order. The longest name wins.
pub(super) fn addresses(text: &str, known: &HashMap<String, PersonalityId>) -> Vec<Address> {
    let mut found: Vec<Address> = Vec::new();
    for place in places(text) {
        // inside a name that has been read: `@"Ada @ home"`
        if found.last().is_some_and(|before| place.at < before.end) {
            continue;
        }
        let read = readings(&text[place.at..], place.marks).into_iter().find_map(|reading| {
            let end = text.len() - reading.rest.len();
            Some((*known.get(&reading.name)?, end))
        });
        if let Some((personality, end)) = read {
            found.push(Address { personality, start: place.at - place.marks, end });
        }
    }
    found
}

/// An `@` that may begin an address.
struct Place {
    at: usize,
    /// Marks of emphasis right before it, in bytes.
    marks: usize,
}

fn places(text: &str) -> Vec<Place> {
    let code = code(text);
    let ats = text.match_indices(['@', '＠']).map(|(at, _)| at);
    let outside = ats.filter(|at| !code.iter().any(|span| span.contains(at)));
    let marked = outside.map(|at| {
        let before = &text[..at];
        Place { at, marks: before.len() - before.trim_end_matches(is_markdown).len() }
    });
    let free = marked.filter(|place| {
        let before = text[..place.at - place.marks].chars().next_back();
        !before.is_some_and(joins)
    });
    free.take(MAX_PLACES).collect()
}

/// Whether an `@` behind this is part of a word, a link or a mention. Scripts that put no space
/// between words don't join.
fn joins(before: char) -> bool {
    let is_word = before.is_alphanumeric() && before < '\u{2E80}';
    is_word || matches!(before, '<' | '/' | '\\' | '@' | '＠' | '=' | '%' | '#')
}
