use std::time::Duration;

use super::{Gate, Refusal};

/// What happens to a call. The default is an ordinary answer.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// What is said.
    pub reply: Reply,
    /// What is thought before it, in the fields that are meant for it.
    pub reasoning: Option<String>,
    /// What is thought before it, in the midst of the text: between such tags.
    pub tagged: Option<(String, String)>,
    /// What goes wrong.
    pub fault: Option<Fault>,
    /// Where the call is held.
    pub gate: Option<Gate>,
    /// The pause before each chunk.
    pub pause: Duration,
    /// The body goes out in pieces of so many bytes, wherever they cut.
    pub piece: Option<usize>,
    /// Lines end in CRLF.
    pub crlf: bool,
    /// The reason to stop, in OpenAI's words; `None` is `stop`. The other APIs' words for `stop`,
    /// `length` and `content_filter` are known.
    pub finish_reason: Option<String>,
}

/// A response that was recorded, to be sent again as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body, streamed or not.
    pub body: String,
}

/// What is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reply {
    /// A text in the persona's name, with a piece of what was asked.
    #[default]
    Composed,
    /// This text, in chunks of a few words.
    Text(String),
    /// These chunks.
    Chunks(Vec<String>),
    /// This refusal, in the field that is meant for it; where there is none, a filter cuts the answer
    /// off.
    Refusal(String),
    /// This recording. Nothing is charged for it.
    Recorded(Recording),
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is refused before anything is done.
    Refuse(Refusal),
    /// The connection closes before the request's body is read.
    CloseBeforeBody,
    /// The connection closes after the request's body is read, without a response.
    CloseAfterBody,
    /// 200 with a page.
    Html,
    /// 200 with nothing.
    EmptyBody,
    /// 200 with an error in place of an answer.
    ErrorBody,
    /// 200 with `Content-Encoding: gzip`, and something else.
    GarbageGzip,
    /// 400 with the key in body and headers, as some providers echo it.
    EchoKey,
    /// Comments, without end.
    CommentsOnly,
    /// Text, without end.
    Endless,
    /// An error chunk with this code after so many chunks of text, and then the end.
    ErrorChunk {
        /// Chunks of text before it.
        after: usize,
        /// The `code` of the error.
        code: u16,
    },
    /// The connection breaks in the middle of a line, after so many chunks of text.
    BreakAfter(usize),
    /// Everything but `[DONE]`.
    NoDone,
    /// Everything but the usage.
    NoUsage,
    /// One line of more than so many bytes, before the text.
    LongLine(usize),
}

impl Script {
    /// An answer of this text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self { reply: Reply::Text(text.into()), ..Self::default() }
    }

    /// An answer in exactly these chunks.
    #[must_use]
    pub fn chunks<T: Into<String>>(chunks: impl IntoIterator<Item = T>) -> Self {
        let chunks = chunks.into_iter().map(Into::into).collect();
        Self { reply: Reply::Chunks(chunks), ..Self::default() }
    }

    /// A recording, sent again.
    #[must_use]
    pub fn recorded(recording: Recording) -> Self {
        Self { reply: Reply::Recorded(recording), ..Self::default() }
    }

    /// With this thought before it, in `reasoning` and `reasoning_details`. A call that asks for it to
    /// be left out does not get it.
    #[must_use]
    pub fn reasoning(self, thought: &str) -> Self {
        Self { reasoning: Some(thought.to_owned()), ..self }
    }

    /// With this thought before it in the text itself, between `<tag>` and `</tag>`, as some models and
    /// servers leave it.
    #[must_use]
    pub fn thinking_in(self, tag: &str, thought: &str) -> Self {
        Self { tagged: Some((tag.to_owned(), thought.to_owned())), ..self }
    }

    /// An answer that goes wrong.
    #[must_use]
    pub fn fault(fault: Fault) -> Self {
        Self { fault: Some(fault), ..Self::default() }
    }

    /// A refusal with this status.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::fault(Fault::Refuse(Refusal::status(status)))
    }

    /// Going wrong as well.
    #[must_use]
    pub fn failing(self, fault: Fault) -> Self {
        Self { fault: Some(fault), ..self }
    }

    /// Held at a gate.
    #[must_use]
    pub fn gated(self, gate: Gate) -> Self {
        Self { gate: Some(gate), ..self }
    }

    /// With a pause before each chunk.
    #[must_use]
    pub fn paced(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    /// In pieces of so many bytes.
    #[must_use]
    pub fn in_pieces_of(self, bytes: usize) -> Self {
        Self { piece: Some(bytes.max(1)), ..self }
    }

    /// With CRLF at the end of lines.
    #[must_use]
    pub fn with_crlf(self) -> Self {
        Self { crlf: true, ..self }
    }

    /// Stopping for this reason.
    #[must_use]
    pub fn finishing(self, reason: &str) -> Self {
        Self { finish_reason: Some(reason.to_owned()), ..self }
    }

    /// Why it stops, in OpenAI's words.
    pub(super) fn reason(&self) -> &str {
        self.finish_reason.as_deref().unwrap_or("stop")
    }
}
