//! What Redis is told, as Redis itself tells it: `MONITOR`, over a plain connection.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use redis::{ConnectionAddr, IntoConnectionInfo};
use shared::ids::UserId;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    time::timeout,
};

use crate::{process::PATIENCE, stage::redis_url};

/// The commands that the product uses, with the words that belong to them, in lower case.
const WORDS: [&str; 12] = [
    "auth",
    "bzpopmin",
    "client",
    "hello",
    "nx",
    "ping",
    "publish",
    "quit",
    "select",
    "subscribe",
    "unsubscribe",
    "zadd",
];

/// Writes down every command that Redis gets, whoever sends it.
pub(crate) struct Monitor {
    lines: Arc<Mutex<Vec<String>>>,
    count: watch::Receiver<usize>,
    /// What is said here is in the record in its turn.
    echo: Connection,
}

struct Connection {
    lines: Lines<BufReader<OwnedReadHalf>>,
    write: OwnedWriteHalf,
}

/// A command as `MONITOR` shows it: `+TIME [DB ADDRESS] "ZADD" "…"`.
#[derive(Debug)]
struct Command<'a> {
    sender: &'a str,
    words: Vec<&'a str>,
}

impl Monitor {
    pub(crate) async fn start() -> Self {
        let mut watching = Connection::open().await;
        assert_eq!(watching.ask("MONITOR").await, "+OK");
        let (lines, (sender, count)) = (Arc::<Mutex<Vec<String>>>::default(), watch::channel(0));
        let written = Arc::clone(&lines);
        tokio::spawn(async move {
            let Connection { mut lines, write: _open } = watching;
            while let Ok(Some(line)) = lines.next_line().await {
                written.lock().expect("no panic").push(line);
                sender.send_modify(|count| *count += 1);
            }
        });
        Self { lines, count, echo: Connection::open().await }
    }

    /// Sees that those who use names with this prefix told Redis nothing but words of commands, the
    /// names of the set and the channel, numbers, and ids of these people, each of them.
    pub(crate) async fn assert_only_ids(&mut self, prefix: &str, people: &[UserId]) {
        self.all_written(prefix).await;
        let lines = self.lines.lock().expect("no panic").clone();
        let names = ["wake", "nudge"].map(|name| format!("{prefix}{name}"));
        let is_ours = |command: &Command<'_>| {
            command.words.iter().any(|word| names.iter().any(|name| name == word))
        };
        let commands: Vec<Command<'_>> = lines.iter().filter_map(|line| read(line)).collect();
        let senders: HashSet<&str> =
            commands.iter().filter(|command| is_ours(command)).map(|c| c.sender).collect();
        let mut seen = HashSet::new();
        for command in commands.iter().filter(|command| senders.contains(command.sender)) {
            for word in &command.words {
                let is_name = names.iter().any(|name| name == word);
                if let Ok(id) = word.parse::<UserId>() {
                    assert!(people.contains(&id), "whose id? {command:?}");
                    seen.insert(id);
                } else if !is_name && word.parse::<f64>().is_err() {
                    let word = word.to_ascii_lowercase();
                    assert!(WORDS.contains(&word.as_str()), "Redis was told more: {command:?}");
                }
            }
        }
        for person in people {
            assert!(seen.contains(person), "{person} was never woken or nudged");
        }
    }

    /// Waits until all that was said up to now is written down.
    async fn all_written(&mut self, prefix: &str) {
        let mark = format!("{prefix}mark");
        self.echo.ask(&format!("PING {mark}")).await;
        let written = async {
            while !self.lines.lock().expect("no panic").iter().any(|line| line.contains(&mark)) {
                self.count.changed().await.expect("the record goes on");
            }
        };
        timeout(PATIENCE, written).await.expect("the mark is seen");
    }
}

impl Connection {
    async fn open() -> Self {
        let info = redis_url().into_connection_info().expect("the address of a Redis");
        let ConnectionAddr::Tcp(host, port) = info.addr() else { panic!("not over TCP") };
        let stream = TcpStream::connect((host.as_str(), *port)).await.expect("a Redis");
        let (read, write) = stream.into_split();
        let mut connection = Self { lines: BufReader::new(read).lines(), write };
        if let Some(password) = info.redis_settings().password() {
            let user = info.redis_settings().username().unwrap_or("default");
            assert_eq!(connection.ask(&format!("AUTH {user} {password}")).await, "+OK");
        }
        connection
    }

    /// Sends a line; gives the first line of the answer.
    async fn ask(&mut self, what: &str) -> String {
        self.write.write_all(format!("{what}\r\n").as_bytes()).await.expect("sent");
        let answer = timeout(PATIENCE, self.lines.next_line()).await.expect("an answer");
        answer.expect("a line").expect("Redis stays")
    }
}

fn read(line: &str) -> Option<Command<'_>> {
    let (_, rest) = line.split_once('[')?;
    let (sender, words) = rest.split_once("] ")?;
    let words = words.trim().trim_matches('"').split("\" \"").collect();
    Some(Command { sender, words })
}
