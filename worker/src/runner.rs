//! Which user is served next, and by how many hands.
//!
//! A wake-up names a user; the sweep finds those whose wake-up was lost. Both lead to the same claim,
//! so neither is trusted. A user with more to do goes to the end of the line after each claim, so one
//! person's flood costs another at most a round of the slots.

use std::{convert::Infallible, sync::Arc, time::Duration};

use shared::{
    catalogue::CatalogueCache,
    ids::UserId,
    lifecycle::Lifecycle,
    store::Store,
    telemetry::Redactor,
    vault::KeyOpener,
    wake::{NudgeSender, WakeReceiver, WakeSender},
};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout_at},
};
use tokio_util::task::TaskTracker;
use tracing::warn;

use crate::{
    attachments::Attachments, key_checks, providers::Providers, pulse::Pulse, request,
    settings::WorkerSettings, streams::Streams,
};

/// How long a request waits at most for a sweep to find it.
const SWEEP_EVERY: Duration = Duration::from_secs(1);
/// After a full page there is more; a breath lets the claims of this one commit.
const SOON: Duration = Duration::from_millis(20);
/// Free calls that are made at once, beside the slots.
const KEY_CHECKS_AT_ONCE: usize = 8;

/// What the tasks of a worker share.
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) opener: KeyOpener,
    pub(crate) providers: Providers,
    pub(crate) attachments: Attachments,
    pub(crate) wakes: WakeSender,
    pub(crate) nudges: NudgeSender,
    pub(crate) settings: WorkerSettings,
    pub(crate) redactor: Redactor,
    pub(crate) streams: Streams,
    pub(crate) pulse: Pulse,
    /// What is known of the models.
    pub(crate) catalogue: CatalogueCache,
    pub(crate) lifecycle: Lifecycle,
    /// Everything that holds a claim. Closed when nothing new is taken.
    pub(crate) requests: TaskTracker,
    /// Told when a beat was written.
    pub(crate) ready: Notify,
}

impl Shared {
    /// Wakes somebody for a user who has more to do, this worker or another.
    pub(crate) async fn wake_if_claimable(&self, user: UserId) {
        match self.store.has_claimable(user, self.settings.max_active_per_user).await {
            Ok(true) => self.wakes.wake(user).await,
            Ok(false) => {}
            Err(error) => warn!(user.id = %user, kind = %error, "left to the sweep"),
        }
    }
}

/// Takes requests until told to stop, then sees to the end of those it took.
pub(crate) async fn run(shared: Arc<Shared>, mut woken: WakeReceiver) -> Result<(), Infallible> {
    let hands = Hands {
        slots: Arc::new(Semaphore::new(shared.settings.slots)),
        checks: Arc::new(Semaphore::new(KEY_CHECKS_AT_ONCE)),
        shared: Arc::clone(&shared),
    };
    let soft = shared.lifecycle.soft();
    soft.run_until_cancelled(hands.take_work(&mut woken)).await;
    if let Err(error) = shared.store.drain_worker(shared.pulse.id()).await {
        warn!(kind = %error, "the worker could not say that it stops");
    }
    shared.requests.close();
    shared.requests.wait().await;
    Ok(())
}

struct Hands {
    shared: Arc<Shared>,
    slots: Arc<Semaphore>,
    checks: Arc<Semaphore>,
}

impl Hands {
    async fn take_work(&self, woken: &mut WakeReceiver) {
        let (mut next_sweep, mut next_checks) = (Instant::now(), Instant::now());
        loop {
            self.wait_until_alive().await;
            let free = Arc::clone(&self.slots).acquire_owned();
            let slot = match timeout_at(next_checks, free).await {
                Ok(Ok(slot)) => slot,
                Ok(Err(_)) => return,
                Err(_) => {
                    // every hand is full, perhaps for long, and a check needs none
                    self.sweep_checks().await;
                    next_checks = Instant::now() + SWEEP_EVERY;
                    continue;
                }
            };
            let until_sweep = next_sweep.saturating_duration_since(Instant::now());
            if until_sweep.is_zero() {
                drop(slot);
                let full_page = self.sweep().await;
                next_sweep = Instant::now() + if full_page { SOON } else { SWEEP_EVERY };
            } else if let Some(user) = woken.next(until_sweep).await {
                self.serve(user, Some(slot));
            }
        }
    }

    async fn wait_until_alive(&self) {
        loop {
            let ready = self.shared.ready.notified();
            if self.shared.pulse.worker().is_some() {
                return;
            }
            ready.await;
        }
    }

    /// Serves those who wait without anybody having been woken for them. Says whether there were as
    /// many as there were free hands, so that there may be more.
    async fn sweep(&self) -> bool {
        let free = self.slots.available_permits();
        let page = i64::try_from(free).unwrap_or(i64::MAX);
        let max_active = self.shared.settings.max_active_per_user;
        let waiting = match self.shared.store.claimable_users(max_active, page).await {
            Ok(users) => users,
            Err(error) => {
                warn!(kind = %error, "the sweep could not look");
                return false;
            }
        };
        let full_page = !waiting.is_empty() && waiting.len() >= free;
        for user in waiting {
            let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() else { break };
            self.serve(user, Some(slot));
        }
        self.sweep_checks().await;
        full_page
    }

    async fn sweep_checks(&self) {
        match self.shared.store.users_with_key_checks(100).await {
            Ok(users) => users.into_iter().for_each(|user| self.serve(user, None)),
            Err(error) => warn!(kind = %error, "the sweep could not look for key checks"),
        }
    }

    fn serve(&self, user: UserId, slot: Option<OwnedSemaphorePermit>) {
        let (shared, checks) = (Arc::clone(&self.shared), Arc::clone(&self.checks));
        self.shared.requests.spawn(async move {
            if let Some(slot) = slot {
                let checking = key_checks::make_all(&shared, user, &checks);
                let answering = answer_next(&shared, user, slot);
                tokio::join!(checking, answering);
            } else {
                key_checks::make_all(&shared, user, &checks).await;
            }
        });
    }
}

async fn answer_next(shared: &Arc<Shared>, user: UserId, slot: OwnedSemaphorePermit) {
    let Some(worker) = shared.pulse.worker() else { return };
    let claimed = shared.store.claim(worker, user, shared.settings.max_active_per_user).await;
    match claimed {
        Ok(Some(claimed)) => {
            shared.wake_if_claimable(user).await;
            request::see_through(shared, claimed).await;
            drop(slot);
            shared.wake_if_claimable(user).await;
        }
        Ok(None) => {}
        Err(error) => warn!(user.id = %user, kind = %error, "a claim failed; left to the sweep"),
    }
}
