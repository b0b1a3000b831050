use serde::Deserialize;
use shared::model::{TokenCounts, Usage};

use crate::providers::lenient::{count, lenient};

/// A usage record as it is sent: every chunk has one, and the last holds. What was thought is not in
/// `candidatesTokenCount`.
#[derive(Deserialize)]
pub(super) struct WireUsage {
    #[serde(rename = "promptTokenCount", default, deserialize_with = "lenient")]
    prompt: Option<i64>,
    #[serde(rename = "toolUsePromptTokenCount", default, deserialize_with = "lenient")]
    tools: Option<i64>,
    #[serde(rename = "cachedContentTokenCount", default, deserialize_with = "lenient")]
    cached: Option<i64>,
    #[serde(rename = "candidatesTokenCount", default, deserialize_with = "lenient")]
    candidates: Option<i64>,
    #[serde(rename = "thoughtsTokenCount", default, deserialize_with = "lenient")]
    thoughts: Option<i64>,
}

impl WireUsage {
    /// The record in our words.
    pub(super) fn normalised(&self) -> Usage {
        let thoughts = count(self.thoughts);
        Usage {
            tokens: TokenCounts {
                input: sum(count(self.prompt), count(self.tools)),
                output: sum(count(self.candidates), thoughts),
                cached: count(self.cached),
                cache_write: None,
                reasoning: thoughts,
            },
            cost: None,
        }
    }
}

/// This wire leaves out what is zero, so one of the two is enough to know the sum.
fn sum(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    match (one, other) {
        (Some(one), Some(other)) => one.checked_add(other),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thoughts_belong_to_the_output_and_tools_to_the_input() {
        let read = |json: &str| serde_json::from_str::<WireUsage>(json).unwrap().normalised();
        assert_eq!(read("{}"), Usage::default());
        let tokens = read(
            r#"{"promptTokenCount":91,"toolUsePromptTokenCount":574,"candidatesTokenCount":93,
                "thoughtsTokenCount":211,"cachedContentTokenCount":64}"#,
        )
        .tokens;
        assert_eq!((tokens.input, tokens.output), (Some(665), Some(304)));
        assert_eq!((tokens.cached, tokens.reasoning), (Some(64), Some(211)));
        let thinking = read(r#"{"promptTokenCount":9,"thoughtsTokenCount":20}"#).tokens;
        assert_eq!((thinking.output, thinking.reasoning), (Some(20), Some(20)));
        assert_eq!(read(r#"{"promptTokenCount":9}"#).tokens.output, None);
    }
}
