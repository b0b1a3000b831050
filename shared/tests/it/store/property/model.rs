//! The life of a request in plain Rust: no SQL, no locks, one step at a time.

use chrono::{DateTime, Utc};
use shared::{
    ids::{ApiKeyId, ClaimToken, RequestId},
    model::RequestState::{
        self, Answered, Calling, Cancelled, Claimed, Expired, Failed, Gathering, Interrupted,
        Queued,
    },
    store::FenceRefusal,
};

pub(super) const MAX_ACTIVE: usize = 2;
const MAX_ATTEMPTS: i64 = 3;

/// A conversation: user, channel, personality.
pub(super) type Lane = (usize, usize, usize);

#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of its own")]
pub(super) struct Request {
    pub(super) id: RequestId,
    pub(super) lane: Lane,
    pub(super) seq: i64,
    pub(super) state: RequestState,
    pub(super) attempt: i64,
    pub(super) dispatches: i64,
    pub(super) token: Option<ClaimToken>,
    pub(super) owner: Option<usize>,
    pub(super) stop: bool,
    pub(super) not_before: DateTime<Utc>,
    pub(super) deadline: DateTime<Utc>,
    pub(super) key: ApiKeyId,
    pub(super) messages: usize,
    /// How often what its prompt is made of has changed.
    pub(super) words_rev: i64,
    /// The messages for which the bot still asks Discord.
    pub(super) awaited: Vec<u64>,
    pub(super) is_retry: bool,
    pub(super) was_retried: bool,
    /// The first request that asked for an answer to these words.
    pub(super) again_of: Option<usize>,
    /// Its reply was taken back.
    pub(super) unsaid: bool,
    /// It is remembered in the conversation.
    pub(super) turn: bool,
    pub(super) answer: Option<String>,
    pub(super) partial: Option<(ClaimToken, i64)>,
    /// How often the bot was told to look.
    pub(super) shown: i64,
    /// The text to be shown is the last.
    pub(super) is_final: bool,
    /// Outcome, and whether the provider's figures are there.
    pub(super) usage: Option<(RequestState, bool)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Key {
    pub(super) id: ApiKeyId,
    pub(super) active: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub(super) requests: Vec<Request>,
    pub(super) keys: [Option<Key>; 2],
    pub(super) next_seq: [i64; 2],
}

pub(super) fn is_waiting(state: RequestState) -> bool {
    matches!(state, Gathering | Queued)
}

pub(super) fn is_active(state: RequestState) -> bool {
    matches!(state, Claimed | Calling)
}

impl Request {
    fn holds(&self, token: ClaimToken, states: &[RequestState]) -> bool {
        self.token == Some(token) && states.contains(&self.state)
    }

    fn back(&mut self, not_before: DateTime<Utc>) {
        (self.state, self.token, self.owner) = (Queued, None, None);
        self.attempt -= 1;
        self.not_before = not_before;
    }

    fn end_unspent(&mut self, state: RequestState) {
        (self.state, self.token, self.owner) = (state, None, None);
        self.show_the_last();
    }

    fn show_the_last(&mut self) {
        self.is_final = true;
        self.shown += 1;
    }

    fn end_call(&mut self, state: RequestState, text: Option<String>, figures: bool) {
        (self.state, self.answer, self.owner, self.partial) = (state, text, None, None);
        self.show_the_last();
        self.usage = match self.usage {
            Some((_, had)) => Some((state, had || figures)),
            None if state == Failed && !figures => None,
            None => Some((state, figures)),
        };
    }
}

impl Model {
    /// Which request of `user` a worker would get.
    pub(super) fn claimable(&self, user: usize, now: DateTime<Utc>) -> Option<usize> {
        let of_user = || self.requests.iter().enumerate().filter(|(_, r)| r.lane.0 == user);
        if of_user().filter(|(_, r)| is_active(r.state)).count() >= MAX_ACTIVE {
            return None;
        }
        let is_first = |r: &Request| {
            !of_user().any(|(_, e)| {
                e.lane == r.lane && e.seq < r.seq && (is_waiting(e.state) || is_active(e.state))
            })
        };
        of_user()
            .filter(|(_, r)| is_waiting(r.state) && r.not_before <= now && is_first(r))
            .min_by_key(|(_, r)| r.seq)
            .map(|(index, _)| index)
    }

    pub(super) fn claim(&mut self, index: usize, token: ClaimToken, owner: usize) {
        let r = &mut self.requests[index];
        (r.state, r.token, r.owner) = (Claimed, Some(token), Some(owner));
        r.attempt += 1;
    }

    /// The bot has read what a message refers to; says whether the request is queued with it.
    pub(super) fn gathered(&mut self, i: usize, source: u64, now: DateTime<Utc>) -> bool {
        let r = &mut self.requests[i];
        if r.state != Gathering {
            return false;
        }
        r.awaited.retain(|awaited| *awaited != source);
        if r.awaited.is_empty() {
            (r.state, r.not_before) = (Queued, now);
        }
        r.state == Queued
    }

    pub(super) fn give_back(&mut self, i: usize, token: ClaimToken, at: DateTime<Utc>) -> bool {
        let held = self.requests[i].holds(token, &[Claimed]);
        if held {
            self.requests[i].back(at);
        }
        held
    }

    pub(super) fn unsent(&mut self, i: usize, token: ClaimToken, at: DateTime<Utc>) -> bool {
        let held = self.requests[i].holds(token, &[Calling]);
        if held {
            self.requests[i].back(at);
        }
        held
    }

    pub(super) fn fence(
        &mut self,
        i: usize,
        token: ClaimToken,
        (opened, words_rev): (ApiKeyId, i64),
        now: DateTime<Utc>,
    ) -> Result<(), FenceRefusal> {
        let live = self.keys[self.requests[i].lane.0];
        let r = &mut self.requests[i];
        if !r.holds(token, &[Claimed]) {
            return Err(FenceRefusal::Lost);
        }
        if r.stop {
            r.end_unspent(Cancelled);
            Err(FenceRefusal::Stopped)
        } else if r.deadline <= now {
            r.end_unspent(Expired);
            Err(FenceRefusal::Expired)
        } else if live != Some(Key { id: r.key, active: true }) {
            r.end_unspent(Failed);
            Err(FenceRefusal::KeyGone)
        } else if r.key != opened {
            Err(FenceRefusal::KeyReplaced)
        } else if r.words_rev != words_rev {
            Err(FenceRefusal::WordsChanged)
        } else {
            r.state = Calling;
            r.dispatches += 1;
            Ok(())
        }
    }

    pub(super) fn partial(&mut self, i: usize, token: ClaimToken, rev: i64) {
        let r = &mut self.requests[i];
        if r.holds(token, &[Calling])
            && r.partial.is_none_or(|(of, known)| of != token || known < rev)
        {
            r.partial = Some((token, rev));
        }
    }

    pub(super) fn finish(
        &mut self,
        i: usize,
        token: ClaimToken,
        (state, text): (RequestState, Option<String>),
        figures: bool,
    ) -> bool {
        let r = &mut self.requests[i];
        let same_text = r.answer.as_deref().unwrap_or("") == text.as_deref().unwrap_or("");
        let nothing_new =
            state == Answered || !figures || r.usage.is_some_and(|(_, stream)| stream);
        if r.holds(token, &[state]) && same_text && nothing_new {
            return true;
        }
        let held = r.holds(token, &[Calling, Interrupted]);
        if held {
            r.end_call(state, text, figures);
            if state == Answered {
                self.remember(i);
            }
        }
        held
    }

    /// Of all answers to the same words the newest is remembered, unless it was taken back.
    fn remember(&mut self, i: usize) {
        let (first, seq) = (self.first_of(i), self.requests[i].seq);
        let others = || self.requests.iter().filter(|n| n.again_of == Some(first));
        let is_outdone = others().any(|n| n.turn && n.seq > seq);
        if self.requests[i].unsaid || is_outdone {
            return;
        }
        for (index, other) in self.requests.iter_mut().enumerate() {
            other.turn &= index != first && other.again_of != Some(first);
        }
        self.requests[i].turn = true;
    }

    /// The first request with the words of this one.
    pub(super) fn first_of(&self, i: usize) -> usize {
        self.requests[i].again_of.unwrap_or(i)
    }

    /// A reply is taken back, and nobody's prompt that is still to be sent knows of it.
    pub(super) fn unsay(&mut self, i: usize) {
        let r = &mut self.requests[i];
        r.unsaid = true;
        match r.state {
            Gathering | Queued => r.end_unspent(Cancelled),
            Claimed | Calling => {
                r.stop = true;
                r.shown += 1;
            }
            _ => {
                r.turn = false;
                r.show_the_last();
                r.shown += 1;
            }
        }
        let (_, channel, personality) = self.requests[i].lane;
        let told = |r: &&mut Request| (r.lane.1, r.lane.2) == (channel, personality);
        for r in self.requests.iter_mut().filter(told).filter(|r| r.state == Claimed) {
            r.words_rev += 1;
        }
    }

    /// The state before the press.
    pub(super) fn stop(&mut self, i: usize) -> RequestState {
        let r = &mut self.requests[i];
        let before = r.state;
        match before {
            Gathering | Queued => r.end_unspent(Cancelled),
            Claimed | Calling => r.stop = true,
            _ => {}
        }
        before
    }

    pub(super) fn bury(&mut self, dead: usize) {
        for r in self.requests.iter_mut().filter(|r| r.owner == Some(dead)) {
            match r.state {
                Calling => {
                    let arrived = r.partial.filter(|(of, _)| r.token == Some(*of));
                    let text = arrived.map(|(_, rev)| partial_text(rev)).unwrap_or_default();
                    r.end_call(Interrupted, Some(text), false);
                }
                Claimed if r.attempt >= MAX_ATTEMPTS => r.end_unspent(Failed),
                Claimed => (r.state, r.token, r.owner) = (Queued, None, None),
                _ => {}
            }
        }
    }
}

pub(super) fn partial_text(rev: i64) -> String {
    format!("so far {rev}")
}
