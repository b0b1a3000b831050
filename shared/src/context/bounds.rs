//! How much of other people's words is taken over into a context.

/// A context as it is stored, in bytes of JSON.
pub const MAX_BYTES: usize = 256 * 1024;
/// A name, in characters.
pub const MAX_NAME: usize = 64;
/// What is quoted of one message, in characters.
pub const MAX_QUOTE: usize = 1_500;
/// What is taken of a message that was passed on, in characters: all that it can hold.
pub const MAX_FORWARD: usize = 4_000;
/// Messages passed on with one.
pub const MAX_FORWARDS: usize = 5;
/// Embeds of one message.
pub const MAX_EMBEDS: usize = 5;
/// What is taken of one embed, in characters.
pub const MAX_EMBED: usize = 1_500;
/// Files of one message.
pub const MAX_ATTACHMENTS: usize = 10;
/// A file's address, in bytes; a longer one is none of Discord's.
pub const MAX_URL: usize = 2_000;
/// A question or an answer of a poll, in characters.
pub const MAX_ANSWER: usize = 300;
/// Answers of a poll.
pub const MAX_ANSWERS: usize = 10;
/// Names of each kind that are kept for one message's mentions.
pub const MAX_NAMES: usize = 100;

/// A name on one line, without controls, so that it can't pass for something else in a prompt.
#[must_use]
pub fn one_line(name: &str) -> String {
    cut(
        &name.split(is_break).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "),
        MAX_NAME,
    )
}

/// At most so many characters.
#[must_use]
pub fn cut(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn is_break(c: char) -> bool {
    c.is_control() || c.is_whitespace()
}
