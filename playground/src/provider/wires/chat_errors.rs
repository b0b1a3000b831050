//! What OpenAI's chat wire says when it refuses, and what others say over it.

use serde_json::{Value, json};

use super::Words;

/// An error's `type`, `code` and `message`.
type Error = (&'static str, Value, String);

const INVALID: &str = "invalid_request_error";

/// What OpenAI says.
pub(super) fn openai(status: u16, words: &Words) -> Error {
    match words {
        Words::Saying(message, _) => (INVALID, Value::Null, message.clone()),
        Words::Named(word, message) => (word, json!(word), message.clone()),
        Words::UnknownKey(key) => {
            // recorded: the beginning of the key comes back
            let start: String = key.chars().take(8).collect();
            let message = format!("Incorrect API key provided: {start}*****.");
            (INVALID, json!("invalid_api_key"), message)
        }
        Words::NoCredit => {
            let word = "insufficient_quota";
            (word, json!(word), "You exceeded your current quota.".to_owned())
        }
        Words::UnknownModel(model) => {
            let message = format!("The requested model '{model}' does not exist.");
            (INVALID, json!("model_not_found"), message)
        }
        Words::Usual => match status {
            401 => (INVALID, json!("invalid_api_key"), "Incorrect API key".to_owned()),
            404 => (INVALID, json!("model_not_found"), "No such model".to_owned()),
            429 => ("requests", json!("rate_limit_exceeded"), "Rate limit reached".to_owned()),
            500.. => ("server_error", Value::Null, "The server had an error".to_owned()),
            _ => (INVALID, Value::Null, "Invalid request".to_owned()),
        },
    }
}

/// What DeepSeek says otherwise.
pub(super) fn deepseek(words: &Words) -> Option<Error> {
    let code = json!(INVALID);
    match words {
        Words::UnknownKey(key) => {
            // recorded: the end of the key comes back
            let end: String = key.chars().skip(key.chars().count().saturating_sub(4)).collect();
            let message = format!("Authentication Fails, Your api key: ****{end} is invalid");
            Some(("authentication_error", code, message))
        }
        Words::NoCredit => Some(("unknown_error", code, "Insufficient Balance".to_owned())),
        Words::UnknownModel(model) => {
            let message = format!(
                "The supported API model names are deepseek-v4-pro or deepseek-v4-flash, but you \
                 passed {model}."
            );
            Some((INVALID, code, message))
        }
        Words::Usual | Words::Saying(..) | Words::Named(..) => None,
    }
}

/// What OpenRouter says, in the words that were recorded or are documented for it.
pub(super) fn openrouter(status: u16, words: &Words) -> Value {
    let usual = |status| {
        let (message, metadata) = usual(status);
        (message.to_owned(), metadata)
    };
    let (message, metadata) = match words {
        Words::Saying(message, metadata) => (message.clone(), metadata.clone()),
        Words::Named(word, message) => (message.clone(), json!({"error_type": word})),
        Words::UnknownKey(_) => usual(401),
        Words::NoCredit => usual(403),
        Words::UnknownModel(model) => (format!("{model} is not a valid model ID"), Value::Null),
        Words::Usual => usual(status),
    };
    let mut error = json!({"message": message, "code": status});
    if !metadata.is_null() {
        error["metadata"] = metadata;
    }
    json!({"error": error})
}

fn usual(status: u16) -> (&'static str, Value) {
    match status {
        400 => ("Invalid request", Value::Null),
        401 => ("User not found.", Value::Null),
        402 => (
            "This request requires more credits, or fewer max_tokens. You requested up to 65536 tokens, but can only afford 3395. To increase, visit https://openrouter.ai/settings/credits and upgrade to a paid account",
            json!({"provider_name": null}),
        ),
        403 => (
            "Key limit exceeded (total limit). Manage it using https://openrouter.ai/settings/keys",
            Value::Null,
        ),
        404 => ("No endpoints found", json!({"error_type": "not_found"})),
        408 => ("Request timed out", Value::Null),
        413 => ("Request too large", json!({"error_type": "payload_too_large"})),
        429 => (
            "Provider returned error",
            json!({"raw": "the model is temporarily rate-limited upstream", "provider_name": "StandIn"}),
        ),
        500 => ("Internal Server Error", Value::Null),
        502 => ("Provider returned error", json!({"error_type": "provider_unavailable"})),
        503 => ("No provider is available right now", json!({"error_type": "provider_overloaded"})),
        504 | 524 => ("Provider timed out", json!({"error_type": "timeout"})),
        529 => ("Provider is overloaded", json!({"error_type": "provider_overloaded"})),
        _ => ("Error", Value::Null),
    }
}
