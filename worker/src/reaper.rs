//! Who is not alive? A worker whose beat stands still while this process watches for 20 seconds of its
//! own monotonic time. A read that fails starts the watch anew, so a database that is away kills nobody.

use std::{collections::HashMap, convert::Infallible, sync::Arc, time::Duration};

use shared::ids::WorkerId;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tracing::{info, warn};

use crate::runner::Shared;

const LOOK_EVERY: Duration = Duration::from_secs(4);
const DEAD_AFTER: Duration = Duration::from_secs(20);

#[derive(Default)]
struct Watch(HashMap<WorkerId, (Option<i64>, Instant)>);

impl Watch {
    /// Takes the beats as they are now, and gives those that have stood still for too long.
    fn look(
        &mut self,
        beats: &[(WorkerId, Option<i64>)],
        now: Instant,
    ) -> Vec<(WorkerId, Option<i64>)> {
        self.0.retain(|worker, _| beats.iter().any(|(id, _)| id == worker));
        let mut dead = Vec::new();
        for (worker, beat) in beats {
            let (seen, since) = self.0.entry(*worker).or_insert((*beat, now));
            if seen != beat {
                (*seen, *since) = (*beat, now);
            } else if now - *since >= DEAD_AFTER {
                dead.push((*worker, *beat));
            }
        }
        dead
    }
}

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

#[cfg(test)]
mod tests {
    use shared::clock::SystemClock;

    use super::*;

    #[test]
    fn only_a_beat_that_stands_still_for_long_is_a_death() {
        let worker = WorkerId::new(&SystemClock);
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut watch = Watch::default();
        assert_eq!(watch.look(&[(worker, Some(1))], at(0)), []);
        assert_eq!(watch.look(&[(worker, Some(1))], at(19)), []);
        assert_eq!(watch.look(&[(worker, Some(2))], at(20)), [], "it beat");
        assert_eq!(watch.look(&[(worker, Some(2))], at(39)), []);
        assert_eq!(watch.look(&[(worker, Some(2))], at(40)), [(worker, Some(2))]);
        assert_eq!(watch.look(&[], at(44)), []);
        assert_eq!(watch.look(&[(worker, Some(2))], at(45)), [], "seen anew, watched anew");
    }
}
