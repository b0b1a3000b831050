//! As much of a gateway as a client needs: it does what a test has laid out for it.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use axum::{
    Json, Router,
    extract::{
        State, WebSocketUpgrade,
        ws::{CloseFrame, Message as Frame, WebSocket},
    },
    response::Response,
    routing::{any, get},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Notify};

/// What the gateway does after a client has identified.
#[derive(Clone)]
pub(super) enum Act {
    Say(&'static str, Value),
    /// Waits until the test lets it go on.
    Wait,
    /// Asks for a new session and cuts the connection.
    Reidentify,
    Close(u16),
}

pub(super) struct Server {
    pub(super) url: String,
    acts: Mutex<Vec<Act>>,
    pub(super) go: Notify,
    pub(super) identifies: Mutex<Vec<Value>>,
    pub(super) closes: Mutex<Vec<Option<u16>>>,
    seq: AtomicU32,
}

impl Server {
    pub(super) async fn start(acts: Vec<Act>) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Arc::new(Self {
            url: format!("http://{address}"),
            acts: Mutex::new(acts.into_iter().rev().collect()),
            go: Notify::new(),
            identifies: Mutex::default(),
            closes: Mutex::default(),
            seq: AtomicU32::new(0),
        });
        let gateway = json!({ "url": format!("ws://{address}") });
        let router = Router::new()
            .route("/api/v10/gateway", get(move || async { Json(gateway) }))
            .route("/api/v10/users/@me", get(|| async { Json(user("42", true)) }))
            .route("/", any(connect))
            .with_state(Arc::clone(&server));
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    async fn talk(&self, mut socket: WebSocket) {
        send(
            &mut socket,
            &json!({ "op": 10, "d": { "heartbeat_interval": 41_250 }, "s": null, "t": null }),
        )
        .await;
        while let Some(Ok(frame)) = socket.recv().await {
            let Some(got) = read(&frame) else {
                if let Frame::Close(close) = frame {
                    self.closes.lock().unwrap().push(close.map(|close| close.code));
                }
                continue;
            };
            match got["op"].as_u64() {
                Some(1) => send(&mut socket, &json!({ "op": 11 })).await,
                Some(2) => {
                    let ready = ready(&got["d"]["shard"]);
                    self.identifies.lock().unwrap().push(got["d"].clone());
                    let refused = match self.acts.lock().unwrap().last() {
                        Some(Act::Close(code)) => Some(*code),
                        _ => None,
                    };
                    if let Some(code) = refused {
                        let close = CloseFrame { code, reason: "".into() };
                        socket.send(Frame::Close(Some(close))).await.unwrap();
                        return;
                    }
                    self.dispatch(&mut socket, "READY", ready).await;
                    if self.perform(&mut socket).await {
                        return;
                    }
                }
                _ => {}
            }
        }
    }

    /// Returns whether the connection is over.
    async fn perform(&self, socket: &mut WebSocket) -> bool {
        loop {
            let act = self.acts.lock().unwrap().pop();
            match act {
                Some(Act::Say(kind, data)) => self.dispatch(socket, kind, data).await,
                Some(Act::Wait) => self.go.notified().await,
                Some(Act::Reidentify) => {
                    send(socket, &json!({ "op": 9, "d": false, "s": null, "t": null })).await;
                    return false;
                }
                Some(Act::Close(_)) | None => return false,
            }
        }
    }

    async fn dispatch(&self, socket: &mut WebSocket, kind: &str, data: Value) {
        let seq = self.seq.fetch_add(1, Ordering::SeqCst) + 1;
        send(socket, &json!({ "op": 0, "t": kind, "s": seq, "d": data })).await;
    }
}

async fn connect(State(server): State<Arc<Server>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(|socket| async move { server.talk(socket).await })
}

async fn send(socket: &mut WebSocket, frame: &Value) {
    // who is gone needs no more
    let _gone = socket.send(Frame::text(frame.to_string())).await;
}

fn read(frame: &Frame) -> Option<Value> {
    match frame {
        Frame::Text(text) => serde_json::from_str(text).ok(),
        Frame::Binary(bytes) => serde_json::from_slice(bytes).ok(),
        _ => None,
    }
}

pub(super) fn user(id: &str, bot: bool) -> Value {
    json!({ "id": id, "username": "bob", "discriminator": "0", "global_name": "Bob", "avatar": null, "bot": bot })
}

fn ready(shard: &Value) -> Value {
    json!({
        "v": 10, "user": user("42", true), "guilds": [], "session_id": "s", "shard": shard,
        "resume_gateway_url": "ws://127.0.0.1:1", "application": { "id": "3", "flags": 0 },
    })
}
