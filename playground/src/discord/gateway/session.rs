//! A gateway session: what one shard of the bot was told, kept so that it can resume.

use std::collections::VecDeque;

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{event::Event, intents::Intents};

/// How many events a session keeps for a client that comes back.
const KEPT_EVENTS: usize = 5_000;

/// What the task that owns a websocket is asked to do.
#[derive(Debug)]
pub(crate) enum Outgoing {
    /// Send this frame.
    Frame(Value),
    /// Send a close frame with this code and hang up.
    Close(u16),
    /// Hang up without a word.
    Drop,
}

/// One shard's session. It outlives its connection.
#[derive(Debug)]
pub(crate) struct Session {
    pub(super) id: String,
    pub(super) shard: (u64, u64),
    pub(super) intents: Intents,
    pub(super) line: Option<mpsc::UnboundedSender<Outgoing>>,
    seq: u64,
    past: VecDeque<Past>,
}

#[derive(Debug)]
struct Past {
    seq: u64,
    frame: Value,
}

impl Session {
    pub(super) fn new(
        id: String,
        shard: (u64, u64),
        intents: Intents,
        line: mpsc::UnboundedSender<Outgoing>,
    ) -> Self {
        Self { id, shard, intents, line: Some(line), seq: 0, past: VecDeque::new() }
    }

    /// Whether this session asked for such an event, of such a server.
    pub(super) fn wants(&self, event: &Event) -> bool {
        let (shard, shards) = self.shard;
        let home = event.guild.map_or(0, |guild| guild.shard(shards));
        home == shard && self.intents.contains(event.intent)
    }

    /// Numbers an event, keeps it, and sends it if somebody is connected.
    pub(super) fn tell(&mut self, name: &str, data: &Value) {
        self.seq += 1;
        let frame = json!({"op": 0, "t": name, "s": self.seq, "d": data});
        if self.past.len() == KEPT_EVENTS {
            self.past.pop_front();
        }
        self.send(Outgoing::Frame(frame.clone()));
        self.past.push_back(Past { seq: self.seq, frame });
    }

    /// Sends something that is no event.
    pub(super) fn send(&self, outgoing: Outgoing) {
        if let Some(line) = &self.line {
            // a line whose socket is gone is as good as none: the events wait for a resume
            let _gone = line.send(outgoing);
        }
    }

    /// Whether everything after `seq` is still known.
    pub(super) fn can_resume_from(&self, seq: u64) -> bool {
        seq <= self.seq && self.past.front().is_none_or(|oldest| oldest.seq <= seq + 1)
    }

    /// Sends again everything after `seq`.
    pub(super) fn replay_after(&self, seq: u64) {
        self.past
            .iter()
            .filter(|past| past.seq > seq)
            .for_each(|past| self.send(Outgoing::Frame(past.frame.clone())));
    }

    /// Sends the newest `count` events again, under new numbers, as a gateway that lost track does.
    pub(super) fn repeat(&mut self, count: usize) {
        let repeatable = |past: &&Past| past.frame["t"] != "READY" && past.frame["t"] != "RESUMED";
        let newest: Vec<Value> = self
            .past
            .iter()
            .rev()
            .filter(repeatable)
            .take(count)
            .map(|past| past.frame.clone())
            .collect();
        for frame in newest.into_iter().rev() {
            self.tell(frame["t"].as_str().unwrap_or_default(), &frame["d"]);
        }
    }
}
