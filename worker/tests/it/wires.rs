//! Every provider through its real client, against the stand-in that speaks its wire: streaming and
//! not, what comes, what it used and how it ends.

use std::{sync::Arc, time::Duration};

use playground::provider::{
    Api, Fault, KeyPlan, Recording, Reply, Script, Stage, StandInOptions, StandInProvider,
};
use shared::{
    model::{FailureKind, FinishReason, Usage},
    money::NanoUsd,
    params::Wire,
    personality::PictureKind,
};
use worker::providers::{
    CallError, ChatMessage, ChatProvider, ChatRequest, Cut, Delivery, Image, Limits, Role,
    StreamItem,
};

use crate::{
    fixtures::sets,
    loopback::{Heard, KEY, connect, key, request},
    provider_streams::{check_answer, is_stream},
};

/// Each API with the wire that asks it, and a model of its.
pub(crate) const ALL: [(Api, Wire, &str); 6] = [
    (Api::OpenRouter, Wire::OpenRouter, "openai/gpt-4o-mini"),
    (Api::OpenAi, Wire::OpenAi, "gpt-4o-mini"),
    (Api::Anthropic, Wire::Anthropic, "claude-sonnet-4-6"),
    (Api::Gemini, Wire::Gemini, "gemini-2.5-flash"),
    (Api::DeepSeek, Wire::DeepSeek, "deepseek-v4-flash"),
    (Api::Server, Wire::Server, "llama3.2"),
];

const BOTH: [Delivery; 2] = [Delivery::Streamed, Delivery::Whole];

/// A stand-in at which the usual key is good everywhere.
pub(crate) async fn stand_in() -> StandInProvider {
    let stand_in = StandInProvider::start(StandInOptions::default()).await.unwrap();
    for (api, ..) in ALL {
        stand_in.add_key_of(api, KEY, KeyPlan::with_credit(1_000_000_000));
    }
    stand_in
}

pub(crate) fn client(stand_in: &StandInProvider, api: Api, wire: Wire) -> Arc<dyn ChatProvider> {
    let limits = Limits { total: Duration::from_secs(2), answer_bytes: 4096, ..Limits::default() };
    connect(wire, &stand_in.base_url_of(api), limits)
}

pub(crate) fn question(model: &str) -> ChatRequest {
    ChatRequest {
        model: model.to_owned(),
        messages: vec![
            ChatMessage::text(Role::System, "You are Ada, a cook.".to_owned()),
            ChatMessage::text(Role::User, "first".to_owned()),
            ChatMessage::text(Role::Assistant, "yes".to_owned()),
            ChatMessage::text(Role::User, "a private question".to_owned()),
        ],
        ..request()
    }
}

pub(crate) async fn call(client: &dyn ChatProvider, model: &str, delivery: Delivery) -> Heard {
    match client.start(Some(&key()), &question(model), delivery).await {
        Ok(stream) => Heard::from(stream).await,
        Err(error) => Heard { error: Some(error), ..Heard::default() },
    }
}

fn usage(heard: &Heard) -> Option<Usage> {
    heard.items.iter().rev().find_map(|item| match item {
        StreamItem::Usage(usage) => Some(*usage),
        _ => None,
    })
}

#[tokio::test]
async fn an_answer_comes_whole_over_every_wire_and_its_usage_agrees_with_the_bill() {
    let stand_in = stand_in().await;
    for (api, wire, model) in ALL {
        let client = client(&stand_in, api, wire);
        for delivery in BOTH {
            stand_in.script_next(Script::text("Grüße 😀 an alle").reasoning("let me see"));
            let heard = call(&*client, model, delivery).await;
            assert_eq!(heard.error, None, "{api:?} {delivery:?}");
            assert_eq!(heard.text(), "Grüße 😀 an alle", "{api:?} {delivery:?}");
            assert_eq!(heard.items.last(), Some(&StreamItem::Finish(FinishReason::Stop)));
            assert!(heard.items.contains(&StreamItem::Model(model.to_owned())), "{api:?}");

            let billed = stand_in.ledger().calls().pop().unwrap();
            assert_eq!((billed.api, billed.stage), (api, Stage::Completed), "{delivery:?}");
            assert_eq!(billed.model, model);
            assert_eq!(billed.bearer.as_deref(), Some(KEY));
            let roles: Vec<_> = billed.messages.iter().map(|it| it.role.as_str()).collect();
            assert_eq!(roles, ["system", "user", "assistant", "user"], "{api:?}");
            let Usage { tokens, cost } = usage(&heard).unwrap();
            let reckoned = tokens.input.unwrap() * 150 + tokens.output.unwrap() * 600;
            assert_eq!(reckoned, billed.cost, "{api:?} {delivery:?}");
            assert_eq!(tokens.reasoning, Some(3), "{api:?} {delivery:?}");
            let says_cost = api == Api::OpenRouter;
            let said = says_cost.then(|| NanoUsd::from_nanos(billed.cost));
            assert_eq!(cost, said, "{api:?}: nobody else says what it cost");

            let thought = heard.items.iter().any(|it| matches!(it, StreamItem::Reasoning { .. }));
            // OpenAI never tells, and Gemini does when it is asked
            assert_eq!(thought, !matches!(api, Api::OpenAi | Api::Gemini), "{api:?} {delivery:?}");
            let names_it = heard.items.iter().any(|it| matches!(it, StreamItem::GenerationId(_)));
            assert_eq!(names_it, says_cost, "{api:?}: an id that leads nowhere is none");
        }
    }
}

#[tokio::test]
async fn every_wire_says_why_it_stops() {
    let stand_in = stand_in().await;
    for (api, wire, model) in ALL {
        let client = client(&stand_in, api, wire);
        for delivery in BOTH {
            for (said, reason) in [
                ("length", FinishReason::Length),
                ("content_filter", FinishReason::ContentFilter),
                ("something_new", FinishReason::Other),
            ] {
                stand_in.script_next(Script::text("one").finishing(said));
                let heard = call(&*client, model, delivery).await;
                let last = heard.items.last();
                assert_eq!(last, Some(&StreamItem::Finish(reason)), "{api:?} {delivery:?}");
            }
        }
    }
}

#[tokio::test]
async fn an_answer_is_whole_in_every_disguise_over_every_wire() {
    let stand_in = stand_in().await;
    let text = "Grüße 😀 an alle";
    for (api, wire, model) in ALL {
        let client = client(&stand_in, api, wire);
        for script in [
            Script::text(text).in_pieces_of(1),
            Script::text(text).in_pieces_of(7).with_crlf(),
            Script::text(text).failing(Fault::NoDone),
            Script::text(text).failing(Fault::NoUsage),
            Script::text(text).failing(Fault::LongLine(300 * 1024)),
        ] {
            stand_in.script_next(script.clone());
            let heard = call(&*client, model, Delivery::Streamed).await;
            assert_eq!((heard.text().as_str(), heard.error), (text, None), "{api:?} {script:?}");
            let has_usage = script.fault != Some(Fault::NoUsage);
            assert_eq!(usage(&heard).is_some(), has_usage, "{api:?}: unsaid is unknown");
        }
        let declined = Reply::Refusal("I would rather not".to_owned());
        let reason = match api {
            Api::Anthropic | Api::Gemini => FinishReason::ContentFilter,
            _ => FinishReason::Refusal,
        };
        for delivery in BOTH {
            let script = Script { reply: declined.clone(), ..Script::default() };
            let script = match api {
                Api::Anthropic | Api::Gemini => script.finishing("content_filter"),
                _ => script,
            };
            stand_in.script_next(script);
            let heard = call(&*client, model, delivery).await;
            assert_eq!(heard.items.last(), Some(&StreamItem::Finish(reason)), "{api:?}");
        }
    }
}

#[tokio::test]
async fn recorded_streams_and_errors_give_what_their_index_says_through_the_stand_in() {
    let stand_in = stand_in().await;
    for set in sets() {
        for fixture in set.fixtures.iter().filter(|it| is_stream(it) || it.expect.is_some()) {
            let wire = fixture.asked_over();
            let (api, _, model) = ALL.into_iter().find(|(_, it, _)| *it == wire).unwrap();
            let client = connect(wire, &stand_in.base_url_of(api), Limits::default());
            let recording = Recording {
                status: fixture.status,
                headers: fixture.headers.clone(),
                body: String::from_utf8(fixture.body.clone()).unwrap(),
            };
            stand_in.script_next(Script::recorded(recording).in_pieces_of(7));
            let heard = call(&*client, model, Delivery::Streamed).await;
            if is_stream(fixture) {
                check_answer(fixture, &heard);
            } else {
                let class = fixture.expect.as_ref().unwrap()["class"].as_str().unwrap();
                let kind = heard.error.unwrap().kind();
                assert_eq!(kind.as_str(), class, "{}", fixture.file);
            }
        }
    }
}

#[tokio::test]
async fn pictures_arrive_over_every_wire() {
    let stand_in = stand_in().await;
    for (api, wire, model) in ALL {
        let mut request = question(model);
        let image = Image { kind: PictureKind::Png, base64: "iVBORw0KGgo=".into() };
        request.messages[3].images = vec![image];
        let client = client(&stand_in, api, wire);
        let stream = client.complete(Some(&key()), &request).await.unwrap();
        assert_eq!(Heard::from(stream).await.error, None, "{api:?}");
        let call = stand_in.ledger().calls().pop().unwrap();
        let shown = &call.messages.last().unwrap().images;
        assert_eq!(shown[0].content_type.as_deref(), Some("image/png"), "{api:?}");
        assert_eq!(shown[0].size, 8, "{api:?}");
    }
}

#[tokio::test]
async fn an_answer_in_one_piece_may_begin_as_late_as_it_may_end() {
    let stand_in = stand_in().await;
    let limits = Limits { first_byte: Duration::ZERO, ..Limits::default() };
    for (api, wire, model) in ALL {
        let client = connect(wire, &stand_in.base_url_of(api), limits);
        let late = call(&*client, model, Delivery::Streamed).await.error.unwrap();
        let (kind, cut) = (FailureKind::Interrupted, Cut::FirstByteTimeout);
        assert_eq!(late, CallError::Ambiguous { kind, cut }, "{api:?}");
        assert_eq!(call(&*client, model, Delivery::Whole).await.error, None, "{api:?}");
    }
}
