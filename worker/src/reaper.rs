//! Who is not alive? A worker whose beat stands still while this process watches for 20 seconds of its
//! own monotonic time. A read that fails starts the watch anew, so a database that is away kills nobody.

use std::{convert::Infallible, sync::Arc, time::Duration};

use shared::{ids::WorkerId, liveness::Watch};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tracing::{info, warn};

use crate::runner::Shared;

const LOOK_EVERY: Duration = Duration::from_secs(4);

/// Watches, and buries, until the process stops.
pub(crate) async fn run(shared: Arc<Shared>) -> Result<(), Infallible> {
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let soft = shared.lifecycle.soft();
    let mut watch = Watch::default();
    while soft.run_until_cancelled(ticks.tick()).await.is_some() {
        match shared.store.worker_beats().await {
            Ok(beats) => {
                for (worker, beat) in watch.look(&beats, Instant::now()) {
                    bury(&shared, worker, beat).await;
                }
            }
            Err(error) => {
                warn!(kind = %error, "could not look who is alive");
                watch = Watch::default();
            }
        }
    }
    Ok(())
}

async fn bury(shared: &Shared, worker: WorkerId, beat: Option<i64>) {
    match shared.store.bury(worker, beat).await {
        Ok(users) => {
            info!(worker.id = %worker, users = users.len(), "a worker died; its requests were dealt with");
            for user in users {
                shared.wake_if_claimable(user).await;
                shared.nudges.nudge(user).await;
            }
        }
        Err(error) => {
            warn!(worker.id = %worker, kind = %error, "a dead worker could not be buried");
        }
    }
}
