//! A provider on this machine that says what a test tells it to.

use std::{
    net::SocketAddr,
    sync::{Arc, Once},
};

use axum::Router;
use chrono::DateTime;
use futures_util::StreamExt;
use shared::{clock::ManualClock, secret::UserApiKey};
use tokio::net::TcpListener;
use worker::providers::{
    CallError, ChatMessage, ChatRequest, ChatStream, Limits, Role, StreamItem,
    http::http_client,
    openrouter::{OpenRouter, OpenRouterSettings},
};

/// Starts `app` on a free port.
pub(crate) async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// The real client, pointed at `base_url`. Its clock stands where the fixtures' does.
pub(crate) fn provider(base_url: &str, limits: Limits) -> OpenRouter {
    static CRYPTO: Once = Once::new();
    CRYPTO.call_once(|| {
        rustls::crypto::ring::default_provider().install_default().unwrap();
    });
    let settings = OpenRouterSettings {
        base_url: base_url.to_owned(),
        referer: Some("https://troupe.example".to_owned()),
        title: Some("Troupe".to_owned()),
        limits,
    };
    let clock = ManualClock::new(DateTime::from_timestamp(1_795_300_000, 0).unwrap());
    OpenRouter::new(&settings, http_client(&limits).unwrap(), Arc::new(clock)).unwrap()
}

/// A key that is nobody's, and easy to find where it should not be.
pub(crate) const KEY: &str =
    "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";

pub(crate) fn key() -> UserApiKey {
    UserApiKey::from_typed(KEY).unwrap()
}

pub(crate) fn request() -> ChatRequest {
    ChatRequest {
        model: "openai/gpt-4o-mini".to_owned(),
        messages: vec![ChatMessage::text(Role::User, "a private question".to_owned())],
        max_tokens: 16,
        temperature: Some(0.7),
        top_p: None,
        advanced: serde_json::Map::new(),
        user: Some("pseudonym".to_owned()),
        session: Some("conversation".to_owned()),
    }
}

/// All that an answer said, and how it ended.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) items: Vec<StreamItem>,
    pub(crate) error: Option<CallError>,
}

impl Heard {
    pub(crate) async fn from(mut stream: ChatStream) -> Self {
        let mut heard = Self::default();
        while let Some(item) = stream.next().await {
            assert_eq!(heard.error, None, "nothing follows an error");
            match item {
                Ok(item) => heard.items.push(item),
                Err(error) => heard.error = Some(error),
            }
        }
        heard
    }

    pub(crate) fn text(&self) -> String {
        let text = |item: &StreamItem| match item {
            StreamItem::Text(text) => Some(text.clone()),
            _ => None,
        };
        self.items.iter().filter_map(text).collect()
    }
}
