//! What each provider says of a key, asked for free.

use playground::provider::{Api, KeyPlan, Lists, Refusal, ServerManners};
use shared::{
    model::{CouldNotCheck, KeyFacts, KeyStanding, KeyVerdict},
    money::NanoUsd,
    params::Wire,
    secret::UserApiKey,
};
use worker::providers::ChatProvider;

use crate::{
    loopback::{KEY, key},
    wires::{ALL, client, stand_in},
};

const DOWN: KeyVerdict = KeyVerdict::CouldNotCheck { why: CouldNotCheck::ProviderDown };

fn valid(standing: KeyStanding) -> KeyVerdict {
    KeyVerdict::Valid(KeyFacts { standing, ..KeyFacts::default() })
}

async fn check(client: &dyn ChatProvider) -> KeyVerdict {
    client.check_key(&key()).await
}

#[tokio::test]
async fn a_key_is_checked_where_its_provider_knows_keys() {
    let stand_in = stand_in().await;
    for (api, wire, _) in ALL {
        let client = client(&stand_in, api, wire);
        let dollar = Some(NanoUsd::from_nanos(1_000_000_000));
        let facts = match api {
            Api::OpenRouter => KeyFacts { limit: dollar, remaining: dollar, ..KeyFacts::default() },
            Api::DeepSeek => KeyFacts { remaining: dollar, ..KeyFacts::default() },
            _ => KeyFacts::default(),
        };
        assert_eq!(check(&*client).await, KeyVerdict::Valid(facts), "{api:?}");
        stand_in.remove_key_of(api, KEY);
        assert_eq!(check(&*client).await, KeyVerdict::Rejected, "{api:?}");
        stand_in.add_key_of(api, KEY, KeyPlan::unlimited());
        for refusal in [Refusal::status(500), Refusal::html(401), Refusal::html(200)] {
            stand_in.refuse_key_checks(Some(refusal.clone()));
            assert_eq!(check(&*client).await, DOWN, "{api:?} {refusal:?}");
        }
        stand_in.refuse_key_checks(Some(Refusal::status(429)));
        let busy = KeyVerdict::CouldNotCheck { why: CouldNotCheck::RateLimited };
        assert_eq!(check(&*client).await, busy, "{api:?}");
        stand_in.refuse_key_checks(None);
        let book = stand_in.ledger().book();
        assert!(book.calls.is_empty(), "{api:?}: no check costs anything");
    }
}

#[tokio::test]
async fn a_restricted_key_is_valid_all_the_same() {
    let stand_in = stand_in().await;
    stand_in.add_key_of(Api::OpenAi, KEY, KeyPlan::restricted());
    let client = client(&stand_in, Api::OpenAi, Wire::OpenAi);
    assert_eq!(check(&*client).await, valid(KeyStanding::Limited));
}

#[tokio::test]
async fn a_key_that_manages_is_known_by_its_look_and_goes_nowhere() {
    let stand_in = stand_in().await;
    for (api, wire, look) in [
        (Api::OpenAi, Wire::OpenAi, "sk-admin-0123456789"),
        (Api::Anthropic, Wire::Anthropic, "sk-ant-admin01-0123456789"),
    ] {
        let key = UserApiKey::from_typed(look).unwrap();
        let verdict = client(&stand_in, api, wire).check_key(&key).await;
        assert_eq!(verdict, KeyVerdict::Management, "{api:?}");
    }
    assert_eq!(stand_in.ledger().counters().key_checks, 0);
    stand_in.add_key(KEY, KeyPlan::management());
    let openrouter = client(&stand_in, Api::OpenRouter, Wire::OpenRouter);
    assert_eq!(check(&*openrouter).await, KeyVerdict::Management);
}

#[tokio::test]
async fn a_server_proves_a_key_only_if_it_refuses_to_do_without() {
    let stand_in = stand_in().await;
    let client = client(&stand_in, Api::Server, Wire::Server);
    let usual = ServerManners::default();
    let in_public = ServerManners { lists: Lists::ToAnybody, ..usual };
    let without_list = ServerManners { lists: Lists::ToNobody, ..usual };
    for (manners, standing) in [
        (usual, KeyStanding::Known),
        (in_public, KeyStanding::Unproven),
        (without_list, KeyStanding::Unproven),
    ] {
        stand_in.behave(manners);
        assert_eq!(check(&*client).await, valid(standing), "{manners:?}");
    }
    stand_in.remove_key_of(Api::Server, KEY);
    assert_eq!(check(&*client).await, valid(KeyStanding::Unproven), "it takes any");
    stand_in.behave(usual);
    assert_eq!(check(&*client).await, KeyVerdict::Rejected);
}

#[tokio::test]
async fn whether_a_provider_answers_is_seen_without_a_key() {
    let stand_in = stand_in().await;
    for (api, wire, _) in ALL {
        let client = client(&stand_in, api, wire);
        stand_in.refuse_key_checks(None);
        assert!(client.answers().await, "{api:?}: a refusal in its own words is an answer");
        for refusal in [Refusal::status(503), Refusal::html(401), Refusal::html(200)] {
            stand_in.refuse_key_checks(Some(refusal.clone()));
            assert!(!client.answers().await, "{api:?} {refusal:?}");
        }
    }
}
