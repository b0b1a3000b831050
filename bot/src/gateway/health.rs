//! Whether anybody is listening to Discord: for the health page, and for those who watch it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::watch,
    time::{Instant, timeout},
};

/// A shard that Discord refuses never gets this far; serenity keeps trying without a word. Shards
/// start five seconds apart, so this counts from the last one that made it.
const FIRST_READY: Duration = Duration::from_mins(5);

/// The state of a process's connections. Clones show the same.
#[derive(Clone, Debug, Default)]
pub struct GatewayHealth(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    connected: watch::Sender<BTreeSet<u32>>,
    last_event: Mutex<Option<Instant>>,
    readies: Mutex<BTreeMap<u32, u32>>,
    undecoded: AtomicU64,
    panicked: AtomicU64,
}

impl GatewayHealth {
    /// The shards that are connected; changes wake who waits for them.
    #[must_use]
    pub fn connected(&self) -> watch::Receiver<BTreeSet<u32>> {
        self.0.connected.subscribe()
    }

    /// How long ago anything was heard; `None` before the first event. A quiet server says nothing
    /// for hours, so this alone is no sign of a fault.
    #[must_use]
    pub fn last_event_age(&self) -> Option<Duration> {
        let last = *self.0.last_event.lock().unwrap_or_else(PoisonError::into_inner);
        last.map(|at| at.elapsed())
    }

    /// Events that we wait for and that serenity couldn't read: each one somebody unanswered.
    #[must_use]
    pub fn undecoded(&self) -> u64 {
        self.0.undecoded.load(Ordering::Relaxed)
    }

    /// Messages lost because taking them panicked.
    #[must_use]
    pub fn panicked(&self) -> u64 {
        self.0.panicked.load(Ordering::Relaxed)
    }

    pub(super) fn heard(&self, shard: u32) {
        *self.0.last_event.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        self.connected_now(shard);
    }

    pub(super) fn connected_now(&self, shard: u32) {
        self.0.connected.send_if_modified(|connected| connected.insert(shard));
    }

    pub(super) fn disconnected_now(&self, shard: u32) {
        self.0.connected.send_if_modified(|connected| connected.remove(&shard));
    }

    pub(super) fn identified(&self, shard: u32) {
        let mut readies = self.0.readies.lock().unwrap_or_else(PoisonError::into_inner);
        *readies.entry(shard).or_default() += 1;
    }

    pub(super) fn has_reidentified(&self) -> bool {
        let readies = self.0.readies.lock().unwrap_or_else(PoisonError::into_inner);
        readies.values().any(|count| *count > 1)
    }

    pub(super) fn could_not_decode(&self) {
        self.0.undecoded.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn panicked_once(&self) {
        self.0.panicked.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn all_disconnected(&self) {
        self.0.connected.send_replace(BTreeSet::new());
    }

    /// Returns if no shard at all connects for long after the start: serenity only logs that Discord
    /// refuses them.
    pub(super) async fn never_connected(&self) {
        let mut connected = self.connected();
        let any = async { connected.wait_for(|shards| !shards.is_empty()).await.is_ok() };
        if timeout(FIRST_READY, any).await.is_ok() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_connection_is_seen_to_come_and_go() {
        let health = GatewayHealth::default();
        assert_eq!(health.last_event_age(), None);
        let mut connected = health.connected();
        health.heard(3);
        assert!(connected.changed().now_or_never().is_some());
        health.heard(3);
        assert!(connected.changed().now_or_never().is_none(), "nothing new");
        tokio::time::advance(Duration::from_secs(7)).await;
        assert_eq!(health.last_event_age(), Some(Duration::from_secs(7)));
        health.disconnected_now(3);
        assert!(connected.borrow_and_update().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_start_that_never_connects_ends() {
        let health = GatewayHealth::default();
        health.never_connected().await;
        health.connected_now(0);
        assert!(health.never_connected().now_or_never().is_none());
    }
}
