//! api.anthropic.com, over its own wire: the compatible one knows neither its caching nor its errors.

use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderValue};
use reqwest::Client;
use shared::{clock::SharedClock, model::KeyVerdict, secret::UserApiKey};

use super::{
    BadSetting, CallError, ChatProvider, ChatRequest, ChatStream, Delivery, Settings,
    endpoint::{DOWN, Endpoint},
    http::KeyHeader,
    openai::list_verdict,
};

mod answer;
mod body;
mod event;
mod model;
mod thinking;
mod usage;

pub use answer::Messages;
pub use body::body;

/// The provider Anthropic.
#[derive(Debug)]
pub struct Anthropic(Endpoint);

impl Anthropic {
    /// Anthropic as `settings` describe it, reached through `client`.
    pub fn new(
        settings: &Settings,
        client: Client,
        clock: SharedClock,
    ) -> Result<Self, BadSetting> {
        let mut headers = HeaderMap::new();
        headers.insert("anthropic-version", HeaderValue::from_static("2023-06-01"));
        Ok(Self(Endpoint {
            client,
            clock,
            base_url: settings.checked_base_url()?,
            headers,
            key_header: KeyHeader::Named("x-api-key"),
            needs_key: true,
            record_header: None,
            limits: settings.limits,
        }))
    }
}

impl ChatProvider for Anthropic {
    fn start<'a>(
        &'a self,
        key: Option<&'a UserApiKey>,
        request: &'a ChatRequest,
        delivery: Delivery,
    ) -> BoxFuture<'a, Result<ChatStream, CallError>> {
        Box::pin(async move {
            let written = body(request, delivery);
            written.note("anthropic");
            let wire = Box::<Messages>::default();
            self.0.chat(self.0.url(&["messages"]), key, &written.json, delivery, wire).await
        })
    }

    /// By `GET /models`, which is not public here.
    fn check_key<'a>(&'a self, key: &'a UserApiKey) -> BoxFuture<'a, KeyVerdict> {
        Box::pin(async move {
            if key.expose().starts_with("sk-ant-admin") {
                return KeyVerdict::Management;
            }
            match self.0.ask(self.0.url(&["models"]), Some(key)).await {
                Some(heard) => list_verdict(heard.status, &heard.body),
                None => DOWN,
            }
        })
    }

    fn answers(&self) -> BoxFuture<'_, bool> {
        Box::pin(self.0.answers(self.0.url(&["models"])))
    }
}
