use http::StatusCode;
use serde::Deserialize;
use shared::model::{TokenCounts, Usage};

use crate::providers::{
    GenerationRecord,
    lenient::{Dollars, count, lenient},
    openai_chat::true_cost,
};

/// The answer of `GET /generation`. Of its two sets of token counts the native ones are billed.
#[derive(Deserialize)]
struct Answer {
    data: Generation,
}

#[derive(Deserialize)]
struct Generation {
    #[serde(default, deserialize_with = "lenient")]
    total_cost: Option<Dollars>,
    #[serde(default, deserialize_with = "lenient")]
    upstream_inference_cost: Option<Dollars>,
    #[serde(default, deserialize_with = "lenient")]
    is_byok: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    native_tokens_prompt: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    native_tokens_completion: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    native_tokens_cached: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    native_tokens_reasoning: Option<i64>,
}

/// What the answer says of the call.
pub(super) fn record(status: StatusCode, body: &[u8]) -> GenerationRecord {
    match status.as_u16() {
        200 => match serde_json::from_slice(body).map(|answer: Answer| answer.data.usage()) {
            // a record that says nothing yet is not a record
            Ok(usage) if usage == Usage::default() => GenerationRecord::NotYet,
            Ok(usage) => GenerationRecord::Found(usage),
            Err(_) => GenerationRecord::Unavailable,
        },
        404 => GenerationRecord::NotYet,
        _ => GenerationRecord::Unavailable,
    }
}

impl Generation {
    fn usage(&self) -> Usage {
        Usage {
            tokens: TokenCounts {
                input: count(self.native_tokens_prompt),
                output: count(self.native_tokens_completion),
                cached: count(self.native_tokens_cached),
                cache_write: None,
                reasoning: count(self.native_tokens_reasoning),
            },
            cost: true_cost(
                self.total_cost,
                self.is_byok.unwrap_or(false),
                self.upstream_inference_cost,
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::money::NanoUsd;

    use super::*;

    fn ask(status: u16, body: &str) -> GenerationRecord {
        record(StatusCode::from_u16(status).unwrap(), body.as_bytes())
    }

    #[test]
    fn the_billed_counts_and_the_whole_cost_are_taken() {
        let body = r#"{"data":{"id":"gen-1","total_cost":0.0001,"upstream_inference_cost":0.002,
            "is_byok":true,"tokens_prompt":1,"tokens_completion":2,"native_tokens_prompt":10,
            "native_tokens_completion":20,"native_tokens_cached":3,"native_tokens_reasoning":4}}"#;
        let usage = Usage {
            tokens: TokenCounts {
                input: Some(10),
                output: Some(20),
                cached: Some(3),
                cache_write: None,
                reasoning: Some(4),
            },
            cost: Some(NanoUsd::from_nanos(2_100_000)),
        };
        assert_eq!(ask(200, body), GenerationRecord::Found(usage));
    }

    #[test]
    fn a_record_may_not_be_there_yet() {
        assert_eq!(ask(404, r#"{"error":{"code":404}}"#), GenerationRecord::NotYet);
        assert_eq!(ask(200, r#"{"data":{"id":"gen-1"}}"#), GenerationRecord::NotYet);
        for (status, body) in [(200, "<html>"), (200, "{}"), (401, "{}"), (500, ""), (302, "")] {
            assert_eq!(ask(status, body), GenerationRecord::Unavailable, "{status} {body}");
        }
    }
}
