use serde_json::{Value, json};

use super::{Asked, Framing, Speech, Whole, Words, frame, unknown};
use crate::provider::{Image, Message, world::Charge};

/// Gemini's own wire.
pub(super) struct Gemini;

const FIELDS: &[&str] =
    &["contents", "systemInstruction", "generationConfig", "safetySettings", "tools"];

const CONFIG: &[&str] = &[
    "maxOutputTokens",
    "temperature",
    "topP",
    "topK",
    "seed",
    "stopSequences",
    "responseMimeType",
    "responseJsonSchema",
    "thinkingConfig",
    "presencePenalty",
    "frequencyPenalty",
];

fn chunk(framing: &Framing<'_>, parts: &Value, charge: Option<Value>) -> Value {
    let mut chunk = json!({
        "candidates": [{"content": {"parts": parts, "role": "model"}, "index": 0}],
        "modelVersion": framing.model,
        "responseId": framing.id,
    });
    if let Some(usage) = charge {
        chunk["usageMetadata"] = usage;
    }
    chunk
}

/// What was thought is not counted among the candidates' tokens.
fn usage(charge: Charge) -> Value {
    json!({
        "promptTokenCount": charge.prompt,
        "candidatesTokenCount": charge.completion - charge.reasoning,
        "thoughtsTokenCount": charge.reasoning,
        "totalTokenCount": charge.prompt + charge.completion,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": charge.prompt}],
    })
}

/// Every chunk tells the prompt.
fn prompt(framing: &Framing<'_>) -> Option<Value> {
    framing.charge.map(|charge| json!({"promptTokenCount": charge.prompt}))
}

/// Reasons as this API writes them.
fn reason(reason: &str) -> &str {
    match reason {
        "stop" => "STOP",
        "length" => "MAX_TOKENS",
        "content_filter" => "SAFETY",
        other => other,
    }
}

fn parts(message: &Value) -> impl Iterator<Item = &Value> {
    message["parts"].as_array().into_iter().flatten()
}

fn message(message: &Value) -> Message {
    let texts: Vec<_> = parts(message).filter_map(|part| part["text"].as_str()).collect();
    let inline = parts(message).map(|part| &part["inlineData"]).filter(|data| !data.is_null());
    let image = |data: &Value| {
        let kind = data["mimeType"].as_str().unwrap_or_default();
        Image::read(&format!("data:{kind};base64,{}", data["data"].as_str().unwrap_or_default()))
    };
    let role = match message["role"].as_str() {
        Some("model") => "assistant",
        _ => "user",
    };
    let images = inline.map(image).collect();
    Message { role: role.to_owned(), content: texts.join("\n"), images }
}

impl Speech for Gemini {
    fn read(&self, body: Value, path: Option<(String, bool)>) -> Result<Asked, String> {
        let contents = body["contents"].as_array().filter(|contents| !contents.is_empty());
        let contents =
            contents.ok_or("* GenerateContentRequest.contents: contents is not specified")?;
        let config = &body["generationConfig"];
        let unknown = unknown(&body, FIELDS).or_else(|| unknown(config, CONFIG));
        if let Some(name) = unknown {
            return Err(format!("Invalid JSON payload received. Unknown name \"{name}\""));
        }
        if !config["presencePenalty"].is_null() || !config["frequencyPenalty"].is_null() {
            return Err("Penalty is not enabled for this model".to_owned());
        }
        let system = parts(&body["systemInstruction"]).filter_map(|part| part["text"].as_str());
        let system = system.map(|text| Message {
            role: "system".to_owned(),
            content: text.to_owned(),
            images: Vec::new(),
        });
        let (model, wants_stream) = path.unwrap_or_default();
        Ok(Asked {
            model,
            messages: system.chain(contents.iter().map(message)).collect(),
            max_tokens: config["maxOutputTokens"].as_i64(),
            wants_stream,
            wants_usage: true,
            hides_reasoning: config["thinkingConfig"]["includeThoughts"] != true,
            body,
        })
    }

    fn keep_alive(&self) -> &'static str {
        ":\n\n"
    }

    fn thought(&self, framing: &Framing<'_>, text: &str) -> String {
        let parts = json!([{"text": text, "thought": true}]);
        frame(&chunk(framing, &parts, prompt(framing)))
    }

    fn text(&self, framing: &Framing<'_>, text: &str) -> String {
        frame(&chunk(framing, &json!([{"text": text}]), prompt(framing)))
    }

    /// There is no field for it: a filter stops the answer.
    fn refusal(&self, _framing: &Framing<'_>, _text: &str) -> String {
        String::new()
    }

    fn closing(&self, framing: &Framing<'_>, why: &str) -> String {
        let parts = json!([{"text": "", "thoughtSignature": "c2lnbmVk"}]);
        let mut last = chunk(framing, &parts, framing.charge.map(usage));
        last["candidates"][0]["finishReason"] = reason(why).into();
        frame(&last)
    }

    /// The end of the body is the end.
    fn goodbye(&self) -> &'static str {
        ""
    }

    fn failure(&self, _framing: &Framing<'_>, code: u16) -> String {
        frame(&self.error(code, &Words::Usual))
    }

    fn padding(&self, framing: &Framing<'_>, bytes: usize) -> String {
        let mut padded = chunk(framing, &json!([]), None);
        padded["padding"] = "x".repeat(bytes).into();
        frame(&padded)
    }

    fn whole(&self, framing: &Framing<'_>, whole: &Whole<'_>) -> Value {
        let mut parts = Vec::new();
        if !whole.thought.is_empty() {
            parts.push(json!({"text": whole.thought, "thought": true}));
        }
        if !whole.text.is_empty() {
            parts.push(json!({"text": whole.text}));
        }
        let mut answer = chunk(framing, &parts.into(), framing.charge.map(usage));
        answer["candidates"][0]["finishReason"] = reason(whole.reason).into();
        answer
    }

    fn error(&self, status: u16, words: &Words) -> Value {
        let usual = match status {
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            429 => "RESOURCE_EXHAUSTED",
            503 => "UNAVAILABLE",
            504 => "DEADLINE_EXCEEDED",
            500.. => "INTERNAL",
            _ => "INVALID_ARGUMENT",
        };
        let (message, details) = match words {
            Words::Usual => ("It did not work".to_owned(), json!([])),
            Words::Saying(message, _) => (message.clone(), json!([])),
            Words::Named(word, message) => (message.clone(), json!([{"reason": word}])),
            Words::UnknownKey(_) => (
                "API key not valid. Please pass a valid API key.".to_owned(),
                json!([{
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": "API_KEY_INVALID", "domain": "googleapis.com",
                }]),
            ),
            Words::NoCredit => (
                "You exceeded your current quota, please check your plan.".to_owned(),
                json!([{
                    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
                    "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel"}],
                }]),
            ),
            Words::UnknownModel(model) => {
                (format!("models/{model} is not found for API version v1beta"), json!([]))
            }
        };
        json!({"error": {"code": status, "message": message, "status": usual, "details": details}})
    }
}
