//! Hints between bot and worker: "look at this user".
//!
//! The truth is in the database. What travels here is the internal id of a user and nothing else:
//! a *wake-up* from the bot to one worker when there may be something to claim, a *nudge* from a
//! worker to all bots when there may be something to deliver. Both sides also sweep the database
//! by themselves, so a hint that is lost costs at most a second, and a hint too many costs one
//! query. Therefore nothing here returns an error: an outage is counted, and logged once.
//!
//! Wake-ups are a set ordered by age. A user who sends ten messages is in it once, and the one
//! who has waited longest comes out first; a user with more to do goes back to its end.
//!
//! Within one process this is a set and a `Notify`; between processes it is Redis. Which one is
//! decided once, at start-up, by calling [`memory()`] or [`redis()`]; nothing downstream knows.

mod memory;
mod redis;

use std::{fmt, time::Duration};

pub use self::redis::BadRedisUrl;
use crate::{clock::SharedClock, ids::UserId};

/// Both ends of both kinds of hint. A process keeps those that it needs; the others cost nothing.
#[derive(Debug)]
pub struct Hints {
    /// For the bot, and for a worker that leaves a user with more to do.
    pub wake_sender: WakeSender,
    /// For the worker.
    pub wake_receiver: WakeReceiver,
    /// For the worker.
    pub nudge_sender: NudgeSender,
    /// For the bot.
    pub nudge_receiver: NudgeReceiver,
}

/// Hints within this process.
#[must_use]
pub fn memory() -> Hints {
    let wakes = memory::Wakes::default();
    let (nudge_sender, nudge_receiver) = memory::nudges();
    Hints {
        wake_sender: WakeSender(WakeTo::Memory(wakes.clone())),
        wake_receiver: WakeReceiver(WakeFrom::Memory(wakes)),
        nudge_sender: NudgeSender(NudgeTo::Memory(nudge_sender)),
        nudge_receiver: NudgeReceiver(NudgeFrom::Memory(nudge_receiver)),
    }
}

/// Hints through the Redis at `url`, under names that begin with `prefix`.
///
/// Connects when first used, so that a Redis that is away delays no start. Must be called within
/// the runtime; a `rediss://` address needs [the crypto
/// provider](crate::hardening::install_crypto_provider) first.
pub fn redis(url: &str, prefix: &str, clock: SharedClock) -> Result<Hints, BadRedisUrl> {
    let redis::Ends { line, waker, listener } = redis::connect(url, prefix, clock)?;
    Ok(Hints {
        wake_sender: WakeSender(WakeTo::Redis(line.clone())),
        wake_receiver: WakeReceiver(WakeFrom::Redis(Box::new(waker))),
        nudge_sender: NudgeSender(NudgeTo::Redis(line)),
        nudge_receiver: NudgeReceiver(NudgeFrom::Redis(Box::new(listener))),
    })
}

/// What went through the hints of one process lately: all that Redis would have held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glimpse {
    /// The users who wait for a worker now, the longest waiting first.
    pub waiting: Vec<UserId>,
    /// The users of the newest wake-ups, the newest last.
    pub newest: Vec<UserId>,
    /// How many wake-ups there were.
    pub sent: u64,
}

/// Tells some worker to look at a user.
#[derive(Clone)]
pub struct WakeSender(WakeTo);

#[derive(Clone)]
enum WakeTo {
    Memory(memory::Wakes),
    Redis(redis::Line),
}

impl WakeSender {
    /// Says that this user may have something to claim. Call it after the commit. Returns within
    /// half a second, whether or not it got through.
    pub async fn wake(&self, user: UserId) {
        match &self.0 {
            WakeTo::Memory(wakes) => wakes.add(user),
            WakeTo::Redis(line) => line.wake(user).await,
        }
    }

    /// What went through lately; `None` where it goes through Redis.
    #[must_use]
    pub fn glimpse(&self) -> Option<Glimpse> {
        match &self.0 {
            WakeTo::Memory(wakes) => Some(wakes.glimpse()),
            WakeTo::Redis(_) => None,
        }
    }

    /// How many hints of this process were lost so far, for the metrics.
    #[must_use]
    pub fn lost(&self) -> u64 {
        match &self.0 {
            WakeTo::Memory(_) => 0,
            WakeTo::Redis(line) => line.lost(),
        }
    }
}

/// Hears which user to look at.
pub struct WakeReceiver(WakeFrom);

enum WakeFrom {
    Memory(memory::Wakes),
    Redis(Box<redis::Waker>),
}

impl WakeReceiver {
    /// Another receiver of the same hints, for a worker that takes another one's place within this
    /// process; `None` where they go through Redis.
    #[must_use]
    pub fn another(&self) -> Option<Self> {
        match &self.0 {
            WakeFrom::Memory(wakes) => Some(Self(WakeFrom::Memory(wakes.clone()))),
            WakeFrom::Redis(_) => None,
        }
    }

    /// The user who has waited longest, or `None` after `timeout` (then it is time to sweep).
    ///
    /// Dropped before it is ready, it may lose a hint. Better give it a short timeout.
    pub async fn next(&mut self, timeout: Duration) -> Option<UserId> {
        match &mut self.0 {
            WakeFrom::Memory(wakes) => tokio::time::timeout(timeout, wakes.next()).await.ok(),
            WakeFrom::Redis(waker) => waker.next(timeout).await,
        }
    }
}

/// Tells all bots to look at a user.
#[derive(Clone)]
pub struct NudgeSender(NudgeTo);

#[derive(Clone)]
enum NudgeTo {
    Memory(memory::NudgeSender),
    Redis(redis::Line),
}

impl NudgeSender {
    /// Says that this user may have something to be delivered. Call it after the commit. Returns
    /// within half a second, whether or not it got through.
    pub async fn nudge(&self, user: UserId) {
        match &self.0 {
            NudgeTo::Memory(sender) => sender.nudge(user),
            NudgeTo::Redis(line) => line.nudge(user).await,
        }
    }
}

/// What a bot should look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nudge {
    /// This user.
    User(UserId),
    /// Everybody: nudges may have been missed.
    Sweep,
}

/// Hears what to look at.
pub struct NudgeReceiver(NudgeFrom);

enum NudgeFrom {
    Memory(memory::NudgeReceiver),
    Redis(Box<redis::Listener>),
}

impl NudgeReceiver {
    /// The next nudge. The first is always a sweep, as nobody knows what was missed before.
    ///
    /// May be dropped at any time. Waits on through an outage, during which the caller's own
    /// sweeps go on.
    pub async fn next(&mut self) -> Nudge {
        match &mut self.0 {
            NudgeFrom::Memory(receiver) => receiver.next().await,
            NudgeFrom::Redis(listener) => listener.next().await,
        }
    }
}

/// Which of the two it is, and no more: an address may hold a password.
fn name_end(f: &mut fmt::Formatter<'_>, end: &str, in_memory: bool) -> fmt::Result {
    write!(f, "{end}({})", if in_memory { "memory" } else { "redis" })
}

impl fmt::Debug for WakeSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        name_end(f, "WakeSender", matches!(self.0, WakeTo::Memory(_)))
    }
}

impl fmt::Debug for WakeReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        name_end(f, "WakeReceiver", matches!(self.0, WakeFrom::Memory(_)))
    }
}

impl fmt::Debug for NudgeSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        name_end(f, "NudgeSender", matches!(self.0, NudgeTo::Memory(_)))
    }
}

impl fmt::Debug for NudgeReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        name_end(f, "NudgeReceiver", matches!(self.0, NudgeFrom::Memory(_)))
    }
}
