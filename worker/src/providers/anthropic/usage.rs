use serde::Deserialize;
use shared::model::{TokenCounts, Usage};

use crate::providers::lenient::{count, lenient};

/// A usage record as it is sent. What was read from the cache, or put into it, is not in
/// `input_tokens`.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) struct WireUsage {
    #[serde(default, deserialize_with = "lenient")]
    input_tokens: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    cache_creation_input_tokens: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    cache_read_input_tokens: Option<i64>,
    /// Counts up over the answer.
    #[serde(default, deserialize_with = "lenient")]
    output_tokens: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    output_tokens_details: Option<OutputDetails>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
struct OutputDetails {
    #[serde(default, deserialize_with = "lenient")]
    thinking_tokens: Option<i64>,
}

impl WireUsage {
    /// Takes over what a later record says.
    pub(super) fn update(&mut self, later: Self) {
        *self = Self {
            input_tokens: later.input_tokens.or(self.input_tokens),
            cache_creation_input_tokens: later
                .cache_creation_input_tokens
                .or(self.cache_creation_input_tokens),
            cache_read_input_tokens: later.cache_read_input_tokens.or(self.cache_read_input_tokens),
            output_tokens: later.output_tokens.or(self.output_tokens),
            output_tokens_details: later.output_tokens_details.or(self.output_tokens_details),
        };
    }

    /// The record in our words.
    pub(super) fn normalised(&self) -> Usage {
        let cached = count(self.cache_read_input_tokens);
        let cache_write = count(self.cache_creation_input_tokens);
        let input = count(self.input_tokens).and_then(|fresh| {
            fresh.checked_add(cached.unwrap_or(0))?.checked_add(cache_write.unwrap_or(0))
        });
        let reasoning = self.output_tokens_details.and_then(|details| details.thinking_tokens);
        Usage {
            tokens: TokenCounts {
                input,
                output: count(self.output_tokens),
                cached,
                cache_write,
                reasoning: count(reasoning),
            },
            cost: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cached_part_belongs_to_the_input_and_what_is_unsaid_stays_unknown() {
        let read = |json: &str| serde_json::from_str::<WireUsage>(json).unwrap();
        assert_eq!(read("{}").normalised(), Usage::default());
        let odd = r#"{"input_tokens":"many","output_tokens":-1,"output_tokens_details":7}"#;
        assert_eq!(read(odd).normalised(), Usage::default());
        let mut usage = read(
            r#"{"input_tokens":3,"cache_read_input_tokens":4512,"cache_creation_input_tokens":10,
                "output_tokens":1}"#,
        );
        usage.update(read(r#"{"output_tokens":6,"output_tokens_details":{"thinking_tokens":4}}"#));
        let TokenCounts { input, output, cached, cache_write, reasoning } =
            usage.normalised().tokens;
        assert_eq!((input, output, reasoning), (Some(4525), Some(6), Some(4)));
        assert_eq!((cached, cache_write), (Some(4512), Some(10)));
    }
}
