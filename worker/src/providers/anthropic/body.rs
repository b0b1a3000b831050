use serde_json::{Map, Value, json};
use shared::params::{Reasoning, Wire};

use super::{model::Version, thinking::Thinking};
use crate::providers::{
    ChatRequest, Delivery,
    conversation::{Turn, Turns},
    parameters::{self, Fields, Written},
};

/// What a model that thinks, or one of the newest, refuses.
const SAMPLING: [&str; 3] = ["temperature", "top_p", "top_k"];

/// The body of `request`.
#[must_use]
pub fn body(request: &ChatRequest, delivery: Delivery) -> Written {
    let Turns { instructions, turns } = Turns::of(request);
    let version = Version::of(&request.model);
    let thinking = Thinking::of(Reasoning::of(&request.advanced), version, request.max_tokens);
    let mut body = Map::new();
    body.insert("model".to_owned(), request.model.as_str().into());
    body.insert("max_tokens".to_owned(), request.max_tokens.into());
    if !instructions.is_empty() {
        body.insert("system".to_owned(), instructions.into());
    }
    body.insert("messages".to_owned(), turns.iter().map(message).collect());
    if let Some(user) = &request.user {
        body.insert("metadata".to_owned(), json!({"user_id": user}));
    }
    body.insert("stream".to_owned(), (delivery == Delivery::Streamed).into());
    let is_taken = |name: &str| {
        let own_sampling = thinking.is_on() || version >= Version::KEEPS_ITS_OWN;
        // newer models refuse the two together
        let is_second = name == "top_p" && request.temperature.is_some();
        !(is_second || (own_sampling && SAMPLING.contains(&name)))
    };
    let left_out =
        parameters::write(request, Wire::Anthropic, &mut body, is_taken, |name, value| {
            translate(request, version, thinking, name, value)
        });
    Written { json: body.into(), left_out }
}

fn translate(
    request: &ChatRequest,
    version: Version,
    thinking: Thinking,
    name: &str,
    value: &Value,
) -> Option<Fields> {
    match name {
        "temperature" => Some(vec![("temperature", value.as_f64()?.clamp(0.0, 1.0).into())]),
        "stop" => stop_sequences(value).map(|stop| vec![("stop_sequences", stop)]),
        "reasoning" if thinking == Thinking::Impossible => None,
        "reasoning" => {
            let mut fields: Fields =
                thinking.field().map(|it| ("thinking", it)).into_iter().collect();
            if let Thinking::Adaptive(Some(effort)) = thinking
                && !request.advanced.contains_key("verbosity")
            {
                fields.push(("output_config", json!({"effort": effort})));
            }
            Some(fields)
        }
        "verbosity" if version >= Version::DECIDES => {
            let effort = match value.as_str()? {
                "xhigh" if version < Version::KEEPS_ITS_OWN => "high",
                other => other,
            };
            Some(vec![("output_config", json!({"effort": effort}))])
        }
        _ => None,
    }
}

/// Blank ones are refused.
fn stop_sequences(stop: &Value) -> Option<Value> {
    let texts = stop.as_array()?.iter().filter_map(Value::as_str);
    let texts: Vec<_> = texts.filter(|text| !text.trim().is_empty()).collect();
    (!texts.is_empty()).then(|| json!(texts))
}

fn message(turn: &Turn<'_>) -> Value {
    let text = |text: &&str| json!({"type": "text", "text": text});
    let mut content: Vec<_> = turn.texts.iter().map(text).collect();
    content.extend(turn.images.iter().map(|image| {
        let source = json!({
            "type": "base64", "media_type": image.kind.content_type(), "data": &*image.base64,
        });
        json!({"type": "image", "source": source})
    }));
    json!({"role": if turn.is_models { "assistant" } else { "user" }, "content": content})
}
