//! Everything that goes wrong on a real network, on demand.

use std::{
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    bell::{Bell, lock},
    gateway::Outgoing,
    world::World,
};

type Predicate = Box<dyn Fn(&str, &str) -> bool + Send>;

/// A fault waiting for its request.
///
/// It hits the next request that fits, unless [`times`](Self::times) or [`always`](Self::always) say
/// otherwise, and plays its [`Effect`].
pub struct Fault {
    fits: Predicate,
    effect: Effect,
    uses: Option<u32>,
    every: u32,
    seen: u32,
}

/// What a fault does.
#[derive(Clone, Debug)]
pub enum Effect {
    /// The request is not processed; this is answered.
    Answer(Reply),
    /// The request is processed, later.
    Delay(Duration),
    /// The connection ends and the request is not processed.
    DropBefore,
    /// The request is processed, and answered later.
    AnswerAfter(Duration),
    /// The request is processed and the connection ends before the answer.
    DropAfter,
}

/// An answer that a fault gives.
#[derive(Clone, Debug)]
pub struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: ReplyBody,
}

#[derive(Clone, Debug)]
pub(super) enum ReplyBody {
    Json(Value),
    Html(String),
    /// A file of this type.
    File(String, Bytes),
    /// The same, over and over.
    Endless(String, Bytes),
    /// The same once, and then silence.
    Stalled(String, Bytes),
}

impl Fault {
    /// A fault for the next request with this method whose decoded path contains `path`.
    #[must_use]
    pub fn on(method: &str, path: &str, effect: Effect) -> Self {
        let (method, path) = (method.to_owned(), path.to_owned());
        Self::when(move |m, p| m == method && p.contains(&path), effect)
    }

    /// A fault for the next request whose method and decoded path please the closure.
    #[must_use]
    pub fn when(fits: impl Fn(&str, &str) -> bool + Send + 'static, effect: Effect) -> Self {
        Self { fits: Box::new(fits), effect, uses: Some(1), every: 1, seen: 0 }
    }

    /// Hits so many requests.
    #[must_use]
    pub fn times(self, uses: u32) -> Self {
        Self { uses: Some(uses), ..self }
    }

    /// Hits until the faults are cleared.
    #[must_use]
    pub fn always(self) -> Self {
        Self { uses: None, ..self }
    }

    /// Of the requests that fit, hits only each `n`th.
    #[must_use]
    pub fn every(self, n: u32) -> Self {
        Self { every: n.max(1), ..self }
    }

    fn strikes(&mut self, method: &str, path: &str) -> bool {
        if self.uses == Some(0) || !(self.fits)(method, path) {
            return false;
        }
        self.seen = self.seen.wrapping_add(1);
        let strikes = self.seen.is_multiple_of(self.every);
        if strikes {
            self.uses = self.uses.map(|uses| uses - 1);
        }
        strikes
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fault")
            .field("effect", &self.effect)
            .field("uses", &self.uses)
            .finish_non_exhaustive()
    }
}

impl Reply {
    /// Discord's error body with a status.
    #[must_use]
    pub fn error(status: u16, code: u64, message: &str) -> Self {
        Self::json(status, json!({"message": message, "code": code}))
    }

    /// Any JSON body.
    #[must_use]
    pub fn json(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body: ReplyBody::Json(body) }
    }

    /// A page of the proxy in front of Discord, such as come with 502 and 503.
    #[must_use]
    pub fn html(status: u16) -> Self {
        let page = format!(
            "<html><head><title>{status}</title></head><body><center>cloudflare</center></body></html>"
        );
        Self { status, headers: Vec::new(), body: ReplyBody::Html(page) }
    }

    /// A file, whatever was asked for: of another type than was told, say, or longer.
    #[must_use]
    pub fn file(content_type: &str, bytes: impl Into<Bytes>) -> Self {
        Self::body(ReplyBody::File(content_type.to_owned(), bytes.into()))
    }

    /// A file that never ends and does not say how long it is: these bytes, over and over.
    #[must_use]
    pub fn endless(content_type: &str, bytes: impl Into<Bytes>) -> Self {
        Self::body(ReplyBody::Endless(content_type.to_owned(), bytes.into()))
    }

    /// A file that begins, with these bytes, and does not go on.
    #[must_use]
    pub fn stalled(content_type: &str, bytes: impl Into<Bytes>) -> Self {
        Self::body(ReplyBody::Stalled(content_type.to_owned(), bytes.into()))
    }

    fn body(body: ReplyBody) -> Self {
        Self { status: 200, headers: Vec::new(), body }
    }

    /// "You are being rate limited." Discord's body has a `code` at times, and at times not.
    #[must_use]
    pub fn rate_limited(retry_after: Duration, global: bool, with_code: bool) -> Self {
        let seconds = retry_after.as_secs_f64();
        let mut body = json!({"message": "You are being rate limited.", "retry_after": seconds, "global": global});
        if with_code {
            body["code"] = json!(0);
        }
        let scope = if global { "global" } else { "user" };
        let reply = Self::json(429, body)
            .header("retry-after", &seconds.ceil().to_string())
            .header("x-ratelimit-scope", scope)
            .header("x-ratelimit-reset-after", &format!("{seconds:.3}"));
        if global { reply.header("x-ratelimit-global", "true") } else { reply }
    }

    /// This answer with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// How the gateway misbehaves at this moment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct GatewayMood {
    pub(super) silent: bool,
    pub(super) refusing: bool,
    pub(super) ack_delay: Duration,
}

/// The fault switches. Clones switch the same server.
#[derive(Clone, Debug)]
pub struct Faults {
    world: Arc<Mutex<World>>,
    bell: Arc<Bell>,
    waiting: Arc<Mutex<Vec<Fault>>>,
    mood: Arc<Mutex<GatewayMood>>,
}

impl Faults {
    pub(super) fn new(world: Arc<Mutex<World>>, bell: Arc<Bell>) -> Self {
        Self { world, bell, waiting: Arc::default(), mood: Arc::default() }
    }

    /// Sets a fault. The oldest one that fits a request is played on it.
    pub fn add(&self, fault: Fault) {
        lock(&self.waiting).push(fault);
    }

    /// Takes all faults of requests away.
    pub fn clear_requests(&self) {
        lock(&self.waiting).clear();
    }

    /// Takes all faults away, and the gateway's moods with them.
    pub fn clear(&self) {
        self.clear_requests();
        *lock(&self.mood) = GatewayMood::default();
    }

    /// How many faults still wait for requests.
    #[must_use]
    pub fn pending(&self) -> usize {
        lock(&self.waiting).len()
    }

    /// Ends every gateway connection without a close frame.
    pub fn drop_gateway(&self) {
        self.send(|| Outgoing::Drop);
    }

    /// Asks every client to reconnect and resume (op 7).
    pub fn request_reconnect(&self) {
        self.send(|| Outgoing::Frame(json!({"op": 7, "d": null, "s": null, "t": null})));
    }

    /// Tells every client that its session is invalid (op 9). If it is not resumable, it is also gone.
    pub fn invalidate_sessions(&self, resumable: bool) {
        self.send(|| Outgoing::Frame(json!({"op": 9, "d": resumable, "s": null, "t": null})));
        if !resumable {
            lock(&self.world).switchboard.forget_all();
            self.bell.ring();
        }
    }

    /// Closes every gateway connection with this code.
    pub fn close_gateway(&self, code: u16) {
        self.send(|| Outgoing::Close(code));
    }

    /// Stops sending on the gateway: no events, no heartbeat acknowledgements. What was kept back is
    /// told to those who resume.
    pub fn silence_gateway(&self, silent: bool) {
        lock(&self.mood).silent = silent;
    }

    /// Cuts every new gateway connection at once.
    pub fn refuse_gateway(&self, refusing: bool) {
        lock(&self.mood).refusing = refusing;
    }

    /// Acknowledges heartbeats this much later.
    pub fn delay_heartbeat_acks(&self, delay: Duration) {
        lock(&self.mood).ack_delay = delay;
    }

    /// Sends every session its newest events once more.
    pub fn repeat_events(&self, count: usize) {
        lock(&self.world).switchboard.repeat(count);
    }

    pub(super) fn strike(&self, method: &str, path: &str) -> Option<Effect> {
        let mut waiting = lock(&self.waiting);
        let effect = waiting
            .iter_mut()
            .find_map(|fault| fault.strikes(method, path).then(|| fault.effect.clone()));
        waiting.retain(|fault| fault.uses != Some(0));
        effect
    }

    pub(super) fn mood(&self) -> GatewayMood {
        *lock(&self.mood)
    }

    fn send(&self, make: impl Fn() -> Outgoing) {
        lock(&self.world).switchboard.send_to_all(make);
    }
}
