//! The ledger: everything that went over the wire, in order.
//!
//! Tests ask it what the bot sent; written as JSON lines, it is what the checks against Discord's own
//! descriptions of its API read.

use std::{
    collections::VecDeque,
    fmt::Write as _,
    io,
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::bell::{Bell, lock};

/// One thing that went over the wire.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When, since the server started.
    pub at: Duration,
    /// What.
    pub what: Traffic,
}

/// The sorts of things that go over the wire.
#[derive(Clone, Debug)]
pub enum Traffic {
    /// A REST request and its answer.
    Rest(Box<Exchange>),
    /// A gateway connection was made, with this path and query.
    Connected(String),
    /// A frame came from the bot.
    Received(Value),
    /// A frame went to the bot.
    Sent(Value),
    /// The bot sent a close frame.
    ClosedByClient(Option<u16>),
    /// We sent a close frame.
    ClosedByServer(u16),
    /// A connection ended without a close frame.
    Dropped,
}

/// A REST request and its answer.
#[derive(Clone, Debug, Default)]
pub struct Exchange {
    /// The method.
    pub method: String,
    /// The path, percent-decoded.
    pub path: String,
    /// The query as it was sent.
    pub query: Option<String>,
    /// The `Content-Type` header.
    pub content_type: String,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// The JSON body, or the `payload_json` of a multipart one.
    pub body: Value,
    /// The parts of a multipart body: name, filename, content type, length.
    pub parts: Option<Vec<Value>>,
    /// The status that was answered. 0 if the connection was cut instead.
    pub status: u16,
    /// The body that was answered.
    pub response: Value,
    /// The headers that were answered, apart from the usual ones.
    pub headers: Vec<(String, String)>,
    /// Whether a fault was played on this request.
    pub fault: bool,
    /// Whether no route was there for it.
    pub unknown_route: bool,
}

impl Exchange {
    /// The line that the checks read.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "kind": "rest", "method": self.method, "path": self.path, "query": self.query,
            "content_type": self.content_type, "auth": self.authorization,
            "user_agent": self.user_agent, "body": self.body, "parts": self.parts,
            "status": self.status, "response": self.response, "fault": self.fault,
        })
    }
}

impl Entry {
    /// The line that the checks read.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut line = match &self.what {
            Traffic::Rest(exchange) => exchange.to_json(),
            Traffic::Connected(uri) => json!({"kind": "ws_connect", "uri": uri}),
            Traffic::Received(frame) => json!({"kind": "ws_in", "frame": frame}),
            Traffic::Sent(frame) => json!({"kind": "ws_out", "frame": frame}),
            Traffic::ClosedByClient(code) => json!({"kind": "ws_close_in", "code": code}),
            Traffic::ClosedByServer(code) => json!({"kind": "ws_close_out", "code": code}),
            Traffic::Dropped => json!({"kind": "ws_drop"}),
        };
        line["t_ms"] = json!(self.at.as_secs_f64() * 1e3);
        line
    }
}

/// What went over the wire so far. Clones are the same ledger.
#[derive(Clone, Debug)]
pub struct Ledger {
    started: Instant,
    bell: Arc<Bell>,
    kept: usize,
    entries: Arc<Mutex<VecDeque<Entry>>>,
}

impl Ledger {
    pub(super) fn new(bell: Arc<Bell>, kept: usize) -> Self {
        Self { started: Instant::now(), bell, kept, entries: Arc::default() }
    }

    pub(super) fn write(&self, what: Traffic) {
        let mut entries = lock(&self.entries);
        if entries.len() >= self.kept {
            entries.pop_front();
        }
        entries.push_back(Entry { at: self.started.elapsed(), what });
        drop(entries);
        self.bell.ring();
    }

    /// Everything, oldest first.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        lock(&self.entries).iter().cloned().collect()
    }

    /// The newest entries, the newest last.
    #[must_use]
    pub fn newest(&self, count: usize) -> Vec<Entry> {
        let entries = lock(&self.entries);
        entries.iter().skip(entries.len().saturating_sub(count)).cloned().collect()
    }

    /// Every REST request with its answer, oldest first.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.exchanges_where(|_| true)
    }

    /// The REST requests that fit, oldest first.
    #[must_use]
    pub fn exchanges_where(&self, fits: impl Fn(&Exchange) -> bool) -> Vec<Exchange> {
        let entries = lock(&self.entries);
        let exchanges = entries.iter().filter_map(|entry| match &entry.what {
            Traffic::Rest(exchange) if fits(exchange) => Some(exchange.as_ref().clone()),
            _ => None,
        });
        exchanges.collect()
    }

    /// The requests that no route was there for: what a bot wants and this server lacks.
    #[must_use]
    pub fn unknown_routes(&self) -> Vec<Exchange> {
        self.exchanges_where(|exchange| exchange.unknown_route)
    }

    /// The frames that came from the bot, oldest first.
    #[must_use]
    pub fn frames_received(&self) -> Vec<Value> {
        self.frames(|what| if let Traffic::Received(frame) = what { Some(frame) } else { None })
    }

    /// The frames that went to the bot, oldest first.
    #[must_use]
    pub fn frames_sent(&self) -> Vec<Value> {
        self.frames(|what| if let Traffic::Sent(frame) = what { Some(frame) } else { None })
    }

    fn frames(&self, of: impl Fn(&Traffic) -> Option<&Value>) -> Vec<Value> {
        lock(&self.entries).iter().filter_map(|entry| of(&entry.what).cloned()).collect()
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        lock(&self.entries).len()
    }

    /// Whether nothing went over the wire yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Waits for the first REST request, old or new, that fits. `None` when the time is over.
    pub async fn wait_for_exchange(
        &self,
        timeout: Duration,
        fits: impl Fn(&Exchange) -> bool,
    ) -> Option<Exchange> {
        let look = || {
            let entries = lock(&self.entries);
            entries.iter().find_map(|entry| match &entry.what {
                Traffic::Rest(exchange) if fits(exchange) => Some(exchange.as_ref().clone()),
                _ => None,
            })
        };
        self.bell.wait(timeout, look).await
    }

    /// Waits until a look at all entries yields something. `None` when the time is over.
    pub async fn wait_for<T>(
        &self,
        timeout: Duration,
        look: impl Fn(&VecDeque<Entry>) -> Option<T>,
    ) -> Option<T> {
        self.bell.wait(timeout, || look(&lock(&self.entries))).await
    }

    /// The whole ledger as JSON lines.
    #[must_use]
    pub fn to_jsonl(&self) -> String {
        self.entries().iter().fold(String::new(), |mut text, entry| {
            // writing to a string does not fail
            let _infallible = writeln!(text, "{}", entry.to_json());
            text
        })
    }

    /// Writes the whole ledger into a file, as JSON lines.
    pub fn write_jsonl(&self, path: impl AsRef<Path>) -> io::Result<()> {
        std::fs::write(path, self.to_jsonl())
    }
}
