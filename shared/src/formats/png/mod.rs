//! The texts inside a PNG: read without decoding a pixel, replaced without touching another chunk.

mod chunks;
mod inflate;
mod placeholder;
mod texts;

pub(super) use self::{
    placeholder::placeholder,
    texts::{Keyword, text, with_texts, without_cards},
};

/// What is wrong with a PNG, and where. A file with one of these is not read any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PngProblem {
    /// It does not begin as a PNG does.
    #[error("this is not a PNG")]
    NotPng,
    /// A chunk says that it is longer than the file, or the file has no end.
    #[error("the PNG ends in the middle of the chunk at byte {at}")]
    CutOff {
        /// Where the chunk begins.
        at: usize,
    },
    /// A chunk that no PNG has there, such as another first one.
    #[error("there is no proper PNG chunk at byte {at}")]
    Malformed {
        /// Where the chunk begins.
        at: usize,
    },
    /// The bytes are not those that were written.
    #[error("the PNG chunk at byte {at} is damaged: its checksum is another one")]
    Checksum {
        /// Where the chunk begins.
        at: usize,
    },
    /// A text that is larger than any card when it is unpacked: a bomb.
    #[error("the text in the PNG chunk at byte {at} is too large when it is unpacked")]
    Bomb {
        /// Where the chunk begins.
        at: usize,
    },
    /// A packed text that can't be unpacked.
    #[error("the text in the PNG chunk at byte {at} can't be unpacked")]
    Packed {
        /// Where the chunk begins.
        at: usize,
    },
}
