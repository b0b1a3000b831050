//! The stand-in provider keeps what it promises: a client written for OpenRouter can't tell, and a
//! test can.

use std::time::Duration;

use playground::provider::{
    Call, Fault, Gate, GateAt, KeyPlan, Refusal, Reply, Script, Stage, StandInOptions,
    StandInProvider,
};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::time::timeout;

const KEY: &str = "sk-or-v1-stand-in-key";

pub(crate) async fn stand_in() -> StandInProvider {
    let keys = vec![(KEY.to_owned(), KeyPlan::with_credit(1_000_000_000))];
    StandInProvider::start(StandInOptions { keys, ..StandInOptions::default() }).await.unwrap()
}

fn client() -> Client {
    // whoever came first has installed it
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap()
}

pub(crate) fn question(stream: bool) -> Value {
    json!({
        "model": "openai/gpt-4o-mini",
        "messages": [
            {"role": "system", "content": "You are Lilith, a demon."},
            {"role": "user", "content": "[[req:42]] Hello?"},
        ],
        "max_tokens": 100,
        "stream": stream,
    })
}

async fn send(provider: &StandInProvider, key: &str, body: &Value) -> reqwest::Result<Response> {
    let url = format!("{}/chat/completions", provider.base_url());
    client().post(url).bearer_auth(key).json(body).send().await
}

pub(crate) async fn ask(provider: &StandInProvider, body: &Value) -> Response {
    send(provider, KEY, body).await.unwrap()
}

pub(crate) async fn get(provider: &StandInProvider, path: &str, key: &str) -> (u16, Value) {
    let url = format!("{}{path}", provider.base_url());
    let response = client().get(url).bearer_auth(key).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// The data of all events.
pub(crate) fn events(body: &str) -> Vec<&str> {
    body.lines().filter_map(|line| line.strip_prefix("data: ")).collect()
}

pub(crate) fn text(body: &str) -> String {
    let chunks =
        events(body).into_iter().filter_map(|data| serde_json::from_str::<Value>(data).ok());
    chunks
        .filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str().map(str::to_owned))
        .collect()
}

/// Waits for the first call to be over.
async fn over(provider: &StandInProvider) -> Call {
    let call = provider
        .ledger()
        .wait_for(|book| book.calls.first().filter(|call| call.stage.is_over()).cloned());
    timeout(Duration::from_secs(20), call).await.unwrap()
}

#[tokio::test]
async fn an_answer_streams_says_what_it_is_and_is_charged() {
    let provider = stand_in().await;
    let response = ask(&provider, &question(true)).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let id = response.headers()["x-generation-id"].to_str().unwrap().to_owned();
    let body = response.text().await.unwrap();
    for part in ["Lilith", "[[req:42]] Hello?", "stand-in"] {
        assert!(text(&body).contains(part), "{part}");
    }
    assert!(body.contains(": OPENROUTER PROCESSING\n\n"));
    let events = events(&body);
    assert!(events.len() > 5, "several chunks");
    assert_eq!(events.last(), Some(&"[DONE]"));
    let last: Value = serde_json::from_str(events[events.len() - 2]).unwrap();
    assert_eq!(last["id"], id.as_str());
    let cost = last["usage"]["cost"].as_f64().unwrap();
    assert!(cost > 0.0);

    let call = over(&provider).await;
    assert_eq!((call.stage, call.bearer.as_deref()), (Stage::Completed, Some(KEY)));
    assert_eq!(call.messages[1].content, "[[req:42]] Hello?");
    assert_eq!(call.generation_id, id);
    let left = provider.key_plan(KEY).unwrap().remaining.unwrap();
    assert_eq!(left, 1_000_000_000 - call.cost);
    let (_, record) = get(&provider, &format!("/generation?id={id}"), KEY).await;
    assert_eq!(record["data"]["total_cost"].as_f64(), Some(cost));
    assert_eq!(record["data"]["native_tokens_completion"], last["usage"]["completion_tokens"]);
    let (_, about) = get(&provider, "/key", KEY).await;
    assert_eq!(about["data"]["usage"].as_f64(), Some(cost));
}

#[tokio::test]
async fn an_answer_comes_whole_to_who_does_not_stream() {
    let provider = stand_in().await;
    provider.script_next(Script::text("just so").finishing("length"));
    let body: Value = ask(&provider, &question(false)).await.json().await.unwrap();
    assert_eq!(body["choices"][0]["message"]["content"], "just so");
    assert_eq!(body["choices"][0]["finish_reason"], "length");
    assert_eq!(body["usage"]["completion_tokens"], 2);
    let call = over(&provider).await;
    assert_eq!(call.stage, Stage::Completed);
    let record = get(&provider, &format!("/generation?id={}", call.generation_id), KEY).await.1;
    assert_eq!(record["data"]["total_cost"], body["usage"]["cost"]);
}

#[tokio::test]
async fn only_the_key_route_knows_a_key() {
    let provider = stand_in().await;
    provider.add_key("sk-or-v1-mgmt", KeyPlan::management());
    assert_eq!(get(&provider, "/models", "sk-or-v1-nobody").await.0, 200);
    let (status, body) = get(&provider, "/key", "sk-or-v1-nobody").await;
    assert_eq!((status, &body["error"]["message"]), (401, &json!("User not found.")));
    let (status, body) = get(&provider, "/key", KEY).await;
    assert_eq!((status, body["data"]["limit_remaining"].as_f64()), (200, Some(1.0)));
    let (_, body) = get(&provider, "/key", "sk-or-v1-mgmt").await;
    assert_eq!(body["data"]["is_management_key"], true);
    assert_eq!(send(&provider, "sk-or-v1-nobody", &question(true)).await.unwrap().status(), 401);
    assert_eq!(send(&provider, "sk-or-v1-mgmt", &question(true)).await.unwrap().status(), 403);
    provider.refuse_key_checks(Some(Refusal::html(502)));
    let url = format!("{}/key", provider.base_url());
    assert_eq!(client().get(&url).bearer_auth(KEY).send().await.unwrap().status(), 502);
    provider.refuse_key_checks(None);
    provider.remove_key(KEY);
    assert_eq!(get(&provider, "/key", KEY).await.0, 401);
    let counters = provider.ledger().counters();
    assert_eq!((counters.key_checks, counters.model_lists, counters.refused), (5, 1, 2));
}

#[tokio::test]
async fn what_does_not_exist_is_said_in_the_same_shape() {
    let provider = stand_in().await;
    for path in ["/credits", "/chat/completions"] {
        let (status, body) = get(&provider, path, KEY).await;
        assert!(status == 404 || status == 405, "{path}");
        assert_eq!(body["error"]["code"], status, "{path}");
    }
    let (status, body) = get(&provider, "/generation?id=gen-1", KEY).await;
    assert_eq!((status, body["error"]["code"].as_u64()), (404, Some(404)));
    let root = provider.base_url().replace("/api/v1", "/");
    assert_eq!(client().get(root).send().await.unwrap().status(), 404);
    let mut odd = question(true);
    odd["model"] = "openai/no-such-model".into();
    let body: Value = ask(&provider, &odd).await.json().await.unwrap();
    assert_eq!(body["error"]["message"], "openai/no-such-model is not a valid model ID");
    assert_eq!(ask(&provider, &json!({"messages": 1})).await.status(), 400);
}

#[tokio::test]
async fn a_key_runs_out() {
    let provider = stand_in().await;
    provider.add_key(KEY, KeyPlan::with_credit(50_000));
    let response = ask(&provider, &question(true)).await;
    assert_eq!(response.status(), 402);
    let body: Value = response.json().await.unwrap();
    assert!(body["error"]["message"].as_str().unwrap().contains("can only afford 8"), "{body}");
    provider.add_key(KEY, KeyPlan::with_credit(0));
    assert_eq!(ask(&provider, &question(true)).await.status(), 403);
}

#[tokio::test]
async fn a_gate_holds_a_call_before_headers_and_between_chunks() {
    let provider = stand_in().await;
    let gate = provider.gate(GateAt::BeforeHeaders);
    let asked = question(true);
    let call = ask(&provider, &asked);
    tokio::pin!(call);
    tokio::select! {
        () = gate.reached() => {}
        _ = &mut call => unreachable!("the gate is closed"),
    }
    assert_eq!(provider.ledger().calls()[0].stage, Stage::Started);
    gate.release();
    assert!(call.await.text().await.unwrap().contains("[DONE]"));

    let gate = Gate::new(GateAt::AfterChunks(2));
    provider.script_next(Script::chunks(["a", "b", "c"]).gated(gate.clone()));
    let mut response = ask(&provider, &question(true)).await;
    let mut body = String::new();
    while text(&body) != "ab" {
        body += str::from_utf8(&response.chunk().await.unwrap().unwrap()).unwrap();
    }
    gate.reached().await;
    let call = provider.ledger().calls()[1].clone();
    assert_eq!((call.stage, call.chunks), (Stage::FirstByte, 2));
    gate.release();
    body += &response.text().await.unwrap();
    assert_eq!(text(&body), "abc");
}

#[tokio::test]
async fn a_client_that_leaves_is_noticed_and_pays_for_what_was_sent() {
    let provider = stand_in().await;
    let gate = Gate::new(GateAt::AfterChunks(1));
    provider.script_next(Script::chunks(["four", "more"]).gated(gate.clone()));
    let response = ask(&provider, &question(true)).await;
    gate.reached().await;
    let id = provider.ledger().calls()[0].generation_id.clone();
    assert_eq!(get(&provider, &format!("/generation?id={id}"), KEY).await.0, 404, "not yet");
    drop(response);
    let call = over(&provider).await;
    assert_eq!((call.stage, call.chunks), (Stage::Aborted, 1));
    let (_, record) = get(&provider, &format!("/generation?id={id}"), KEY).await;
    assert_eq!(record["data"]["cancelled"], true);
    assert_eq!(record["data"]["native_tokens_completion"], 1);

    let held = provider.gate(GateAt::BeforeHeaders);
    let asked = question(true);
    tokio::select! {
        () = held.reached() => {}
        _ = ask(&provider, &asked) => unreachable!("the gate is closed"),
    }
    let aborted = provider.ledger().wait_for(|book| (book.counters.aborted == 2).then_some(()));
    timeout(Duration::from_secs(20), aborted).await.unwrap();
}

#[tokio::test]
async fn refusals_carry_what_they_are_told_to() {
    let provider = stand_in().await;
    for status in [400, 401, 402, 403, 404, 408, 413, 429, 500, 502, 503, 504, 524, 529] {
        provider.script_next(Script::status(status));
        let response = ask(&provider, &question(true)).await;
        assert_eq!(response.status(), status);
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["error"]["code"], status);
    }
    for wait in ["7", "Wed, 21 Oct 2015 07:28:00 GMT", "soon"] {
        let refusal = Refusal::status(429).retry_after(wait);
        provider.script_next(Script::fault(Fault::Refuse(refusal)));
        assert_eq!(ask(&provider, &question(true)).await.headers()["retry-after"], wait);
    }
    provider.script_next(Script::fault(Fault::Refuse(Refusal::in_flight())));
    let body = ask(&provider, &question(true)).await.text().await.unwrap();
    assert!(body.contains("in_flight_budget_exhausted"));
    provider.script_next(Script::fault(Fault::EchoKey));
    let response = ask(&provider, &question(true)).await;
    assert_eq!(response.headers()["x-generation-id"], KEY);
    assert!(response.text().await.unwrap().contains(KEY));
    assert_eq!(provider.ledger().counters().refused, 19);
    assert_eq!(provider.key_plan(KEY).unwrap().spent, 0, "a refusal costs nothing");
}

#[tokio::test]
async fn bodies_that_are_no_answers() {
    let provider = stand_in().await;
    let body = |fault| {
        provider.script_next(Script::fault(fault));
        async { ask(&provider, &question(true)).await.text().await.unwrap() }
    };
    assert!(body(Fault::Html).await.starts_with("<!doctype html>"));
    assert_eq!(body(Fault::EmptyBody).await, "");
    assert!(body(Fault::ErrorBody).await.starts_with("{\"error\""));
    assert_eq!(body(Fault::GarbageGzip).await, "not gzip at all");
    let no_done = body(Fault::NoDone).await;
    assert!(!no_done.contains("[DONE]") && no_done.contains("usage"));
    let no_usage = body(Fault::NoUsage).await;
    assert!(no_usage.contains("[DONE]") && !no_usage.contains("usage"));
    let failed = body(Fault::ErrorChunk { after: 2, code: 502 }).await;
    assert!(failed.contains("\"code\":502") && !failed.contains("[DONE]"));
    assert!(text(&failed).starts_with("Speaking as"));
    let long = body(Fault::LongLine(300 * 1024)).await;
    assert!(long.lines().any(|line| line.len() > 300 * 1024) && long.contains("[DONE]"));
    let counters = provider.ledger().counters();
    assert_eq!((counters.completed, counters.failed, counters.open), (3, 5, 0));
}

#[tokio::test]
async fn connections_close_before_and_after_the_body_and_in_the_middle() {
    let provider = stand_in().await;
    for fault in [Fault::CloseBeforeBody, Fault::CloseAfterBody] {
        provider.script_next(Script::fault(fault));
        let error = send(&provider, KEY, &question(true)).await.unwrap_err();
        assert!(error.is_request() && !error.is_connect(), "{error:?}");
    }
    let calls = provider.ledger().calls();
    assert!(calls[0].messages.is_empty() && !calls[1].messages.is_empty());
    provider.script_next(Script::chunks(["a", "b"]).failing(Fault::BreakAfter(1)));
    let mut response = ask(&provider, &question(true)).await;
    let mut body = String::new();
    let error = loop {
        match response.chunk().await {
            Ok(piece) => body += str::from_utf8(&piece.unwrap()).unwrap(),
            Err(error) => break error,
        }
    };
    assert!(!error.is_timeout());
    assert_eq!(text(&body), "a");
    assert_eq!(provider.ledger().counters().failed, 3);
}

#[tokio::test]
async fn a_body_can_be_cut_anywhere() {
    let provider = stand_in().await;
    provider.script_next(Script::text("Grüße 😀").in_pieces_of(1).with_crlf());
    let mut response = ask(&provider, &question(true)).await;
    let mut pieces = Vec::new();
    while let Some(piece) = response.chunk().await.unwrap() {
        pieces.push(piece);
    }
    let body = String::from_utf8(pieces.concat()).unwrap();
    assert!(pieces.len() > body.len() / 4, "{} pieces of {} bytes", pieces.len(), body.len());
    assert_eq!(text(&body), "Grüße 😀");
    assert!(body.contains("[DONE]\r\n\r\n"));
    assert_eq!(body.matches('\n').count(), body.matches("\r\n").count());
}

#[tokio::test]
async fn what_never_ends_goes_on_until_the_client_leaves() {
    let provider = stand_in().await;
    for (fault, sign) in
        [(Fault::CommentsOnly, ": OPENROUTER PROCESSING\n\n"), (Fault::Endless, "and so on")]
    {
        provider.script_next(Script::fault(fault));
        let mut response = ask(&provider, &question(true)).await;
        let mut body = String::new();
        while body.matches(sign).count() < 50 {
            body += str::from_utf8(&response.chunk().await.unwrap().unwrap()).unwrap();
        }
    }
    let left = provider.ledger().wait_for(|book| (book.counters.aborted == 2).then_some(()));
    timeout(Duration::from_secs(20), left).await.unwrap();
}

#[tokio::test]
async fn scripts_are_for_the_next_call_for_a_key_and_for_all() {
    let keys = vec![
        (KEY.to_owned(), KeyPlan::unlimited()),
        ("other-key".to_owned(), KeyPlan::unlimited()),
    ];
    let script = Script::text("for all");
    let provider = StandInProvider::start(StandInOptions { keys, script, port: 0 }).await.unwrap();
    provider
        .script_key(KEY, Script { reply: Reply::Refusal("no".to_owned()), ..Script::default() });
    provider.script_next(Script::text("next").paced(Duration::from_millis(1)));
    let said = |key: &'static str| {
        let provider = &provider;
        async move { send(provider, key, &question(true)).await.unwrap().text().await.unwrap() }
    };
    assert_eq!(text(&said(KEY).await), "next");
    assert!(said(KEY).await.contains("\"refusal\":\"no\""));
    assert_eq!(text(&said("other-key").await), "for all");
    provider.clear_scripts();
    assert_eq!(text(&said(KEY).await), "for all");
}
