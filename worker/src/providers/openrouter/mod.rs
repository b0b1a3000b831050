//! openrouter.ai: many models behind one key, and the default provider.
//!
//! Four paths: `POST /chat/completions`, `GET /key`, `GET /generation` and `GET /models`. The last is
//! public and takes any key, so it says nothing of one and is asked without.

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use reqwest::{Client, RequestBuilder, Response, Url};
use shared::{
    clock::SharedClock,
    model::{CouldNotCheck, FailureKind, KeyVerdict},
    secret::UserApiKey,
};
use tokio::time::Instant;

use super::{
    CallError, ChatProvider, ChatRequest, ChatStream, GenerationRecord, Limits,
    classify::{call_error, classify},
    http::{bearer, read_up_to, read_whole, send},
    openai_chat::{RequestBody, answer::answer, plain_id},
};

mod generation;
mod key;
mod settings;

pub use settings::{BadSetting, OpenRouterSettings};

/// The provider `OpenRouter`, or whatever speaks like it at the operator's address.
#[derive(Debug)]
pub struct OpenRouter {
    client: Client,
    clock: SharedClock,
    base_url: Url,
    /// Attribution: the same for every call.
    headers: HeaderMap,
    limits: Limits,
}

impl OpenRouter {
    /// `OpenRouter` as `settings` describe it, reached through `client`.
    pub fn new(
        settings: &OpenRouterSettings,
        client: Client,
        clock: SharedClock,
    ) -> Result<Self, BadSetting> {
        Ok(Self {
            client,
            clock,
            base_url: settings.checked_base_url()?,
            headers: settings.attribution()?,
            limits: settings.limits,
        })
    }

    async fn start(
        &self,
        key: Option<&UserApiKey>,
        request: &ChatRequest,
    ) -> Result<ChatStream, CallError> {
        let key = key.ok_or(CallError::NotSent { kind: FailureKind::KeyGone })?;
        let post = self
            .client
            .post(self.url(&["chat", "completions"]))
            .headers(self.headers.clone())
            .header(header::AUTHORIZATION, bearer(key)?)
            .json(&RequestBody::new(request));
        let sent_at = Instant::now();
        let response = send(post, self.limits.first_byte.min(self.limits.total)).await?;
        if !response.status().is_success() {
            return Err(self.refusal(response).await);
        }
        let generation_id = generation_id(response.headers(), key);
        Ok(ChatStream::new(generation_id, answer(response, sent_at, &self.limits)))
    }

    async fn refusal(&self, mut response: Response) -> CallError {
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let body = read_up_to(response, self.limits.error_bytes, self.limits.aside).await;
        call_error(status, classify(status, &headers, &body, self.clock.now()))
    }

    /// The verdict on `key`, by `GET /key`: 401 for a bad one.
    async fn check(&self, key: &UserApiKey) -> KeyVerdict {
        let down = KeyVerdict::CouldNotCheck { why: CouldNotCheck::ProviderDown };
        let Ok(authorization) = bearer(key) else {
            return KeyVerdict::CouldNotCheck { why: CouldNotCheck::Unreadable };
        };
        let Ok(response) =
            send(self.get(self.url(&["key"]), authorization), self.limits.aside).await
        else {
            return down;
        };
        let status = response.status();
        let body = read_up_to(response, self.limits.error_bytes, self.limits.aside).await;
        key::verdict(status, &body)
    }

    /// The record of an earlier call, by `GET /generation`.
    async fn look_up(&self, key: &UserApiKey, generation_id: &str) -> GenerationRecord {
        let Ok(authorization) = bearer(key) else { return GenerationRecord::Unavailable };
        let mut url = self.url(&["generation"]);
        url.query_pairs_mut().append_pair("id", generation_id);
        let Ok(response) = send(self.get(url, authorization), self.limits.aside).await else {
            return GenerationRecord::Unavailable;
        };
        let status = response.status();
        let body = read_up_to(response, self.limits.error_bytes, self.limits.aside).await;
        generation::record(status, &body)
    }

    /// The public list of models, by `GET /models`. No key goes along.
    async fn list(&self) -> Option<Bytes> {
        let get = self.client.get(self.url(&["models"])).headers(self.headers.clone());
        let response = send(get, self.limits.aside).await.ok()?;
        if !response.status().is_success() {
            return None;
        }
        read_whole(response, self.limits.list_bytes, self.limits.aside).await
    }

    fn get(&self, url: Url, authorization: HeaderValue) -> RequestBuilder {
        self.client
            .get(url)
            .headers(self.headers.clone())
            .header(header::AUTHORIZATION, authorization)
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base_url.clone();
        // always there: a base address that can't have a path was refused
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }
}

impl ChatProvider for OpenRouter {
    fn start<'a>(
        &'a self,
        key: Option<&'a UserApiKey>,
        request: &'a ChatRequest,
    ) -> BoxFuture<'a, Result<ChatStream, CallError>> {
        Box::pin(self.start(key, request))
    }

    fn check_key<'a>(&'a self, key: &'a UserApiKey) -> BoxFuture<'a, KeyVerdict> {
        Box::pin(self.check(key))
    }

    fn generation<'a>(
        &'a self,
        key: &'a UserApiKey,
        generation_id: &'a str,
    ) -> BoxFuture<'a, GenerationRecord> {
        Box::pin(self.look_up(key, generation_id))
    }

    fn models(&self) -> BoxFuture<'_, Option<Bytes>> {
        Box::pin(self.list())
    }
}

const GENERATION_ID: HeaderName = HeaderName::from_static("x-generation-id");

/// The id of the call, unless a server echoes the key into it: the id is stored and logged.
fn generation_id(headers: &HeaderMap, key: &UserApiKey) -> Option<String> {
    let id = headers.get(GENERATION_ID)?.to_str().ok()?;
    plain_id(id).filter(|id| !id.contains(key.expose()))
}
