use serde::Deserialize;
use shared::{
    model::{TokenCounts, Usage},
    money::NanoUsd,
};

use crate::providers::lenient::{Dollars, count, lenient};

/// A usage record as it is sent.
#[derive(Deserialize)]
pub(super) struct WireUsage {
    #[serde(default, deserialize_with = "lenient")]
    prompt_tokens: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    completion_tokens: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    prompt_tokens_details: Option<PromptDetails>,
    #[serde(default, deserialize_with = "lenient")]
    completion_tokens_details: Option<CompletionDetails>,
    /// `DeepSeek`'s name for the cached part.
    #[serde(default, deserialize_with = "lenient")]
    prompt_cache_hit_tokens: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    cost: Option<Dollars>,
    #[serde(default, deserialize_with = "lenient")]
    is_byok: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    cost_details: Option<CostDetails>,
}

#[derive(Deserialize)]
struct PromptDetails {
    #[serde(default, deserialize_with = "lenient")]
    cached_tokens: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    cache_write_tokens: Option<i64>,
}

#[derive(Deserialize)]
struct CompletionDetails {
    #[serde(default, deserialize_with = "lenient")]
    reasoning_tokens: Option<i64>,
}

#[derive(Deserialize)]
struct CostDetails {
    #[serde(default, deserialize_with = "lenient")]
    upstream_inference_cost: Option<Dollars>,
}

impl WireUsage {
    /// The record in our words.
    pub(super) fn normalised(&self) -> Usage {
        let cached = self.prompt_tokens_details.as_ref().and_then(|details| details.cached_tokens);
        let written =
            self.prompt_tokens_details.as_ref().and_then(|details| details.cache_write_tokens);
        let reasoning =
            self.completion_tokens_details.as_ref().and_then(|details| details.reasoning_tokens);
        Usage {
            tokens: TokenCounts {
                input: count(self.prompt_tokens),
                output: count(self.completion_tokens),
                cached: count(cached.or(self.prompt_cache_hit_tokens)),
                cache_write: count(written),
                reasoning: count(reasoning),
            },
            cost: true_cost(
                self.cost,
                self.is_byok.unwrap_or(false),
                self.cost_details.as_ref().and_then(|details| details.upstream_inference_cost),
            ),
        }
    }
}

/// What a call cost its payer, at `OpenRouter` and, with a provider key of the account's own
/// ("bring your own key"), at the provider behind it.
pub(in crate::providers) fn true_cost(
    charged: Option<Dollars>,
    is_byok: bool,
    upstream: Option<Dollars>,
) -> Option<NanoUsd> {
    let Dollars(charged) = charged?;
    let cost = if is_byok {
        // the fee alone is not what it cost, and half a figure is worse than none
        let Dollars(upstream) = upstream?;
        charged + upstream
    } else {
        charged
    };
    (cost >= NanoUsd::ZERO).then_some(cost)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(json: &str) -> Usage {
        serde_json::from_str::<WireUsage>(json).unwrap().normalised()
    }

    #[test]
    fn what_is_not_said_is_unknown_and_not_zero() {
        assert_eq!(usage("{}"), Usage::default());
        let odd = r#"{"prompt_tokens":"many","completion_tokens":-1,"cost":null,"cost_details":7}"#;
        assert_eq!(usage(odd), Usage::default());
    }

    #[test]
    fn with_an_own_provider_key_the_cost_is_the_fee_and_the_bill_behind_it() {
        let cost = |json: &str| usage(json).cost.map(NanoUsd::nanos);
        let details = r#""cost_details":{"upstream_inference_cost":0.002}"#;
        let own = format!(r#"{{"cost":0.0001,"is_byok":true,{details}}}"#);
        let bought = format!(r#"{{"cost":0.002,"is_byok":false,{details}}}"#);
        let unsaid = format!(r#"{{"cost":0.002,{details}}}"#);
        assert_eq!(cost(&own), Some(2_100_000));
        assert_eq!(cost(&bought), Some(2_000_000));
        assert_eq!(cost(&unsaid), Some(2_000_000));
        assert_eq!(cost(r#"{"cost":0.0001,"is_byok":true}"#), None);
    }
}
