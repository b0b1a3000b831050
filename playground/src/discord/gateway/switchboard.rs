//! All sessions, and which of them hears what.

use serde_json::Value;
use tokio::sync::mpsc;

use super::{
    event::Event,
    intents::Intents,
    session::{Outgoing, Session},
};

/// How many sessions are kept once nobody is connected to them.
const KEPT_SESSIONS: usize = 64;

/// The gateway's sessions.
#[derive(Debug, Default)]
pub(crate) struct Switchboard {
    sessions: Vec<Session>,
}

impl Switchboard {
    /// Tells an event to every session that asked for it.
    pub(crate) fn dispatch(&mut self, event: &Event) {
        for session in self.sessions.iter_mut().filter(|session| session.wants(event)) {
            if event.needs_content_intent && !session.intents.contains(Intents::MESSAGE_CONTENT) {
                session.tell(event.name, &event.without_content());
            } else {
                session.tell(event.name, &event.data);
            }
        }
    }

    /// How many sessions have somebody connected.
    pub(crate) fn online(&self) -> usize {
        self.sessions.iter().filter(|session| session.line.is_some()).count()
    }

    /// Sends the same thing to everybody connected, apart from numbered events.
    pub(crate) fn send_to_all(&self, make: impl Fn() -> Outgoing) {
        self.sessions.iter().for_each(|session| session.send(make()));
    }

    /// Tells every session its newest events again.
    pub(crate) fn repeat(&mut self, count: usize) {
        self.sessions.iter_mut().for_each(|session| session.repeat(count));
    }

    /// Ends all sessions, so that none can be resumed.
    pub(crate) fn forget_all(&mut self) {
        self.sessions.clear();
    }

    pub(super) fn open(
        &mut self,
        id: String,
        shard: (u64, u64),
        intents: Intents,
        line: mpsc::UnboundedSender<Outgoing>,
    ) {
        if self.sessions.len() >= KEPT_SESSIONS
            && let Some(idle) = self.sessions.iter().position(|session| session.line.is_none())
        {
            self.sessions.remove(idle);
        }
        self.sessions.push(Session::new(id, shard, intents, line));
    }

    /// Tells one session an event of its own.
    pub(super) fn tell(&mut self, id: &str, event: &str, data: &Value) {
        if let Some(session) = self.find(id) {
            session.tell(event, data);
        }
    }

    /// Connects a client to the session it had, and sends what it missed. `false` if that is gone.
    pub(super) fn resume(
        &mut self,
        id: &str,
        seq: u64,
        line: mpsc::UnboundedSender<Outgoing>,
    ) -> bool {
        let Some(session) = self.find(id).filter(|session| session.can_resume_from(seq)) else {
            return false;
        };
        session.send(Outgoing::Close(4000));
        session.line = Some(line);
        session.replay_after(seq);
        true
    }

    /// Notes that a session's connection is gone; if another has taken its place, nothing changes.
    pub(super) fn hang_up(&mut self, id: &str, line: &mpsc::UnboundedSender<Outgoing>) {
        if let Some(session) = self.find(id)
            && session.line.as_ref().is_some_and(|current| current.same_channel(line))
        {
            session.line = None;
        }
    }

    /// Ends a session: its client said goodbye.
    pub(super) fn close(&mut self, id: &str) {
        self.sessions.retain(|session| session.id != id);
    }

    fn find(&mut self, id: &str) -> Option<&mut Session> {
        self.sessions.iter_mut().find(|session| session.id == id)
    }
}
