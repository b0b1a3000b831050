//! Google's Gemini, over its own wire. The compatible one counts thoughts into nothing, and hides why an
//! answer was blocked.

use futures_util::future::BoxFuture;
use http::HeaderMap;
use reqwest::{Client, Url};
use shared::{clock::SharedClock, model::KeyVerdict, secret::UserApiKey};

use super::{
    BadSetting, CallError, ChatProvider, ChatRequest, ChatStream, Delivery, Settings,
    endpoint::{DOWN, Endpoint},
    http::KeyHeader,
};

mod answer;
mod body;
mod chunk;
mod key;
mod thinking;
mod usage;

pub use answer::GenerateContent;
pub use body::body;

/// The provider Gemini.
#[derive(Debug)]
pub struct Gemini(Endpoint);

impl Gemini {
    /// Gemini as `settings` describe it, reached through `client`.
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
            // never in the address, which others log
            key_header: KeyHeader::Named("x-goog-api-key"),
            needs_key: true,
            record_header: None,
            limits: settings.limits,
        }))
    }

    fn model_url(&self, model: &str, delivery: Delivery) -> Url {
        let model = model.strip_prefix("models/").unwrap_or(model);
        let url = |method| self.0.url(&["models", &format!("{model}:{method}")]);
        match delivery {
            Delivery::Whole => url("generateContent"),
            Delivery::Streamed => {
                let mut url = url("streamGenerateContent");
                url.set_query(Some("alt=sse"));
                url
            }
        }
    }

    /// A list of one model, which is not public.
    fn check_url(&self) -> Url {
        let mut url = self.0.url(&["models"]);
        url.set_query(Some("pageSize=1"));
        url
    }
}

impl ChatProvider for Gemini {
    fn start<'a>(
        &'a self,
        key: Option<&'a UserApiKey>,
        request: &'a ChatRequest,
        delivery: Delivery,
    ) -> BoxFuture<'a, Result<ChatStream, CallError>> {
        Box::pin(async move {
            let written = body(request);
            written.note("gemini");
            let url = self.model_url(&request.model, delivery);
            self.0.chat(url, key, &written.json, delivery, Box::new(GenerateContent)).await
        })
    }

    /// By `GET /models`: a bad key is a 400 that says so.
    fn check_key<'a>(&'a self, key: &'a UserApiKey) -> BoxFuture<'a, KeyVerdict> {
        Box::pin(async move {
            match self.0.ask(self.check_url(), Some(key)).await {
                Some(heard) => key::verdict(&heard, self.0.clock.now()),
                None => DOWN,
            }
        })
    }

    fn answers(&self) -> BoxFuture<'_, bool> {
        Box::pin(self.0.answers(self.check_url()))
    }
}
