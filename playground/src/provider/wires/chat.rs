use serde_json::{Value, json};

use super::{Asked, Framing, Speech, Whole, Words, chat_errors as errors, frame, unknown};
use crate::provider::{Image, Message, account::dollars, world::Charge};

/// OpenAI's chat wire, and what others changed in it.
pub(super) struct Chat {
    keep_alive: &'static str,
    is_openrouter: bool,
    /// The fields that it knows; `None` takes any.
    known: Option<&'static [&'static str]>,
    /// Usage comes with the finish reason, asked for or not.
    tells_usage: bool,
    /// The field of what is thought.
    thought: Option<&'static str>,
}

/// What all of them know.
const OPENAI_FIELDS: &[&str] = &[
    "model",
    "messages",
    "max_completion_tokens",
    "max_tokens",
    "stream",
    "stream_options",
    "temperature",
    "top_p",
    "frequency_penalty",
    "presence_penalty",
    "logit_bias",
    "seed",
    "stop",
    "response_format",
    "reasoning_effort",
    "verbosity",
    "safety_identifier",
    "prompt_cache_key",
    "user",
    "n",
    "metadata",
];

const DEEPSEEK_FIELDS: &[&str] = &[
    "model",
    "messages",
    "max_tokens",
    "stream",
    "stream_options",
    "temperature",
    "top_p",
    "frequency_penalty",
    "presence_penalty",
    "stop",
    "response_format",
    "thinking",
    "reasoning_effort",
    "user_id",
];

impl Chat {
    pub(super) const OPENROUTER: Self = Self {
        keep_alive: ": OPENROUTER PROCESSING\n\n",
        is_openrouter: true,
        known: None,
        tells_usage: true,
        thought: Some("reasoning"),
    };
    pub(super) const OPENAI: Self = Self {
        keep_alive: ":\n\n",
        is_openrouter: false,
        known: Some(OPENAI_FIELDS),
        tells_usage: false,
        // it thinks, and does not tell what
        thought: None,
    };
    pub(super) const DEEPSEEK: Self = Self {
        keep_alive: ": keep-alive\n\n",
        is_openrouter: false,
        known: Some(DEEPSEEK_FIELDS),
        tells_usage: true,
        thought: Some("reasoning_content"),
    };
    pub(super) const SERVER: Self = Self {
        keep_alive: ": ping\n\n",
        is_openrouter: false,
        known: None,
        tells_usage: false,
        thought: Some("reasoning_content"),
    };

    fn chunk(&self, framing: &Framing<'_>, delta: &Value, reason: Option<&str>) -> Value {
        let mut chunk = json!({
            "id": framing.id,
            "object": "chat.completion.chunk",
            "created": 1_763_600_000,
            "model": framing.model,
            "choices": [{
                "index": 0, "delta": delta, "finish_reason": reason, "logprobs": null,
            }],
        });
        if self.is_openrouter {
            chunk["provider"] = json!("StandIn");
            chunk["choices"][0]["native_finish_reason"] = json!(reason);
        } else {
            chunk["usage"] = Value::Null;
        }
        chunk
    }

    /// The usage record of a call.
    fn usage(&self, charge: Charge) -> Value {
        let mut usage = json!({
            "prompt_tokens": charge.prompt,
            "completion_tokens": charge.completion,
            "total_tokens": charge.prompt + charge.completion,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": charge.reasoning},
        });
        if self.is_openrouter {
            usage["cost"] = dollars(charge.cost()).into();
            usage["is_byok"] = false.into();
            usage["cost_details"] = json!({"upstream_inference_cost": null});
        }
        if self.thought == Some("reasoning_content") {
            usage["prompt_cache_hit_tokens"] = 0.into();
            usage["prompt_cache_miss_tokens"] = charge.prompt.into();
        }
        usage
    }

    fn objection(&self, body: &Value) -> Option<String> {
        let known = self.known?;
        if let Some(name) = unknown(body, known) {
            return Some(format!("Unrecognized request argument supplied: {name}"));
        }
        let model = body["model"].as_str().unwrap_or_default();
        let reasons = model.starts_with("gpt-5") || model.starts_with("o3");
        let sampled = ["temperature", "top_p", "max_tokens", "logit_bias", "presence_penalty"];
        let is_odd = |name: &&&str| reasons && !body[**name].is_null();
        sampled.iter().find(is_odd).map(|name| {
            format!("Unsupported parameter: '{name}' is not supported with this model.")
        })
    }
}

impl Speech for Chat {
    fn read(&self, body: Value, _path: Option<(String, bool)>) -> Result<Asked, String> {
        let messages = body["messages"].as_array().ok_or("Invalid request")?;
        if let Some(objection) = self.objection(&body) {
            return Err(objection);
        }
        let limit = body["max_tokens"].as_i64().or_else(|| body["max_completion_tokens"].as_i64());
        Ok(Asked {
            model: body["model"].as_str().unwrap_or_default().to_owned(),
            messages: messages.iter().map(message).collect(),
            max_tokens: limit,
            wants_stream: body["stream"] == true,
            wants_usage: self.tells_usage || body["stream_options"]["include_usage"] == true,
            hides_reasoning: body["reasoning"]["exclude"] == true
                || body["include_reasoning"] == false
                || body["thinking"]["type"] == "disabled",
            body,
        })
    }

    fn keep_alive(&self) -> &'static str {
        self.keep_alive
    }

    fn thought(&self, framing: &Framing<'_>, text: &str) -> String {
        let Some(field) = self.thought else { return String::new() };
        let mut delta = json!({"role": "assistant", "content": ""});
        delta[field] = text.into();
        if self.is_openrouter {
            delta["reasoning_details"] = reasoning_details(text);
        }
        frame(&self.chunk(framing, &delta, None))
    }

    fn text(&self, framing: &Framing<'_>, text: &str) -> String {
        frame(&self.chunk(framing, &json!({"role": "assistant", "content": text}), None))
    }

    fn refusal(&self, framing: &Framing<'_>, text: &str) -> String {
        let delta = json!({"role": "assistant", "content": "", "refusal": text});
        frame(&self.chunk(framing, &delta, None))
    }

    fn closing(&self, framing: &Framing<'_>, reason: &str) -> String {
        let finish =
            self.chunk(framing, &json!({"role": "assistant", "content": ""}), Some(reason));
        let Some(charge) = framing.charge else { return frame(&finish) };
        let usage = self.usage(charge);
        let mut last = finish.clone();
        last["usage"] = usage;
        if self.is_openrouter {
            // as recorded in August 2026: the finish reason once more, and usage beside it
            return frame(&finish) + &frame(&last);
        }
        if self.tells_usage {
            return frame(&last);
        }
        last["choices"] = json!([]);
        frame(&finish) + &frame(&last)
    }

    fn goodbye(&self) -> &'static str {
        "data: [DONE]\n\n"
    }

    fn failure(&self, framing: &Framing<'_>, code: u16) -> String {
        let mut chunk = self.chunk(framing, &json!({"content": ""}), Some("error"));
        chunk["error"] = json!({"code": code, "message": "Provider disconnected"});
        frame(&chunk)
    }

    fn padding(&self, framing: &Framing<'_>, bytes: usize) -> String {
        let mut chunk = self.chunk(framing, &json!({"content": ""}), None);
        chunk["padding"] = "x".repeat(bytes).into();
        frame(&chunk)
    }

    fn whole(&self, framing: &Framing<'_>, whole: &Whole<'_>) -> Value {
        let mut message =
            json!({"role": "assistant", "content": whole.text, "refusal": whole.refusal});
        if let Some(field) = self.thought.filter(|_| !whole.thought.is_empty()) {
            message[field] = whole.thought.into();
            if self.is_openrouter {
                message["reasoning_details"] = reasoning_details(whole.thought);
            }
        }
        let mut answer = json!({
            "id": framing.id,
            "object": "chat.completion",
            "created": 1_763_600_000,
            "model": framing.model,
            "choices": [{"index": 0, "finish_reason": whole.reason, "message": message}],
            "usage": framing.charge.map(|charge| self.usage(charge)),
        });
        if self.is_openrouter {
            answer["provider"] = json!("StandIn");
            answer["choices"][0]["native_finish_reason"] = json!(whole.reason);
        }
        answer
    }

    fn error(&self, status: u16, words: &Words) -> Value {
        let own_words = if self.is_openrouter {
            return errors::openrouter(status, words);
        } else if self.thought.is_some() && self.known.is_some() {
            errors::deepseek(words)
        } else {
            None
        };
        let (kind, code, message) = own_words.unwrap_or_else(|| errors::openai(status, words));
        json!({"error": {"message": message, "type": kind, "param": null, "code": code}})
    }
}

/// What is thought, in the longer of the two forms in which it is told.
fn reasoning_details(thought: &str) -> Value {
    json!([{"type": "reasoning.text", "text": thought, "format": null, "index": 0}])
}

/// A message; of parts, the texts and what is known of the pictures.
fn message(message: &Value) -> Message {
    let parts = message["content"].as_array().into_iter().flatten();
    let images = parts.filter_map(|part| part["image_url"]["url"].as_str()).map(Image::read);
    let content = match &message["content"] {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    };
    let role = match message["role"].as_str().unwrap_or_default() {
        "developer" => "system",
        other => other,
    };
    Message { role: role.to_owned(), content, images: images.collect() }
}
