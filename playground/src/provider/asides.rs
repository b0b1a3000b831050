//! What can be asked beside a chat.

use std::{collections::HashMap, sync::Arc};

use axum::{
    body::Body,
    extract::{Query, State},
    http::{HeaderMap, Response, header},
};
use serde_json::{Value, json};

use super::{
    Refusal,
    account::dollars,
    chat::{bearer, missing_header},
    world::World,
};

/// `GET /key`: the one question that tells a good key from a bad one.
pub(super) async fn key(State(world): State<Arc<World>>, headers: HeaderMap) -> Response<Body> {
    world.ledger().count(|counters| counters.key_checks += 1);
    if let Some(refusal) = &world.scripts().key_checks {
        return refusal.response();
    }
    let Some(key) = bearer(&headers) else { return missing_header().response() };
    match world.accounts().get(&key) {
        Some(plan) => json_response(&json!({"data": plan.describe(&key)})),
        None => Refusal::status(401).response(),
    }
}

/// `GET /generation?id=`: 404 until the call is over, and for anybody else's key.
pub(super) async fn generation(
    State(world): State<Arc<World>>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response<Body> {
    world.ledger().count(|counters| counters.look_ups += 1);
    let Some(key) = bearer(&headers) else { return missing_header().response() };
    if !world.accounts().contains_key(&key) {
        return Refusal::status(401).response();
    }
    let id = query.get("id").map(String::as_str).unwrap_or_default();
    let found = world.generations().get(id).filter(|generation| generation.key == key).cloned();
    let Some(generation) = found else {
        let message = format!("Generation {id} not found");
        return Refusal::saying(404, &message, Value::Null).response();
    };
    let charge = generation.charge;
    json_response(&json!({"data": {
        "id": id,
        "model": generation.model,
        "provider_name": "StandIn",
        "streamed": true,
        "cancelled": generation.was_cancelled,
        "total_cost": dollars(charge.cost()),
        "usage": dollars(charge.cost()),
        "upstream_inference_cost": null,
        "is_byok": false,
        "tokens_prompt": charge.prompt,
        "tokens_completion": charge.completion,
        "native_tokens_prompt": charge.prompt,
        "native_tokens_completion": charge.completion,
        "native_tokens_reasoning": charge.reasoning,
        "native_tokens_cached": 0,
    }}))
}

/// `GET /models`: public, and no word about any key.
pub(super) async fn models(State(world): State<Arc<World>>) -> Response<Body> {
    world.ledger().count(|counters| counters.model_lists += 1);
    world.catalogue().response()
}

/// Any other path.
pub(super) async fn not_found(State(world): State<Arc<World>>) -> Response<Body> {
    world.ledger().count(|counters| counters.lost += 1);
    Refusal::saying(404, "Not Found", Value::Null).response()
}

/// A known path, asked in another way.
pub(super) async fn method_not_allowed(State(world): State<Arc<World>>) -> Response<Body> {
    world.ledger().count(|counters| counters.lost += 1);
    Refusal::saying(405, "Method Not Allowed", Value::Null).response()
}

fn json_response(body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    let json = header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
