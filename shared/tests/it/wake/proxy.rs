//! A way to Redis that a test can watch, cut and block, without a thought for the other users of
//! that Redis.

use std::{net::SocketAddr, sync::Arc};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinSet,
};

/// How it treats those who come through.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    Open,
    /// Hangs up on everybody.
    Closed,
    /// Takes everything and passes nothing on.
    Frozen,
}

/// A loopback address behind which another server answers.
pub(crate) struct Proxy {
    address: SocketAddr,
    mood: Arc<watch::Sender<Mood>>,
    sent: Arc<watch::Sender<Vec<u8>>>,
    accepted: Arc<watch::Sender<u32>>,
    /// Ends with the proxy, and every connection with it.
    _accepting: JoinSet<()>,
    /// Raised to hang up on everybody who is connected now.
    cut: Arc<watch::Sender<u32>>,
}

impl Proxy {
    pub(crate) async fn before(server: String) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let mood = Arc::new(watch::Sender::new(Mood::Open));
        let sent = Arc::new(watch::Sender::new(Vec::new()));
        let cut = Arc::new(watch::Sender::new(0));
        let mut accepting = JoinSet::new();
        let accepted = Arc::new(watch::Sender::new(0));
        let count = Arc::clone(&accepted);
        let (moods, log, cuts) = (Arc::clone(&mood), Arc::clone(&sent), Arc::clone(&cut));
        accepting.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (client, _) = listener.accept().await.unwrap();
                count.send_modify(|count| *count += 1);
                let (server, log) = (server.clone(), Arc::clone(&log));
                let (mut mood, mut cut) = (moods.subscribe(), cuts.subscribe());
                connections.spawn(async move {
                    cut.mark_unchanged();
                    let carrying = carry(client, server, mood.clone(), log);
                    tokio::select! {
                        () = carrying => {}
                        _ = mood.wait_for(|mood| *mood == Mood::Closed) => {}
                        _ = cut.changed() => {}
                    }
                });
            }
        });
        Self { address, mood, sent, accepted, _accepting: accepting, cut }
    }

    /// The address of the server, by way of this proxy.
    pub(crate) fn url(&self, server: &str) -> String {
        let (scheme, rest) = server.split_once("://").unwrap();
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let user = authority.rsplit_once('@').map(|(user, _)| format!("{user}@"));
        format!("{scheme}://{}{}/{path}", user.unwrap_or_default(), self.address)
    }

    /// Hangs up on everybody; who comes again is let through.
    pub(crate) fn cut(&self) {
        self.cut.send_modify(|cuts| *cuts += 1);
    }

    /// Hangs up on everybody, and on who comes again.
    pub(crate) fn close(&self) {
        self.mood.send_replace(Mood::Closed);
    }

    /// Keeps all connections, and passes nothing on any more.
    pub(crate) fn freeze(&self) {
        self.mood.send_replace(Mood::Frozen);
    }

    pub(crate) fn open(&self) {
        self.mood.send_replace(Mood::Open);
    }

    /// Waits until clients have sent `text` at least `times` times.
    pub(crate) async fn sent(&self, text: &str, times: usize) {
        let seen = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).matches(text).count() >= times;
        self.sent.subscribe().wait_for(seen).await.unwrap();
    }

    /// How many connections there have been.
    pub(crate) fn connections(&self) -> u32 {
        *self.accepted.borrow()
    }

    /// Everything that clients have sent.
    pub(crate) fn all_sent(&self) -> String {
        String::from_utf8(self.sent.borrow().clone()).unwrap()
    }
}

async fn carry(
    client: TcpStream,
    server: String,
    mood: watch::Receiver<Mood>,
    log: Arc<watch::Sender<Vec<u8>>>,
) {
    let Ok(server) = TcpStream::connect(server).await else { return };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let log_request = |bytes: &[u8]| log.send_modify(|log| log.extend_from_slice(bytes));
    tokio::select! {
        () = pump(from_client, to_server, mood.clone(), log_request) => {}
        () = pump(from_server, to_client, mood, |_| ()) => {}
    }
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut mood: watch::Receiver<Mood>,
    log: impl Fn(&[u8]),
) {
    let mut buffer = vec![0; 4096];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        log(&buffer[..count]);
        if mood.wait_for(|mood| *mood != Mood::Frozen).await.is_err()
            || to.write_all(&buffer[..count]).await.is_err()
        {
            return;
        }
    }
}
