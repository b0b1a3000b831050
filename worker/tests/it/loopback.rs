//! A provider on this machine that says what a test tells it to.

use std::{
    net::SocketAddr,
    sync::{Arc, Once},
};

use axum::Router;
use chrono::DateTime;
use futures_util::StreamExt;
use shared::{
    clock::{ManualClock, SharedClock},
    params::Wire,
    secret::UserApiKey,
};
use tokio::net::TcpListener;
use worker::providers::{
    CallError, ChatMessage, ChatProvider, ChatRequest, ChatStream, Limits, Role, Settings,
    StreamItem,
    anthropic::Anthropic,
    deepseek::DeepSeek,
    gemini::Gemini,
    http::{guarded_client, http_client},
    openai::OpenAi,
    openrouter::{OpenRouter, OpenRouterSettings},
    server::Server,
};

/// Starts `app` on a free port.
pub(crate) async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// `OpenRouter`'s real client, pointed at `base_url`.
pub(crate) fn provider(base_url: &str, limits: Limits) -> OpenRouter {
    install_crypto();
    let settings = OpenRouterSettings {
        base_url: base_url.to_owned(),
        referer: Some("https://troupe.example".to_owned()),
        title: Some("Troupe".to_owned()),
        limits,
    };
    OpenRouter::new(&settings, http_client(&limits).unwrap(), clock()).unwrap()
}

/// The real client of any provider, pointed at `base_url`.
pub(crate) fn connect(wire: Wire, base_url: &str, limits: Limits) -> Arc<dyn ChatProvider> {
    install_crypto();
    let settings = Settings { limits, ..Settings::at(base_url) };
    let client = http_client(&limits).unwrap();
    match wire {
        Wire::OpenRouter => Arc::new(provider(base_url, limits)),
        Wire::OpenAi => Arc::new(OpenAi::new(&settings, client, clock()).unwrap()),
        Wire::Anthropic => Arc::new(Anthropic::new(&settings, client, clock()).unwrap()),
        Wire::Gemini => Arc::new(Gemini::new(&settings, client, clock()).unwrap()),
        Wire::DeepSeek => Arc::new(DeepSeek::new(&settings, client, clock()).unwrap()),
        Wire::Server => {
            let client = guarded_client(&limits, &[]).unwrap();
            Arc::new(Server::new(&settings, &[], client, clock()).unwrap())
        }
    }
}

/// Stands where the fixtures' does.
fn clock() -> SharedClock {
    Arc::new(ManualClock::new(DateTime::from_timestamp(1_795_300_000, 0).unwrap()))
}

pub(crate) fn install_crypto() {
    static CRYPTO: Once = Once::new();
    CRYPTO.call_once(|| {
        rustls::crypto::ring::default_provider().install_default().unwrap();
    });
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
