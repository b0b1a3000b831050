//! This worker's beat, and what follows when the beat can't be written.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use shared::{ids::WorkerId, liveness::BEAT_EVERY, store::Store};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tracing::{info, warn};

use crate::runner::Shared;

/// Without a written beat for so long, nothing new is begun: a reaper may be about to bury us.
const BEGIN_NOTHING_AFTER: Duration = Duration::from_secs(12);

/// Under which id this worker is known, and whether it may begin something.
pub(crate) struct Pulse(Mutex<State>);

struct State {
    worker: WorkerId,
    last_beat: Option<Instant>,
}

impl Pulse {
    pub(crate) fn new(store: &Store) -> Self {
        Self(Mutex::new(State { worker: WorkerId::new(store.clock()), last_beat: None }))
    }

    /// The id to claim with, while the world knows that it is alive.
    pub(crate) fn worker(&self) -> Option<WorkerId> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = state.last_beat.is_some_and(|at| at.elapsed() < BEGIN_NOTHING_AFTER);
        fresh.then_some(state.worker)
    }

    /// The id, whoever believes that it is alive.
    pub(crate) fn id(&self) -> WorkerId {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).worker
    }

    fn beaten(&self, at: Instant) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).last_beat = Some(at);
    }

    fn reborn(&self, worker: WorkerId) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = State { worker, last_beat: None };
    }
}

/// Registers, and beats until the last request of this process has ended.
pub(crate) async fn run(shared: Arc<Shared>) -> Result<(), Infallible> {
    let mut ticks = interval(BEAT_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut registered = false;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = shared.requests.wait() => break,
        }
        let before = Instant::now();
        let worker = shared.pulse.id();
        let alive = if registered {
            shared.store.beat_worker(worker).await
        } else {
            shared.store.register_worker(worker).await.map(|()| true)
        };
        match alive {
            Ok(true) => {
                if !registered {
                    info!(worker.id = %worker, "worker registered");
                }
                registered = true;
                shared.pulse.beaten(before);
                shared.ready.notify_waiters();
            }
            Ok(false) => {
                // the calls under way keep their tokens, so what they bring still lands
                warn!(worker.id = %worker, "this worker was taken for dead; going on under a new id");
                shared.pulse.reborn(WorkerId::new(shared.store.clock()));
                registered = false;
                ticks.reset_immediately();
            }
            Err(error) => warn!(worker.id = %worker, kind = %error, "a beat could not be written"),
        }
    }
    let worker = shared.pulse.id();
    if let Err(error) = shared.store.unregister_worker(worker).await {
        warn!(worker.id = %worker, kind = %error, "the worker could not sign off");
    }
    Ok(())
}
