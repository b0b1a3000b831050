//! Behind the curtain: what the program, the provider and the wire tell, as it goes on.

use std::{collections::VecDeque, convert::Infallible, fmt::Write as _, sync::Arc, time::Duration};

use axum::{
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
};
use futures_util::{Stream, stream};
use serde_json::{Value, json};

use super::Shared;
use crate::{
    discord::{Entry, Exchange, Traffic},
    provider::{Call, Stage},
};

/// How often it looks. A database tells nobody that it changed.
const EVERY: Duration = Duration::from_millis(200);
/// How much of each list is shown.
const CALLS: usize = 12;
const WIRE: usize = 80;
/// How much of a body on the wire is shown, in characters.
const BODY: usize = 240;

/// `GET /api/curtain`
pub(super) async fn open(
    State(shared): State<Arc<Shared>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let watcher = Watcher {
        shared,
        news: VecDeque::new(),
        scene: Value::Null,
        faults: Value::Null,
        fresh: true,
    };
    let events = stream::unfold(watcher, |mut watcher| async {
        let event = watcher.next().await?;
        Some((Ok(event), watcher))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

struct Watcher {
    shared: Arc<Shared>,
    news: VecDeque<Event>,
    scene: Value,
    faults: Value,
    fresh: bool,
}

impl Watcher {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.news.pop_front() {
                return Some(event);
            }
            if !std::mem::take(&mut self.fresh) {
                tokio::select! {
                    () = tokio::time::sleep(EVERY) => {}
                    () = self.shared.discord.stopping.cancelled() => return None,
                }
            }
            let scene = scene(&self.shared).await;
            if scene != self.scene {
                self.news.push_back(Event::default().event("curtain").data(scene.to_string()));
                self.scene = scene;
            }
            let faults = self.shared.switches.show();
            if faults != self.faults {
                self.news.push_back(Event::default().event("faults").data(faults.to_string()));
                self.faults = faults;
            }
        }
    }
}

async fn scene(shared: &Shared) -> Value {
    let told = match &shared.backstage {
        Some(backstage) => backstage.look().await,
        None => super::Scene::default(),
    };
    let mut scene = json!(told);
    if let Some(provider) = &shared.provider {
        let calls = provider.ledger().calls();
        scene["calls"] = calls.iter().rev().take(CALLS).map(call).collect();
    }
    let entries = shared.discord.ledger.newest(WIRE);
    scene["wire"] = entries.iter().filter_map(wire).collect();
    scene
}

/// A call to the model: with whose key, but only its end.
fn call(call: &Call) -> Value {
    let key = call.bearer.as_deref().unwrap_or_default();
    let last4: String = key.chars().skip(key.chars().count().saturating_sub(4)).collect();
    let stage = match call.stage {
        Stage::Started => "started".to_owned(),
        Stage::FirstByte => "first byte".to_owned(),
        Stage::Completed => "completed".to_owned(),
        Stage::Refused(status) => format!("refused {status}"),
        Stage::Failed => "failed".to_owned(),
        Stage::Aborted => "aborted".to_owned(),
    };
    let message = |it: &crate::provider::Message| json!({"role": it.role, "content": it.content});
    json!({
        "model": call.model, "key": format!("…{last4}"), "stage": stage, "chunks": call.chunks,
        "cost": dollars(call.cost), "messages": call.messages.iter().map(message).collect::<Vec<_>>(),
    })
}

fn dollars(nano_usd: i64) -> String {
    format!("${}.{:06}", nano_usd / 1_000_000_000, nano_usd % 1_000_000_000 / 1_000)
}

/// One line of traffic with the bot. Heartbeats are no news.
fn wire(entry: &Entry) -> Option<Value> {
    let (line, body) = match &entry.what {
        Traffic::Rest(exchange) => (rest(exchange), short(&exchange.body)),
        Traffic::Received(frame) => (format!("gateway ← {}", named(frame)?), short(&frame["d"])),
        Traffic::Sent(frame) => (format!("gateway → {}", named(frame)?), short(&frame["d"])),
        Traffic::Connected(_) => ("gateway: the bot connected".to_owned(), String::new()),
        Traffic::ClosedByClient(code) => (format!("gateway: the bot left {code:?}"), String::new()),
        Traffic::ClosedByServer(code) => (format!("gateway: closed with {code}"), String::new()),
        Traffic::Dropped => ("gateway: the connection broke".to_owned(), String::new()),
    };
    let at = format!("+{:.3} s", entry.at.as_secs_f64());
    Some(json!({"at": at, "line": line, "body": body}))
}

fn rest(exchange: &Exchange) -> String {
    let path = exchange.path.strip_prefix("/api/v10").unwrap_or(&exchange.path);
    let mut line = format!("{} {path} ", exchange.method);
    // writing to a string does not fail
    let _infallible = match exchange.status {
        0 => write!(line, "→ cut off"),
        status => write!(line, "→ {status}"),
    };
    line
}

/// A gateway frame's name; none for heartbeats and their answers.
fn named(frame: &Value) -> Option<String> {
    if let Some(event) = frame["t"].as_str() {
        return Some(event.to_owned());
    }
    let name = match frame["op"].as_u64()? {
        1 | 11 => return None,
        2 => "IDENTIFY",
        3 => "PRESENCE UPDATE",
        6 => "RESUME",
        7 => "RECONNECT",
        9 => "INVALID SESSION",
        10 => "HELLO",
        _ => "?",
    };
    Some(name.to_owned())
}

/// The beginning of a body. What somebody typed into a form, or a token that logs in, is not shown
/// even here: people look at this over each other's shoulders.
fn short(body: &Value) -> String {
    if body.is_null() {
        return String::new();
    }
    let is_form = body["type"] == 5 && body["data"]["components"].is_array();
    if is_form || !body["token"].is_null() && body["properties"].is_object() {
        return "(not shown: it carries what was typed into a form, or the bot's token)".to_owned();
    }
    body.to_string().chars().take(BODY).collect()
}
