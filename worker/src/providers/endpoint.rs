//! One provider's API: where it begins, which headers every call has, and how calls are made.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, StatusCode};
use reqwest::{Client, RequestBuilder, Response, Url};
use serde_json::Value;
use shared::{
    clock::SharedClock,
    model::{CouldNotCheck, FailureKind, KeyVerdict},
    secret::UserApiKey,
};
use tokio::time::Instant;

use super::{
    CallError, ChatStream, Delivery, Limits,
    answer::{self, Wire},
    classify::{ErrorReport, call_error, classify},
    http::{KeyHeader, read_up_to, read_whole, send},
    name::plain_id,
};

/// Nothing can be said of the key: the provider failed.
pub(super) const DOWN: KeyVerdict = KeyVerdict::CouldNotCheck { why: CouldNotCheck::ProviderDown };
/// Nothing can be said of the key for now.
pub(super) const BUSY: KeyVerdict = KeyVerdict::CouldNotCheck { why: CouldNotCheck::RateLimited };

/// A provider's API.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) client: Client,
    pub(super) clock: SharedClock,
    pub(super) base_url: Url,
    /// The same for every call: attribution, versions.
    pub(super) headers: HeaderMap,
    pub(super) key_header: KeyHeader,
    /// No call is made without a key.
    pub(super) needs_key: bool,
    /// The header with the id of a call, where the provider keeps records.
    pub(super) record_header: Option<HeaderName>,
    pub(super) limits: Limits,
}

impl Endpoint {
    /// The address of a path below the base.
    pub(super) fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base_url.clone();
        // always there: a base address that can't have a path was refused
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    /// Sends a question to a model, and gives the answer's beginning once the provider accepted it.
    pub(super) async fn chat(
        &self,
        url: Url,
        key: Option<&UserApiKey>,
        body: &Value,
        delivery: Delivery,
        wire: Box<dyn Wire>,
    ) -> Result<ChatStream, CallError> {
        if key.is_none() && self.needs_key {
            return Err(CallError::NotSent { kind: FailureKind::KeyGone });
        }
        let post = self.client.post(url).headers(self.headers_with(key)?).json(body);
        let wait = match delivery {
            Delivery::Streamed => self.limits.first_byte.min(self.limits.total),
            // the headers come when the model has written everything
            Delivery::Whole => self.limits.total,
        };
        let sent_at = Instant::now();
        let response = send(post, wait).await?;
        if !response.status().is_success() {
            return Err(self.refusal(response).await);
        }
        let generation_id = self.record_id(response.headers(), key);
        let items = answer::read(response, wire, sent_at, &self.limits);
        Ok(ChatStream::new(generation_id, items))
    }

    /// Asks something beside the chat. `None` when no response came.
    pub(super) async fn ask(&self, url: Url, key: Option<&UserApiKey>) -> Option<Heard> {
        self.hear(self.client.get(url).headers(self.headers_with(key).ok()?)).await
    }

    /// Hands something in, in nobody's name. `None` when no response came: it may have been taken.
    pub(super) async fn hand_in(&self, url: Url, body: &Value) -> Option<Heard> {
        self.hear(self.client.post(url).headers(self.headers_with(None).ok()?).json(body)).await
    }

    async fn hear(&self, request: RequestBuilder) -> Option<Heard> {
        let mut response = send(request, self.limits.aside).await.ok()?;
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let limit =
            if status.is_success() { self.limits.list_bytes } else { self.limits.error_bytes };
        let body = read_up_to(response, limit, self.limits.aside).await;
        Some(Heard { status, headers, body })
    }

    /// Asks for a long list, which comes whole or not at all.
    pub(super) async fn list(&self, url: Url) -> Option<Bytes> {
        let get = self.client.get(url).headers(self.headers_with(None).ok()?);
        let response = send(get, self.limits.aside).await.ok()?;
        if !response.status().is_success() {
            return None;
        }
        read_whole(response, self.limits.list_bytes, self.limits.aside).await
    }

    /// Whether the provider itself answers, asked without a key: a refusal in its own words is an answer.
    pub(super) async fn answers(&self, url: Url) -> bool {
        match self.ask(url, None).await {
            Some(heard) if heard.status.is_success() => heard.json().is_some(),
            Some(heard) => !heard.status.is_server_error() && heard.is_reported(),
            None => false,
        }
    }

    async fn refusal(&self, mut response: Response) -> CallError {
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let body = read_up_to(response, self.limits.error_bytes, self.limits.aside).await;
        call_error(status, classify(status, &headers, &body, self.clock.now()))
    }

    /// The id of the call, unless a server echoes the key into it: the id is stored and logged.
    fn record_id(&self, headers: &HeaderMap, key: Option<&UserApiKey>) -> Option<String> {
        let id = headers.get(self.record_header.as_ref()?)?.to_str().ok()?;
        plain_id(id).filter(|id| !key.is_some_and(|key| id.contains(key.expose())))
    }

    fn headers_with(&self, key: Option<&UserApiKey>) -> Result<HeaderMap, CallError> {
        let mut headers = self.headers.clone();
        if let Some(key) = key {
            self.key_header.put(key, &mut headers)?;
        }
        Ok(headers)
    }
}

/// A response to a question beside the chat.
pub(super) struct Heard {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Heard {
    /// The body, if it is an object of JSON.
    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok().filter(Value::is_object)
    }

    /// The body is an error of the provider's own; no proxy in between wrote it.
    pub(super) fn is_reported(&self) -> bool {
        ErrorReport::parse(&self.body).is_some()
    }
}
