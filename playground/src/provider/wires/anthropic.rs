use serde_json::{Value, json};

use super::{Asked, Framing, Speech, Whole, Words, unknown};
use crate::provider::{Image, Message, world::Charge};

/// Anthropic's messages.
pub(super) struct Anthropic;

const FIELDS: &[&str] = &[
    "model",
    "messages",
    "system",
    "max_tokens",
    "metadata",
    "stop_sequences",
    "stream",
    "temperature",
    "top_p",
    "top_k",
    "thinking",
    "output_config",
];

fn event(kind: &str, mut data: Value) -> String {
    data["type"] = kind.into();
    format!("event: {kind}\ndata: {data}\n\n")
}

fn delta(index: u8, delta: &Value) -> String {
    event("content_block_delta", json!({"index": index, "delta": delta}))
}

/// Counts up: `output` so far.
fn usage(charge: Option<Charge>, output: i64) -> Value {
    charge.map_or(Value::Null, |charge| {
        json!({
            "input_tokens": charge.prompt, "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0, "output_tokens": output,
            "output_tokens_details": {"thinking_tokens": charge.reasoning},
        })
    })
}

/// Reasons as this API writes them.
fn reason(reason: &str) -> &str {
    match reason {
        "stop" => "end_turn",
        "length" => "max_tokens",
        "content_filter" => "refusal",
        other => other,
    }
}

/// What is wrong with a request, in the words of the API.
fn objection(body: &Value) -> Option<String> {
    if let Some(name) = unknown(body, FIELDS) {
        return Some(format!("{name}: Extra inputs are not permitted"));
    }
    let Some(max_tokens) = body["max_tokens"].as_i64() else {
        return Some("max_tokens: Field required".to_owned());
    };
    if body["messages"][0]["role"] != "user" {
        return Some("messages: first message must use the \"user\" role".to_owned());
    }
    if body["temperature"].as_f64().is_some_and(|it| !(0.0..=1.0).contains(&it)) {
        return Some("temperature: range: 0..1".to_owned());
    }
    let thinks = matches!(body["thinking"]["type"].as_str(), Some("enabled" | "adaptive"));
    if thinks && !body["temperature"].is_null() {
        return Some("`temperature` may only be set to 1 when thinking is enabled".to_owned());
    }
    let budget = body["thinking"]["budget_tokens"].as_i64();
    if budget.is_some_and(|budget| !(1024..max_tokens).contains(&budget)) {
        return Some("`max_tokens` must be greater than `thinking.budget_tokens`".to_owned());
    }
    let parts = body["messages"].as_array().into_iter().flatten().flat_map(parts);
    let is_blank = |part: &&Value| part["text"].as_str().is_some_and(|it| it.trim().is_empty());
    parts
        .filter(is_blank)
        .map(|_| "messages: text content blocks must be non-empty".to_owned())
        .next()
}

fn parts(message: &Value) -> impl Iterator<Item = &Value> {
    message["content"].as_array().into_iter().flatten()
}

fn message(message: &Value) -> Message {
    let texts = || parts(message).filter_map(|part| part["text"].as_str());
    let content = match &message["content"] {
        Value::String(text) => text.clone(),
        _ => texts().collect::<Vec<_>>().join("\n"),
    };
    let sources = parts(message).map(|part| &part["source"]).filter(|source| !source.is_null());
    let image = |source: &Value| {
        let kind = source["media_type"].as_str().unwrap_or_default();
        Image::read(&format!("data:{kind};base64,{}", source["data"].as_str().unwrap_or_default()))
    };
    let role = message["role"].as_str().unwrap_or_default().to_owned();
    Message { role, content, images: sources.map(image).collect() }
}

impl Speech for Anthropic {
    fn read(&self, body: Value, _path: Option<(String, bool)>) -> Result<Asked, String> {
        let said = body["messages"].as_array().ok_or("messages: Field required")?;
        if let Some(objection) = objection(&body) {
            return Err(objection);
        }
        let system = body["system"].as_str().map(|text| Message {
            role: "system".to_owned(),
            content: text.to_owned(),
            images: Vec::new(),
        });
        Ok(Asked {
            model: body["model"].as_str().unwrap_or_default().to_owned(),
            messages: system.into_iter().chain(said.iter().map(message)).collect(),
            max_tokens: body["max_tokens"].as_i64(),
            wants_stream: body["stream"] == true,
            wants_usage: true,
            hides_reasoning: false,
            body,
        })
    }

    fn keep_alive(&self) -> &'static str {
        "event: ping\ndata: {\"type\":\"ping\"}\n\n"
    }

    fn opening(&self, framing: &Framing<'_>, thinks: bool) -> String {
        let message = json!({
            "id": framing.id, "type": "message", "role": "assistant", "content": [],
            "model": framing.model, "stop_reason": null, "stop_sequence": null,
            "usage": usage(framing.charge, 1),
        });
        let mut opening = event("message_start", json!({"message": message}));
        if thinks {
            let block = json!({"type": "thinking", "thinking": "", "signature": ""});
            opening += &event("content_block_start", json!({"index": 0, "content_block": block}));
        }
        opening
    }

    fn thought(&self, _framing: &Framing<'_>, text: &str) -> String {
        delta(0, &json!({"type": "thinking_delta", "thinking": text}))
    }

    fn before_text(&self, thinks: bool) -> String {
        let mut between = String::new();
        if thinks {
            between += &delta(0, &json!({"type": "signature_delta", "signature": "c2lnbmVk"}));
            between += &event("content_block_stop", json!({"index": 0}));
        }
        let block = json!({"type": "text", "text": ""});
        between + &event("content_block_start", json!({"index": 1, "content_block": block}))
    }

    fn text(&self, _framing: &Framing<'_>, text: &str) -> String {
        delta(1, &json!({"type": "text_delta", "text": text}))
    }

    /// There is no field for it: a filter stops the answer.
    fn refusal(&self, _framing: &Framing<'_>, _text: &str) -> String {
        String::new()
    }

    fn closing(&self, framing: &Framing<'_>, why: &str) -> String {
        let used = usage(framing.charge, framing.charge.map_or(0, |charge| charge.completion));
        let end =
            json!({"delta": {"stop_reason": reason(why), "stop_sequence": null}, "usage": used});
        event("content_block_stop", json!({"index": 1})) + &event("message_delta", end)
    }

    fn goodbye(&self) -> &'static str {
        "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
    }

    fn failure(&self, _framing: &Framing<'_>, code: u16) -> String {
        event("error", self.error(code, &Words::Usual))
    }

    fn padding(&self, _framing: &Framing<'_>, bytes: usize) -> String {
        event("ping", json!({"padding": "x".repeat(bytes)}))
    }

    fn whole(&self, framing: &Framing<'_>, whole: &Whole<'_>) -> Value {
        let mut content = Vec::new();
        if !whole.thought.is_empty() {
            let thought = whole.thought;
            content.push(json!({"type": "thinking", "thinking": thought, "signature": "c2lnbmVk"}));
        }
        if !whole.text.is_empty() {
            content.push(json!({"type": "text", "text": whole.text}));
        }
        json!({
            "id": framing.id, "type": "message", "role": "assistant", "model": framing.model,
            "content": content, "stop_reason": reason(whole.reason), "stop_sequence": null,
            "usage": usage(framing.charge, framing.charge.map_or(0, |charge| charge.completion)),
        })
    }

    fn error(&self, status: u16, words: &Words) -> Value {
        let usual = match status {
            401 => "authentication_error",
            402 => "billing_error",
            403 => "permission_error",
            404 => "not_found_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            504 => "timeout_error",
            503 | 529 => "overloaded_error",
            500.. => "api_error",
            _ => "invalid_request_error",
        };
        let (kind, message) = match words {
            Words::Usual => (usual, "It did not work".to_owned()),
            Words::Saying(message, _) => (usual, message.clone()),
            Words::Named(word, message) => (*word, message.clone()),
            Words::UnknownKey(_) => ("authentication_error", "API key is invalid.".to_owned()),
            Words::NoCredit => {
                let message = "Your credit balance is too low to access the Anthropic API.";
                ("invalid_request_error", message.to_owned())
            }
            Words::UnknownModel(model) => ("not_found_error", format!("model: {model}")),
        };
        json!({
            "type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1",
        })
    }
}
