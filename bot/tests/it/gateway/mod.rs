use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
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
use bot::{
    gateway::{
        Gateway, GatewayConfig, GatewayError, GatewayHandler, GatewayHealth, MessageEvent,
        Reaction, ShardReady, Shards, framework,
    },
    intake::{Intake, IntakeLimits, Offered},
    limiter::{Limiter, LimiterConfig},
};
use serde_json::{Value, json};
use serenity::{
    all::{Context, Interaction},
    async_trait,
};
use shared::ids::{ChannelId, DiscordUserId, MessageId};
use tokio::{
    net::TcpListener,
    sync::{Notify, mpsc},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

/// What the gateway does after a client has identified.
#[derive(Clone)]
enum Act {
    Say(&'static str, Value),
    /// Waits until the test lets it go on.
    Wait,
    /// Asks for a new session and cuts the connection.
    Reidentify,
    Close(u16),
}

struct Server {
    url: String,
    acts: Mutex<Vec<Act>>,
    go: Notify,
    identifies: Mutex<Vec<Value>>,
    closes: Mutex<Vec<Option<u16>>>,
    seq: AtomicU32,
}

impl Server {
    async fn start(acts: Vec<Act>) -> Arc<Self> {
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

fn user(id: &str, bot: bool) -> Value {
    json!({ "id": id, "username": "bob", "discriminator": "0", "global_name": "Bob", "avatar": null, "bot": bot })
}

fn ready(shard: &Value) -> Value {
    json!({
        "v": 10, "user": user("42", true), "guilds": [], "session_id": "s", "shard": shard,
        "resume_gateway_url": "ws://127.0.0.1:1", "application": { "id": "3", "flags": 0 },
    })
}

fn said(id: u64, author: &Value, content: &str) -> Act {
    let message = json!({
        "id": id.to_string(), "channel_id": "5", "guild_id": "6", "author": author, "content": content,
        "timestamp": "2026-01-01T00:00:00.000000+00:00", "edited_timestamp": null, "tts": false,
        "mention_everyone": false, "mentions": [user("42", true)], "mention_roles": [], "attachments": [],
        "embeds": [], "pinned": false, "type": 0, "flags": 0, "components": [],
        "member": { "roles": [], "joined_at": null, "deaf": false, "mute": false, "flags": 0, "nick": "Bobby" },
    });
    Act::Say("MESSAGE_CREATE", message)
}

/// Puts messages into mailboxes, as the bot does.
struct Taker {
    intake: Intake<MessageEvent>,
    offers: mpsc::UnboundedSender<Offered>,
    told: mpsc::UnboundedSender<String>,
}

#[async_trait]
impl GatewayHandler for Taker {
    fn message(&self, message: MessageEvent) {
        assert_ne!(message.content, "poison");
        let offered = self.intake.offer(message.author.id, message.source(), message);
        self.offers.send(offered).unwrap();
    }

    fn changed(&self, message: MessageEvent, change: i64) {
        let offered =
            self.intake.offer_change(message.author.id, message.source(), change, message);
        self.offers.send(offered).unwrap();
    }

    async fn reacted(&self, reaction: Reaction) {
        self.told.send(format!("reacted {} {}", reaction.message, reaction.emoji)).unwrap();
    }

    async fn interaction(&self, _: Context, interaction: Interaction) {
        self.told.send(format!("interaction {}", interaction.id())).unwrap();
    }

    async fn deleted(&self, channel: ChannelId, messages: Vec<MessageId>) {
        self.told.send(format!("deleted {channel} {messages:?}")).unwrap();
    }

    async fn ready(&self, ready: ShardReady) {
        self.told.send(format!("ready {} {}", ready.shard, ready.bot)).unwrap();
    }
}

struct Running {
    server: Arc<Server>,
    health: GatewayHealth,
    committed: mpsc::UnboundedReceiver<MessageEvent>,
    offers: mpsc::UnboundedReceiver<Offered>,
    told: mpsc::UnboundedReceiver<String>,
    stop: CancellationToken,
    run: JoinHandle<Result<(), GatewayError>>,
    _limiter: Limiter,
}

async fn running(acts: Vec<Act>, change: impl FnOnce(&mut GatewayConfig)) -> Running {
    let server = Server::start(acts).await;
    let limiter = Limiter::start(LimiterConfig::new(&server.url)).await.unwrap();
    let (commit, committed) = mpsc::unbounded_channel();
    let (offers_in, offers) = mpsc::unbounded_channel();
    let (told_in, told) = mpsc::unbounded_channel();
    let sink = move |_, message| {
        let commit = commit.clone();
        async move { commit.send(message).unwrap() }
    };
    let intake = Intake::new(IntakeLimits::default(), sink, |_, _| ());
    let mut config = GatewayConfig {
        token: "MTIz.fake.token".to_owned().into(),
        proxy_url: limiter.proxy_url(),
        message_content: true,
        shards: Shards::ALONE,
    };
    change(&mut config);
    let handler = Arc::new(Taker { intake, offers: offers_in, told: told_in });
    let poise = framework::<(), std::io::Error>(poise::FrameworkOptions::default(), ());
    let gateway = Gateway::new(&config, handler, Some(Box::new(poise))).await.unwrap();
    let (health, stop) = (gateway.health(), CancellationToken::new());
    let run = tokio::spawn(gateway.run(stop.clone(), Duration::from_secs(10)));
    Running { server, health, committed, offers, told, stop, run, _limiter: limiter }
}

impl Running {
    async fn ended(self) -> (Arc<Server>, Result<(), GatewayError>) {
        self.stop.cancel();
        let outcome = timeout(Duration::from_secs(20), self.run).await.unwrap().unwrap();
        (self.server, outcome)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_burst_keeps_its_order_and_each_message_is_taken_once() {
    let bob = user("7", false);
    // the first two come before there can be a collector, and only the ordinary handler sees them
    let mut acts = vec![said(1, &bob, "early"), Act::Wait];
    acts.extend((2..52).map(|n| said(n, &bob, &n.to_string())));
    acts.push(said(99, &user("8", true), "I am a bot"));
    acts.push(Act::Say(
        "MESSAGE_DELETE",
        json!({ "id": "20", "channel_id": "5", "guild_id": "6" }),
    ));
    let mut running = running(acts, |_| ()).await;
    let early = running.committed.recv().await.unwrap();
    assert_eq!((early.content.as_str(), early.author.name.as_str()), ("early", "Bobby"));
    assert!(early.heard(DiscordUserId::from(42)).mentions_bot);
    assert_eq!(running.told.recv().await.unwrap(), "ready 0 42");
    running.server.go.notify_one();
    for n in 2..52 {
        assert_eq!(running.committed.recv().await.unwrap().content, n.to_string());
    }
    assert_eq!(running.told.recv().await.unwrap(), "deleted 5 [MessageId(20)]");
    // each of the burst is offered by the collector and by the handler
    let mut taken = 0;
    for _ in 0..101 {
        taken += usize::from(running.offers.recv().await.unwrap() == Offered::Taken);
    }
    assert_eq!(taken, 51);
    assert_eq!(running.health.connected().borrow().iter().collect::<Vec<_>>(), [&0]);
    assert!(running.health.last_event_age().is_some());
    let health = running.health.clone();
    let (server, outcome) = running.ended().await;
    assert_eq!(outcome, Ok(()));
    assert_eq!(*server.closes.lock().unwrap(), [Some(1000)]);
    assert!(health.connected().borrow().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poisonous_message_and_an_unreadable_event_stop_nothing() {
    let bob = user("7", false);
    let acts = vec![
        Act::Wait,
        said(1, &bob, "poison"),
        Act::Say("INTERACTION_CREATE", json!({ "id": "1", "secret": "typed" })),
        Act::Say("SOMETHING_NEW", json!({})),
        said(2, &bob, "after"),
    ];
    let mut running = running(acts, |_| ()).await;
    running.told.recv().await.unwrap();
    running.server.go.notify_one();
    assert_eq!(running.committed.recv().await.unwrap().content, "after");
    // the raw handler runs beside: wait for what it counts, not for a time
    let counted = async {
        while running.health.undecoded() == 0 || running.health.panicked() < 2 {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(5), counted).await.unwrap();
    assert_eq!(running.health.undecoded(), 1);
    running.ended().await.1.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_session_has_its_collector_and_says_goodbye_too() {
    let bob = user("7", false);
    let mut acts = vec![Act::Reidentify, Act::Wait];
    acts.extend((2..32).map(|n| said(n, &bob, &n.to_string())));
    let mut running = running(acts, |_| ()).await;
    running.told.recv().await.unwrap();
    assert_eq!(running.told.recv().await.unwrap(), "ready 0 42");
    running.server.go.notify_one();
    for n in 2..32 {
        assert_eq!(running.committed.recv().await.unwrap().content, n.to_string());
    }
    let (server, outcome) = running.ended().await;
    assert_eq!(outcome, Ok(()));
    assert_eq!(server.closes.lock().unwrap().last(), Some(&Some(1000)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_start_says_what_to_do() {
    for (code, error) in [(4014, GatewayError::IntentRefused), (4004, GatewayError::TokenRejected)]
    {
        let running = running(vec![Act::Close(code)], |_| ()).await;
        let outcome = timeout(Duration::from_secs(10), running.run).await.unwrap().unwrap();
        assert_eq!(outcome, Err(error));
    }
    assert!(GatewayError::IntentRefused.to_string().contains("https://discord.com/developers"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_identifies_its_own_shards_without_the_privileged_intent() {
    let mut running = running(vec![], |config| {
        config.message_content = false;
        config.shards = Shards::new(2, 1, 4).unwrap();
    })
    .await;
    assert_eq!(running.told.recv().await.unwrap(), "ready 2 42");
    let identify = running.server.identifies.lock().unwrap()[0].clone();
    assert_eq!(identify["shard"], json!([2, 4]));
    assert_eq!(identify["intents"], 1 | 1 << 9 | 1 << 10 | 1 << 12 | 1 << 13);
    let (server, _) = running.ended().await;
    assert_eq!(server.identifies.lock().unwrap().len(), 1, "the one after the last isn't ours");
}
