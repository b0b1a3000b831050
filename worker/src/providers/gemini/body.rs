use serde_json::{Map, Value, json};
use shared::params::{Reasoning, Wire};

use super::thinking;
use crate::providers::{
    ChatRequest,
    conversation::{Turn, Turns},
    parameters::{self, Fields, Written},
};

/// The body of `request`. Model and delivery stand in the address.
#[must_use]
pub fn body(request: &ChatRequest) -> Written {
    let Turns { instructions, turns } = Turns::of(request);
    let mut config = Map::new();
    config.insert("maxOutputTokens".to_owned(), request.max_tokens.into());
    let left_out = parameters::write(
        request,
        Wire::Gemini,
        &mut config,
        |_| true,
        |name, value| translate(request, name, value),
    );
    let mut body = json!({
        "contents": turns.iter().map(content).collect::<Vec<_>>(),
        "generationConfig": config,
    });
    if !instructions.is_empty() {
        body["systemInstruction"] = json!({"parts": [{"text": instructions}]});
    }
    Written { json: body, left_out }
}

/// What a parameter becomes within `generationConfig`.
fn translate(request: &ChatRequest, name: &str, value: &Value) -> Option<Fields> {
    let renamed = match name {
        "temperature" => "temperature",
        "top_p" => "topP",
        "top_k" => "topK",
        "seed" => "seed",
        "stop" => "stopSequences",
        "response_format" => return Some(format(value)),
        "reasoning" => {
            let asked = Reasoning::of(&request.advanced);
            let config = thinking::config(&request.model, asked, request.max_tokens)?;
            let is_empty = config.as_object().is_none_or(Map::is_empty);
            return Some(if is_empty { vec![] } else { vec![("thinkingConfig", config)] });
        }
        _ => return None,
    };
    Some(vec![(renamed, value.clone())])
}

fn format(format: &Value) -> Fields {
    let json = ("responseMimeType", json!("application/json"));
    match format["type"].as_str() {
        Some("json_object") => vec![json],
        Some("json_schema") => {
            vec![json, ("responseJsonSchema", format["json_schema"]["schema"].clone())]
        }
        _ => vec![],
    }
}

fn content(turn: &Turn<'_>) -> Value {
    let text = |text: &&str| json!({"text": text});
    let mut parts: Vec<_> = turn.texts.iter().map(text).collect();
    parts.extend(turn.images.iter().map(|image| {
        json!({"inlineData": {"mimeType": image.kind.content_type(), "data": &*image.base64}})
    }));
    json!({"role": if turn.is_models { "model" } else { "user" }, "parts": parts})
}
