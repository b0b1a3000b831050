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
mod tests {
    use std::sync::Mutex;

    use tokio::sync::{Semaphore, mpsc};

    use super::*;

    const LIMITS: IntakeLimits = IntakeLimits {
        users: 3,
        per_user: 100,
        total: 150,
        remembered: 1_000,
        per_minute: NonZeroU32::MAX,
    };

    fn ada() -> DiscordUserId {
        DiscordUserId::from(1)
    }

    fn source(n: u64) -> SourceId {
        SourceId::from(n)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn one_persons_messages_keep_their_order_while_others_run_beside() {
        let (done, mut finished) = mpsc::unbounded_channel();
        let sink = move |user, item: u64| {
            let done = done.clone();
            async move {
                // a different number of turns each: without the mailbox they'd overtake
                for _ in 0..(item * 7) % 5 {
                    tokio::task::yield_now().await;
                }
                done.send((user, item)).unwrap();
            }
        };
        let intake = Intake::new(LIMITS, sink, |_, _| panic!("nothing is refused"));
        let people = [1, 2, 3].map(DiscordUserId::from);
        for n in 0..50 {
            for (k, person) in (0_u64..).zip(people) {
                assert_eq!(intake.offer(person, source(n * 3 + k), n), Offered::Taken);
            }
            tokio::task::yield_now().await;
        }
        intake.drain().await;
        let mut seen: HashMap<_, Vec<u64>> = HashMap::new();
        while let Ok((user, item)) = finished.try_recv() {
            seen.entry(user).or_default().push(item);
        }
        for person in people {
            assert_eq!(seen[&person], (0..50).collect::<Vec<_>>());
        }
    }

    #[tokio::test]
    async fn people_do_not_wait_for_each_other() {
        let gate = Arc::new(Semaphore::new(0));
        let (done, mut finished) = mpsc::unbounded_channel();
        let sink_gate = Arc::clone(&gate);
        let sink = move |user, ()| {
            let (gate, done) = (Arc::clone(&sink_gate), done.clone());
            async move {
                if user == ada() {
                    gate.acquire().await.unwrap().forget();
                }
                done.send(user).unwrap();
            }
        };
        let intake = Intake::new(LIMITS, sink, |_, ()| ());
        let bob = DiscordUserId::from(2);
        intake.offer(ada(), source(1), ());
        intake.offer(bob, source(2), ());
        assert_eq!(finished.recv().await, Some(bob), "ada's is still in the sink");
        gate.add_permits(1);
        assert_eq!(finished.recv().await, Some(ada()));
    }

    #[tokio::test]
    async fn a_burst_beyond_the_bound_is_refused_counted_and_told_once() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let (done, mut finished) = mpsc::unbounded_channel();
        let sink = move |_, item: u64| {
            let done = done.clone();
            async move { done.send(item).unwrap() }
        };
        let telling = Arc::clone(&told);
        let intake = Intake::new(LIMITS, sink, move |user, item| {
            telling.lock().unwrap().push((user, item));
        });
        // nothing runs in between: the runtime has one thread and it is here
        let offered: Vec<_> = (0..200).map(|n| intake.offer(ada(), source(n), n)).collect();
        assert_eq!(offered.iter().filter(|o| **o == Offered::Taken).count(), 100);
        assert_eq!((intake.waiting(), intake.refused()), (100, 100));
        assert_eq!(*told.lock().unwrap(), [(ada(), 100)]);
        // whoever else comes has the rest of the room, and no more people than that
        let others = |user, id| intake.offer(DiscordUserId::from(user), source(id), 0);
        assert_eq!(others(2, 300), Offered::Taken);
        assert_eq!(others(3, 301), Offered::Taken);
        assert_eq!(others(4, 302), Offered::Full);
        intake.drain().await;
        let mut of_ada = Vec::new();
        while let Ok(item) = finished.try_recv() {
            of_ada.push(item);
        }
        of_ada.truncate(of_ada.len() - 2);
        assert_eq!(of_ada, (0..100).collect::<Vec<_>>());
        assert_eq!(intake.waiting(), 0);
        // a mailbox that ended begins again, and a new burst is told again
        for n in 1_000..1_101 {
            intake.offer(ada(), source(n), n);
        }
        assert_eq!(told.lock().unwrap().len(), 3, "ada twice, the fourth person once");
    }

    #[tokio::test]
    async fn a_message_offered_twice_is_taken_once_even_if_it_was_refused() {
        let limits = IntakeLimits { per_user: 1, ..LIMITS };
        let intake = Intake::new(limits, |_, ()| async {}, |_, ()| ());
        assert_eq!(intake.offer(ada(), source(1), ()), Offered::Taken);
        assert_eq!(intake.offer(ada(), source(1), ()), Offered::Duplicate);
        assert_eq!(intake.offer(ada(), source(2), ()), Offered::Full);
        intake.drain().await;
        assert_eq!(intake.offer(ada(), source(2), ()), Offered::Duplicate);
    }

    #[tokio::test]
    async fn each_change_of_a_message_is_taken_once_behind_it() {
        let (done, mut finished) = mpsc::unbounded_channel();
        let sink = move |_, item: u64| {
            let done = done.clone();
            async move { done.send(item).unwrap() }
        };
        let intake = Intake::new(LIMITS, sink, |_, _| ());
        assert_eq!(intake.offer(ada(), source(1), 0), Offered::Taken);
        for (changed, offered) in
            [(5, Offered::Taken), (6, Offered::Taken), (5, Offered::Duplicate)]
        {
            assert_eq!(
                intake.offer_change(ada(), source(1), changed, u64::try_from(changed).unwrap()),
                offered
            );
        }
        intake.drain().await;
        assert_eq!((finished.recv().await, finished.recv().await), (Some(0), Some(5)));
        assert_eq!(finished.recv().await, Some(6));
    }

    #[tokio::test]
    async fn no_more_ids_are_remembered_than_allowed() {
        let limits = IntakeLimits { remembered: 10, ..LIMITS };
        let intake = Intake::new(limits, |_, ()| async {}, |_, ()| ());
        for n in 0..100 {
            intake.offer(ada(), source(n), ());
        }
        let state = intake.0.lock();
        assert_eq!((state.seen.len(), state.seen_in_order.len()), (10, 10));
    }

    #[tokio::test]
    async fn a_panic_in_the_sink_loses_no_later_message() {
        let (done, mut finished) = mpsc::unbounded_channel();
        let sink = move |_, item: u64| {
            assert_ne!(item, 1, "before the first await");
            let done = done.clone();
            async move {
                assert_ne!(item, 3, "inside");
                done.send(item).unwrap();
            }
        };
        let intake = Intake::new(LIMITS, sink, |_, _| ());
        for n in 0..5 {
            intake.offer(ada(), source(n), n);
        }
        intake.drain().await;
        let mut seen = Vec::new();
        while let Ok(item) = finished.try_recv() {
            seen.push(item);
        }
        assert_eq!((seen, intake.panicked()), (vec![0, 2, 4], 2));
    }

    #[tokio::test]
    async fn a_flood_is_shed_before_the_mailbox_is_full() {
        let limits = IntakeLimits { per_minute: NonZeroU32::new(5).unwrap(), ..LIMITS };
        let intake = Intake::new(limits, |_, ()| async {}, |_, ()| ());
        let taken = (0..20).filter(|n| intake.offer(ada(), source(*n), ()) == Offered::Taken);
        assert_eq!(taken.count(), 5);
    }
}
