//! Who is not alive? Whoever's beat stands still while this process watches, by its own monotonic time.
//!
//! Nobody compares clocks (docs/ARCHITECTURE.md, Liveness). A read that failed proves nothing: the watch
//! then starts anew, so that a database that is away kills nobody.

use std::{collections::HashMap, hash::Hash, time::Duration};

use tokio::time::Instant;

/// How often a process says that it lives.
pub const BEAT_EVERY: Duration = Duration::from_secs(5);
/// How long a beat must stand still.
pub const DEAD_AFTER: Duration = Duration::from_secs(20);

/// What was seen of each beat, and since when it stands there.
#[derive(Debug)]
pub struct Watch<Id, Beat>(HashMap<Id, (Beat, Instant)>);

impl<Id, Beat> Default for Watch<Id, Beat> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<Id: Copy + Eq + Hash, Beat: Copy + Eq> Watch<Id, Beat> {
    /// Takes the beats as they are now, and gives those that have stood still for too long.
    pub fn look(&mut self, beats: &[(Id, Beat)], now: Instant) -> Vec<(Id, Beat)> {
        self.0.retain(|known, _| beats.iter().any(|(id, _)| id == known));
        let mut dead = Vec::new();
        for (id, beat) in beats {
            let (seen, since) = self.0.entry(*id).or_insert((*beat, now));
            if seen != beat {
                (*seen, *since) = (*beat, now);
            } else if now - *since >= DEAD_AFTER {
                dead.push((*id, *beat));
            }
        }
        dead
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::SystemClock, ids::WorkerId};

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
