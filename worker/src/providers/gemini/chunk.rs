use serde::Deserialize;
use serde_json::Value;

use super::usage::WireUsage;
use crate::providers::lenient::{Text, lenient};

/// A piece of an answer, or the whole of it: they have the same shape.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Chunk {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) candidates: Option<Vec<Candidate>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) prompt_feedback: Option<PromptFeedback>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) usage_metadata: Option<WireUsage>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) model_version: Option<String>,
    #[serde(default)]
    pub(super) error: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Candidate {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) content: Option<Content>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) finish_reason: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Content {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) parts: Option<Vec<Part>>,
}

/// Text, or something else that is passed over: a call, a result, a signature.
#[derive(Deserialize)]
pub(super) struct Part {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) text: Option<Text>,
    /// It was thought, not said.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) thought: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PromptFeedback {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) block_reason: Option<String>,
}

impl Chunk {
    /// The chunks of a text: one object, or a list of them. Empty when it is neither.
    pub(super) fn parse_all(json: &str) -> Vec<Self> {
        match json.trim_start().as_bytes().first() {
            Some(b'{') => serde_json::from_str(json).into_iter().collect(),
            Some(b'[') => {
                let chunks: Vec<Value> = serde_json::from_str(json).unwrap_or_default();
                let objects = chunks.into_iter().filter(Value::is_object);
                objects.filter_map(|chunk| serde_json::from_str(&chunk.to_string()).ok()).collect()
            }
            _ => vec![],
        }
    }

    /// It has a part of an answer in it, or says why there is none.
    pub(super) const fn is_answer(&self) -> bool {
        self.candidates.is_some() || self.prompt_feedback.is_some()
    }
}
