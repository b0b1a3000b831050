//! Keeps what a model thinks out of what it says.
//!
//! Providers put reasoning into fields of their own, and those never become text. Some models write
//! it into the text all the same, in tags. This is the fallback for them: `<thinking>`, `<think>`,
//! `<reasoning>` and `[thinking]`, in any case, and nested. A tag that is never closed hides what
//! follows. Inside code, in backticks, a tag is a text like any other: people talk about these tags.
//!
//! The filter takes an answer as it streams and gives the same text however it is cut. It holds back
//! only what may still become a tag: a few characters.

mod code;
mod tags;

use code::Code;
use tags::{Candidate, Tag};

/// An answer on its way, without its reasoning.
#[derive(Debug, Default)]
pub(crate) struct WithoutReasoning {
    /// The tags that are open, the outermost first. What is inside is not said.
    open: Vec<tags::Kind>,
    /// The beginning of what may be a tag.
    held: String,
    code: Code,
    /// The last character that was said.
    last: Option<char>,
    /// Reasoning has just ended: the gap that it leaves is closed.
    closing_gap: bool,
}

impl WithoutReasoning {
    /// Takes the next piece, and gives what can be said now.
    pub(crate) fn push(&mut self, piece: &str) -> String {
        let mut said = String::with_capacity(piece.len());
        for c in piece.chars() {
            self.take(c, &mut said);
        }
        said
    }

    /// Gives what was held back, when nothing more comes.
    pub(crate) fn finish(&mut self) -> String {
        let mut said = String::new();
        self.release(&mut said);
        said
    }

    fn take(&mut self, c: char, said: &mut String) {
        if !self.held.is_empty() || self.may_begin_a_tag(c) {
            self.held.push(c);
            match tags::read(&self.held) {
                Candidate::Tag(tag) => {
                    self.held.clear();
                    return self.heed(tag);
                }
                Candidate::Beginning => return,
                Candidate::Text => {
                    self.held.pop();
                    self.release(said);
                    // this one may begin another
                    if self.may_begin_a_tag(c) {
                        self.held.push(c);
                        return;
                    }
                }
            }
        }
        self.say(c, said);
    }

    fn may_begin_a_tag(&self, c: char) -> bool {
        matches!(c, '<' | '[') && (!self.open.is_empty() || !self.code.is_inside_before(c))
    }

    /// What was held was no tag.
    fn release(&mut self, said: &mut String) {
        for c in std::mem::take(&mut self.held).chars() {
            self.say(c, said);
        }
    }

    fn say(&mut self, c: char, said: &mut String) {
        if !self.open.is_empty() || (self.closing_gap && c.is_whitespace()) {
            return;
        }
        self.closing_gap = false;
        self.code.advance(c);
        self.last = Some(c);
        said.push(c);
    }

    fn heed(&mut self, tag: Tag) {
        match tag {
            Tag::Open(kind) => self.open.push(kind),
            // one that closes nothing says nothing either
            Tag::Close(kind) if !self.open.is_empty() => {
                // the one that it belongs to, with all that was left open inside; a model that mixes
                // its tags up means the innermost
                let from = self.open.iter().rposition(|open| *open == kind);
                self.open.truncate(from.unwrap_or(self.open.len() - 1));
                self.closing_gap =
                    self.open.is_empty() && self.last.is_none_or(char::is_whitespace);
            }
            Tag::Close(_) => {}
        }
    }
}

#[cfg(test)]
mod tests;
