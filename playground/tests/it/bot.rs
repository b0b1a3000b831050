//! The smallest bot: it sends what the test says, and hears everything.

use std::{ops::Deref, sync::OnceLock, time::Duration};

use flate2::{Decompress, FlushDecompress, read::ZlibDecoder};
use futures_util::{SinkExt, StreamExt};
use playground::{
    checks::{About, Descriptions},
    discord::{LocalDiscord, Options, RateLimits},
};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

/// Long enough for a loaded machine; only failing tests wait for it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// Guilds, messages in them and in private, their reactions, and the messages' text.
pub(crate) const INTENTS: u64 = 1 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 15;

/// A local Discord that refuses nothing for being asked too often.
pub(crate) async fn discord() -> Watched {
    discord_with(Options { rate_limits: RateLimits::off(), ..Options::default() }).await
}

/// A local Discord that behaves so.
pub(crate) async fn discord_with(options: Options) -> Watched {
    Watched(LocalDiscord::start(options).await.unwrap())
}

/// A local Discord of which a test's end checks all that it said. What the bot said is not checked:
/// tests have it say what is wrong.
pub(crate) struct Watched(LocalDiscord);

impl Deref for Watched {
    type Target = LocalDiscord;

    fn deref(&self) -> &LocalDiscord {
        &self.0
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let Some(descriptions) = descriptions().filter(|_| !std::thread::panicking()) else {
            return;
        };
        let mut report = descriptions.check(&self.0.ledger().entries(), false);
        report.problems.retain(|one| matches!(one.about, About::Response | About::FrameToBot));
        assert!(report.problems.is_empty(), "{report}");
        println!("{report}");
    }
}

/// What others say of Discord, where the workspace's neighbour has it. It is long: read once.
pub(crate) fn descriptions() -> Option<&'static Descriptions> {
    static READ: OnceLock<Option<Descriptions>> = OnceLock::new();
    READ.get_or_init(|| Descriptions::load_if_there(DESCRIPTIONS).unwrap()).as_ref()
}

/// Where it has it.
pub(crate) const DESCRIPTIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data");

/// A bot's REST side.
#[derive(Clone)]
pub(crate) struct Rest {
    pub(crate) http: reqwest::Client,
    pub(crate) base: String,
    token: String,
}

impl Rest {
    pub(crate) fn new(discord: &LocalDiscord) -> Self {
        // whoever came first has installed it
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build().unwrap();
        Self { http, base: discord.base_url(), token: discord.token() }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}/api/v10{path}", self.base);
        self.http
            .request(method.parse().unwrap(), url)
            .header("authorization", format!("Bot {}", self.token))
    }

    /// A call with a JSON body, null for none; its status and body.
    pub(crate) async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let request = self.request(method, path);
        let request = if body.is_null() { request } else { request.json(&body) };
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default())
    }

    /// A call that has to succeed.
    pub(crate) async fn ok(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(method, path, body).await;
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    /// A call that has to fail; its status and Discord's code.
    pub(crate) async fn fails(&self, method: &str, path: &str, body: Value) -> (u16, u64) {
        let (status, answer) = self.call(method, path, body).await;
        assert!(status >= 400, "{method} {path}: {status} {answer}");
        (status, answer["code"].as_u64().unwrap())
    }
}

/// Where a bot answers an interaction first.
pub(crate) fn callback(event: &Value) -> String {
    format!(
        "/interactions/{}/{}/callback",
        event["id"].as_str().unwrap(),
        event["token"].as_str().unwrap()
    )
}

/// A bot's gateway side.
pub(crate) struct Gateway(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Gateway {
    /// Connects, and hears HELLO.
    pub(crate) async fn connect(rest: &Rest) -> Self {
        let mut gateway = Self::dial(rest, "?v=10").await;
        assert_eq!(gateway.frame().await["op"], 10);
        gateway
    }

    pub(crate) async fn dial(rest: &Rest, query: &str) -> Self {
        let url = rest.ok("GET", "/gateway", Value::Null).await["url"].as_str().unwrap().to_owned();
        let (socket, _) = connect_async(format!("{url}/{query}")).await.unwrap();
        Self(socket)
    }

    /// Connects and identifies as the only shard; hears READY and the servers.
    pub(crate) async fn start(rest: &Rest) -> (Self, Value) {
        Self::start_as(rest, json!([0, 1]), INTENTS).await
    }

    pub(crate) async fn start_as(rest: &Rest, shard: Value, intents: u64) -> (Self, Value) {
        let mut gateway = Self::connect(rest).await;
        gateway.identify(rest, shard, intents).await;
        let ready = gateway.event("READY").await;
        for _ in 0..ready["guilds"].as_array().unwrap().len() {
            gateway.event("GUILD_CREATE").await;
        }
        (gateway, ready)
    }

    pub(crate) async fn identify(&mut self, rest: &Rest, shard: Value, intents: u64) {
        let properties = json!({"os": "linux", "browser": "raw", "device": "raw"});
        let wish = json!({"token": rest.token, "intents": intents, "shard": shard, "properties": properties, "compress": true});
        self.send(json!({"op": 2, "d": wish})).await;
    }

    pub(crate) async fn resume(&mut self, rest: &Rest, ready: &Value, seq: u64) {
        let wish = json!({"token": rest.token, "session_id": ready["session_id"], "seq": seq});
        self.send(json!({"op": 6, "d": wish})).await;
    }

    pub(crate) async fn send(&mut self, frame: Value) {
        self.0.send(Message::Text(frame.to_string().into())).await.unwrap();
    }

    /// The next message of whatever sort; `None` at the connection's end.
    pub(crate) async fn message(&mut self) -> Option<Message> {
        timeout(PATIENCE, self.0.next())
            .await
            .expect("the gateway says nothing")
            .and_then(Result::ok)
    }

    /// The next frame.
    pub(crate) async fn frame(&mut self) -> Value {
        match self.message().await {
            Some(Message::Text(text)) => serde_json::from_str(&text).unwrap(),
            Some(Message::Binary(bytes)) => {
                serde_json::from_reader(ZlibDecoder::new(&bytes[..])).unwrap()
            }
            other => panic!("no frame but {other:?}"),
        }
    }

    /// The next frame of a stream that is compressed as a whole.
    pub(crate) async fn inflated(&mut self, inflate: &mut Decompress) -> Value {
        let Some(Message::Binary(bytes)) = self.message().await else {
            panic!("no compressed frame")
        };
        assert!(bytes.ends_with(&[0, 0, 0xff, 0xff]), "clients look for the end of a flush");
        let mut text = Vec::with_capacity(1 << 16);
        inflate.decompress_vec(&bytes, &mut text, FlushDecompress::Sync).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    /// The code with which the server closes next.
    pub(crate) async fn close_code(&mut self) -> u16 {
        loop {
            match self.message().await {
                Some(Message::Close(frame)) => return frame.unwrap().code.into(),
                Some(_) => {}
                None => panic!("no close frame"),
            }
        }
    }

    /// The body of the next event, which has to be this one.
    pub(crate) async fn event(&mut self, name: &str) -> Value {
        let mut frame = self.frame().await;
        assert_eq!(frame["t"], name, "{frame}");
        frame["d"].take()
    }

    pub(crate) async fn close(mut self, code: u16) {
        let frame = tokio_tungstenite::tungstenite::protocol::CloseFrame {
            code: code.into(),
            reason: "".into(),
        };
        self.0.close(Some(frame)).await.unwrap();
    }
}
