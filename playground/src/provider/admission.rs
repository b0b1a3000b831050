//! Who gets in: what is understood, and what is refused before anything is done.

use axum::http::{HeaderMap, header};
use serde_json::{Value, json};

use super::{
    Api, Refusal,
    catalogue::Wanted,
    wires::Asked,
    world::{COMPLETION_PRICE, PROMPT_PRICE, World},
};

/// What a model writes at most when nobody says how much.
const DEFAULT_MAX_TOKENS: i64 = 65_536;

/// Reads a request, or says what is wrong with it.
pub(super) fn read(
    api: Api,
    headers: &HeaderMap,
    bytes: &[u8],
    path: Option<(String, bool)>,
) -> Result<Asked, Refusal> {
    let saying = |message: &str| {
        let metadata = json!({"error_type": "invalid_request"});
        Refusal::saying(400, message, metadata)
    };
    if api == Api::Anthropic && !headers.contains_key("anthropic-version") {
        return Err(saying("anthropic-version: header is required"));
    }
    if api == Api::Gemini && headers.contains_key(header::AUTHORIZATION) {
        return Err(saying("Multiple authentication credentials received"));
    }
    let body: Value = serde_json::from_slice(bytes).map_err(|_| saying("Invalid request"))?;
    api.speech().read(body, path).map_err(|objection| saying(&objection))
}

/// Refuses unknown keys, unknown models and requests beyond what is left, in recorded words.
pub(super) fn admit(
    world: &World,
    api: Api,
    key: Option<&str>,
    asked: &Asked,
) -> Result<(), Refusal> {
    let manners = *world.manners();
    if api == Api::Server {
        manners.check(asked)?;
        if !manners.asks_for_key {
            return Ok(());
        }
    }
    let key = key.ok_or_else(|| Refusal::missing_key(api))?;
    let plan = world.accounts().get(&(api, key.to_owned())).cloned();
    let plan = plan.ok_or_else(|| Refusal::unknown_key(api, key))?;
    if plan.management {
        let message = "Management keys cannot be used for completions";
        return Err(Refusal::saying(403, message, json!({"error_type": "permission_denied"})));
    }
    if !api.may_have(&asked.model) {
        return Err(Refusal::unknown_model(api, &asked.model));
    }
    if api == Api::OpenRouter
        && let Some(objection) = world.catalogue().objection(&wanted(asked))
    {
        return Err(objection);
    }
    let Some(remaining) = plan.remaining else { return Ok(()) };
    if remaining <= 0 {
        return Err(Refusal::no_credit(api));
    }
    let affordable = (remaining - asked.prompt_tokens() * PROMPT_PRICE) / COMPLETION_PRICE;
    let requested = asked.max_tokens.unwrap_or(DEFAULT_MAX_TOKENS);
    // the others let an account go below zero
    if api == Api::OpenRouter && requested > affordable {
        let affordable = affordable.max(0);
        let message = format!(
            "This request requires more credits, or fewer max_tokens. You requested up to \
             {requested} tokens, but can only afford {affordable}. To increase, visit \
             https://openrouter.ai/settings/credits and upgrade to a paid account"
        );
        return Err(Refusal::saying(402, &message, json!({"provider_name": null})));
    }
    Ok(())
}

fn wanted(asked: &Asked) -> Wanted<'_> {
    let number = |tokens: Option<i64>| tokens.and_then(|it| u64::try_from(it).ok()).unwrap_or(0);
    Wanted {
        model: &asked.model,
        has_images: asked.messages.iter().any(|message| !message.images.is_empty()),
        prompt_tokens: number(Some(asked.prompt_tokens())),
        max_tokens: number(asked.max_tokens),
    }
}
