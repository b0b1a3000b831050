//! Cuts a body into server-sent events.
//!
//! The format is WHATWG's event stream (HTML standard 9.2.6), of which providers use the `data`
//! field, comments, and little else. Two things are wanted that the crates for it don't tell:
//! that a comment came (it is a sign of life while the model thinks), and whether the body ended
//! in the middle of an event. And an event has a cap, so that a line without end can't fill the
//! memory.

/// The largest event that is taken, in bytes. Ordinary ones have a few hundred.
pub const MAX_EVENT_BYTES: usize = 1024 * 1024;

/// What a piece of the body held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A comment line. Its text means nothing.
    Comment,
    /// The data of an event, its lines joined by line feeds.
    Data(String),
}

/// An event grew beyond [`MAX_EVENT_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event is larger than {MAX_EVENT_BYTES} bytes")]
pub struct EventTooLarge;

/// How a body ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tail {
    /// After a whole event.
    Clean,
    /// In the middle of one. What there is of its data may be half of it.
    Unterminated(String),
}

/// Takes a body piece by piece, cut anywhere, and gives its events.
#[derive(Default)]
pub struct Decoder {
    /// The line under way. Bytes, since a piece may end inside a character.
    line: Vec<u8>,
    /// The data lines of the event under way.
    data: Vec<u8>,
    /// A data line was seen: empty data is data too.
    has_data: bool,
    /// The last byte was a carriage return, whose line feed may follow in the next piece.
    after_cr: bool,
    /// The byte order mark, if there was one, is behind us.
    started: bool,
}

impl Decoder {
    /// A decoder at the beginning of a body.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next piece and appends what it completed to `events`.
    pub fn push(&mut self, piece: &[u8], events: &mut Vec<Event>) -> Result<(), EventTooLarge> {
        let mut rest = piece;
        if self.after_cr && !rest.is_empty() {
            self.after_cr = false;
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        while let Some(end) = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
            self.extend_line(&rest[..end])?;
            self.end_line(events);
            let ended_by_cr = rest[end] == b'\r';
            rest = &rest[end + 1..];
            if ended_by_cr {
                self.after_cr = rest.is_empty();
                rest = rest.strip_prefix(b"\n").unwrap_or(rest);
            }
        }
        self.extend_line(rest)
    }

    /// Says how the body ended.
    #[must_use]
    pub fn finish(mut self) -> Tail {
        if self.line.is_empty() && !self.has_data {
            return Tail::Clean;
        }
        if !self.line.is_empty() {
            self.end_line(&mut Vec::new());
        }
        Tail::Unterminated(String::from_utf8_lossy(&self.data).into_owned())
    }

    fn extend_line(&mut self, bytes: &[u8]) -> Result<(), EventTooLarge> {
        if self.line.len() + self.data.len() + bytes.len() > MAX_EVENT_BYTES {
            return Err(EventTooLarge);
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn end_line(&mut self, events: &mut Vec<Event>) {
        let line = std::mem::take(&mut self.line);
        let mut line = line.as_slice();
        if !std::mem::replace(&mut self.started, true) {
            line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        }
        if line.is_empty() {
            self.dispatch(events);
        } else if line[0] == b':' {
            events.push(Event::Comment);
        } else {
            self.take_field(line);
        }
    }

    /// Keeps `data`; `event`, `id` and `retry` mean nothing to a chat, and nor does what is unknown.
    fn take_field(&mut self, line: &[u8]) {
        let Some(value) = line.strip_prefix(b"data") else { return };
        let value = match value {
            [] => value,
            [b':', b' ', value @ ..] | [b':', value @ ..] => value,
            _ => return,
        };
        if self.has_data {
            self.data.push(b'\n');
        }
        self.has_data = true;
        self.data.extend_from_slice(value);
    }

    fn dispatch(&mut self, events: &mut Vec<Event>) {
        if std::mem::take(&mut self.has_data) {
            let data = std::mem::take(&mut self.data);
            events.push(Event::Data(String::from_utf8_lossy(&data).into_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(body: &[u8], step: usize) -> (Vec<Event>, Tail) {
        let mut decoder = Decoder::new();
        let mut events = Vec::new();
        for piece in body.chunks(step) {
            decoder.push(piece, &mut events).unwrap();
        }
        (events, decoder.finish())
    }

    fn data(text: &str) -> Event {
        Event::Data(text.to_owned())
    }

    #[test]
    fn every_line_end_and_every_cut_gives_the_same_events() {
        let body =
            ": hello\n\ndata: {\"a\":1}\n\ndata:two\ndata: lines é😀\nid: 7\n\nevent: x\ndata\n\n";
        let expected = vec![Event::Comment, data("{\"a\":1}"), data("two\nlines é😀"), data("")];
        for line_end in ["\n", "\r\n", "\r"] {
            let body = body.replace('\n', line_end);
            for step in 1..=body.len() {
                let decoded = decode(body.as_bytes(), step);
                assert_eq!(
                    decoded,
                    (expected.clone(), Tail::Clean),
                    "{line_end:?} in steps of {step}"
                );
            }
        }
    }

    #[test]
    fn an_end_inside_an_event_is_told() {
        let (events, tail) = decode(b"data: whole\n\ndata: ha", 3);
        assert_eq!((events, tail), (vec![data("whole")], Tail::Unterminated("ha".to_owned())));
        assert_eq!(decode(b"data: line\n", 3).1, Tail::Unterminated("line".to_owned()));
        assert_eq!(decode(b"dat", 3).1, Tail::Unterminated(String::new()));
        assert_eq!(
            decode("data: é".as_bytes().split_last().unwrap().1, 3).1,
            Tail::Unterminated("\u{FFFD}".to_owned())
        );
        assert_eq!(decode(b"", 3).1, Tail::Clean);
    }

    #[test]
    fn a_byte_order_mark_is_skipped_and_unknown_fields_are_too() {
        let (events, _) = decode(b"\xEF\xBB\xBFdata: 1\n\ndatabase: 2\nretry: 3\n\n", 1);
        assert_eq!(events, vec![data("1")]);
    }

    #[test]
    fn an_event_has_a_cap_in_one_line_and_in_many() {
        let mut events = Vec::new();
        let mut endless_line = Decoder::new();
        endless_line.push(&vec![b'x'; MAX_EVENT_BYTES], &mut events).unwrap();
        assert_eq!(endless_line.push(b"x", &mut events), Err(EventTooLarge));

        let mut many_lines = Decoder::new();
        let line = format!("data: {}\n", "x".repeat(1000)).into_bytes();
        let refused = (0..2000).find_map(|_| many_lines.push(&line, &mut events).err());
        assert_eq!(refused, Some(EventTooLarge));
        assert!(events.is_empty());

        let mut below = Decoder::new();
        for _ in 0..2000 {
            below.push(&line, &mut events).unwrap();
            below.push(b"\n", &mut events).unwrap();
        }
        assert_eq!(events.len(), 2000);
    }
}
