//! How people write a name behind an `@`: in any case, of up to four words, in bold, in quotes of
//! all kinds, with a comma, a colon or `'s` behind.

use shared::names::fold_name;

/// The longest name, in words.
const MAX_WORDS: usize = 4;
/// No name is longer, in characters; bounds the work on a hostile message.
const MAX_NAME: usize = 100;

/// A way to read the beginning of a text as `@name`.
pub(super) struct Reading<'a> {
    /// Folded.
    pub(super) name: String,
    /// What is behind it.
    pub(super) rest: &'a str,
}

/// All ways to read a text that begins with `@`, longest name first. `marks` of emphasis stand in
/// front of it, and perhaps behind the name.
pub(super) fn readings(text: &str, marks: usize) -> Vec<Reading<'_>> {
    let Some(text) = text.strip_prefix(['@', '＠']) else { return Vec::new() };
    let (inner_marks, text) = split_at_marks(text);
    let marks = marks + inner_marks;
    if let Some(quoted) = quoted_reading(text, marks) {
        return vec![quoted];
    }
    let mut found = Vec::new();
    let mut ends = word_ends(text);
    while let Some(end) = ends.pop() {
        for name in trimmed_names(&text[..end]) {
            if goes_on(&text[name.len()..]) {
                continue;
            }
            found.push(Reading {
                name: fold_name(name),
                rest: behind_name(&text[name.len()..], marks),
            });
        }
    }
    // a short form of a longer reading may be longer than the full form of a shorter one
    found.retain(|reading| !reading.name.is_empty());
    found.sort_by_key(|reading| reading.rest.len());
    found
}

/// `@"Ada Lovelace"`, in quotes of any kind.
fn quoted_reading(text: &str, marks: usize) -> Option<Reading<'_>> {
    const PAIRS: [(char, char); 6] =
        [('"', '"'), ('“', '”'), ('„', '“'), ('«', '»'), ('\'', '\''), ('‘', '’')];
    let open = text.chars().next()?;
    let (_, close) = PAIRS.iter().find(|(opening, _)| *opening == open)?;
    let inside = &text[open.len_utf8()..];
    let end = inside.find(*close).filter(|end| inside[..*end].chars().count() <= MAX_NAME)?;
    let name = fold_name(&inside[..end]);
    let rest = behind_name(&inside[end + close.len_utf8()..], marks);
    (!name.is_empty()).then_some(Reading { name, rest })
}

/// Where the first words of a text end: on its first line, words with single gaps.
fn word_ends(text: &str) -> Vec<usize> {
    let line = text.lines().next().unwrap_or_default();
    let mut ends = Vec::new();
    let mut at = 0;
    for _ in 0..MAX_WORDS {
        let gap = line[at..].len() - line[at..].trim_start().len();
        let word = line[at + gap..].find(char::is_whitespace).unwrap_or(line.len() - at - gap);
        if word == 0 || (at == 0 && gap > 0) || line[..at + gap + word].chars().count() > MAX_NAME {
            break;
        }
        at += gap + word;
        ends.push(at);
    }
    ends
}

/// The words as they stand, and with less and less of what people write behind a name.
fn trimmed_names(words: &str) -> Vec<&str> {
    let last = words.rfind(char::is_whitespace).map_or(0, |gap| gap + 1);
    let is_mark = |c: char| is_markdown(c) || is_punctuation(c);
    let mut names = vec![words];
    let bare = words.trim_end_matches(is_mark);
    names.push(bare);
    // `@Ada,hello` and `@Ada**!**`: the name ends at the first mark of its last word
    if let Some(mark) = words.get(last..).and_then(|word| word.find(is_mark)) {
        names.push(&words[..last + mark]);
    }
    for possessive in ["'s", "’s", "'S", "’S", "'", "’"] {
        names.extend(bare.strip_suffix(possessive));
    }
    names.dedup();
    names
}

/// The text behind a name: without its possessive, its closing marks and what separates it.
fn behind_name(rest: &str, marks: usize) -> &str {
    let mut rest = rest;
    for _ in 0..marks {
        rest = rest.strip_prefix(is_markdown).unwrap_or(rest);
    }
    let possessive = ["'s", "’s", "'S", "’S"].iter().find_map(|s| rest.strip_prefix(s));
    match possessive {
        Some(behind) if !behind.starts_with(char::is_alphanumeric) => behind,
        _ => rest,
    }
}

/// Whether a word goes on behind a name: `@ada.com`, `@ada_lovelace`.
fn goes_on(behind: &str) -> bool {
    let mut chars = behind.chars();
    let joins = matches!(chars.next(), Some('.' | '_'));
    joins && chars.next().is_some_and(char::is_alphanumeric)
}

/// How many marks of emphasis a text begins with, and what is behind them.
fn split_at_marks(text: &str) -> (usize, &str) {
    let behind = text.trim_start_matches(is_markdown);
    (text.len() - behind.len(), behind)
}

pub(super) fn is_markdown(c: char) -> bool {
    matches!(c, '*' | '_' | '~' | '|' | '`')
}

fn is_punctuation(c: char) -> bool {
    matches!(
        c,
        ',' | '.'
            | ':'
            | ';'
            | '!'
            | '?'
            | '…'
            | '—'
            | '–'
            | ')'
            | '"'
            | '”'
            | '»'
            | '，'
            | '、'
            | '：'
            | '！'
            | '？'
            | '。'
    )
}
