//! openrouter.ai: many models behind one key, and the default provider.
//!
//! Five paths: `POST /chat/completions`, `GET /key`, `POST /auth/keys`, `GET /generation` and `GET /models`. The last is
//! public and takes any key, so it says nothing of one and is asked without.

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::HeaderName;
use reqwest::Client;
use secrecy::SecretString;
use shared::{clock::SharedClock, model::KeyVerdict, secret::UserApiKey};

use super::{
    BadSetting, CallError, ChatProvider, ChatRequest, ChatStream, Delivery, GenerationRecord,
    base_url::checked,
    endpoint::{DOWN, Endpoint},
    http::KeyHeader,
    openai_chat::{Dialect, OpenAiChat, body},
};

mod connect;
mod generation;
mod key;
mod settings;

pub use settings::OpenRouterSettings;

/// The provider `OpenRouter`, or whatever speaks like it at the operator's address.
#[derive(Debug)]
pub struct OpenRouter(Endpoint);

impl OpenRouter {
    /// `OpenRouter` as `settings` describe it, reached through `client`.
    pub fn new(
        settings: &OpenRouterSettings,
        client: Client,
        clock: SharedClock,
    ) -> Result<Self, BadSetting> {
        Ok(Self(Endpoint {
            client,
            clock,
            base_url: checked(&settings.base_url)?,
            headers: settings.attribution()?,
            key_header: KeyHeader::Bearer,
            needs_key: true,
            record_header: Some(HeaderName::from_static("x-generation-id")),
            limits: settings.limits,
        }))
    }
}

impl ChatProvider for OpenRouter {
    fn start<'a>(
        &'a self,
        key: Option<&'a UserApiKey>,
        request: &'a ChatRequest,
        delivery: Delivery,
    ) -> BoxFuture<'a, Result<ChatStream, CallError>> {
        Box::pin(async move {
            let written = body(request, &Dialect::OPENROUTER, delivery);
            written.note("openrouter");
            let wire = Box::new(OpenAiChat { keeps_records: true });
            let url = self.0.url(&["chat", "completions"]);
            self.0.chat(url, key, &written.json, delivery, wire).await
        })
    }

    /// By `GET /key`: 401 for a bad one.
    fn check_key<'a>(&'a self, key: &'a UserApiKey) -> BoxFuture<'a, KeyVerdict> {
        Box::pin(async move {
            let Some(heard) = self.0.ask(self.0.url(&["key"]), Some(key)).await else {
                return DOWN;
            };
            key::verdict(heard.status, &heard.body)
        })
    }

    /// By `POST /auth/keys`.
    fn key_for<'a>(
        &'a self,
        code: &'a SecretString,
        verifier: &'a SecretString,
    ) -> BoxFuture<'a, Result<UserApiKey, KeyVerdict>> {
        Box::pin(async move {
            let url = self.0.url(&["auth", "keys"]);
            let heard = self.0.hand_in(url, &connect::body(code, verifier)).await.ok_or(DOWN)?;
            connect::key(heard.status, &heard.body)
        })
    }

    /// By `GET /generation`.
    fn generation<'a>(
        &'a self,
        key: &'a UserApiKey,
        generation_id: &'a str,
    ) -> BoxFuture<'a, GenerationRecord> {
        Box::pin(async move {
            let mut url = self.0.url(&["generation"]);
            url.query_pairs_mut().append_pair("id", generation_id);
            match self.0.ask(url, Some(key)).await {
                Some(heard) => generation::record(heard.status, &heard.body),
                None => GenerationRecord::Unavailable,
            }
        })
    }

    /// By `GET /models`.
    fn models(&self) -> BoxFuture<'_, Option<Bytes>> {
        Box::pin(self.0.list(self.0.url(&["models"])))
    }

    fn answers(&self) -> BoxFuture<'_, bool> {
        Box::pin(self.0.answers(self.0.url(&["key"])))
    }
}
