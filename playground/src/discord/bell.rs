//! Wakes whoever waits for something to change.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, time::Instant};

/// Rings whenever the world or the ledger changed.
#[derive(Debug)]
pub(crate) struct Bell(watch::Sender<u64>);

impl Default for Bell {
    fn default() -> Self {
        Self(watch::channel(0).0)
    }
}

impl Bell {
    /// Follows the rings, beginning with the next one.
    pub(crate) fn listen(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }

    pub(crate) fn ring(&self) {
        self.0.send_modify(|rings| *rings = rings.wrapping_add(1));
    }

    /// Looks now and after every change, until there is something to see or the time is over.
    pub(crate) async fn wait<T>(
        &self,
        timeout: Duration,
        mut look: impl FnMut() -> Option<T>,
    ) -> Option<T> {
        let mut rings = self.0.subscribe();
        let deadline = Instant::now() + timeout;
        loop {
            rings.mark_unchanged();
            if let Some(seen) = look() {
                return Some(seen);
            }
            let _lapsed = tokio::time::timeout_at(deadline, rings.changed()).await.is_err();
            if Instant::now() >= deadline {
                return look();
            }
        }
    }
}

/// Locks, also after a test's closure panicked inside: the panic is reported where it happened.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
