//! As much of Discord as the limiter and the client need: it answers what a test has laid out for
//! it, and remembers what it was asked.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    response::Response,
};
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Notify, time::Instant};

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    pub(crate) at: Instant,
}

/// An answer laid out.
#[derive(Clone)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
    /// Waits until it is let go.
    gate: Option<Arc<Notify>>,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self { status, headers, body: body.to_string(), gate: None }
    }

    pub(crate) fn html(status: u16) -> Self {
        let headers = vec![("content-type", "text/html".to_owned())];
        Self { status, headers, body: "<html>cloudflare s3cr3t</html>".to_owned(), gate: None }
    }

    pub(crate) fn error(status: u16, code: u32) -> Self {
        Self::json(status, &json!({ "message": "secret", "code": code }))
    }

    pub(crate) fn limited(after: f64, global: bool) -> Self {
        let body = json!({ "message": "limited", "retry_after": after, "global": global });
        Self::json(429, &body).with("retry-after", &after.ceil())
    }

    pub(crate) fn with(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    pub(crate) fn held(mut self, gate: &Arc<Notify>) -> Self {
        self.gate = Some(Arc::clone(gate));
        self
    }

    /// The four headers of a bucket.
    pub(crate) fn bucket(self, name: &str, remaining: u16, reset_after: f64) -> Self {
        self.with("x-ratelimit-bucket", &name)
            .with("x-ratelimit-limit", &5)
            .with("x-ratelimit-remaining", &remaining)
            .with("x-ratelimit-reset-after", &reset_after)
    }
}

#[derive(Default)]
struct Script {
    seen: Mutex<Vec<Seen>>,
    replies: Mutex<Vec<(String, VecDeque<Reply>)>>,
    arrived: Notify,
}

/// The running fake.
pub(crate) struct Fake {
    pub(crate) url: String,
    script: Arc<Script>,
}

impl Fake {
    pub(crate) async fn start() -> Self {
        let script = Arc::new(Script::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&script));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let fake = Self { url, script };
        fake.on("GET /api/v10/gateway", [Reply::json(200, &json!({ "url": "ws://127.0.0.1:1" }))]);
        fake
    }

    /// Lays out answers for requests that begin so; the last one stays.
    pub(crate) fn on(&self, request: &str, replies: impl IntoIterator<Item = Reply>) {
        let mut all = self.script.replies.lock().unwrap();
        all.retain(|(begins, _)| begins != request);
        all.push((request.to_owned(), replies.into_iter().collect()));
    }

    /// What was asked so far, besides the gateway's address.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        let seen = self.script.seen.lock().unwrap();
        seen.iter().filter(|seen| !seen.target.ends_with("/gateway")).cloned().collect()
    }

    pub(crate) fn asked_gateway(&self) -> usize {
        let seen = self.script.seen.lock().unwrap();
        seen.iter().filter(|seen| seen.target.ends_with("/gateway")).count()
    }

    /// Returns once so many requests have arrived.
    pub(crate) async fn arrivals(&self, count: usize) -> Vec<Seen> {
        loop {
            let next = self.script.arrived.notified();
            let seen = self.seen();
            if seen.len() >= count {
                return seen;
            }
            next.await;
        }
    }
}

async fn answer(State(script): State<Arc<Script>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 64 << 20).await.unwrap();
    let target = parts.uri.path_and_query().unwrap().to_string();
    let line = format!("{} {target}", parts.method);
    script.seen.lock().unwrap().push(Seen {
        method: parts.method,
        target,
        headers: parts.headers,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        at: Instant::now(),
    });
    script.arrived.notify_waiters();
    let reply = {
        let mut replies = script.replies.lock().unwrap();
        let longest = replies
            .iter_mut()
            .filter(|(begins, _)| line.starts_with(begins.as_str()))
            .max_by_key(|(begins, _)| begins.len());
        match longest {
            Some((_, replies)) if replies.len() > 1 => replies.pop_front().unwrap(),
            Some((_, replies)) => replies[0].clone(),
            None => Reply::json(200, &json!({ "id": "77", "channel_id": "5" })),
        }
    };
    if let Some(gate) = reply.gate {
        gate.notified().await;
    }
    let mut response = Response::builder().status(StatusCode::from_u16(reply.status).unwrap());
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(reply.body)).unwrap()
}
