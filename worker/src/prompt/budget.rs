//! How much of a model's context each part of a prompt may fill.
//!
//! Tokens are guessed from bytes: three of them are at most about one token, in English as in Chinese.
//! The payer pays for every one, so there is a ceiling for models with room for novels, too.

/// Bytes to a token.
const BYTES: usize = 3;
/// The conversation, at most.
const MAX_HISTORY: usize = 16_000;
/// What a message refers to and carries, at most.
const MAX_EXTRAS: usize = 16_000;
/// An image, whatever it shows.
const IMAGE: usize = 1_600;
/// What wraps it all.
const WRAPPING: usize = 300;

/// What a text takes.
pub(super) const fn tokens(text: &str) -> usize {
    text.len().div_ceil(BYTES)
}

/// What is left for the parts that may be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Budget {
    /// For both together.
    room: usize,
}

impl Budget {
    /// In a model of this context length, if it is known, after what can't be cut.
    pub(super) fn new(
        context_length: Option<u64>,
        answer: u32,
        fixed: usize,
        images: usize,
    ) -> Self {
        let taken =
            fixed + images * IMAGE + WRAPPING + usize::try_from(answer).unwrap_or(usize::MAX);
        let length = context_length.and_then(|length| usize::try_from(length).ok());
        Self { room: length.map_or(usize::MAX, |length| length.saturating_sub(taken)) }
    }

    /// For what the message refers to and carries.
    pub(super) fn extras(self) -> Room {
        Room(MAX_EXTRAS.min(self.room / 2))
    }

    /// For the conversation, after what the extras took.
    pub(super) fn history(self, extras: usize) -> Room {
        Room(MAX_HISTORY.min(self.room.saturating_sub(extras)))
    }
}

/// Tokens that may still be filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room(pub(super) usize);

impl Room {
    /// Takes what a text needs, if it fits.
    pub(super) fn take(&mut self, tokens: usize) -> bool {
        let fits = tokens <= self.0;
        if fits {
            self.0 -= tokens;
        }
        fits
    }

    /// As much of a text as fits, on whole characters.
    pub(super) fn cut(&mut self, text: &str) -> String {
        if self.take(tokens(text)) {
            return text.to_owned();
        }
        // the mark that something is missing takes a token
        let mut end = self.0.saturating_sub(1) * BYTES;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.0 = 0;
        format!("{}…", &text[..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_model_is_not_overfilled_and_a_large_one_not_filled() {
        let unknown = Budget::new(None, 1024, 2_000, 0);
        assert_eq!((unknown.extras(), unknown.history(0)), (Room(16_000), Room(16_000)));
        let large = Budget::new(Some(1_000_000), 1024, 2_000, 10);
        assert_eq!((large.extras(), large.history(16_000)), (Room(16_000), Room(16_000)));
        let small = Budget::new(Some(8_192), 1_024, 2_000, 1);
        assert_eq!(small.room, 8_192 - 1_024 - 2_000 - 1_600 - 300);
        assert_eq!((small.extras(), small.history(600)), (Room(1_634), Room(2_668)));
        let none = Budget::new(Some(2_048), 1_024, 2_000, 0);
        assert_eq!((none.extras(), none.history(0)), (Room(0), Room(0)));
    }

    #[test]
    fn a_text_is_cut_on_a_character() {
        let mut room = Room(4);
        assert_eq!(room.cut("abc"), "abc");
        assert_eq!(room.cut("ééééééé"), "ééé…");
        assert_eq!(room.cut("x"), "…");
        assert_eq!(Room(0).cut(""), "");
    }
}
