use serde_json::Value;

use super::{Refusal, wires::Asked};

/// How a server of the operator's behaves: each speaks as OpenAI does as far as it does. By default, as a
/// well-behaved one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerManners {
    /// It wants a key.
    pub asks_for_key: bool,
    /// To whom it lists its models.
    pub lists: Lists,
    /// How far it streams.
    pub streams: Streams,
}

/// To whom a server lists its models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lists {
    /// To those whom it would answer.
    ToKeys,
    /// To anybody with any key.
    ToAnybody,
    /// It has no list.
    ToNobody,
}

/// How far a server streams; it answers 400 to more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Streams {
    /// With usage, if that is asked for.
    WithUsage,
    /// It does not know `stream_options`.
    WithoutOptions,
    /// It answers in one piece.
    Never,
}

impl Default for ServerManners {
    fn default() -> Self {
        Self { asks_for_key: true, lists: Lists::ToKeys, streams: Streams::WithUsage }
    }
}

impl ServerManners {
    /// What it can't do of what is asked.
    pub(super) fn check(self, asked: &Asked) -> Result<(), Refusal> {
        let refuse = |what: &str| Err(Refusal::saying(400, what, Value::Null));
        match self.streams {
            Streams::Never if asked.wants_stream => refuse("Streaming is not supported"),
            Streams::WithoutOptions if !asked.body["stream_options"].is_null() => {
                refuse("Extra inputs are not permitted: stream_options")
            }
            _ => Ok(()),
        }
    }
}
