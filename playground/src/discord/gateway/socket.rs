//! One gateway connection, from HELLO to its end.

use std::sync::Arc;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{
    compression::{Packed, Packing},
    intents::Intents,
    ready::{guilds_of, ready},
    session::Outgoing,
};
use crate::discord::{ledger::Traffic, server::Server, world::World};

/// The longest payload that Discord takes from a client.
const LONGEST_PAYLOAD: usize = 4_096;

/// A connection and what it has become.
struct Socket {
    server: Arc<Server>,
    packing: Packing,
    /// Where this connection's own frames queue.
    line: mpsc::UnboundedSender<Outgoing>,
    /// The session it speaks for, once it has identified or resumed.
    session: Option<String>,
}

/// Serves a connection to its end.
pub(crate) async fn serve(server: Arc<Server>, websocket: WebSocket, uri: String) {
    let (line, mut queue) = mpsc::unbounded_channel();
    let wants_stream = uri.contains("compress=zlib-stream") && server.world().options.compression;
    let packing = if wants_stream { Packing::stream() } else { Packing::Text };
    let interval = server.world().options.heartbeat_interval.as_millis();
    let stopping = server.stopping.clone();
    let mut socket = Socket { server, packing, line, session: None };
    socket.server.ledger.write(Traffic::Connected(uri));
    socket.frame(json!({"op": 10, "d": {"heartbeat_interval": interval, "_trace": []}, "s": null, "t": null}));

    let (mut sink, mut stream) = websocket.split();
    loop {
        let outgoing = tokio::select! {
            outgoing = queue.recv() => outgoing.unwrap_or(Outgoing::Drop),
            message = stream.next() => match message {
                Some(Ok(Message::Text(text))) => { socket.receive(&text); continue }
                Some(Ok(Message::Close(frame))) => { socket.say_goodbye(frame.map(|frame| frame.code)); break }
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => Outgoing::Drop,
            },
            () = stopping.cancelled() => Outgoing::Drop,
        };
        match outgoing {
            Outgoing::Frame(frame) => {
                if socket.server.faults.mood().silent {
                    continue;
                }
                let Ok(packed) = socket.packing.pack(frame.to_string()) else { break };
                socket.server.ledger.write(Traffic::Sent(frame));
                let message = match packed {
                    Packed::Text(text) => Message::Text(text.into()),
                    Packed::Binary(bytes) => Message::Binary(bytes.into()),
                };
                if sink.send(message).await.is_err() {
                    break;
                }
            }
            Outgoing::Close(code) => {
                socket.server.ledger.write(Traffic::ClosedByServer(code));
                // the client may be gone already, which is what we wanted
                let _gone =
                    sink.send(Message::Close(Some(CloseFrame { code, reason: "".into() }))).await;
                break;
            }
            Outgoing::Drop => {
                socket.server.ledger.write(Traffic::Dropped);
                break;
            }
        }
    }
    socket.hang_up();
}

impl Socket {
    fn frame(&self, frame: Value) {
        self.send(Outgoing::Frame(frame));
    }

    fn send(&self, outgoing: Outgoing) {
        // the receiver lives in the task that owns us
        let _ours = self.line.send(outgoing);
    }

    /// Reads a payload, by its opcode.
    fn receive(&mut self, text: &str) {
        let Some(frame) =
            serde_json::from_str::<Value>(text).ok().filter(|_| text.len() <= LONGEST_PAYLOAD)
        else {
            return self.send(Outgoing::Close(4002));
        };
        let opcode = frame["op"].as_u64();
        self.server.ledger.write(Traffic::Received(frame.clone()));
        match (opcode, &self.session) {
            (Some(1), _) => self.acknowledge(),
            (Some(2 | 6), Some(_)) => self.send(Outgoing::Close(4005)),
            (Some(2), None) => self.identify(&frame["d"]),
            (Some(6), None) => self.resume(&frame["d"]),
            (Some(3 | 4 | 8 | 31), Some(_)) => {}
            (Some(3 | 4 | 8 | 31), None) => self.send(Outgoing::Close(4003)),
            _ => self.send(Outgoing::Close(4001)),
        }
    }

    fn acknowledge(&self) {
        let acknowledgement = Outgoing::Frame(json!({"op": 11, "d": null, "s": null, "t": null}));
        let delay = self.server.faults.mood().ack_delay;
        if delay.is_zero() {
            return self.send(acknowledgement);
        }
        let line = self.line.clone();
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            // by then the connection may have ended
            let _ended = line.send(acknowledgement);
        });
    }

    /// Starts a session: READY, then the servers of its shard.
    fn identify(&mut self, wish: &Value) {
        let server = Arc::clone(&self.server);
        let mut world = server.world();
        match Identity::read(&world, wish) {
            Err(code) => self.send(Outgoing::Close(code)),
            Ok(Identity { shard, intents }) => {
                if wish["compress"] == true
                    && world.options.compression
                    && matches!(self.packing, Packing::Text)
                {
                    self.packing = Packing::PerPayload;
                }
                let id = format!("session-{}", world.ids.next());
                let hello = ready(&world, &id, shard);
                let guilds: Vec<Value> = guilds_of(&world, shard)
                    .into_iter()
                    .filter(|_| intents.contains(Intents::GUILDS))
                    .filter_map(|id| world.guilds.get(&id).map(|guild| world.guild_json(guild)))
                    .collect();
                world.switchboard.open(id.clone(), shard, intents, self.line.clone());
                world.switchboard.tell(&id, "READY", &hello);
                for guild in &guilds {
                    world.switchboard.tell(&id, "GUILD_CREATE", guild);
                }
                self.session = Some(id);
            }
        }
        drop(world);
        server.bell.ring();
    }

    /// Goes on with a session: what was missed, then RESUMED.
    fn resume(&mut self, wish: &Value) {
        let server = Arc::clone(&self.server);
        let mut world = server.world();
        if !world.is_token(wish["token"].as_str()) {
            return self.send(Outgoing::Close(4004));
        }
        let id = wish["session_id"].as_str().unwrap_or_default();
        let seq = wish["seq"].as_u64().unwrap_or_default();
        if world.switchboard.resume(id, seq, self.line.clone()) {
            world.switchboard.tell(id, "RESUMED", &json!({"_trace": []}));
            self.session = Some(id.to_owned());
        } else {
            self.frame(json!({"op": 9, "d": false, "s": null, "t": null}));
        }
        drop(world);
        server.bell.ring();
    }

    /// A client that closes with 1000 or 1001 will not resume; with any other code it may.
    fn say_goodbye(&self, code: Option<u16>) {
        self.server.ledger.write(Traffic::ClosedByClient(code));
        if let (Some(session), Some(1000 | 1001)) = (&self.session, code) {
            self.server.world().switchboard.close(session);
        }
    }

    fn hang_up(&self) {
        if let Some(session) = &self.session {
            self.server.world().switchboard.hang_up(session, &self.line);
        }
        self.server.bell.ring();
    }
}

/// What an IDENTIFY asks for.
struct Identity {
    shard: (u64, u64),
    intents: Intents,
}

impl Identity {
    /// Reads it, or says with which code Discord would close.
    fn read(world: &World, wish: &Value) -> Result<Self, u16> {
        if !world.is_token(wish["token"].as_str()) {
            return Err(4004);
        }
        let shard = match &wish["shard"] {
            Value::Null => (0, 1),
            shard => match (shard[0].as_u64(), shard[1].as_u64()) {
                (Some(shard), Some(shards)) if shard < shards => (shard, shards),
                _ => return Err(4010),
            },
        };
        let Some(intents) = wish["intents"].as_u64().map(Intents::from_bits) else {
            return Err(4013);
        };
        if intents.contains(Intents::MESSAGE_CONTENT) && !world.options.message_content {
            return Err(4014);
        }
        Ok(Self { shard, intents })
    }
}
