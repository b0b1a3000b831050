//! Everything that goes wrong, over every wire: a refusal is of its class, and what breaks off keeps what
//! came.

use std::time::Duration;

use futures_util::future::join_all;
use playground::provider::{Api, Fault, KeyPlan, Refusal, Script};
use shared::model::FailureKind;
use worker::providers::{CallError, Cut, Delivery, Limits, StreamItem};

use crate::{
    loopback::{KEY, connect},
    wires::{ALL, call, client, stand_in},
};

#[tokio::test]
async fn every_refusal_is_of_its_class_over_every_wire() {
    use FailureKind as Kind;
    let stand_in = stand_in().await;
    let wait = Some(Duration::from_secs(7));
    let rejected = |kind| CallError::Rejected { kind, retry_after: None };
    let throttled = |kind| CallError::Throttled { kind, retry_after: wait };
    let cut = |status| CallError::Ambiguous { kind: Kind::Transient, cut: Cut::Status(status) };
    for (api, wire, model) in ALL {
        let client = client(&stand_in, api, wire);
        // OpenRouter's 403 is a spending limit
        let forbidden = if api == Api::OpenRouter { Kind::Quota } else { Kind::Policy };
        // the server is known from here on, and refusals are about the request
        assert_eq!(call(&*client, model, Delivery::Streamed).await.error, None);
        for (status, expected) in [
            (400, rejected(Kind::BadRequest)),
            (401, rejected(Kind::InvalidKey)),
            (402, rejected(Kind::Quota)),
            (403, rejected(forbidden)),
            (404, rejected(Kind::ModelUnavailable)),
            (413, rejected(Kind::TooLong)),
            (429, throttled(Kind::RateLimited)),
            (500, cut(500)),
            (503, throttled(Kind::Transient)),
            (529, cut(529)),
        ] {
            let mut refusal = Refusal::status(status);
            if matches!(expected, CallError::Throttled { .. }) {
                refusal = refusal.retry_after("7");
            }
            stand_in.script_next(Script::fault(Fault::Refuse(refusal)));
            let heard = call(&*client, model, Delivery::Streamed).await;
            assert_eq!(heard.error, Some(expected), "{api:?} {status}");
        }
        let asked = stand_in.ledger().calls().iter().filter(|call| call.api == api).count();
        assert_eq!(asked, 11, "{api:?}: the wire repeats nothing by itself");
    }
}

#[tokio::test]
async fn keys_credit_and_models_are_refused_in_each_providers_words() {
    let stand_in = stand_in().await;
    for (api, wire, model) in ALL {
        let client = client(&stand_in, api, wire);
        let unknown_model = match api {
            Api::OpenRouter => "a/no-such",
            _ => "no-such",
        };
        // a server answers to any name but its own sort of wrong ones
        let error = call(&*client, unknown_model, Delivery::Whole).await.error.unwrap();
        assert_eq!(error.kind(), FailureKind::ModelUnavailable, "{api:?}");
        stand_in.add_key_of(api, KEY, KeyPlan::with_credit(0));
        let error = call(&*client, model, Delivery::Whole).await.error.unwrap();
        assert_eq!(error.kind(), FailureKind::Quota, "{api:?}");
        stand_in.remove_key_of(api, KEY);
        let error = call(&*client, model, Delivery::Whole).await.error.unwrap();
        assert_eq!(error.kind(), FailureKind::InvalidKey, "{api:?}");
        let said = format!("{error} {error:?}");
        assert!(!said.contains(&KEY[KEY.len() - 4..]) && !said.contains("sk-or"), "{said}");
    }
}

#[tokio::test]
async fn every_fault_after_the_start_is_ambiguous_over_every_wire_and_keeps_what_came() {
    use FailureKind::{Interrupted, RateLimited, Transient};
    let stand_in = stand_in().await;
    let ambiguous = |kind, cut| CallError::Ambiguous { kind, cut };
    let chunks = || Script::chunks(["one ", "two ", "three"]);
    for (api, wire, model) in ALL {
        let client = client(&stand_in, api, wire);
        assert_eq!(call(&*client, model, Delivery::Streamed).await.error, None);
        for (fault, text, expected) in [
            (Fault::Html, "", ambiguous(Transient, Cut::NotAnAnswer)),
            (Fault::EmptyBody, "", ambiguous(Transient, Cut::NotAnAnswer)),
            (Fault::ErrorBody, "", ambiguous(Transient, Cut::ErrorReported)),
            (Fault::GarbageGzip, "", ambiguous(Interrupted, Cut::EndedEarly)),
            (Fault::CloseBeforeBody, "", ambiguous(Interrupted, Cut::Connection)),
            (Fault::CloseAfterBody, "", ambiguous(Interrupted, Cut::Connection)),
            (
                Fault::ErrorChunk { after: 2, code: 500 },
                "one two ",
                ambiguous(Transient, Cut::ErrorReported),
            ),
            (
                Fault::ErrorChunk { after: 3, code: 429 },
                "one two three",
                ambiguous(RateLimited, Cut::ErrorReported),
            ),
            (Fault::BreakAfter(2), "one two ", ambiguous(Interrupted, Cut::Connection)),
            (
                Fault::EchoKey,
                "",
                CallError::Rejected { kind: FailureKind::InvalidKey, retry_after: None },
            ),
        ] {
            stand_in.script_next(chunks().failing(fault.clone()));
            let heard = call(&*client, model, Delivery::Streamed).await;
            let said = (heard.text(), heard.error);
            assert_eq!(said, (text.to_owned(), Some(expected)), "{api:?} {fault:?}");
            assert!(!format!("{:?}", heard.items).contains(KEY), "{api:?} {fault:?}");
        }
        stand_in.script_next(Script::fault(Fault::Endless));
        let short = Limits { answer_bytes: 512, ..Limits::default() };
        let client = connect(wire, &stand_in.base_url_of(api), short);
        let endless = call(&*client, model, Delivery::Streamed).await;
        assert_eq!(endless.error, Some(ambiguous(Interrupted, Cut::TooLarge)), "{api:?}");
    }
}

#[tokio::test]
async fn signs_of_life_do_not_make_an_answer_over_any_wire() {
    let stand_in = stand_in().await;
    let stand_in = &stand_in;
    stand_in.script_key(KEY, Script::fault(Fault::CommentsOnly));
    join_all(ALL.map(async |(api, wire, model)| {
        let heard = call(&*client(stand_in, api, wire), model, Delivery::Streamed).await;
        let (kind, cut) = (FailureKind::Interrupted, Cut::TotalTimeout);
        assert_eq!(heard.error, Some(CallError::Ambiguous { kind, cut }), "{api:?}");
        assert!(heard.items.contains(&StreamItem::KeepAlive), "{api:?}");
    }))
    .await;
}
