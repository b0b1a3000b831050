use serde::Deserialize;
use serde_json::Value;

use super::usage::WireUsage;
use crate::providers::lenient::{Text, lenient};

/// One event of a streamed answer. Its kind stands in the data too, so the `event:` line is not read.
#[derive(Deserialize)]
pub(super) struct Event {
    #[serde(rename = "type", default, deserialize_with = "lenient")]
    pub(super) kind: Option<String>,
    /// Of `message_start`.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) message: Option<Message>,
    /// Of `content_block_start`.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) content_block: Option<Block>,
    /// Of `content_block_delta` and `message_delta`.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) delta: Option<Block>,
    /// Of `message_delta`.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) usage: Option<WireUsage>,
    /// Of `error`.
    #[serde(default)]
    pub(super) error: Option<Value>,
}

/// A message: the head of a streamed answer, or the whole of one that isn't.
#[derive(Deserialize)]
pub(super) struct Message {
    #[serde(rename = "type", default, deserialize_with = "lenient")]
    pub(super) kind: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) model: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) content: Option<Vec<Block>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) stop_reason: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) usage: Option<WireUsage>,
}

/// A block of content, or what is added to one. Signatures, tool calls and citations are passed over.
#[derive(Deserialize)]
pub(super) struct Block {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) text: Option<Text>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) thinking: Option<Text>,
    /// Of `message_delta`.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) stop_reason: Option<String>,
}

/// Reads an object. `None` when it isn't one.
pub(super) fn parse<'a, T: Deserialize<'a>>(json: &'a str) -> Option<T> {
    // serde reads a list as a struct too, field by field
    serde_json::from_str(json).ok().filter(|_| json.trim_start().starts_with('{'))
}
