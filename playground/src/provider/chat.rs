use std::sync::Arc;

use axum::{
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderValue, Response, header},
};
use serde_json::{Value, json};

use super::{
    Fault, GateAt, Image, Message, Refusal, Reply, Script,
    answer::{chunks, thoughts, tokens},
    catalogue::Wanted,
    door::Door,
    steps::{Framing, body, reasoning_details, usage},
    world::{COMPLETION_PRICE, Charge, OpenCall, PROMPT_PRICE, World},
};

/// The largest request that is read.
const MAX_REQUEST: usize = 16 * 1024 * 1024;
/// What a model writes at most when nobody says how much.
const DEFAULT_MAX_TOKENS: i64 = 65_536;

/// A request that was understood.
pub(super) struct Asked {
    pub(super) model: String,
    pub(super) messages: Vec<Message>,
    pub(super) body: Value,
    max_tokens: i64,
    wants_stream: bool,
}

/// `POST /chat/completions`
pub(super) async fn complete(
    State(world): State<Arc<World>>,
    ConnectInfo(door): ConnectInfo<Door>,
    request: Request,
) -> Response<Body> {
    let (head, request_body) = request.into_parts();
    let key = bearer(&head.headers);
    let script = world.script_for(key.as_deref());
    let mut call = world.open_call(key.clone());
    if script.fault == Some(Fault::CloseBeforeBody) {
        return slam(&door, &mut call);
    }
    let asked = match to_bytes(request_body, MAX_REQUEST).await.map(|bytes| Asked::read(&bytes)) {
        Ok(Ok(asked)) => asked,
        Ok(Err(refusal)) => return refuse(call, &refusal),
        Err(_) => return refuse(call, &Refusal::status(413)),
    };
    call.asked(&asked);
    if let Some(gate) = script.gate.as_ref().filter(|gate| gate.is_at(GateAt::BeforeHeaders)) {
        gate.pass().await;
    }
    match &script.fault {
        Some(Fault::CloseAfterBody) => return slam(&door, &mut call),
        Some(Fault::Refuse(refusal)) => return refuse(call, refusal),
        Some(Fault::EchoKey) => return refuse(call, &echo(key.as_deref().unwrap_or_default())),
        _ => {}
    }
    match admit(&world, key.as_deref(), &asked) {
        Ok(()) => answer(&script, &asked, call),
        Err(refusal) => refuse(call, &refusal),
    }
}

/// The token of `Authorization: Bearer <token>`.
pub(super) fn bearer(headers: &HeaderMap) -> Option<String> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let is_bearer = scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty();
    is_bearer.then(|| token.trim().to_owned())
}

/// Refuses unknown keys, unknown models and requests beyond what is left, in recorded words.
fn admit(world: &World, key: Option<&str>, asked: &Asked) -> Result<(), Refusal> {
    let key = key.ok_or_else(missing_header)?;
    let plan = world.accounts().get(key).cloned().ok_or_else(|| Refusal::status(401))?;
    if plan.management {
        let message = "Management keys cannot be used for completions";
        return Err(Refusal::saying(403, message, json!({"error_type": "permission_denied"})));
    }
    let is_model = asked.model.split_once('/').is_some_and(|(author, slug)| {
        !author.is_empty() && !slug.is_empty() && !slug.starts_with("no-such")
    });
    if !is_model {
        let message = format!("{} is not a valid model ID", asked.model);
        return Err(Refusal::saying(400, &message, Value::Null));
    }
    if let Some(objection) = world.catalogue().objection(&asked.wanted()) {
        return Err(objection);
    }
    let Some(remaining) = plan.remaining else { return Ok(()) };
    if remaining <= 0 {
        return Err(Refusal::status(403));
    }
    let affordable = (remaining - asked.prompt_tokens() * PROMPT_PRICE) / COMPLETION_PRICE;
    if asked.max_tokens > affordable {
        let (requested, affordable) = (asked.max_tokens, affordable.max(0));
        let message = format!(
            "This request requires more credits, or fewer max_tokens. You requested up to \
             {requested} tokens, but can only afford {affordable}. To increase, visit \
             https://openrouter.ai/settings/credits and upgrade to a paid account"
        );
        return Err(Refusal::saying(402, &message, json!({"provider_name": null})));
    }
    Ok(())
}

fn answer(script: &Script, asked: &Asked, mut call: OpenCall) -> Response<Body> {
    call.begin(asked.prompt_tokens());
    let generation_id = call.generation_id.clone();
    let thoughts = thoughts(script);
    let count = |chunks: &[String]| chunks.iter().map(|chunk| tokens(chunk)).sum::<i64>();
    let chunks = chunks(script, &asked.messages);
    let text = chunks.concat();
    let reasoning = count(&thoughts);
    let completion = count(&chunks) + reasoning;
    let charge = Charge { prompt: asked.prompt_tokens(), completion, reasoning };
    // thought and paid, but not shown
    let thoughts = if asked.hides_reasoning() { Vec::new() } else { thoughts };
    let framing = Framing { generation_id: &generation_id, model: &asked.model, thoughts };
    let (content_type, body) = match &script.fault {
        Some(Fault::Html) => ("text/html", fail(call, Refusal::html(200).response().into_body())),
        Some(Fault::EmptyBody) => ("text/event-stream", fail(call, Body::empty())),
        Some(Fault::ErrorBody) => {
            let error = json!({"error": {"message": "Internal Server Error", "code": 500}});
            ("application/json", fail(call, Body::from(error.to_string())))
        }
        Some(Fault::GarbageGzip) => {
            ("text/event-stream", fail(call, Body::from("not gzip at all")))
        }
        _ if asked.wants_stream => {
            let stream = body(script, &framing, &chunks, charge, call);
            ("text/event-stream", Body::from_stream(stream))
        }
        _ => {
            call.sent(charge.completion);
            let whole = whole(script, &framing, &text, charge);
            ("application/json", finish(call, Body::from(whole.to_string())))
        }
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(id) = HeaderValue::from_str(&generation_id) {
        headers.insert("x-generation-id", id);
    }
    if script.fault == Some(Fault::GarbageGzip) {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// An answer that nobody wanted streamed.
fn whole(script: &Script, framing: &Framing<'_>, text: &str, charge: Charge) -> Value {
    let reason = script.finish_reason.as_deref().unwrap_or("stop");
    let refusal = match &script.reply {
        Reply::Refusal(text) => Some(text),
        _ => None,
    };
    let mut message = json!({"role": "assistant", "content": text, "refusal": refusal});
    if !framing.thoughts.is_empty() {
        let thought = framing.thoughts.concat();
        message["reasoning_details"] = reasoning_details(&thought);
        message["reasoning"] = thought.into();
    }
    json!({
        "id": framing.generation_id,
        "object": "chat.completion",
        "created": 1_763_600_000,
        "model": framing.model,
        "provider": "StandIn",
        "choices": [{
            "index": 0,
            "finish_reason": reason,
            "native_finish_reason": reason,
            "message": message,
        }],
        "usage": usage(charge),
    })
}

fn fail(mut call: OpenCall, body: Body) -> Body {
    call.fail();
    body
}

fn finish(mut call: OpenCall, body: Body) -> Body {
    call.complete();
    body
}

fn refuse(call: OpenCall, refusal: &Refusal) -> Response<Body> {
    call.refuse(refusal.code());
    refusal.response()
}

/// The response is never seen: it finds the door shut.
fn slam(door: &Door, call: &mut OpenCall) -> Response<Body> {
    door.slam();
    call.fail();
    Response::new(Body::empty())
}

pub(super) fn missing_header() -> Refusal {
    Refusal::saying(401, "Missing Authentication header", Value::Null)
}

fn echo(key: &str) -> Refusal {
    let message = format!("Incorrect API key provided: {key}.");
    Refusal::saying(400, &message, json!({"raw": key}))
        .header("x-generation-id", key)
        .header("x-request-id", key)
}

impl Asked {
    fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let invalid =
            || Refusal::saying(400, "Invalid request", json!({"error_type": "invalid_request"}));
        let body: Value = serde_json::from_slice(bytes).map_err(|_| invalid())?;
        let messages = body["messages"].as_array().ok_or_else(invalid)?;
        Ok(Self {
            model: body["model"].as_str().unwrap_or_default().to_owned(),
            messages: messages.iter().map(message).collect(),
            max_tokens: body["max_tokens"].as_i64().unwrap_or(DEFAULT_MAX_TOKENS),
            wants_stream: body["stream"] == true,
            body,
        })
    }

    /// Whether it wants nothing of what the model thinks.
    fn hides_reasoning(&self) -> bool {
        self.body["reasoning"]["exclude"] == true || self.body["include_reasoning"] == false
    }

    fn wanted(&self) -> Wanted<'_> {
        let number =
            |tokens: Option<i64>| tokens.and_then(|it| u64::try_from(it).ok()).unwrap_or(0);
        Wanted {
            model: &self.model,
            has_images: self.messages.iter().any(|message| !message.images.is_empty()),
            prompt_tokens: number(Some(self.prompt_tokens())),
            max_tokens: number(self.body["max_tokens"].as_i64()),
        }
    }

    fn prompt_tokens(&self) -> i64 {
        self.messages.iter().map(|message| tokens(&message.content)).sum()
    }
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
    let role = message["role"].as_str().unwrap_or_default().to_owned();
    Message { role, content, images: images.collect() }
}
