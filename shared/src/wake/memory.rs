//! Hints within one process.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{Notify, broadcast};

use super::{Glimpse, Nudge};
use crate::ids::UserId;

/// How many nudges a bot may be behind before it is told to sweep instead.
const NUDGES_KEPT: usize = 1024;

/// Users to look at, each once, the longest waiting first. Clones are the same set.
#[derive(Clone, Default)]
pub(super) struct Wakes(Arc<Waiting>);

#[derive(Default)]
struct Waiting {
    users: Mutex<OrderedSet>,
    changed: Notify,
}

/// As large as the number of users who wait at most, so it needs no other bound.
#[derive(Default)]
struct OrderedSet {
    order: VecDeque<UserId>,
    members: HashSet<UserId>,
    /// What came last, for [`Glimpse`].
    newest: VecDeque<UserId>,
    sent: u64,
}

/// How many hints a [`Glimpse`] remembers.
const GLIMPSED: usize = 5;

impl Wakes {
    pub(super) fn add(&self, user: UserId) {
        let mut users = self.0.users.lock().unwrap_or_else(PoisonError::into_inner);
        users.sent += 1;
        users.newest.push_back(user);
        if users.newest.len() > GLIMPSED {
            users.newest.pop_front();
        }
        if users.members.insert(user) {
            users.order.push_back(user);
            self.0.changed.notify_one();
        }
    }

    pub(super) async fn next(&self) -> UserId {
        loop {
            // a user who comes between the two lines leaves a permit behind
            if let Some(user) = self.take() {
                return user;
            }
            self.0.changed.notified().await;
        }
    }

    pub(super) fn glimpse(&self) -> Glimpse {
        let users = self.0.users.lock().unwrap_or_else(PoisonError::into_inner);
        Glimpse {
            waiting: users.order.iter().copied().collect(),
            newest: users.newest.iter().copied().collect(),
            sent: users.sent,
        }
    }

    fn take(&self) -> Option<UserId> {
        let mut users = self.0.users.lock().unwrap_or_else(PoisonError::into_inner);
        let user = users.order.pop_front()?;
        users.members.remove(&user);
        Some(user)
    }
}

/// Both ends of nudges.
pub(super) fn nudges() -> (NudgeSender, NudgeReceiver) {
    let (sender, receiver) = broadcast::channel(NUDGES_KEPT);
    (NudgeSender(sender), NudgeReceiver { receiver, started: false })
}

#[derive(Clone)]
pub(super) struct NudgeSender(broadcast::Sender<UserId>);

impl NudgeSender {
    pub(super) fn nudge(&self, user: UserId) {
        // an error means that no bot listens; its next start begins with a sweep
        let _ = self.0.send(user);
    }
}

pub(super) struct NudgeReceiver {
    receiver: broadcast::Receiver<UserId>,
    started: bool,
}

impl NudgeReceiver {
    pub(super) async fn next(&mut self) -> Nudge {
        if !self.started {
            self.started = true;
            return Nudge::Sweep;
        }
        match self.receiver.recv().await {
            Ok(user) => Nudge::User(user),
            Err(broadcast::error::RecvError::Lagged(_)) => Nudge::Sweep,
            // every worker is gone; its bot will be soon
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    #[tokio::test]
    async fn who_falls_behind_sweeps() {
        let (sender, mut receiver) = nudges();
        assert_eq!(receiver.next().await, Nudge::Sweep);
        let users: Vec<_> = (0..=NUDGES_KEPT).map(|_| UserId::new(&SystemClock)).collect();
        for user in &users {
            sender.nudge(*user);
        }
        assert_eq!(receiver.next().await, Nudge::Sweep);
        assert_eq!(receiver.next().await, Nudge::User(users[1]));
    }
}
