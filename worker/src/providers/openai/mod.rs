//! api.openai.com, over its chat completions.

use futures_util::future::BoxFuture;
use http::HeaderMap;
use reqwest::Client;
use shared::{clock::SharedClock, model::KeyVerdict, secret::UserApiKey};

use super::{
    BadSetting, CallError, ChatProvider, ChatRequest, ChatStream, Delivery, Settings,
    endpoint::{DOWN, Endpoint},
    http::KeyHeader,
    openai_chat::{OpenAiChat, body},
};

mod dialect;
mod key;

pub use dialect::dialect;
pub(super) use key::{is_list, verdict as list_verdict};

/// The provider `OpenAI`.
#[derive(Debug)]
pub struct OpenAi(Endpoint);

impl OpenAi {
    /// `OpenAI` as `settings` describe it, reached through `client`.
    pub fn new(
        settings: &Settings,
        client: Client,
        clock: SharedClock,
    ) -> Result<Self, BadSetting> {
        Ok(Self(Endpoint {
            client,
            clock,
            base_url: settings.checked_base_url()?,
            headers: HeaderMap::new(),
            key_header: KeyHeader::Bearer,
            needs_key: true,
            record_header: None,
            limits: settings.limits,
        }))
    }
}

impl ChatProvider for OpenAi {
    fn start<'a>(
        &'a self,
        key: Option<&'a UserApiKey>,
        request: &'a ChatRequest,
        delivery: Delivery,
    ) -> BoxFuture<'a, Result<ChatStream, CallError>> {
        Box::pin(async move {
            let written = body(request, &dialect(&request.model), delivery);
            written.note("openai");
            let wire = Box::new(OpenAiChat { keeps_records: false });
            let url = self.0.url(&["chat", "completions"]);
            self.0.chat(url, key, &written.json, delivery, wire).await
        })
    }

    /// By `GET /models`, which is not public here.
    fn check_key<'a>(&'a self, key: &'a UserApiKey) -> BoxFuture<'a, KeyVerdict> {
        Box::pin(async move {
            if key.expose().starts_with("sk-admin-") {
                return KeyVerdict::Management;
            }
            match self.0.ask(self.0.url(&["models"]), Some(key)).await {
                Some(heard) => key::verdict(heard.status, &heard.body),
                None => DOWN,
            }
        })
    }

    fn answers(&self) -> BoxFuture<'_, bool> {
        Box::pin(self.0.answers(self.0.url(&["models"])))
    }
}
