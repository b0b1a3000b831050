//! The real wire against the playground's stand-in: each of its faults ends in what the caller may
//! do about it.

use std::time::Duration;

use futures_util::StreamExt;
use playground::provider::{
    Fault, Gate, GateAt, KeyPlan, Refusal, Reply, Script, Stage, StandInOptions, StandInProvider,
};
use shared::{
    model::{CouldNotCheck, FailureKind, FinishReason, KeyFacts, KeyVerdict},
    money::NanoUsd,
};
use tokio::time::timeout;
use worker::providers::{
    CallError, ChatProvider, Cut, GenerationRecord, Limits, StreamItem, openrouter::OpenRouter,
};

use crate::loopback::{Heard, KEY, key, provider, request};

async fn world() -> (StandInProvider, OpenRouter) {
    let keys = vec![(KEY.to_owned(), KeyPlan::with_credit(1_000_000_000))];
    let options = StandInOptions { keys, ..StandInOptions::default() };
    let stand_in = StandInProvider::start(options).await.unwrap();
    let limits = Limits {
        idle: Duration::from_secs(5),
        total: Duration::from_secs(2),
        answer_bytes: 1024,
        ..Limits::default()
    };
    let client = provider(&stand_in.base_url(), limits);
    (stand_in, client)
}

async fn call(client: &OpenRouter) -> Heard {
    match client.stream(Some(&key()), &request()).await {
        Ok(stream) => Heard::from(stream).await,
        Err(error) => Heard { error: Some(error), ..Heard::default() },
    }
}

fn ambiguous(kind: FailureKind, cut: Cut) -> CallError {
    CallError::Ambiguous { kind, cut }
}

#[tokio::test]
async fn an_answer_its_usage_and_its_record_agree() {
    let (stand_in, client) = world().await;
    let stream = client.stream(Some(&key()), &request()).await.unwrap();
    let id = stream.generation_id().unwrap().to_owned();
    let heard = Heard::from(stream).await;
    assert!(heard.text().contains("a private question"));
    assert_eq!(heard.items.last(), Some(&StreamItem::Finish(FinishReason::Stop)));
    let said = heard.items.iter().find_map(|item| match item {
        StreamItem::Usage(usage) => Some(*usage),
        _ => None,
    });
    let GenerationRecord::Found(usage) = client.generation(&key(), &id).await else {
        panic!("no record")
    };
    assert_eq!(
        (usage.cost, usage.tokens.output),
        (said.unwrap().cost, said.unwrap().tokens.output)
    );
    assert_eq!(usage.cost, Some(NanoUsd::from_nanos(stand_in.ledger().calls()[0].cost)));
    assert_eq!(client.generation(&key(), "gen-none").await, GenerationRecord::NotYet);
}

#[tokio::test]
async fn a_key_is_checked_where_keys_are_known() {
    let (stand_in, client) = world().await;
    let dollar = Some(NanoUsd::from_nanos(1_000_000_000));
    let facts = KeyFacts { limit: dollar, remaining: dollar, ..KeyFacts::default() };
    assert_eq!(client.check_key(&key()).await, KeyVerdict::Valid(facts));
    stand_in.add_key(KEY, KeyPlan::management());
    assert_eq!(client.check_key(&key()).await, KeyVerdict::Management);
    stand_in.remove_key(KEY);
    assert_eq!(client.check_key(&key()).await, KeyVerdict::Rejected);
    for (refusal, why) in [
        (Refusal::status(429), CouldNotCheck::RateLimited),
        (Refusal::status(500), CouldNotCheck::ProviderDown),
        (Refusal::html(401), CouldNotCheck::ProviderDown),
        (Refusal::html(200), CouldNotCheck::ProviderDown),
    ] {
        stand_in.refuse_key_checks(Some(refusal));
        assert_eq!(client.check_key(&key()).await, KeyVerdict::CouldNotCheck { why });
    }
    assert_eq!(stand_in.ledger().counters().model_lists, 0);
}

#[tokio::test]
async fn every_refusal_ends_in_what_may_be_done() {
    use FailureKind as Kind;
    let (stand_in, client) = world().await;
    let wait = Some(Duration::from_secs(7));
    let rejected = |kind| CallError::Rejected { kind, retry_after: None };
    let throttled = |kind, retry_after| CallError::Throttled { kind, retry_after };
    let busy = |value| Refusal::status(429).retry_after(value);
    let cut = |status| ambiguous(Kind::Transient, Cut::Status(status));
    for (refusal, expected) in [
        (Refusal::status(400), rejected(Kind::BadRequest)),
        (Refusal::status(401), rejected(Kind::InvalidKey)),
        (Refusal::status(402), rejected(Kind::Quota)),
        (Refusal::in_flight().retry_after("7"), throttled(Kind::RateLimited, wait)),
        (Refusal::status(403), rejected(Kind::Quota)),
        (Refusal::status(404), rejected(Kind::ModelUnavailable)),
        (Refusal::status(408), cut(408)),
        (Refusal::status(413), rejected(Kind::TooLong)),
        (Refusal::status(429), throttled(Kind::RateLimited, None)),
        (busy("7"), throttled(Kind::RateLimited, wait)),
        (busy("Wed, 21 Oct 2015 07:28:00 GMT"), throttled(Kind::RateLimited, Some(Duration::ZERO))),
        (busy("soon"), throttled(Kind::RateLimited, None)),
        (Refusal::status(500), cut(500)),
        (Refusal::status(502), cut(502)),
        (Refusal::status(503).retry_after("7"), throttled(Kind::Transient, wait)),
        (Refusal::html(503), cut(503)),
        (Refusal::status(504), cut(504)),
        (Refusal::status(524), cut(524)),
        (Refusal::status(529), cut(529)),
    ] {
        stand_in.script_next(Script::fault(Fault::Refuse(refusal.clone())));
        assert_eq!(call(&client).await.error, Some(expected), "{refusal:?}");
    }
    let asked = stand_in.ledger().counters().calls;
    assert_eq!(asked, 19, "the wire repeats nothing by itself");
}

#[tokio::test]
async fn every_fault_after_the_start_is_ambiguous_and_keeps_what_came() {
    use FailureKind::{Interrupted, Transient};
    let (stand_in, client) = world().await;
    let chunks = || Script::chunks(["one ", "two ", "three"]);
    for (script, text, expected) in [
        (chunks().failing(Fault::Html), "", ambiguous(Transient, Cut::NotAnAnswer)),
        (chunks().failing(Fault::EmptyBody), "", ambiguous(Transient, Cut::NotAnAnswer)),
        (chunks().failing(Fault::ErrorBody), "", ambiguous(Transient, Cut::ErrorReported)),
        (chunks().failing(Fault::GarbageGzip), "", ambiguous(Interrupted, Cut::EndedEarly)),
        (chunks().failing(Fault::CloseBeforeBody), "", ambiguous(Interrupted, Cut::Connection)),
        (chunks().failing(Fault::CloseAfterBody), "", ambiguous(Interrupted, Cut::Connection)),
        (chunks().failing(Fault::CommentsOnly), "", ambiguous(Interrupted, Cut::TotalTimeout)),
        (
            chunks().failing(Fault::ErrorChunk { after: 2, code: 502 }),
            "one two ",
            ambiguous(Transient, Cut::ErrorReported),
        ),
        (
            chunks().failing(Fault::ErrorChunk { after: 3, code: 429 }),
            "one two three",
            ambiguous(FailureKind::RateLimited, Cut::ErrorReported),
        ),
        (
            chunks().failing(Fault::BreakAfter(2)),
            "one two ",
            ambiguous(Interrupted, Cut::Connection),
        ),
    ] {
        stand_in.script_next(script.clone());
        let heard = call(&client).await;
        assert_eq!((heard.text().as_str(), heard.error), (text, Some(expected)), "{script:?}");
    }
    stand_in.script_next(Script::fault(Fault::Endless));
    let endless = call(&client).await;
    assert_eq!(endless.error, Some(ambiguous(Interrupted, Cut::TooLarge)));
    assert_eq!(stand_in.ledger().counters().calls, 11, "the wire repeats nothing by itself");
}

#[tokio::test]
async fn an_answer_is_whole_in_every_disguise() {
    let (stand_in, client) = world().await;
    let text = "Grüße 😀 an alle";
    for script in [
        Script::text(text).in_pieces_of(1),
        Script::text(text).in_pieces_of(7).with_crlf(),
        Script::text(text).paced(Duration::from_millis(5)),
        Script::text(text).failing(Fault::NoDone),
        Script::text(text).failing(Fault::NoUsage),
        Script::text(text).failing(Fault::LongLine(300 * 1024)),
    ] {
        stand_in.script_next(script.clone());
        let heard = call(&client).await;
        assert_eq!((heard.text().as_str(), heard.error), (text, None), "{script:?}");
        assert_eq!(heard.items.last(), Some(&StreamItem::Finish(FinishReason::Stop)));
    }
    let declined = Reply::Refusal("I would rather not".to_owned());
    stand_in.script_next(Script { reply: declined, ..Script::default() });
    assert_eq!(call(&client).await.items.last(), Some(&StreamItem::Finish(FinishReason::Refusal)));
}

#[tokio::test]
async fn dropping_a_stream_hangs_up() {
    let (stand_in, client) = world().await;
    let gate = Gate::new(GateAt::AfterChunks(1));
    stand_in.script_next(Script::chunks(["one", "two"]).gated(gate.clone()));
    let mut stream = client.stream(Some(&key()), &request()).await.unwrap();
    let heard_text =
        async { while !matches!(stream.next().await, Some(Ok(StreamItem::Text(_)))) {} };
    timeout(Duration::from_secs(20), heard_text).await.unwrap();
    drop(stream);
    let left =
        stand_in.ledger().wait_for(|book| (book.calls[0].stage == Stage::Aborted).then_some(()));
    timeout(Duration::from_secs(20), left).await.unwrap();
}

#[tokio::test]
async fn the_list_of_models_comes_whole_or_not_at_all() {
    let (stand_in, client) = world().await;
    let listed = shared::catalogue::read(&client.models().await.unwrap()).unwrap();
    assert_eq!(listed.len(), stand_in.models().len());
    let mini = listed.iter().find(|model| model.id.as_str() == "openai/gpt-5-mini").unwrap();
    assert!(mini.reasoning.as_ref().unwrap().mandatory && mini.sees_images());
    stand_in.refuse_model_list(Some(Refusal::status(503)));
    assert_eq!(client.models().await, None);
    stand_in.refuse_model_list(None);
    let short = Limits { list_bytes: 1024, ..Limits::default() };
    assert_eq!(provider(&stand_in.base_url(), short).models().await, None, "too long");
}

#[tokio::test]
async fn the_list_is_asked_for_without_a_key() {
    let asked = std::sync::Arc::new(std::sync::Mutex::new(None));
    let heard = std::sync::Arc::clone(&asked);
    let app = axum::Router::new().fallback(move |headers: http::HeaderMap| {
        *heard.lock().unwrap() = Some(headers);
        async { r#"{"data": []}"# }
    });
    let address = crate::loopback::serve(app).await;
    let client = provider(&format!("http://{address}/api/v1"), Limits::default());
    assert!(client.models().await.is_some());
    let headers = asked.lock().unwrap().take().unwrap();
    assert!(!headers.contains_key("authorization"), "{headers:?}");
}
