//! The one place from which the bot writes to Discord.
//!
//! Everything goes through the [limiter](crate::limiter), has a timeout, and returns a
//! [`RestError`] that says what the caller may do next. Every body that makes or changes a message
//! carries an empty `allowed_mentions`, because the types that could leave it out don't exist: a
//! [`Message`] holds what may vary, and [`body`] adds the rest. An edit without it would be parsed
//! with Discord's defaults, and a model's `@everyone` would ring.
//!
//! This is a client of our own and not serenity's `Http`, which loses a 429's `retry_after`, puts
//! webhook tokens into its errors' URLs, has no timeouts, fails on a message with a field it doesn't
//! know how to read, and would serialise bodies of its own types, which nothing obliges to name
//! their mentions. poise keeps using serenity's, through the same limiter; the framework's
//! `allowed_mentions` option covers what poise itself sends.

mod application;
mod body;
mod carried;
mod components;
mod error;
mod files;
mod guilds;
mod interactions;
mod messages;
mod read;
mod snowflake;
mod webhooks;

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, header};
use reqwest::{Client, redirect::Policy};
use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, de::DeserializeOwned};

use self::error::About;
pub use self::{
    application::Application,
    body::{Message, Speaker},
    components::{Button, ButtonStyle, Modal, Row, TextInput, TextStyle},
    error::{Gone, RestError},
    files::File,
    guilds::Server,
    interactions::{Answer, Choice, InteractionToken},
    messages::{History, NewMessage},
    read::{Author, Channel, ChannelKind, StoredMessage, StoredWebhook},
    snowflake::ApplicationId,
    webhooks::Webhook,
};

/// How the client is set up.
#[derive(Clone, Debug)]
pub struct RestConfig {
    /// The limiter's address.
    pub proxy_url: String,
    /// Where people find this program; Discord wants it in the User-Agent.
    pub project_url: String,
    /// The longest that a call may take. More than the limiter's longest wait and exchange together,
    /// or a call is given up that the limiter still makes.
    pub timeout: Duration,
}

impl RestConfig {
    /// The usual timeout.
    #[must_use]
    pub fn new(proxy_url: impl Into<String>, project_url: impl Into<String>) -> Self {
        Self {
            proxy_url: proxy_url.into(),
            project_url: project_url.into(),
            timeout: Duration::from_secs(40),
        }
    }
}

/// What most bodies are.
const JSON: &str = "application/json";
/// An interaction waits three seconds for its first answer; later is too late.
const CALLBACK_TIMEOUT: Duration = Duration::from_secs(3);
/// No answer that is read whole is longer.
const MAX_ANSWER: usize = 8 << 20;

/// The client could not be set up: the token or an address has characters that no header or URL
/// can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bot's token or the project's address has characters in it that it can't have")]
pub struct BadRestConfig;

/// The client. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Rest {
    client: Client,
    base: String,
    timeout: Duration,
}

impl Rest {
    /// A client for the bot with this token.
    pub fn new(config: &RestConfig, token: &SecretString) -> Result<Self, BadRestConfig> {
        // fails if the process already chose a provider, which is as good
        let _chosen_before = rustls::crypto::ring::default_provider().install_default();
        let bot = HeaderValue::try_from(format!("Bot {}", token.expose_secret()));
        let mut authorization = bot.map_err(|_| BadRestConfig)?;
        authorization.set_sensitive(true);
        let version = env!("CARGO_PKG_VERSION");
        let agent = format!("DiscordBot ({}, {version})", config.project_url);
        let client = Client::builder()
            .default_headers(HeaderMap::from_iter([(header::AUTHORIZATION, authorization)]))
            .user_agent(HeaderValue::try_from(agent).map_err(|_| BadRestConfig)?)
            .redirect(Policy::none())
            // the limiter is on this machine, whatever proxy the environment names
            .no_proxy()
            .tcp_nodelay(true)
            .build()
            .map_err(|_| BadRestConfig)?;
        let base = format!("{}/api/v10", config.proxy_url.trim_end_matches('/'));
        Ok(Self { client, base, timeout: config.timeout })
    }

    fn call(&self, about: About, method: Method, path: impl AsRef<str>) -> Call<'_> {
        let url = format!("{}/{}", self.base, path.as_ref());
        Call {
            rest: self,
            about,
            method,
            url,
            body: None,
            kind: JSON.to_owned(),
            timeout: self.timeout,
        }
    }
}

/// A call being put together.
struct Call<'a> {
    rest: &'a Rest,
    about: About,
    method: Method,
    url: String,
    body: Option<serde_json::Result<Vec<u8>>>,
    kind: String,
    timeout: Duration,
}

impl Call<'_> {
    /// Values are numbers and words of ours, which need no escaping.
    fn query(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        let mark = if self.url.contains('?') { '&' } else { '?' };
        self.url = format!("{}{mark}{name}={value}", self.url);
        self
    }

    fn json(mut self, body: &impl Serialize) -> Self {
        self.body = Some(serde_json::to_vec(body));
        self
    }

    /// JSON and a file, in one body of several parts.
    fn with_file(mut self, body: &impl Serialize, file: &File) -> Self {
        let (boundary, whole) = file.beside(serde_json::to_vec(body));
        self.kind = format!("multipart/form-data; boundary={boundary}");
        self.body = Some(whole);
        self
    }

    fn within(mut self, timeout: Duration) -> Self {
        self.timeout = self.timeout.min(timeout);
        self
    }

    async fn done(self) -> Result<(), RestError> {
        self.answer().await.map(drop)
    }

    /// What was done can't be read from an answer that is no JSON: as ambiguous as none.
    async fn read<T: DeserializeOwned>(self) -> Result<T, RestError> {
        let body = self.answer().await?;
        serde_json::from_slice(&body).map_err(|_| RestError::Unavailable)
    }

    async fn answer(self) -> Result<Vec<u8>, RestError> {
        let mut request = self.rest.client.request(self.method, self.url).timeout(self.timeout);
        if let Some(body) = self.body {
            let body = body.map_err(|_| RestError::Invalid(0))?;
            request = request.header(header::CONTENT_TYPE, self.kind).body(body);
        }
        // the error holds the URL, with a token in it: none of it goes on from here
        let response = request.send().await.map_err(|_| RestError::Unavailable)?;
        let status = response.status();
        let body = whole(response).await?;
        if status.is_success() {
            return Ok(body);
        }
        Err(error::read(self.about, status, &body))
    }
}

async fn whole(mut response: reqwest::Response) -> Result<Vec<u8>, RestError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| RestError::Unavailable)? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ANSWER {
            return Err(RestError::Unavailable);
        }
    }
    Ok(body)
}
