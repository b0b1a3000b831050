//! Behind the curtain: what the program, the provider and the wire tell, as it goes on.

use std::{fmt::Write as _, sync::Arc};

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::Shared;
use crate::{
    discord::{Entry, Exchange, Traffic},
    provider::{Call, Image, Message, Stage},
};

/// How much of each list is shown.
const CALLS: usize = 12;
const WIRE: usize = 80;
/// How much of a body on the wire is shown, in characters.
const BODY: usize = 240;
/// What stands in the place of others: people look at this over each other's shoulders.
const HIDDEN: &str = "(not shown: it carries what was typed into a form, or the bot's token)";

/// `GET /api/curtain`: a look, at once. The page looks again and again while somebody watches; a
/// stream would hold one of the few connections that a browser grants an address.
pub(super) async fn look(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({"curtain": scene(&shared).await, "faults": shared.switches.show()}))
}

async fn scene(shared: &Shared) -> Value {
    let told = match &shared.backstage {
        Some(backstage) => backstage.look().await,
        None => super::Scene::default(),
    };
    let mut scene = json!(told);
    if let Some(provider) = &shared.provider {
        scene["calls"] = provider.ledger().newest(CALLS).iter().map(call).collect();
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
    let image = |it: &Image| json!({"content_type": it.content_type, "size": it.size});
    let message = |it: &Message| {
        let images: Vec<Value> = it.images.iter().map(image).collect();
        json!({"role": it.role, "content": it.content, "images": images})
    };
    json!({
        "id": call.generation_id, "model": call.model, "key": format!("…{last4}"), "stage": stage, "chunks": call.chunks,
        "cost": dollars(call.cost), "parameters": call.parameters(), "messages": call.messages.iter().map(message).collect::<Vec<_>>(),
    })
}

fn dollars(nano_usd: i64) -> String {
    format!("${}.{:06}", nano_usd / 1_000_000_000, nano_usd % 1_000_000_000 / 1_000)
}

/// One line of traffic with the bot. Heartbeats are no news.
fn wire(entry: &Entry) -> Option<Value> {
    let (line, body) = match &entry.what {
        Traffic::Rest(exchange) => (rest(exchange), short(&exchange.body)),
        // these carry the bot's token
        Traffic::Received(frame) if matches!(frame["op"].as_u64(), Some(2 | 6)) => {
            (format!("gateway ← {}", named(frame)?), HIDDEN.to_owned())
        }
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

/// The beginning of a body, unless it is what somebody typed into a form.
fn short(body: &Value) -> String {
    if body.is_null() {
        return String::new();
    }
    let is_form = body["type"] == 5 && body["data"]["components"].is_array();
    if is_form {
        return HIDDEN.to_owned();
    }
    body.to_string().chars().take(BODY).collect()
}
