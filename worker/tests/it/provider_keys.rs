//! What is sent, and whom a key check asks.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::{Request, State},
    http::StatusCode,
    response::IntoResponse,
};
use serde_json::{Value, json};
use shared::model::{CouldNotCheck, KeyVerdict};
use worker::providers::{ChatProvider, GenerationRecord, Limits};

use crate::loopback::{Heard, KEY, key, provider, request, serve};

/// What came in: method, path with query, headers that matter, body.
#[derive(Clone, Debug)]
struct Seen {
    line: String,
    authorization: String,
    referer: String,
    title: String,
    body: Value,
}

type Ledger = Arc<Mutex<Vec<Seen>>>;

/// A provider that takes any key wherever that means nothing, and refuses it at `/key`.
async fn public_models(State(ledger): State<Ledger>, request: Request) -> impl IntoResponse {
    let (head, body) = request.into_parts();
    let header = |name: &str| {
        head.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    };
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let path = head.uri.path().to_owned();
    ledger.lock().unwrap().push(Seen {
        line: format!("{} {}", head.method, head.uri),
        authorization: header("authorization"),
        referer: header("http-referer"),
        title: header("x-openrouter-title"),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    });
    match path.as_str() {
        "/api/v1/models" => (StatusCode::OK, Json(json!({"data": []}))),
        "/api/v1/key" => (
            StatusCode::UNAUTHORIZED,
            Json(json!({"error": {"message": "User not found.", "code": 401}})),
        ),
        "/api/v1/chat/completions" => (
            StatusCode::OK,
            Json(
                json!({"id": "gen-1", "choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]}),
            ),
        ),
        _ => (StatusCode::NOT_FOUND, Json(json!({"error": {"message": "not found", "code": 404}}))),
    }
}

async fn ledger_server() -> (Ledger, String) {
    let ledger = Ledger::default();
    let address =
        serve(Router::new().fallback(public_models).with_state(Arc::clone(&ledger))).await;
    (ledger, format!("http://{address}/api/v1/"))
}

#[tokio::test]
async fn a_key_is_not_valid_because_the_model_list_is_public() {
    let (ledger, base_url) = ledger_server().await;
    let verdict = provider(&base_url, Limits::default()).check_key(&key()).await;
    assert_eq!(verdict, KeyVerdict::Rejected);
    let seen = ledger.lock().unwrap().clone();
    assert_eq!(seen.len(), 1, "one question is enough");
    assert_eq!(seen[0].line, "GET /api/v1/key");
    assert_eq!(seen[0].authorization, format!("Bearer {KEY}"));
}

#[tokio::test]
async fn a_chat_is_sent_as_documented() {
    let (ledger, base_url) = ledger_server().await;
    let provider = provider(&base_url, Limits::default());
    let heard = Heard::from(provider.stream(Some(&key()), &request()).await.unwrap()).await;
    assert_eq!(heard.text(), "hi");
    let seen = ledger.lock().unwrap()[0].clone();
    assert_eq!(seen.line, "POST /api/v1/chat/completions");
    assert_eq!(seen.authorization, format!("Bearer {KEY}"));
    assert_eq!((seen.referer.as_str(), seen.title.as_str()), ("https://troupe.example", "Troupe"));
    assert_eq!(
        seen.body,
        json!({
            "model": "openai/gpt-4o-mini",
            "messages": [{"role": "user", "content": "a private question"}],
            "max_tokens": 16,
            "temperature": 0.7,
            "user": "pseudonym",
            "session_id": "conversation",
            "stream": true,
        })
    );
}

#[tokio::test]
async fn a_record_is_asked_for_by_its_id_and_nothing_can_be_slipped_in_with_it() {
    let (ledger, base_url) = ledger_server().await;
    let provider = provider(&base_url, Limits::default());
    assert_eq!(provider.generation(&key(), "gen-1&x=/../key").await, GenerationRecord::NotYet);
    let line = ledger.lock().unwrap()[0].line.clone();
    assert_eq!(line, "GET /api/v1/generation?id=gen-1%26x%3D%2F..%2Fkey");
}

#[tokio::test]
async fn a_key_that_nobody_can_be_asked_about_is_not_rejected() {
    // nobody listens on a port that was just given back
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let provider = provider(&format!("http://{closed}"), Limits::default());
    let down = KeyVerdict::CouldNotCheck { why: CouldNotCheck::ProviderDown };
    assert_eq!(provider.check_key(&key()).await, down);
    assert_eq!(provider.generation(&key(), "gen-1").await, GenerationRecord::Unavailable);
}
