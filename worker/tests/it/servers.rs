//! The operator's own servers: what they can't do shows when they refuse, and where they may be is the
//! operator's to say.

use std::sync::Arc;

use chrono::DateTime;
use playground::provider::{Api, Script, ServerManners, Stage, StandInProvider, Streams};
use shared::{
    clock::{ManualClock, SharedClock},
    config::{ProviderConfig, ServerConfig},
    model::{FailureKind, Provider},
    params::Wire,
    secret::UserApiKey,
};
use worker::providers::{
    BadSetting, CallError, CannotConnect, ChatProvider, Providers, StreamItem,
};

use crate::{
    loopback::{Heard, install_crypto, key},
    wires::{ALL, client, question, stand_in},
};

/// Asks once, with a key or without.
async fn ask(client: &dyn ChatProvider, key: Option<&UserApiKey>) -> Result<Heard, CallError> {
    let stream = client.stream(key, &question("llama3.2")).await?;
    Ok(Heard::from(stream).await)
}

fn stages(stand_in: &StandInProvider) -> Vec<Stage> {
    stand_in.ledger().calls().iter().map(|call| call.stage).collect()
}

#[tokio::test]
async fn a_server_that_knows_no_stream_options_is_asked_without() {
    let stand_in = stand_in().await;
    stand_in.behave(ServerManners { streams: Streams::WithoutOptions, ..ServerManners::default() });
    let client = client(&stand_in, Api::Server, Wire::Server);
    for _ in 0..2 {
        stand_in.script_key(crate::loopback::KEY, Script::text("yes"));
        let heard = ask(&*client, Some(&key())).await.unwrap();
        assert_eq!((heard.text().as_str(), heard.error), ("yes", None));
        let has_usage = heard.items.iter().any(|item| matches!(item, StreamItem::Usage(_)));
        assert!(!has_usage, "what is not said is unknown");
    }
    let (refused, completed) = (Stage::Refused(400), Stage::Completed);
    assert_eq!(stages(&stand_in), [refused, completed, completed], "it is known from then on");
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_asked_for_the_whole() {
    let stand_in = stand_in().await;
    let manners = ServerManners { streams: Streams::Never, ..ServerManners::default() };
    stand_in.behave(manners);
    let client = client(&stand_in, Api::Server, Wire::Server);
    for _ in 0..2 {
        let heard = ask(&*client, Some(&key())).await.unwrap();
        assert!(heard.text().contains("a private question"));
        assert!(matches!(heard.items.last(), Some(StreamItem::Finish(_))));
    }
    let (refused, completed) = (Stage::Refused(400), Stage::Completed);
    assert_eq!(stages(&stand_in), [refused, refused, completed, completed]);
}

#[tokio::test]
async fn a_bad_request_stays_one_and_a_known_server_is_asked_once() {
    let stand_in = stand_in().await;
    let client = client(&stand_in, Api::Server, Wire::Server);
    ask(&*client, Some(&key())).await.unwrap();
    stand_in.script_next(Script::status(400));
    let error = ask(&*client, Some(&key())).await.unwrap_err();
    assert_eq!(error.kind(), FailureKind::BadRequest);
    assert_eq!(stages(&stand_in), [Stage::Completed, Stage::Refused(400)]);
}

#[tokio::test]
async fn a_server_that_asks_for_no_key_gets_none() {
    let stand_in = stand_in().await;
    let client = client(&stand_in, Api::Server, Wire::Server);
    let refused = ask(&*client, None).await.unwrap_err();
    assert_eq!(refused.kind(), FailureKind::InvalidKey);
    stand_in.behave(ServerManners { asks_for_key: false, ..ServerManners::default() });
    ask(&*client, None).await.unwrap();
    assert_eq!(stand_in.ledger().calls().pop().unwrap().bearer, None);
}

#[tokio::test]
async fn the_companies_are_not_asked_without_a_key() {
    let stand_in = stand_in().await;
    for (api, wire, model) in ALL.into_iter().filter(|(api, ..)| *api != Api::Server) {
        let started = client(&stand_in, api, wire).stream(None, &question(model)).await;
        let error = started.map(|_| ()).unwrap_err();
        assert_eq!(error, CallError::NotSent { kind: FailureKind::KeyGone }, "{api:?}");
    }
    assert!(stand_in.ledger().calls().is_empty());
}

fn config(stand_in: &StandInProvider, server: &str) -> ProviderConfig {
    let at = |api| stand_in.base_url_of(api);
    ProviderConfig {
        openrouter_base_url: at(Api::OpenRouter),
        openai_base_url: at(Api::OpenAi),
        anthropic_base_url: at(Api::Anthropic),
        gemini_base_url: at(Api::Gemini),
        deepseek_base_url: at(Api::DeepSeek),
        servers: vec![ServerConfig {
            name: "ollama".parse().unwrap(),
            base_url: server.to_owned(),
            asks_for_key: true,
        }],
        private_hosts: vec!["10.0.0.5".to_owned()],
        attachment_origins: vec![],
        referer: None,
        title: None,
        operator_key: None,
        slots: 1,
    }
}

fn clock() -> SharedClock {
    Arc::new(ManualClock::new(DateTime::UNIX_EPOCH))
}

#[tokio::test]
async fn every_provider_of_the_settings_answers_under_its_name() {
    install_crypto();
    let stand_in = stand_in().await;
    let settings = config(&stand_in, &stand_in.base_url_of(Api::Server));
    let providers = Providers::connect(&settings, &clock()).unwrap();
    for (api, _, model) in ALL {
        let name = match api {
            Api::OpenRouter => "openrouter",
            Api::OpenAi => "openai",
            Api::Anthropic => "anthropic",
            Api::Gemini => "gemini",
            Api::DeepSeek => "deepseek",
            Api::Server => "ollama",
        };
        let provider = providers.get(Provider::parse(name).unwrap()).unwrap();
        let stream = provider.stream(Some(&key()), &question(model)).await.unwrap();
        assert_eq!(Heard::from(stream).await.error, None, "{name}");
        assert_eq!(stand_in.ledger().calls().pop().unwrap().api, api, "{name}");
    }
    assert!(providers.get(Provider::parse("vllm").unwrap()).is_none());
}

#[tokio::test]
async fn a_server_in_the_network_must_be_named() {
    install_crypto();
    let stand_in = stand_in().await;
    let connect = |server| Providers::connect(&config(&stand_in, server), &clock()).map(|_| ());
    let provider = Provider::parse("ollama").unwrap();
    let refused = |problem| Err(CannotConnect::Setting { provider, problem });
    for good in ["https://models.example.org/v1", "http://10.0.0.5/v1", "http://localhost:1/v1"] {
        assert_eq!(connect(good), Ok(()), "{good}");
    }
    for private in ["https://10.0.0.6/v1", "https://169.254.169.254/v1", "https://[fd00::1]/v1"] {
        assert_eq!(connect(private), refused(BadSetting::Private), "{private}");
    }
    for bad in ["http://10.0.0.6/v1", "https://user:word@models.example.org/v1"] {
        assert_eq!(connect(bad), refused(BadSetting::BaseUrl), "{bad}");
    }
}
