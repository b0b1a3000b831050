//! Mailboxes that keep the gateway's order.
//!
//! serenity runs every event handler as a task of its own, so two messages of one person may
//! overtake each other before anything is committed. So messages are heard in the gateway's own turn,
//! which can't wait, and dropped into their author's mailbox here; one task per person with mail
//! commits the messages in turn, and a person's burst doesn't delay anybody else's. The task ends when
//! its mailbox is empty.
//!
//! Everything is bounded. What doesn't fit is refused at once, counted, and its author told once
//! per burst. Discord may send the same message twice: the second offer is ignored, whatever became of
//! the first, or a refused message could slip in behind later ones.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    num::NonZeroU32,
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use futures_util::{FutureExt, future::BoxFuture};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use shared::ids::{DiscordUserId, SourceId};
use tokio_util::task::TaskTracker;

/// How much is held at once.
#[derive(Clone, Copy, Debug)]
pub struct IntakeLimits {
    /// People with mail at the same time.
    pub users: usize,
    /// Messages waiting in one mailbox; the one being committed isn't counted.
    pub per_user: usize,
    /// Messages waiting in all mailboxes.
    pub total: usize,
    /// Message ids remembered to know a second offer by.
    pub remembered: usize,
    /// Messages a person may send per minute, and at once, before a flood is shed. More than
    /// anybody types: the limits that matter are counted in the database.
    pub per_minute: NonZeroU32,
}

impl Default for IntakeLimits {
    fn default() -> Self {
        Self {
            users: 10_000,
            per_user: 50,
            total: 20_000,
            remembered: 20_000,
            per_minute: NonZeroU32::MIN.saturating_add(119),
        }
    }
}

/// What became of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered {
    /// It will be committed in its turn.
    Taken,
    /// It was offered before.
    Duplicate,
    /// It was refused; its author hears of it if this was the burst's first.
    Full,
}

/// By what a second offer is known: the message, and which change of it.
type Seen = (SourceId, Option<i64>);

type Sink<T> = dyn Fn(DiscordUserId, T) -> BoxFuture<'static, ()> + Send + Sync;
/// Is given the refused item, to know where to answer.
type Refusal<T> = dyn Fn(DiscordUserId, T) + Send + Sync;

/// The mailboxes of one bot process. Clones share them.
pub struct Intake<T>(Arc<Inner<T>>);

impl<T> Clone for Intake<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

struct Inner<T> {
    limits: IntakeLimits,
    sink: Box<Sink<T>>,
    refusal: Box<Refusal<T>>,
    floods: DefaultKeyedRateLimiter<DiscordUserId>,
    state: Mutex<State<T>>,
    tasks: TaskTracker,
    refused: AtomicU64,
    panicked: AtomicU64,
}

struct State<T> {
    mailboxes: HashMap<DiscordUserId, Mailbox<T>>,
    waiting: usize,
    /// People who were told that something of theirs was refused; forgotten at their next success.
    told: HashSet<DiscordUserId>,
    seen: HashSet<Seen>,
    seen_in_order: VecDeque<Seen>,
    since_tidy: usize,
}

struct Mailbox<T>(VecDeque<T>);

impl<T: Send + 'static> Intake<T> {
    /// Mailboxes that hand each item to `sink`, one at a time per person, and the first item that a
    /// burst has too many to `refusal`, which must not wait.
    pub fn new<F>(
        limits: IntakeLimits,
        sink: impl Fn(DiscordUserId, T) -> F + Send + Sync + 'static,
        refusal: impl Fn(DiscordUserId, T) + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self(Arc::new(Inner {
            limits,
            // the call itself is put into the future, so that a panic in it is caught as well
            sink: Box::new(move |user, item| sink(user, item).boxed()),
            refusal: Box::new(refusal),
            floods: RateLimiter::keyed(Quota::per_minute(limits.per_minute)),
            state: Mutex::new(State {
                mailboxes: HashMap::new(),
                waiting: 0,
                told: HashSet::new(),
                seen: HashSet::new(),
                seen_in_order: VecDeque::new(),
                since_tidy: 0,
            }),
            tasks: TaskTracker::new(),
            refused: AtomicU64::new(0),
            panicked: AtomicU64::new(0),
        }))
    }

    /// Takes a person's message, in the order of the calls. Never waits; needs a running runtime.
    pub fn offer(&self, user: DiscordUserId, source: SourceId, item: T) -> Offered {
        self.take(user, (source, None), item)
    }

    /// Takes a person's change of their message, `changed` naming which, behind the message itself.
    pub fn offer_change(
        &self,
        user: DiscordUserId,
        source: SourceId,
        changed: i64,
        item: T,
    ) -> Offered {
        self.take(user, (source, Some(changed)), item)
    }

    fn take(&self, user: DiscordUserId, seen: Seen, item: T) -> Offered {
        let inner = &self.0;
        let mut state = inner.lock();
        if !state.remember(seen, inner.limits.remembered) {
            return Offered::Duplicate;
        }
        if state.is_full_for(user, &inner.limits) || inner.floods.check_key(&user).is_err() {
            inner.refused.fetch_add(1, Ordering::Relaxed);
            let first = state.told.len() < inner.limits.users && state.told.insert(user);
            drop(state);
            if first {
                (inner.refusal)(user, item);
            }
            return Offered::Full;
        }
        state.waiting += 1;
        state.told.remove(&user);
        if let Some(mailbox) = state.mailboxes.get_mut(&user) {
            mailbox.0.push_back(item);
        } else {
            state.mailboxes.insert(user, Mailbox(VecDeque::from([item])));
            inner.tasks.spawn(empty_mailbox(Arc::clone(inner), user));
        }
        let tidy = state.is_time_to_tidy();
        drop(state);
        if tidy {
            inner.floods.retain_recent();
        }
        Offered::Taken
    }

    /// Messages refused since the start.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.0.refused.load(Ordering::Relaxed)
    }

    /// Messages lost to a panic in the sink since the start.
    #[must_use]
    pub fn panicked(&self) -> u64 {
        self.0.panicked.load(Ordering::Relaxed)
    }

    /// Messages that wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.lock().waiting
    }

    /// Returns when every mailbox is empty. Call it once the gateway has stopped.
    pub async fn drain(&self) {
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }
}

impl<T> Inner<T> {
    /// A poisoned lock is still whole: nothing that may panic runs under it.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    /// Notes an id; `false` when it was noted before. Forgets the oldest beyond `most`.
    fn remember(&mut self, seen: Seen, most: usize) -> bool {
        if !self.seen.insert(seen) {
            return false;
        }
        self.seen_in_order.push_back(seen);
        if self.seen_in_order.len() > most
            && let Some(oldest) = self.seen_in_order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        true
    }

    fn is_full_for(&self, user: DiscordUserId, limits: &IntakeLimits) -> bool {
        let own_is_full = match self.mailboxes.get(&user) {
            Some(mailbox) => mailbox.0.len() >= limits.per_user,
            None => self.mailboxes.len() >= limits.users,
        };
        own_is_full || self.waiting >= limits.total
    }

    /// The flood counters of people who left are dropped now and then.
    fn is_time_to_tidy(&mut self) -> bool {
        self.since_tidy = (self.since_tidy + 1) % 10_000;
        self.since_tidy == 0
    }
}

async fn empty_mailbox<T: Send + 'static>(inner: Arc<Inner<T>>, user: DiscordUserId) {
    while let Some(item) = next_item(&inner, user) {
        let sink = &inner.sink;
        let turn = AssertUnwindSafe(async move { sink(user, item).await });
        if turn.catch_unwind().await.is_err() {
            inner.panicked.fetch_add(1, Ordering::Relaxed);
            tracing::error!(discord_user.id = %user, "taking a message panicked; later ones go on");
        }
    }
}

/// The next item, or the end of the mailbox: decided under the lock that `offer` takes, so nothing
/// is put into a mailbox whose task has already left.
fn next_item<T>(inner: &Inner<T>, user: DiscordUserId) -> Option<T> {
    let mut state = inner.lock();
    let item = state.mailboxes.get_mut(&user).and_then(|mailbox| mailbox.0.pop_front());
    match &item {
        Some(_) => state.waiting -= 1,
        None => drop(state.mailboxes.remove(&user)),
    }
    item
}

#[cfg(test)]
mod tests;
