//! A call to a model: from the request to the answer or what goes wrong.

use std::sync::Arc;

use axum::{
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderValue, Response, StatusCode, header},
};
use serde_json::json;

use super::{
    Api, Fault, GateAt, Recording, Refusal, Reply, Script,
    admission::{admit, read},
    answer::{chunks, thoughts, tokens},
    door::Door,
    steps::{Telling, replayed},
    wires::{Asked, Framing, Whole},
    world::{Charge, OpenCall, World},
};

/// The largest request that is read.
const MAX_REQUEST: usize = 16 * 1024 * 1024;

/// A call to a model. `path` is what the address says of model and delivery, where it does.
pub(super) async fn complete(
    api: Api,
    path: Option<(String, bool)>,
    State(world): State<Arc<World>>,
    ConnectInfo(door): ConnectInfo<Door>,
    request: Request,
) -> Response<Body> {
    let (head, request_body) = request.into_parts();
    let key = api.key(&head.headers);
    let script = world.script_for(key.as_deref());
    let mut call = world.open_call(api, key.clone());
    if script.fault == Some(Fault::CloseBeforeBody) {
        return slam(&door, &mut call);
    }
    let asked = match to_bytes(request_body, MAX_REQUEST).await {
        Ok(bytes) => read(api, &head.headers, &bytes, path),
        Err(_) => Err(Refusal::status(413)),
    };
    let asked = match asked {
        Ok(asked) => asked,
        Err(refusal) => return refuse(api, call, &refusal),
    };
    call.asked(&asked);
    if let Some(gate) = script.gate.as_ref().filter(|gate| gate.is_at(GateAt::BeforeHeaders)) {
        gate.pass().await;
    }
    match &script.fault {
        Some(Fault::CloseAfterBody) => return slam(&door, &mut call),
        Some(Fault::Refuse(refusal)) => return refuse(api, call, refusal),
        Some(Fault::EchoKey) => {
            return refuse(api, call, &echo(key.as_deref().unwrap_or_default()));
        }
        _ => {}
    }
    if let Reply::Recorded(recording) = &script.reply {
        return replay(recording, &script, call);
    }
    match admit(&world, api, key.as_deref(), &asked) {
        Ok(()) => answer(api, &script, &asked, call),
        Err(refusal) => refuse(api, call, &refusal),
    }
}

fn answer(api: Api, script: &Script, asked: &Asked, mut call: OpenCall) -> Response<Body> {
    let prompt = asked.prompt_tokens();
    call.begin(prompt);
    let generation_id = call.generation_id.clone();
    let thoughts = thoughts(script);
    let count = |chunks: &[String]| chunks.iter().map(|chunk| tokens(chunk)).sum::<i64>();
    let chunks = chunks(script, &asked.messages);
    let reasoning = count(&thoughts);
    let completion = count(&chunks) + reasoning;
    let charge = Charge { prompt, completion, reasoning };
    // thought and paid, but not shown
    let hidden = if asked.hides_reasoning { reasoning } else { 0 };
    call.thought(hidden);
    let thoughts = if asked.hides_reasoning { Vec::new() } else { thoughts };
    let tells_usage = script.fault != Some(Fault::NoUsage);
    let in_stream = tells_usage && asked.wants_usage;
    let tells_usage = if asked.wants_stream { in_stream } else { tells_usage };
    let framing = Framing {
        id: &generation_id,
        model: &asked.model,
        charge: Some(charge).filter(|_| tells_usage),
    };
    let (content_type, body) = match &script.fault {
        Some(Fault::Html) => {
            ("text/html", fail(call, Refusal::html(200).response(api).into_body()))
        }
        Some(Fault::EmptyBody) => ("text/event-stream", fail(call, Body::empty())),
        Some(Fault::ErrorBody) => {
            let error = Refusal::status(500).response(api).into_body();
            ("application/json", fail(call, error))
        }
        Some(Fault::GarbageGzip) => {
            ("text/event-stream", fail(call, Body::from("not gzip at all")))
        }
        _ if asked.wants_stream => {
            let telling = Telling { api, script, framing, thoughts, chunks };
            ("text/event-stream", Body::from_stream(telling.body(call)))
        }
        _ => {
            call.sent(charge.completion - hidden);
            let refusal = match &script.reply {
                Reply::Refusal(text) => Some(text.as_str()),
                _ => None,
            };
            let (text, thought) = (chunks.concat(), thoughts.concat());
            let reason = script.reason();
            let whole = Whole { text: &text, thought: &thought, refusal, reason };
            let whole = api.speech().whole(&framing, &whole).to_string();
            // a long wait is filled with blank lines
            let blank = if api == Api::DeepSeek { "\n\n" } else { "" };
            ("application/json", finish(call, Body::from(format!("{blank}{whole}"))))
        }
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if api == Api::OpenRouter
        && let Ok(id) = HeaderValue::from_str(&generation_id)
    {
        headers.insert("x-generation-id", id);
    }
    if script.fault == Some(Fault::GarbageGzip) {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// What was recorded, once more.
fn replay(recording: &Recording, script: &Script, call: OpenCall) -> Response<Body> {
    let status = StatusCode::from_u16(recording.status).unwrap_or(StatusCode::OK);
    if !status.is_success() {
        call.refuse(recording.status);
        let body = Body::from(recording.body.clone());
        return with_headers(status, &recording.headers, body);
    }
    let body = Body::from_stream(replayed(&recording.body, script, call));
    with_headers(status, &recording.headers, body)
}

fn with_headers(status: StatusCode, headers: &[(String, String)], body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    for (name, value) in headers {
        let named = (name.parse::<header::HeaderName>(), HeaderValue::from_str(value));
        if let (Ok(name), Ok(value)) = named {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn fail(mut call: OpenCall, body: Body) -> Body {
    call.fail();
    body
}

fn finish(mut call: OpenCall, body: Body) -> Body {
    call.complete();
    body
}

fn refuse(api: Api, call: OpenCall, refusal: &Refusal) -> Response<Body> {
    call.refuse(refusal.code());
    refusal.response(api)
}

/// The response is never seen: it finds the door shut.
fn slam(door: &Door, call: &mut OpenCall) -> Response<Body> {
    door.slam();
    call.fail();
    Response::new(Body::empty())
}

fn echo(key: &str) -> Refusal {
    let message = format!("Incorrect API key provided: {key}.");
    Refusal::saying(400, &message, json!({"raw": key}))
        .header("x-generation-id", key)
        .header("x-request-id", key)
}
