use serde_json::Value;

use super::{Refusal, wires::Asked};

/// How a server of the operator's behaves: each speaks as OpenAI does as far as it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerManners {
    /// It wants a key.
    pub asks_for_key: bool,
    /// It has a list of models.
    pub lists_models: bool,
    /// It lists them to anybody.
    pub lists_in_public: bool,
    /// It streams.
    pub streams: bool,
    /// It knows `stream_options`, and answers 400 otherwise.
    pub knows_stream_options: bool,
}

impl Default for ServerManners {
    /// As a well-behaved server does.
    fn default() -> Self {
        Self {
            asks_for_key: true,
            lists_models: true,
            lists_in_public: false,
            streams: true,
            knows_stream_options: true,
        }
    }
}

impl ServerManners {
    /// What it can't do of what is asked.
    pub(super) fn check(self, asked: &Asked) -> Result<(), Refusal> {
        let refuse = |what: &str| Err(Refusal::saying(400, what, Value::Null));
        if !self.knows_stream_options && !asked.body["stream_options"].is_null() {
            return refuse("Extra inputs are not permitted: stream_options");
        }
        if !self.streams && asked.wants_stream {
            return refuse("Streaming is not supported");
        }
        Ok(())
    }
}
