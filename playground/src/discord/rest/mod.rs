//! The REST side.
//!
//! A request is read into a [`Call`], may meet a fault, takes its place in a rate-limit bucket, is
//! routed to one function that changes the world, and is written into the ledger with its answer.

mod answer;
mod applications;
mod buckets;
mod call;
mod cdn;
mod channels;
mod complete;
mod guard;
mod interactions;
mod known;
mod messages;
mod pieces;
mod reactions;
mod route;
mod threads;
mod users;
mod webhook_messages;
mod webhooks;

use std::{convert::Infallible, sync::Arc};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE, request::Parts},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde_json::Value;

pub use self::known::ROUTES;
use self::{answer::Answer, buckets::Verdict, call::Call, guard::Sent};
pub(super) use self::{answer::Refusal, buckets::Buckets};
use super::{
    bell::lock,
    connection::Cut,
    faults::{Effect, Reply, ReplyBody},
    ledger::{Exchange, Traffic},
    server::Server,
};
use crate::percent::decode;

const JSON: &str = "application/json";

/// Answers one request.
pub(super) async fn enter(server: Arc<Server>, cut: Cut, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let effect = server.faults.strike(parts.method.as_str(), &decode(parts.uri.path()));
    let call = match Call::read(&parts, body).await {
        Ok(call) => call,
        Err(refusal) => {
            let answer = Answer::from(refusal);
            return respond(&server, exchange(&parts, &Call::default()), answer, Vec::new(), None);
        }
    };
    let mut exchange = exchange(&parts, &call);
    exchange.fault = effect.is_some();
    match effect {
        Some(Effect::Answer(reply)) => return play(&server, exchange, reply),
        Some(Effect::DropBefore) => {
            cut.throw();
            server.ledger.write(Traffic::Rest(Box::new(exchange)));
            return ().into_response();
        }
        Some(Effect::Delay(delay)) => tokio::time::sleep(delay).await,
        Some(Effect::AnswerAfter(_) | Effect::DropAfter) | None => {}
    }
    let (answer, headers, answered) = process(&server, &call, &mut exchange);
    if matches!(effect, Some(Effect::DropAfter)) {
        cut.throw();
        exchange.status = 0;
        server.ledger.write(Traffic::Rest(Box::new(exchange)));
        return ().into_response();
    }
    if let Some(Effect::AnswerAfter(delay)) = effect {
        tokio::time::sleep(delay).await;
    }
    respond(&server, exchange, answer, headers, answered)
}

/// Takes the call's place in its bucket and lets it change the world. The last value is the
/// interaction that it answered, if it did.
fn process(
    server: &Arc<Server>,
    call: &Call,
    exchange: &mut Exchange,
) -> (Answer, Vec<(String, String)>, Option<Sent>) {
    let (headers, refusal) = match lock(&server.buckets).take(call) {
        Verdict::Go(headers) => (headers, None),
        Verdict::Wait(headers, body) => (headers, Some(Answer::json(429, body))),
    };
    if let Some(refusal) = refusal {
        return (refusal, headers, None);
    }
    let answer = route::route(&mut server.world(), call).unwrap_or_else(Answer::from);
    if answer.unknown_route {
        exchange.unknown_route = true;
        tracing::warn!(method = %call.method, path = %call.path, "no such route on the local Discord");
    }
    let answered = answer.acknowledges.clone().map(|token| Sent::new(Arc::clone(server), token));
    (answer, headers, answered)
}

fn exchange(parts: &Parts, call: &Call) -> Exchange {
    let header = |name: &str| {
        parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    Exchange {
        method: parts.method.to_string(),
        path: decode(parts.uri.path()),
        query: parts.uri.query().map(str::to_owned),
        content_type: header("content-type").unwrap_or_default(),
        authorization: header("authorization"),
        user_agent: header("user-agent"),
        body: call.body.clone(),
        parts: call.is_multipart.then(|| call.parts.clone()),
        ..Exchange::default()
    }
}

/// Writes the answer down and sends it.
fn respond(
    server: &Server,
    mut exchange: Exchange,
    answer: Answer,
    headers: Vec<(String, String)>,
    sent: Option<Sent>,
) -> Response {
    exchange.status = answer.status.as_u16();
    exchange.response = answer.body.clone();
    exchange.headers = headers;
    let (content_type, body) = match (answer.file, answer.body) {
        (Some((kind, file)), _) => (kind, file),
        (None, Value::Null) => (String::new(), Bytes::new()),
        (None, body) => (JSON.to_owned(), body.to_string().into()),
    };
    let mut response = guard::response(body, sent);
    *response.status_mut() = answer.status;
    if !content_type.is_empty() {
        add_headers(&mut response, &[(CONTENT_TYPE.to_string(), content_type)]);
    }
    add_headers(&mut response, &exchange.headers);
    server.ledger.write(Traffic::Rest(Box::new(exchange)));
    response
}

/// Plays a fault's answer.
fn play(server: &Server, mut exchange: Exchange, reply: Reply) -> Response {
    exchange.status = reply.status;
    exchange.headers.clone_from(&reply.headers);
    let (content_type, body, response) = match reply.body {
        ReplyBody::Json(body) => (JSON.to_owned(), Body::from(body.to_string()), body),
        ReplyBody::Html(page) => {
            ("text/html".to_owned(), Body::from(page.clone()), Value::String(page))
        }
        ReplyBody::File(kind, file) => (kind, Body::from(file), Value::Null),
        ReplyBody::Endless(kind, piece) => {
            let pieces = stream::repeat(piece).map(Ok::<_, Infallible>);
            (kind, Body::from_stream(pieces), Value::Null)
        }
        ReplyBody::Stalled(kind, piece) => {
            let piece = stream::iter([Ok::<_, Infallible>(piece)]).chain(stream::pending());
            (kind, Body::from_stream(piece), Value::Null)
        }
    };
    exchange.response = response;
    server.ledger.write(Traffic::Rest(Box::new(exchange)));
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or_default();
    add_headers(&mut response, &[(CONTENT_TYPE.to_string(), content_type)]);
    add_headers(&mut response, &reply.headers);
    response
}

fn add_headers(response: &mut Response, headers: &[(String, String)]) {
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
}
