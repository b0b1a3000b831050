//! What can be asked beside a chat.

use std::{collections::HashMap, sync::Arc};

use axum::{
    body::Body,
    extract::{Query, State},
    http::{HeaderMap, Response, header},
};
use serde_json::{Value, json};

use super::{Api, KeyPlan, Lists, Refusal, account::dollars, world::World};

/// What is known of the key that a question came with, or why there is no answer.
fn checked(world: &World, api: Api, headers: &HeaderMap) -> Result<(String, KeyPlan), Refusal> {
    world.ledger().count(|counters| counters.key_checks += 1);
    if let Some(refusal) = &world.scripts().key_checks {
        return Err(refusal.clone());
    }
    let key = api.key(headers).ok_or_else(|| Refusal::missing_key(api))?;
    match world.accounts().get(&(api, key.clone())) {
        Some(plan) => Ok((key, plan.clone())),
        None => Err(Refusal::unknown_key(api, &key)),
    }
}

fn answer(api: Api, answer: Result<Value, Refusal>) -> Response<Body> {
    match answer {
        Ok(body) => json_response(&body),
        Err(refusal) => refusal.response(api),
    }
}

/// `GET /key`: the one question that tells a good key from a bad one.
pub(super) async fn key(State(world): State<Arc<World>>, headers: HeaderMap) -> Response<Body> {
    let api = Api::OpenRouter;
    let about = checked(&world, api, &headers);
    answer(api, about.map(|(key, plan)| json!({"data": plan.describe(&key)})))
}

/// OpenAI's `GET /models`: not for everybody, and not for every key.
pub(super) async fn openai_models(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
) -> Response<Body> {
    let api = Api::OpenAi;
    let list = checked(&world, api, &headers).and_then(|(_, plan)| {
        if plan.restricted {
            let message = "You have insufficient permissions for this operation. Missing scopes: api.model.read.";
            return Err(Refusal::saying(403, message, Value::Null));
        }
        Ok(list_of("gpt-4o-mini"))
    });
    answer(api, list)
}

/// Anthropic's `GET /models`.
pub(super) async fn anthropic_models(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
) -> Response<Body> {
    let api = Api::Anthropic;
    answer(api, checked(&world, api, &headers).map(|_| list_of("claude-sonnet-4-6")))
}

/// Gemini's `GET /models`.
pub(super) async fn gemini_models(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
) -> Response<Body> {
    let api = Api::Gemini;
    let list = json!({"models": [{"name": "models/gemini-2.5-flash"}], "nextPageToken": "x"});
    answer(api, checked(&world, api, &headers).map(|_| list))
}

/// DeepSeek's `GET /user/balance`.
pub(super) async fn balance(State(world): State<Arc<World>>, headers: HeaderMap) -> Response<Body> {
    let api = Api::DeepSeek;
    let balance = checked(&world, api, &headers).map(|(_, plan)| {
        let left = plan.remaining.map_or(100.0, dollars);
        let purse = json!({
            "currency": "USD", "total_balance": format!("{left:.2}"), "granted_balance": "0.00",
            "topped_up_balance": format!("{left:.2}"),
        });
        json!({"is_available": left > 0.0, "balance_infos": [purse]})
    });
    answer(api, balance)
}

/// A server's `GET /models`, if it has one; in public, if it is careless.
pub(super) async fn server_models(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
) -> Response<Body> {
    let (api, manners) = (Api::Server, *world.manners());
    let checked = checked(&world, api, &headers);
    match manners.lists {
        Lists::ToNobody => Refusal::status(404).response(api),
        Lists::ToKeys if manners.asks_for_key => answer(api, checked.map(|_| list_of("llama3.2"))),
        Lists::ToKeys | Lists::ToAnybody => answer(api, Ok(list_of("llama3.2"))),
    }
}

fn list_of(model: &str) -> Value {
    json!({"object": "list", "data": [{"id": model, "object": "model", "owned_by": "stand-in"}]})
}

/// `GET /generation?id=`: 404 until the call is over, and for anybody else's key.
pub(super) async fn generation(
    State(world): State<Arc<World>>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response<Body> {
    world.ledger().count(|counters| counters.look_ups += 1);
    let api = Api::OpenRouter;
    let Some(key) = api.key(&headers) else { return Refusal::missing_key(api).response(api) };
    if !world.accounts().contains_key(&(api, key.clone())) {
        return Refusal::unknown_key(api, &key).response(api);
    }
    let id = query.get("id").map(String::as_str).unwrap_or_default();
    let found = world.generations().get(id).filter(|generation| generation.key == key).cloned();
    let Some(generation) = found else {
        let message = format!("Generation {id} not found");
        return Refusal::saying(404, &message, Value::Null).response(api);
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
    Refusal::saying(404, "Not Found", Value::Null).response(Api::OpenRouter)
}

/// A known path, asked in another way.
pub(super) async fn method_not_allowed(State(world): State<Arc<World>>) -> Response<Body> {
    world.ledger().count(|counters| counters.lost += 1);
    Refusal::saying(405, "Method Not Allowed", Value::Null).response(Api::OpenRouter)
}

fn json_response(body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    let json = header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
