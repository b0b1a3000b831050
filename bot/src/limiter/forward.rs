//! What one request goes through: its queue, the global hold, Discord, and again after a 429.
//!
//! A request keeps its bucket's permit while it waits out a 429, so that those behind it neither
//! overtake it nor run into the same wall. A 429 was not carried out, whatever the method, so
//! sending it again is safe; everything else is given to the caller, who alone knows whether a
//! repetition does harm.

use std::{
    hash::RandomState,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    response::Response,
};
use bytes::Bytes;
use futures_util::StreamExt;
use http::{HeaderMap, HeaderName, Method, StatusCode, header};
use serde::Deserialize;
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;
use twilight_http_ratelimiting::{Permit, RateLimitHeaders, RateLimiter};

use super::{
    LimiterConfig, answer,
    budget::InvalidBudget,
    hold::Hold,
    route::{Queue, Route},
    upstream::Upstream,
};

/// Times that one request is sent, at most.
const MAX_ATTEMPTS: u32 = 5;
/// How long an answer to an interaction may be held up by 429s.
const CALLBACK_PATIENCE: Duration = Duration::from_secs(2);
/// Interaction tokens die after 15 minutes, and their buckets with them.
const INTERACTION_AGE: Duration = Duration::from_mins(15);
/// No more of an error's body is read.
const MAX_ERROR_BODY: usize = 64 << 10;
/// Belongs to a connection, not to the request; the body's framing and the host are set anew, and
/// compressed answers couldn't be read here.
const NOT_FORWARDED: [HeaderName; 11] = [
    header::ACCEPT_ENCODING,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::HOST,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// The state that all requests share.
pub(super) struct Proxy {
    upstream: Upstream,
    gateway: Bytes,
    queues: RateLimiter,
    interactions: Mutex<(Instant, RateLimiter)>,
    hold: Hold,
    budget: Mutex<InvalidBudget>,
    hasher: RandomState,
    max_wait: Duration,
    max_body: usize,
    pub(super) rejected: CancellationToken,
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proxy").field("upstream", &self.upstream).finish_non_exhaustive()
    }
}

/// A request as it is sent, as often as it takes.
struct Outgoing {
    method: Method,
    url: String,
    headers: HeaderMap,
    body: Bytes,
}

/// What a 429 says.
struct Pause {
    after: Duration,
    global: bool,
    shared: bool,
}

/// Forwards one request.
pub(super) async fn handle(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(route) = Route::of(&parts.method, parts.uri.path(), &proxy.hasher) else {
        return answer::error(StatusCode::NOT_FOUND, "Not a request to Discord's API");
    };
    if route.queue == Queue::Gateway {
        let json = [(header::CONTENT_TYPE, "application/json")];
        return axum::response::IntoResponse::into_response((json, proxy.gateway.clone()));
    }
    let Ok(body) = to_bytes(body, proxy.max_body).await else {
        return answer::error(StatusCode::PAYLOAD_TOO_LARGE, "Request entity too large");
    };
    let path = parts.uri.path_and_query().map_or_else(|| parts.uri.path(), |path| path.as_str());
    let outgoing = Outgoing {
        url: proxy.upstream.url(path),
        method: parts.method,
        headers: forwarded(parts.headers),
        body,
    };
    let began = Instant::now();
    let response = proxy.forward(&route, &outgoing).await;
    tracing::debug!(
        http.method = %outgoing.method,
        http.route = route.template,
        http.status = response.status().as_u16(),
        duration_ms = began.elapsed().as_millis(),
        "asked Discord"
    );
    response
}

impl Proxy {
    pub(super) fn new(config: &LimiterConfig, upstream: Upstream, gateway: Bytes) -> Self {
        Self {
            upstream,
            gateway,
            queues: RateLimiter::new(config.requests_per_second.get()),
            interactions: Mutex::new((Instant::now(), RateLimiter::new(u16::MAX))),
            hold: Hold::default(),
            budget: Mutex::new(InvalidBudget::new(config.invalid_budget)),
            hasher: RandomState::new(),
            max_wait: config.max_wait,
            max_body: config.max_body,
            rejected: CancellationToken::new(),
        }
    }

    pub(super) fn invalid_requests(&self) -> u32 {
        lock(&self.budget).spent(Instant::now())
    }

    async fn forward(&self, route: &Route, outgoing: &Outgoing) -> Response {
        if self.rejected.is_cancelled() && !route.has_own_token {
            return answer::error(StatusCode::UNAUTHORIZED, "401: Unauthorized");
        }
        let is_callback = route.queue == Queue::Callback;
        // a callback is hardly ever counted, and a person waits for it
        if !is_callback && let Some(pause) = lock(&self.budget).pause(Instant::now()) {
            return answer::limited(pause);
        }
        let patience = if is_callback { CALLBACK_PATIENCE } else { self.max_wait };
        let deadline = Instant::now() + patience;
        match self.acquire(&route.queue, deadline).await {
            Ok(permit) => self.exchange(route, outgoing, permit, deadline).await,
            Err(came_too_late) => came_too_late,
        }
    }

    async fn acquire(&self, queue: &Queue, deadline: Instant) -> Result<Option<Permit>, Response> {
        let permit = match queue {
            Queue::Gateway | Queue::Callback => return Ok(None),
            Queue::Interaction(endpoint) => self.interactions().acquire(endpoint.clone()),
            Queue::Bot(endpoint) => self.queues.acquire(endpoint.clone()),
        };
        let late = |_| answer::limited(Duration::from_secs(1));
        timeout_at(deadline, permit).await.map(Some).map_err(late)
    }

    /// twilight never forgets a token's first queue, so the whole limiter is replaced now and then.
    /// A token that is alive at that moment just learns its bucket again.
    fn interactions(&self) -> RateLimiter {
        let mut interactions = lock(&self.interactions);
        if interactions.0.elapsed() > INTERACTION_AGE {
            *interactions = (Instant::now(), RateLimiter::new(u16::MAX));
        }
        interactions.1.clone()
    }

    async fn exchange(
        &self,
        route: &Route,
        outgoing: &Outgoing,
        permit: Option<Permit>,
        deadline: Instant,
    ) -> Response {
        for attempt in 1.. {
            if matches!(route.queue, Queue::Bot(_))
                && let Err(until) = self.hold.wait(deadline).await
            {
                return answer::limited(until.saturating_duration_since(Instant::now()));
            }
            let response = match self.send(outgoing).await {
                Ok(response) => response,
                // without its outcome, the permit counts as never used
                Err(error) => return failure(&error),
            };
            let bucket = rate_limit_headers(response.headers());
            if response.status() != StatusCode::TOO_MANY_REQUESTS {
                self.note(route, response.status());
                complete(permit, bucket);
                return handed_through(response);
            }
            let pause = pause_of(response).await;
            if !pause.shared {
                lock(&self.budget).count(Instant::now());
            }
            let until = Instant::now() + pause.after;
            if pause.global {
                self.hold.extend(until);
            }
            tracing::warn!(
                http.route = route.template,
                attempt,
                global = pause.global,
                shared = pause.shared,
                wait_ms = pause.after.as_millis(),
                "Discord limits requests"
            );
            if until > deadline || attempt >= MAX_ATTEMPTS {
                complete(permit, bucket);
                return answer::limited(pause.after);
            }
            sleep_until(until).await;
        }
        answer::limited(Duration::from_secs(1))
    }

    async fn send(&self, outgoing: &Outgoing) -> reqwest::Result<reqwest::Response> {
        self.upstream
            .client
            .request(outgoing.method.clone(), &outgoing.url)
            .headers(outgoing.headers.clone())
            .body(outgoing.body.clone())
            .send()
            .await
    }

    /// Counts what Discord counts, and stops everything when the bot's own token is refused.
    fn note(&self, route: &Route, status: StatusCode) {
        if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            lock(&self.budget).count(Instant::now());
        }
        if status == StatusCode::UNAUTHORIZED && !route.has_own_token {
            tracing::error!("Discord refused the bot's token");
            self.rejected.cancel();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn complete(permit: Option<Permit>, bucket: Option<RateLimitHeaders>) {
    if let Some(permit) = permit {
        permit.complete(bucket);
    }
}

fn forwarded(mut headers: HeaderMap) -> HeaderMap {
    // a connection may name more of its own
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&NOT_FORWARDED) {
        headers.remove(name);
    }
    headers.remove("keep-alive");
    headers.remove("proxy-connection");
    headers
}

/// Discord's answer as it came; but its errors without their pages.
fn handed_through(response: reqwest::Response) -> Response {
    let status = response.status();
    if status.is_server_error() {
        return answer::error(StatusCode::BAD_GATEWAY, "Discord is unavailable");
    }
    if status.is_redirection() || (status.is_client_error() && !is_json(response.headers())) {
        let status = if status.is_redirection() { StatusCode::BAD_GATEWAY } else { status };
        return answer::error(status, "Not an answer of Discord's API");
    }
    let mut headers = response.headers().clone();
    // the body is passed on as it comes, so its length still holds
    let length = headers.get(header::CONTENT_LENGTH).cloned();
    headers = forwarded(headers);
    headers.extend(length.map(|length| (header::CONTENT_LENGTH, length)));
    let mut answer = Response::new(Body::from_stream(response.bytes_stream()));
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    answer
}

/// Nothing came back: what was sent may or may not have been carried out.
fn failure(error: &reqwest::Error) -> Response {
    if error.is_timeout() && !error.is_connect() {
        answer::error(StatusCode::GATEWAY_TIMEOUT, "Discord did not answer in time")
    } else {
        answer::error(StatusCode::BAD_GATEWAY, "Discord could not be reached")
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    text(headers, &header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with("application/json"))
}

fn rate_limit_headers(headers: &HeaderMap) -> Option<RateLimitHeaders> {
    let named = |name: &'static str| text(headers, &HeaderName::from_static(name));
    let reset_after = seconds(named(RateLimitHeaders::RESET_AFTER)?)?;
    Some(RateLimitHeaders {
        bucket: named(RateLimitHeaders::BUCKET)?.as_bytes().to_vec(),
        limit: named(RateLimitHeaders::LIMIT)?.parse().ok()?,
        remaining: named(RateLimitHeaders::REMAINING)?.parse().ok()?,
        reset_at: (Instant::now() + reset_after).into_std(),
    })
}

async fn pause_of(response: reqwest::Response) -> Pause {
    #[derive(Deserialize)]
    struct Limited {
        retry_after: f64,
        #[serde(default)]
        global: bool,
    }
    let headers = response.headers().clone();
    let body = beginning_of(response).await;
    let told = serde_json::from_slice::<Limited>(&body).ok();
    let named = |name| text(&headers, &HeaderName::from_static(name));
    let after = told
        .as_ref()
        .and_then(|told| duration(told.retry_after))
        .or_else(|| named("retry-after").and_then(seconds))
        .unwrap_or(Duration::from_secs(1));
    let scope = named(RateLimitHeaders::SCOPE);
    Pause {
        after,
        // without Discord's own body it comes from Cloudflare, which means the whole address
        global: told.is_none_or(|told| told.global)
            || scope == Some("global")
            || named("x-ratelimit-global").is_some_and(|value| value.eq_ignore_ascii_case("true")),
        shared: scope == Some("shared"),
    }
}

async fn beginning_of(response: reqwest::Response) -> Vec<u8> {
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(Ok(chunk)) = chunks.next().await {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ERROR_BODY {
            break;
        }
    }
    body
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn seconds(text: &str) -> Option<Duration> {
    duration(text.trim().parse().ok()?)
}

/// A wait of at most an hour: nothing longer is meant.
fn duration(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds.clamp(0.0, 3_600.0)).ok()
}
