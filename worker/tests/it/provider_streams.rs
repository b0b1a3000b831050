//! Every recorded stream of every wire gives what its index says, however it is cut.

use serde_json::Value;
use sha2::{Digest, Sha256};
use shared::{
    model::{FinishReason, TokenCounts, Usage},
    money::NanoUsd,
};
use worker::providers::{
    CallError, Cut, Limits, StreamItem,
    answer::{AnswerDecoder, Progress, Wire},
    anthropic::Messages,
    gemini::GenerateContent,
    openai_chat::OpenAiChat,
    sse::{Decoder, Event, Tail},
};

use crate::{
    fixtures::{Fixture, replay, sets},
    loopback::{Heard, connect, key, request},
};

/// The reading of a fixture's wire, if it is one of ours.
fn wire(fixture: &Fixture) -> Option<Box<dyn Wire>> {
    match fixture.wire.as_str() {
        "openai-chat" => Some(Box::new(OpenAiChat { keeps_records: true })),
        "anthropic-messages" => Some(Box::<Messages>::default()),
        "gemini-native" => Some(Box::new(GenerateContent)),
        _ => None,
    }
}

pub(crate) fn is_stream(fixture: &Fixture) -> bool {
    wire(fixture).is_some() && fixture.expected.is_some()
}

#[test]
fn every_stream_gives_what_its_index_says_however_it_is_cut() {
    for set in sets() {
        let streams: Vec<_> = set.fixtures.iter().filter(|fixture| is_stream(fixture)).collect();
        for fixture in &streams {
            for step in [fixture.body.len(), 1, 7] {
                check_events(fixture, step);
                check_answer(fixture, &decode(fixture, step));
            }
        }
        let of = |wire: &str| streams.iter().filter(|fixture| fixture.wire == wire).count();
        let counts = ["openai-chat", "anthropic-messages", "gemini-native"].map(of);
        assert_eq!(counts, if set.is_recorded { [27, 10, 5] } else { [5, 2, 2] });
    }
}

#[tokio::test]
async fn every_stream_gives_the_same_over_http() {
    for set in sets() {
        let streams: Vec<_> = set.fixtures.into_iter().filter(is_stream).collect();
        let address = replay(&streams).await;
        for (number, fixture) in streams.iter().enumerate() {
            let base_url = format!("http://{address}/{number}");
            let provider = connect(fixture.asked_over(), &base_url, Limits::default());
            let stream = provider.stream(Some(&key()), &request()).await.unwrap();
            check_answer(fixture, &Heard::from(stream).await);
        }
    }
}

#[test]
fn an_answer_that_is_not_streamed_is_an_answer_too() {
    for set in sets() {
        let answers: Vec<_> = set
            .fixtures
            .iter()
            .filter(|f| f.file.starts_with("json/") && f.wire == "openai-chat")
            .collect();
        for fixture in &answers {
            for step in [fixture.body.len(), 1, 7] {
                let heard = decode(fixture, step);
                let body: Value = serde_json::from_slice(&fixture.body).unwrap();
                let text = body["choices"][0]["message"]["content"].as_str().unwrap_or_default();
                assert_eq!(heard.text(), text, "{}", fixture.file);
                assert_eq!(heard.error, None, "{}", fixture.file);
                assert_eq!(last_usage(&heard), expected_usage(&body["usage"]), "{}", fixture.file);
                assert!(matches!(heard.items.last(), Some(StreamItem::Finish(_))));
            }
        }
        assert!(answers.len() == if set.is_recorded { 4 } else { 1 }, "{} answers", answers.len());
    }
}

fn check_events(fixture: &Fixture, step: usize) {
    let expected = fixture.expected.as_ref().unwrap();
    let mut decoder = Decoder::new();
    let mut events = Vec::new();
    for piece in fixture.body.chunks(step) {
        decoder.push(piece, &mut events).unwrap();
    }
    let comments = events.iter().filter(|event| **event == Event::Comment).count();
    assert_eq!(events.len() - comments, expected["sse_events"], "{} events", fixture.file);
    assert_eq!(comments, expected["comments"], "{} comments", fixture.file);
    let is_unterminated = decoder.finish() != Tail::Clean;
    assert_eq!(is_unterminated, expected["unterminated_tail"], "{} tail", fixture.file);
}

fn decode(fixture: &Fixture, step: usize) -> Heard {
    let mut decoder = AnswerDecoder::new(wire(fixture).unwrap(), Limits::default().answer_bytes);
    let mut items = Vec::new();
    for piece in fixture.body.chunks(step) {
        match decoder.push(piece, &mut items) {
            Ok(Progress::More) => {}
            Ok(Progress::Whole) => return Heard { items, error: None },
            Err(error) => return Heard { items, error: Some(error) },
        }
    }
    let error = decoder.end(&mut items).err();
    Heard { items, error }
}

pub(crate) fn check_answer(fixture: &Fixture, heard: &Heard) {
    let expected = fixture.expected.as_ref().unwrap();
    let file = &fixture.file;
    let text = heard.text();
    assert_eq!(text.chars().count(), expected["text_chars"], "{file}");
    if let Some(hash) = expected.get("text_sha256") {
        assert_eq!(hex::encode(Sha256::digest(&text)), hash.as_str().unwrap(), "{file}");
    }
    let reasoning: usize = sum(heard, |item| match item {
        StreamItem::Reasoning { chars } => *chars,
        _ => 0,
    });
    assert_eq!(reasoning, expected["reasoning_chars"], "{file}");
    let refusal: String = heard.items.iter().filter_map(refusal).collect();
    assert_eq!(refusal, expected["refusal"].as_str().unwrap_or_default(), "{file}");
    assert_eq!(last_usage(heard), usage_of(fixture, &expected["usage"]), "{file}");
    let model = heard.items.iter().rev().find_map(|item| match item {
        StreamItem::Model(model) => Some(model.as_str()),
        _ => None,
    });
    assert_eq!(model, expected["model"].as_str(), "{file}");
    check_ending(expected, heard, file);
}

/// The rules of the fixtures' README, 3 and 4.
fn check_ending(expected: &Value, heard: &Heard, file: &str) {
    let reasons = expected["finish_reasons"].as_array().unwrap();
    let is_interrupted =
        expected["done"] == false && (expected["unterminated_tail"] == true || reasons.is_empty());
    let finishes: Vec<_> = heard
        .items
        .iter()
        .filter_map(|item| match item {
            StreamItem::Finish(reason) => Some(*reason),
            _ => None,
        })
        .collect();
    if expected.get("error").is_some() {
        let reported =
            matches!(heard.error, Some(CallError::Ambiguous { cut: Cut::ErrorReported, .. }));
        assert!(reported, "{file} {heard:?}");
        assert!(finishes.is_empty(), "{file}");
    } else if is_interrupted {
        let cut = matches!(heard.error, Some(CallError::Ambiguous { cut: Cut::EndedEarly, .. }));
        assert!(cut, "{file} {heard:?}");
        assert!(finishes.is_empty(), "{file}");
    } else {
        let reason = match reasons.last().and_then(Value::as_str) {
            _ if expected.get("refusal").is_some() => FinishReason::Refusal,
            Some("stop" | "end_turn" | "stop_sequence" | "STOP") => FinishReason::Stop,
            Some("length" | "max_tokens" | "MAX_TOKENS") => FinishReason::Length,
            _ => FinishReason::Other,
        };
        assert_eq!(heard.error, None, "{file}");
        assert_eq!(finishes, [reason], "{file}: one finish");
        assert!(matches!(heard.items.last(), Some(StreamItem::Finish(_))), "{file}: and last");
    }
}

fn refusal(item: &StreamItem) -> Option<&str> {
    match item {
        StreamItem::Refusal(text) => Some(text),
        _ => None,
    }
}

fn sum(heard: &Heard, of: impl Fn(&StreamItem) -> usize) -> usize {
    heard.items.iter().map(of).sum()
}

fn last_usage(heard: &Heard) -> Option<Usage> {
    heard.items.iter().rev().find_map(|item| match item {
        StreamItem::Usage(usage) => Some(*usage),
        _ => None,
    })
}

/// By table 2.2 of the reference: what each wire calls the same.
fn usage_of(fixture: &Fixture, usage: &Value) -> Option<Usage> {
    let count = |name: &str| usage[name].as_i64();
    let sum = |names: &[&str]| names.iter().filter_map(|name| count(name)).reduce(|a, b| a + b);
    let tokens = match fixture.wire.as_str() {
        "anthropic-messages" => TokenCounts {
            input: sum(&["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"]),
            output: count("output_tokens"),
            cached: count("cache_read_input_tokens"),
            cache_write: count("cache_creation_input_tokens"),
            reasoning: usage["output_tokens_details"]["thinking_tokens"].as_i64(),
        },
        "gemini-native" => TokenCounts {
            input: sum(&["promptTokenCount", "toolUsePromptTokenCount"]),
            output: sum(&["candidatesTokenCount", "thoughtsTokenCount"]),
            cached: count("cachedContentTokenCount"),
            cache_write: None,
            reasoning: count("thoughtsTokenCount"),
        },
        _ => return expected_usage(usage),
    };
    usage.is_object().then_some(Usage { tokens, cost: None })
}

fn expected_usage(usage: &Value) -> Option<Usage> {
    usage.is_object().then(|| {
        let mut expected = Usage::default();
        expected.tokens.input = usage["prompt_tokens"].as_i64();
        expected.tokens.output = usage["completion_tokens"].as_i64();
        expected.tokens.cached = usage["prompt_tokens_details"]["cached_tokens"]
            .as_i64()
            .or(usage["prompt_cache_hit_tokens"].as_i64());
        expected.tokens.cache_write = usage["prompt_tokens_details"]["cache_write_tokens"].as_i64();
        expected.tokens.reasoning = usage["completion_tokens_details"]["reasoning_tokens"].as_i64();
        expected.cost =
            usage["cost"].as_number().map(|cost| NanoUsd::parse(&cost.to_string()).unwrap());
        if usage["is_byok"] == true {
            let upstream = usage["cost_details"]["upstream_inference_cost"].to_string();
            expected.cost = expected.cost.map(|fee| fee + NanoUsd::parse(&upstream).unwrap());
        }
        expected
    })
}
