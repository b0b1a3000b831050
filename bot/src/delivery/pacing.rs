//! How often a growing text is shown.
//!
//! Every edit of a message counts against the same few requests that Discord grants a webhook, and
//! whoever queues behind a stream of edits waits for all of them. So texts that still grow take
//! turns, one edit in a second and a half for all answers that share a webhook; a final text goes
//! at once, and those that grow wait until it's through. Where Discord, or the limiter in front of
//! it, is slower than that, the turns become rarer until it keeps up.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use shared::ids::{ChannelId, DeliveryId, WebhookId};
use tokio::{sync::Notify, time::Instant};

/// Between two edits of growing texts when all is well.
const USUAL: Duration = Duration::from_millis(1_500);
/// And at worst.
const SLOWEST: Duration = Duration::from_secs(15);
/// An edit that takes longer was queued somewhere.
const QUEUED: Duration = Duration::from_secs(1);
/// Gates that are kept before those nobody uses are dropped.
const TIDY_AT: usize = 1_000;

/// What Discord counts together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Bucket {
    Webhook(WebhookId),
    Channel(ChannelId),
    /// An interaction's token, which answers nothing else.
    Token(DeliveryId),
}

/// The gates of a process, one for each bucket in use.
#[derive(Default)]
pub(super) struct Pacer(Mutex<HashMap<Bucket, Arc<Gate>>>);

impl Pacer {
    pub(super) fn gate(&self, bucket: Bucket) -> Arc<Gate> {
        let mut gates = lock(&self.0);
        if gates.len() >= TIDY_AT {
            gates.retain(|_, gate| Arc::strong_count(gate) > 1);
        }
        Arc::clone(gates.entry(bucket).or_default())
    }
}

/// Where those who share a bucket take turns.
#[derive(Default)]
pub(super) struct Gate {
    /// Growing texts, in the order in which they came.
    queue: tokio::sync::Mutex<()>,
    pace: Mutex<Pace>,
    changed: Notify,
}

impl Gate {
    /// Waits for a turn to show a growing text. It can be abandoned at any time.
    pub(super) async fn turn(&self) {
        let _first = self.queue.lock().await;
        loop {
            let changed = self.changed.notified();
            let wait = lock(&self.pace).take(Instant::now());
            match wait {
                Turn::Now => return,
                Turn::In(wait) => tokio::time::sleep(wait).await,
                Turn::AfterFinals => changed.await,
            }
        }
    }

    /// A final text goes now; growing ones wait until the guard is dropped.
    pub(super) fn final_text(self: &Arc<Self>) -> FinalText {
        lock(&self.pace).finals += 1;
        FinalText(Arc::clone(self))
    }

    /// How an edit went: how long it took, and what Discord asked for if it refused.
    pub(super) fn went(&self, took: Duration, asked_to_wait: Option<Duration>) {
        lock(&self.pace).learn(Instant::now(), took, asked_to_wait);
    }
}

/// Holds back the growing texts of its gate.
pub(super) struct FinalText(Arc<Gate>);

impl Drop for FinalText {
    fn drop(&mut self) {
        lock(&self.0.pace).end_final(Instant::now());
        self.0.changed.notify_waiters();
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Turn {
    Now,
    In(Duration),
    AfterFinals,
}

struct Pace {
    interval: Duration,
    next: Option<Instant>,
    finals: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self { interval: USUAL, next: None, finals: 0 }
    }
}

impl Pace {
    fn take(&mut self, now: Instant) -> Turn {
        if self.finals > 0 {
            return Turn::AfterFinals;
        }
        if let Some(wait) = self.next.and_then(|next| next.checked_duration_since(now))
            && !wait.is_zero()
        {
            return Turn::In(wait);
        }
        self.next = Some(now + self.interval);
        Turn::Now
    }

    /// A final text has used up a turn.
    fn end_final(&mut self, now: Instant) {
        self.finals = self.finals.saturating_sub(1);
        self.hold_until(now + self.interval);
    }

    fn learn(&mut self, now: Instant, took: Duration, asked_to_wait: Option<Duration>) {
        if asked_to_wait.is_some() || took > QUEUED {
            self.interval = (self.interval * 2).min(SLOWEST);
            self.hold_until(now + asked_to_wait.unwrap_or_default().max(self.interval));
        } else {
            self.interval = self.interval.mul_f64(0.875).max(USUAL);
        }
    }

    fn hold_until(&mut self, until: Instant) {
        self.next = Some(self.next.map_or(until, |next| next.max(until)));
    }
}

/// A poisoned lock is still whole: nothing that may panic runs under it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: Duration = Duration::from_millis(80);

    #[test]
    fn turns_keep_their_distance() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        assert_eq!(pace.take(start), Turn::Now);
        assert_eq!(pace.take(start + QUICK), Turn::In(Duration::from_millis(1_420)));
        assert_eq!(pace.take(start + USUAL), Turn::Now);
    }

    #[test]
    fn growing_texts_let_final_ones_pass_and_then_keep_their_distance() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        pace.finals = 2;
        assert_eq!(pace.take(start), Turn::AfterFinals);
        pace.end_final(start);
        assert_eq!(pace.take(start), Turn::AfterFinals);
        pace.end_final(start + QUICK);
        assert_eq!(pace.take(start + QUICK), Turn::In(USUAL));
    }

    #[test]
    fn a_slow_discord_is_asked_less_until_it_keeps_up() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        pace.learn(now, QUICK, Some(Duration::from_secs(7)));
        assert_eq!(pace.take(now), Turn::In(Duration::from_secs(7)));
        for _ in 0..9 {
            pace.learn(now, Duration::from_secs(4), None);
        }
        assert_eq!(pace.interval, SLOWEST);
        for _ in 0..40 {
            pace.learn(now, QUICK, None);
        }
        assert_eq!(pace.interval, USUAL);
    }

    #[tokio::test]
    async fn those_who_wait_go_on_when_the_last_final_text_is_through() {
        let gate = Pacer::default().gate(Bucket::Channel(1.into()));
        let (one, two) = (gate.final_text(), gate.final_text());
        let waiting = tokio::spawn({
            let gate = Arc::clone(&gate);
            async move { gate.turn().await }
        });
        drop(one);
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(two);
        // a final text has used up a turn: this one comes an interval later, and no earlier
        let held = lock(&gate.pace).next.unwrap();
        waiting.await.unwrap();
        assert!(Instant::now() >= held);
    }
}
