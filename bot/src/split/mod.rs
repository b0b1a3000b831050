//! Cuts an answer into messages of at most 2000 UTF-16 units.
//!
//! An answer is shown while it still grows, by editing. So a cut, once made, has to stay where it
//! is: every decision here looks only at the text up to the cut (and the one character behind it),
//! never at how the text goes on. The pieces of a text's beginning, all but the last, are then the
//! pieces of the whole text.
//!
//! A cut falls behind a paragraph if that leaves the message reasonably full, else behind a line or
//! a sentence, else between words, and inside a word only when there is nothing else; never inside
//! a character, and where it's cheap to see not inside an emoji or an accented letter. A code block
//! is closed at the cut and opened again, with its language, in the next message. White space
//! around a cut is dropped: Discord would trim it anyway.

mod fences;
mod places;

use std::ops::Range;

use self::{
    fences::{FENCE, MAX_TICKS, Scan, leading_ticks},
    places::best_cut,
};

/// The longest message that Discord takes, in UTF-16 units.
pub const MAX_UNITS: usize = 2000;
/// What closes a code block at a cut.
const CLOSE: &str = "\n```";
/// However much room is asked for, a message keeps this much text.
const MIN_UNITS: usize = 200;

/// Room to keep free for what the caller adds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// In the first piece: a name in bold, in direct messages. The same from the first edit to the
    /// last, or the cuts move.
    pub first: usize,
    /// In the last piece: a notice. Leave it at 0 while the text grows: it may cut the last piece
    /// in two, and leaves the pieces before as they are.
    pub last: usize,
}

/// The pieces of a text: none for a blank one, and none of them blank.
#[must_use]
pub fn split(text: &str, room: Room) -> Vec<String> {
    pieces(text, room).iter().map(|piece| piece.render(text)).collect()
}

/// The length of a text as Discord counts it.
#[must_use]
pub fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A part of the text, and the code block that it begins and ends in.
#[derive(Clone, Debug)]
struct Piece {
    body: Range<usize>,
    /// The language of the block to open again, empty for none named.
    opened: Option<String>,
    closed: bool,
}

impl Piece {
    fn render(&self, text: &str) -> String {
        let mut piece = String::new();
        if let Some(language) = &self.opened {
            piece.push_str(&reopening(language));
        }
        piece.push_str(&text[self.body.clone()]);
        if self.closed {
            piece.push_str(CLOSE);
        }
        piece
    }

    fn units(&self, text: &str) -> usize {
        units(&self.render(text))
    }

    fn is_blank(&self, text: &str) -> bool {
        text[self.body.clone()].trim().is_empty()
    }
}

fn reopening(language: &str) -> String {
    format!("{FENCE}{language}\n")
}

fn limit(room: usize) -> usize {
    MAX_UNITS.saturating_sub(room).max(MIN_UNITS)
}

fn pieces(text: &str, room: Room) -> Vec<Piece> {
    let mut cutter = Cutter { text, at: 0, opened: None, room: room.first };
    let mut pieces = Vec::new();
    while let Some(piece) = cutter.next_piece() {
        cutter.room = 0;
        pieces.push(piece);
    }
    let first = if pieces.len() == 1 { room.first } else { 0 };
    if let Some(last) = pieces.pop_if(|last| last.units(text) + room.last > limit(first)) {
        // any of its parts may be the last, so all leave the room
        let room = first + room.last;
        let mut cutter = Cutter { text, at: last.body.start, opened: last.opened, room };
        pieces.extend(std::iter::from_fn(|| cutter.next_piece()));
    }
    pieces.retain(|piece| !piece.is_blank(text));
    pieces
}

/// Walks through the text from cut to cut.
struct Cutter<'a> {
    text: &'a str,
    at: usize,
    opened: Option<String>,
    room: usize,
}

impl Cutter<'_> {
    fn next_piece(&mut self) -> Option<Piece> {
        self.skip_gap();
        let rest = &self.text[self.at..];
        if rest.is_empty() {
            return None;
        }
        let head = self.opened.as_deref().map_or(0, |language| units(&reopening(language)));
        let limit = limit(self.room);
        let whole = prefix_of(rest, limit);
        // Room to close a block, whether or not the cut will fall into one: asked of the beginning
        // alone, so that the answer doesn't change when the text goes on.
        let close = if head > 0 || rest[..whole].contains(FENCE) { CLOSE.len() } else { 0 };
        let window = prefix_of(rest, limit - head - close);
        let scan = Scan::of(&rest[..window], self.opened.clone());
        let cut = if window == rest.len() {
            rest.len()
        } else {
            best_cut(&rest[..window], &rest[window..], &scan)
        };
        let state = scan.at(cut);
        let body = rest[..cut].trim_end();
        let piece = Piece {
            body: self.at..self.at + body.len(),
            opened: self.opened.take(),
            closed: state.is_some(),
        };
        self.at += cut;
        self.opened = state;
        Some(piece)
    }

    /// Drops what stands between two messages: white space, the line break in front of code, and
    /// the end of a block of which nothing is left.
    fn skip_gap(&mut self) {
        let rest = &self.text[self.at..];
        let trimmed = rest.trim_start();
        if self.opened.is_none() {
            self.at += rest.len() - trimmed.len();
        } else if trimmed.is_empty() {
            self.at = self.text.len();
        } else if (FENCE.len()..=MAX_TICKS).contains(&leading_ticks(trimmed)) {
            self.at = self.text.len() - trimmed.trim_start_matches('`').len();
            self.opened = None;
            self.skip_gap();
        } else {
            // indentation is part of the code
            let line = rest.len() - trimmed.len();
            self.at += rest[..line].rfind('\n').map_or(0, |newline| newline + 1);
        }
    }
}

/// The bytes of as many whole characters as fit into so many units.
fn prefix_of(text: &str, most: usize) -> usize {
    let mut units = 0;
    text.char_indices()
        .find(|(_, c)| {
            units += c.len_utf16();
            units > most
        })
        .map_or(text.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests;
