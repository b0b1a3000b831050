use serde::Deserialize;
use serde_json::Value;

use super::usage::WireUsage;
use crate::providers::lenient::{Text, lenient};

/// One chunk of a streamed answer, or the whole of one that isn't streamed: they differ in
/// `delta` and `message` alone.
#[derive(Deserialize)]
pub(super) struct Chunk {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) model: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    choices: Option<Vec<Choice>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) usage: Option<WireUsage>,
    /// Set and not null means failure, whatever else the chunk says.
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default, deserialize_with = "lenient")]
    delta: Option<Delta>,
    #[serde(default, deserialize_with = "lenient")]
    message: Option<Delta>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) finish_reason: Option<String>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Default, Deserialize)]
pub(super) struct Delta {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) content: Option<Text>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) refusal: Option<Text>,
    #[serde(default, deserialize_with = "lenient")]
    reasoning: Option<Text>,
    /// `DeepSeek`'s name for it.
    #[serde(default, deserialize_with = "lenient")]
    reasoning_content: Option<Text>,
}

impl Chunk {
    /// Reads a chunk. `None` when it isn't a JSON object.
    pub(super) fn parse(json: &str) -> Option<Self> {
        // serde reads a list as a struct too, field by field
        serde_json::from_str(json).ok().filter(|_| json.trim_start().starts_with('{'))
    }

    /// There are choices in it, if only an empty list: it is an answer, or a piece of one.
    pub(super) fn is_answer(&self) -> bool {
        self.choices.is_some()
    }

    /// The one choice that was asked for.
    pub(super) fn take_choice(&mut self) -> Option<Choice> {
        self.choices.as_mut().filter(|choices| !choices.is_empty()).map(|choices| choices.remove(0))
    }

    /// The error of the chunk, or of its choice.
    pub(super) fn error<'a>(&'a self, choice: Option<&'a Choice>) -> Option<&'a Value> {
        self.error.as_ref().or_else(|| choice?.error.as_ref())
    }
}

impl Choice {
    /// What the chunk adds to the answer, streamed or not.
    pub(super) fn take_delta(&mut self) -> Option<Delta> {
        self.delta.take().or_else(|| self.message.take())
    }
}

impl Delta {
    /// How much the model thought, in characters. What it thought ends here.
    pub(super) fn reasoning_chars(&self) -> usize {
        let chars =
            |text: &Option<Text>| text.as_ref().map_or(0, |Text(text)| text.chars().count());
        chars(&self.reasoning).max(chars(&self.reasoning_content))
    }
}
