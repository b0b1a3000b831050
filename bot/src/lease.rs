//! Which process answers for our shards: one at a time.
//!
//! The holder adds one to its beat every five seconds. A second process for the same shards stands
//! by: it takes over what is free, or what belongs to somebody whose beat it has itself seen stand
//! still for twenty seconds of its own time. Nobody compares clocks; and a read that failed proves
//! nothing, so it starts the watch again (docs/ARCHITECTURE.md, Liveness).

use std::time::Duration;

use shared::{
    ids::BotId,
    store::{Lease, ShardRange, Store, StoreError},
};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

/// How often what is done.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// A beat.
    pub beat: Duration,
    /// A stand-by's look.
    pub look: Duration,
    /// The time that a beat must stand still before its owner counts as dead.
    pub dead_after: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            beat: Duration::from_secs(5),
            look: Duration::from_secs(1),
            dead_after: Duration::from_secs(20),
        }
    }
}

/// Somebody else answers for our shards now: stop at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "another process has taken over these shards, because this one was not heard of for too long; \
     stopping, so that nothing is answered twice"
)]
pub struct LeaseLost;

/// One process's hold on its shards.
pub struct Hold {
    store: Store,
    range: ShardRange,
    bot: BotId,
    pace: Pace,
}

impl Hold {
    /// Waits until the shards are ours. `None`: told to stop before.
    pub async fn take(
        store: Store,
        range: ShardRange,
        bot: BotId,
        pace: Pace,
        stop: &CancellationToken,
    ) -> Option<Self> {
        let mut watch = Watch::default();
        let mut said = false;
        loop {
            match try_take(&store, range, bot, &mut watch, pace).await {
                Ok(true) => {
                    tracing::info!(bot.id = %bot, "these shards are ours");
                    return Some(Self { store, range, bot, pace });
                }
                Ok(false) if !said => {
                    said = true;
                    tracing::info!("another process holds these shards: standing by");
                }
                Ok(false) => {}
                Err(error) => {
                    watch = Watch::default();
                    tracing::warn!(error = %error, "standing by: the database doesn't answer");
                }
            }
            tokio::select! {
                () = sleep(pace.look) => {}
                () = stop.cancelled() => return None,
            }
        }
    }

    /// Keeps the hold until `stop`.
    pub async fn keep(&self, stop: &CancellationToken) -> Result<(), LeaseLost> {
        let mut beats = interval(self.pace.beat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = beats.tick() => {}
                () = stop.cancelled() => return Ok(()),
            }
            match self.store.beat_leases(self.range, self.bot).await {
                Ok(true) => {}
                Ok(false) => return Err(LeaseLost),
                // whoever takes over needs the same database, and we learn of it with the next beat
                Err(error) => tracing::warn!(error = %error, "a beat could not be written"),
            }
        }
    }

    /// Lets the shards go, so that a stand-by need not wait.
    pub async fn release(self) {
        if let Err(error) = self.store.release_leases(self.bot).await {
            tracing::warn!(error = %error, "the shards could not be released; a stand-by will wait");
        }
    }
}

async fn try_take(
    store: &Store,
    range: ShardRange,
    bot: BotId,
    watch: &mut Watch,
    pace: Pace,
) -> Result<bool, StoreError> {
    let held = store.leases(range).await?;
    let Some(dead) = watch.all_dead(&held, Instant::now(), pace.dead_after) else {
        return Ok(false);
    };
    store.take_leases(range, bot, &dead).await
}

/// Since when each holder's beat has stood where it stands.
#[derive(Debug, Default)]
struct Watch(Vec<(Lease, Instant)>);

impl Watch {
    /// Takes note of what was read. The holders, if all of them are dead: also when there are none.
    fn all_dead(
        &mut self,
        held: &[Lease],
        now: Instant,
        dead_after: Duration,
    ) -> Option<Vec<Lease>> {
        let since = |lease: &Lease| {
            let known = self.0.iter().find(|(seen, _)| seen == lease);
            (*lease, known.map_or(now, |(_, since)| *since))
        };
        self.0 = held.iter().map(since).collect();
        let still = |(_, since): &(Lease, Instant)| now.duration_since(*since) >= dead_after;
        self.0.iter().all(still).then(|| held.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use shared::clock::SystemClock;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_holder_is_dead_when_its_beat_has_stood_still_for_us() {
        let [one, two] = [(); 2].map(|()| BotId::new(&SystemClock));
        let lease = |shard, owner, beat| Lease { shard, owner, beat };
        let (limit, start) = (Duration::from_secs(20), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut watch = Watch::default();
        assert_eq!(watch.all_dead(&[], at(0), limit), Some(Vec::new()), "free shards");
        assert_eq!(watch.all_dead(&[lease(0, one, 7)], at(0), limit), None);
        assert_eq!(watch.all_dead(&[lease(0, one, 7)], at(19), limit), None);
        let dead = vec![lease(0, one, 7)];
        assert_eq!(watch.all_dead(&dead, at(20), limit), Some(dead.clone()));
        assert_eq!(watch.all_dead(&[lease(0, one, 8)], at(21), limit), None, "it lives");
        // one of two is alive
        let both = [lease(0, one, 8), lease(1, two, 1)];
        assert_eq!(watch.all_dead(&both, at(41), limit), None);
        let both = [lease(0, one, 8), lease(1, two, 2)];
        assert_eq!(watch.all_dead(&both, at(60), limit), None);
        // a new holder whose beat begins where the old one's stood
        assert_eq!(watch.all_dead(&[lease(0, two, 8)], at(80), limit), None);
    }
}
