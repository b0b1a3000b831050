//! Servers that the operator defines by name and address: Ollama, vLLM, a gateway. They speak `OpenAI`'s
//! chat wire, each as far as it does.
//!
//! What such a server can't do shows when it refuses: the first call asks for a stream with usage, and
//! steps down from there. A refusal costs nothing, so it is asked again at once; and once a call went
//! through, the server is known, and refusals are about the request.

use std::sync::atomic::{AtomicU8, Ordering};

use futures_util::future::BoxFuture;
use http::HeaderMap;
use reqwest::Client;
use serde_json::{Value, json};
use shared::{
    clock::SharedClock,
    model::{FailureKind, KeyFacts, KeyStanding, KeyVerdict},
    params::{Effort, Reasoning, Wire},
    secret::UserApiKey,
};

use super::{
    BadSetting, CallError, ChatProvider, ChatRequest, ChatStream, Delivery, Settings,
    base_url::checked_server,
    classify::classify,
    endpoint::{BUSY, DOWN, Endpoint, Heard},
    http::KeyHeader,
    openai::is_list,
    openai_chat::{Dialect, OpenAiChat, body},
    parameters::Fields,
};

/// A server of the operator's.
#[derive(Debug)]
pub struct Server {
    endpoint: Endpoint,
    /// What it can do, once that is known.
    ability: AtomicU8,
}

/// What a server can do, the most first. Only the order counts.
const STREAMS_WITH_USAGE: u8 = 0;
const STREAMS: u8 = 1;
const ANSWERS_WHOLE: u8 = 2;
const UNKNOWN: u8 = u8::MAX;

/// How servers are spoken to.
pub const DIALECT: Dialect = Dialect {
    wire: Wire::Server,
    token_limit: "max_tokens",
    instructions: "system",
    user: Some("user"),
    session: None,
    longest_pseudonym: 64,
    asks_for_usage: true,
    not_by_model: &[],
    translate,
};

impl Server {
    /// The server at `settings.base_url`, reached through a
    /// [guarded](super::http::guarded_client) `client`. It may lie in a private network if
    /// `private_hosts` names its host.
    pub fn new(
        settings: &Settings,
        private_hosts: &[String],
        client: Client,
        clock: SharedClock,
    ) -> Result<Self, BadSetting> {
        let endpoint = Endpoint {
            client,
            clock,
            base_url: checked_server(&settings.base_url, private_hosts)?,
            headers: HeaderMap::new(),
            key_header: KeyHeader::Bearer,
            needs_key: false,
            record_header: None,
            limits: settings.limits,
        };
        Ok(Self { endpoint, ability: AtomicU8::new(UNKNOWN) })
    }

    async fn ask_chat(
        &self,
        key: Option<&UserApiKey>,
        request: &ChatRequest,
        delivery: Delivery,
    ) -> Result<ChatStream, CallError> {
        let known = self.ability.load(Ordering::Relaxed);
        let wanted = match delivery {
            Delivery::Streamed => STREAMS_WITH_USAGE,
            Delivery::Whole => ANSWERS_WHOLE,
        };
        let mut ability = if known == UNKNOWN { wanted } else { known.max(wanted) };
        loop {
            match self.try_chat(key, request, ability).await {
                Err(CallError::Rejected { kind: FailureKind::BadRequest, .. })
                    if known == UNKNOWN && ability < ANSWERS_WHOLE =>
                {
                    ability += 1;
                }
                Ok(stream) => {
                    // of one that was not asked for a stream it is not known whether it can
                    if delivery == Delivery::Streamed {
                        self.ability.store(ability, Ordering::Relaxed);
                    }
                    return Ok(stream);
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn try_chat(
        &self,
        key: Option<&UserApiKey>,
        request: &ChatRequest,
        ability: u8,
    ) -> Result<ChatStream, CallError> {
        let delivery = if ability == ANSWERS_WHOLE { Delivery::Whole } else { Delivery::Streamed };
        let dialect = Dialect { asks_for_usage: ability < STREAMS, ..DIALECT };
        let written = body(request, &dialect, delivery);
        written.note("server");
        let wire = Box::new(OpenAiChat { keeps_records: false });
        let url = self.endpoint.url(&["chat", "completions"]);
        self.endpoint.chat(url, key, &written.json, delivery, wire).await
    }

    /// By `GET /models`. Many servers list their models to anybody, so one that takes the key is asked
    /// once more without: only if it refuses that is the key proven. A server that has no list can't be
    /// asked for free, and the key is taken as it is.
    async fn check(&self, key: &UserApiKey) -> KeyVerdict {
        let models = self.endpoint.url(&["models"]);
        let Some(heard) = self.endpoint.ask(models.clone(), Some(key)).await else { return DOWN };
        let valid = |standing| KeyVerdict::Valid(KeyFacts { standing, ..KeyFacts::default() });
        match heard.status.as_u16() {
            200 if is_list(&heard.body) => match self.endpoint.ask(models, None).await {
                Some(other) if matches!(other.status.as_u16(), 401 | 403) => {
                    valid(KeyStanding::Known)
                }
                _ => valid(KeyStanding::Unproven),
            },
            404 | 405 | 501 => valid(KeyStanding::Unproven),
            429 => BUSY,
            _ if heard.is_reported() && self.is_about_the_key(&heard) => KeyVerdict::Rejected,
            403 if heard.is_reported() => valid(KeyStanding::Limited),
            _ => DOWN,
        }
    }

    /// xAI's 400, Mistral's 401, and what others say of a bad key.
    fn is_about_the_key(&self, heard: &Heard) -> bool {
        let now = self.endpoint.clock.now();
        classify(heard.status, &heard.headers, &heard.body, now).kind == FailureKind::InvalidKey
    }
}

impl ChatProvider for Server {
    fn start<'a>(
        &'a self,
        key: Option<&'a UserApiKey>,
        request: &'a ChatRequest,
        delivery: Delivery,
    ) -> BoxFuture<'a, Result<ChatStream, CallError>> {
        Box::pin(self.ask_chat(key, request, delivery))
    }

    fn check_key<'a>(&'a self, key: &'a UserApiKey) -> BoxFuture<'a, KeyVerdict> {
        Box::pin(self.check(key))
    }

    fn answers(&self) -> BoxFuture<'_, bool> {
        Box::pin(self.endpoint.answers(self.endpoint.url(&["models"])))
    }
}

fn translate(request: &ChatRequest, name: &str, _value: &Value) -> Option<Fields> {
    (name == "reasoning").then(|| {
        let effort = match Reasoning::of(&request.advanced) {
            Reasoning::Unset => return vec![],
            Reasoning::Off => "none",
            Reasoning::On => "medium",
            Reasoning::Effort(effort) => effort.as_str(),
            Reasoning::Budget(budget) => {
                Effort::of_budget(budget, request.max_tokens.into()).as_str()
            }
        };
        vec![("reasoning_effort", json!(effort))]
    })
}
