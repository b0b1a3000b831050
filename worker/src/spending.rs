//! What a call can cost at most, before it is made; and what it cost by the catalogue's prices, where
//! its provider does not say.

use chrono::{DateTime, Utc};
use shared::{
    budget::WorstCase,
    catalogue::{Catalogue, UsedTokens},
    model::{KeySource, Provider, Usage},
    money::NanoUsd,
};

use crate::providers::{ChatMessage, ChatRequest};

/// What wraps a message: its role, and the marks around it.
const WRAPPING: usize = 16;
/// The most that providers count for an image of the size that is sent.
const IMAGE: usize = 6_000;

/// The call at its worst: every byte of the prompt a token, which no tokenizer goes past, and the
/// longest answer that was asked for, from the dearest model that may answer.
pub(crate) fn worst_case(
    provider: Provider,
    chat: &ChatRequest,
    catalogue: &Catalogue,
) -> WorstCase {
    let prompt: usize = chat.messages.iter().map(prompt_tokens).sum();
    let prompt = i64::try_from(prompt).unwrap_or(i64::MAX);
    let answer = i64::from(chat.max_tokens);
    let cost = models(chat)
        .map(|model| catalogue.find_at(provider, model)?.pricing.worst(prompt, answer))
        .try_fold(NanoUsd::ZERO, |dearest, cost| Some(dearest.max(cost?)));
    WorstCase { tokens: prompt.saturating_add(answer), cost }
}

fn prompt_tokens(message: &ChatMessage) -> usize {
    message.content.len() + WRAPPING + message.images.len() * IMAGE
}

/// The model that is asked, and those that may stand in for it.
fn models(chat: &ChatRequest) -> impl Iterator<Item = &str> {
    let fallbacks = chat.advanced.get("models").and_then(|models| models.as_array());
    let fallbacks = fallbacks.into_iter().flatten().filter_map(|model| model.as_str());
    std::iter::once(chat.model.as_str()).chain(fallbacks)
}

/// What a call cost by the catalogue, if its provider did not say: `model` is the one that answered,
/// `asked` the one that was asked for.
pub(crate) fn estimate(
    provider: Provider,
    source: KeySource,
    usage: &Usage,
    models: [&str; 2],
    catalogue: &Catalogue,
    at: DateTime<Utc>,
) -> Option<NanoUsd> {
    if source == KeySource::Keyless {
        return Some(NanoUsd::ZERO);
    }
    let used = UsedTokens::of(&usage.tokens)?;
    let known = models.into_iter().find_map(|model| catalogue.find_at(provider, model))?;
    known.pricing.estimate(used, at)
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};
    use shared::{catalogue, model::TokenCounts};

    use super::*;
    use crate::providers::Role;

    fn known() -> Catalogue {
        let entry = |id: &str, prompt: &str| json!({"id": id, "name": id, "pricing": {"prompt": prompt, "completion": "0.00001"}});
        let listed = json!({"data": [
            entry("openai/gpt-5-mini", "0.000001"),
            entry("openai/gpt-5", "0.000004"),
            entry("openrouter/auto", "-1"),
        ]});
        Catalogue::new(catalogue::read(listed.to_string().as_bytes()).unwrap())
    }

    fn chat(model: &str, fallbacks: &[&str]) -> ChatRequest {
        let advanced = if fallbacks.is_empty() {
            Map::new()
        } else {
            Map::from_iter([("models".to_owned(), json!(fallbacks))])
        };
        ChatRequest {
            model: model.to_owned(),
            messages: vec![ChatMessage::text(Role::User, "x".repeat(84))],
            max_tokens: 50,
            temperature: None,
            top_p: None,
            advanced,
            user: None,
            session: None,
        }
    }

    #[test]
    fn the_worst_case_is_the_dearest_model_that_may_answer() {
        let worst = |provider, model: &str, fallbacks: &[&str]| {
            let worst = worst_case(provider, &chat(model, fallbacks), &known());
            (worst.tokens, worst.cost.map(NanoUsd::nanos))
        };
        let router = Provider::OpenRouter;
        assert_eq!(worst(router, "openai/gpt-5-mini", &[]), (150, Some(600_000)));
        assert_eq!(worst(router, "openai/gpt-5-mini", &["openai/gpt-5"]), (150, Some(900_000)));
        assert_eq!(worst(router, "openai/gpt-5-mini", &["openrouter/auto"]), (150, None));
        assert_eq!(worst(router, "nobody/knows", &[]), (150, None));
        assert_eq!(worst(Provider::OpenAi, "gpt-5-mini", &[]), (150, Some(600_000)));
    }

    #[test]
    fn what_a_provider_does_not_say_is_estimated() {
        let tokens = TokenCounts { input: Some(100), output: Some(10), ..TokenCounts::default() };
        let usage = Usage { tokens, cost: None };
        let of = |provider, source, usage: &Usage| {
            let models = ["gpt-5-mini-2025-08-07", "gpt-5-mini"];
            estimate(provider, source, usage, models, &known(), DateTime::UNIX_EPOCH)
        };
        let openai = of(Provider::OpenAi, KeySource::User, &usage);
        assert_eq!(openai, Some(NanoUsd::from_nanos(200_000)));
        let uncounted = Usage { tokens: TokenCounts { output: None, ..tokens }, cost: None };
        assert_eq!(of(Provider::OpenAi, KeySource::User, &uncounted), None);
        let own = Provider::parse("ollama").unwrap();
        assert_eq!(of(own, KeySource::User, &usage), None);
        assert_eq!(of(own, KeySource::Keyless, &usage), Some(NanoUsd::ZERO));
    }
}
