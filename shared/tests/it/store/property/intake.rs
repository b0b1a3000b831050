//! The model's beginning of a request: accepted, joined, asked once more, and with whose key.

use chrono::{DateTime, TimeDelta, Utc};
use shared::{
    ids::{ApiKeyId, RequestId},
    model::RequestState::{Cancelled, Claimed, Expired, Failed, Gathering, Interrupted, Queued},
};

use super::model::{Key, Lane, Model, Request, is_active, is_waiting};

pub(super) const MAX_QUEUED: usize = 3;
pub(super) const MAX_JOINED: usize = 2;
/// How long the store lets a request gather.
const GATHERING: TimeDelta = TimeDelta::seconds(15);
pub(super) const DEADLINE: TimeDelta = TimeDelta::seconds(100);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unwelcome {
    NoKey,
    SwitchedOff,
    Busy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    As(usize),
    Already,
    NotNeeded,
    Unfinished,
}

/// Why a request is made.
#[derive(Clone, Copy)]
enum Because {
    Said,
    /// This one failed.
    Retry(usize),
    /// This one's answer is not enough.
    Again(usize),
}

impl Request {
    /// A message came that has to be completed first.
    fn gather(&mut self, source: Option<u64>, now: DateTime<Utc>) {
        if self.state == Queued {
            self.awaited.clear();
        }
        if let Some(source) = source {
            self.awaited.push(source);
            (self.state, self.not_before) = (Gathering, now + GATHERING);
        }
    }
}

impl Model {
    fn waiting(&self, user: usize) -> usize {
        self.requests.iter().filter(|r| r.lane.0 == user && is_waiting(r.state)).count()
    }

    fn payer(&self, user: usize) -> Result<ApiKeyId, Unwelcome> {
        match self.keys[user] {
            None => Err(Unwelcome::NoKey),
            Some(Key { active: false, .. }) => Err(Unwelcome::SwitchedOff),
            Some(Key { id, active: true }) => Ok(id),
        }
    }

    /// The indices of the requests that a message becomes or joins; new ones have no id yet.
    pub(super) fn accept(
        &mut self,
        lanes: &[Lane],
        gathers: Option<u64>,
        now: DateTime<Utc>,
    ) -> Result<Vec<usize>, Unwelcome> {
        let before = self.clone();
        let taken = lanes.iter().enumerate();
        let taken = taken.map(|(i, lane)| self.accept_one(*lane, i, gathers, now));
        match taken.collect::<Result<Vec<_>, _>>() {
            Ok(taken) => {
                self.next_seq[lanes[0].0] += i64::try_from(lanes.len()).unwrap();
                Ok(taken)
            }
            Err(why) => {
                *self = before;
                Err(why)
            }
        }
    }

    fn accept_one(
        &mut self,
        lane: Lane,
        i: usize,
        gathers: Option<u64>,
        now: DateTime<Utc>,
    ) -> Result<usize, Unwelcome> {
        let key = self.payer(lane.0)?;
        let last = self.requests.iter().enumerate().filter(|(_, r)| r.lane == lane);
        if let Some((index, last)) = last.max_by_key(|(_, r)| r.seq)
            && is_waiting(last.state)
            && (last.state == Gathering || last.not_before <= now || gathers.is_none())
            && last.key == key
            && !last.is_retry
            && last.again_of.is_none()
            && !last.stop
            && last.deadline > now
            && last.messages < MAX_JOINED
        {
            self.requests[index].messages += 1;
            self.requests[index].gather(gathers, now);
            return Ok(index);
        }
        if self.waiting(lane.0) >= MAX_QUEUED {
            return Err(Unwelcome::Busy);
        }
        let seq = self.next_seq[lane.0] + i64::try_from(i).unwrap();
        let index = self.insert(lane, seq, key, now, Because::Said);
        self.requests[index].gather(gathers, now);
        Ok(index)
    }

    fn insert(
        &mut self,
        lane: Lane,
        seq: i64,
        key: ApiKeyId,
        now: DateTime<Utc>,
        why: Because,
    ) -> usize {
        let (is_retry, again_of, messages) = match why {
            Because::Said => (false, None, 1),
            Because::Retry(i) => (true, self.requests[i].again_of, self.requests[i].messages),
            Because::Again(i) => (false, Some(self.first_of(i)), self.requests[i].messages),
        };
        self.requests.push(Request {
            id: RequestId::from(uuid::Uuid::nil()),
            lane,
            seq,
            state: Queued,
            attempt: 0,
            dispatches: 0,
            token: None,
            owner: None,
            stop: false,
            not_before: now,
            deadline: now + DEADLINE,
            key,
            messages,
            words_rev: 0,
            awaited: Vec::new(),
            is_retry,
            was_retried: false,
            again_of,
            unsaid: false,
            turn: false,
            answer: None,
            partial: None,
            shown: 0,
            is_final: false,
            usage: None,
        });
        self.requests.len() - 1
    }

    pub(super) fn retry(&mut self, i: usize, now: DateTime<Utc>) -> Result<Again, Unwelcome> {
        let (lane, state) = (self.requests[i].lane, self.requests[i].state);
        if !matches!(state, Interrupted | Failed | Expired | Cancelled) {
            return Ok(Again::NotNeeded);
        }
        if self.requests[i].was_retried {
            return Ok(Again::Already);
        }
        let new = self.ask_again(lane, now, Because::Retry(i))?;
        self.requests[i].was_retried = true;
        Ok(new)
    }

    pub(super) fn regenerate(&mut self, i: usize, now: DateTime<Utc>) -> Result<Again, Unwelcome> {
        let (lane, state) = (self.requests[i].lane, self.requests[i].state);
        if is_waiting(state) || is_active(state) {
            return Ok(Again::Unfinished);
        }
        self.ask_again(lane, now, Because::Again(i))
    }

    fn ask_again(
        &mut self,
        lane: Lane,
        now: DateTime<Utc>,
        why: Because,
    ) -> Result<Again, Unwelcome> {
        if self.waiting(lane.0) >= MAX_QUEUED {
            return Err(Unwelcome::Busy);
        }
        let key = self.payer(lane.0)?;
        let seq = self.next_seq[lane.0];
        self.next_seq[lane.0] += 1;
        Ok(Again::As(self.insert(lane, seq, key, now, why)))
    }

    pub(super) fn replace_key(&mut self, user: usize, key: ApiKeyId) {
        self.keys[user] = Some(Key { id: key, active: true });
        let of_user = self.requests.iter_mut().filter(|r| r.lane.0 == user);
        for r in of_user.filter(|r| matches!(r.state, Gathering | Queued | Claimed)) {
            r.key = key;
        }
    }
}
