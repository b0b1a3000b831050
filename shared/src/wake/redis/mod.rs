//! Hints between processes, through Redis.
//!
//! Three connections at most, none of them shared with another purpose. Commands that answer at
//! once go over a [`Line`] that reconnects by itself. The blocking pop of a [`Waker`] has a
//! connection of its own, for everything behind it would wait. A [`Listener`] subscribes.
//!
//! Wake-ups are a sorted set, not a stream: `ZADD NX` keeps a user's first place in the line, the
//! pop needs no group that a `FLUSHALL` could take away, and there is nothing to clean up. A Redis
//! user needs only `+zadd +bzpopmin +publish +subscribe +ping` on `<prefix>wake` and
//! `<prefix>nudge`. Redis 6 or newer.

mod line;
mod listener;
mod outage;
mod waker;

use std::sync::Arc;

use redis::{Client, IntoConnectionInfo, RedisResult};

use self::outage::Outage;
pub(super) use self::{line::Line, listener::Listener, waker::Waker};
use crate::clock::SharedClock;

/// The address is no address of a Redis. Does not repeat it, as it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the address of a Redis, such as redis://localhost:6379/0")]
pub struct BadRedisUrl;

/// All ends of the hints through one Redis.
pub(super) struct Ends {
    pub(super) line: Line,
    pub(super) waker: Waker,
    pub(super) listener: Listener,
}

/// Prepares all ends, and connects none.
pub(super) fn connect(url: &str, prefix: &str, clock: SharedClock) -> Result<Ends, BadRedisUrl> {
    let client = client(url).map_err(|_| BadRedisUrl)?;
    let names = Names { wake: format!("{prefix}wake"), nudge: format!("{prefix}nudge") };
    let outage = Arc::new(Outage::default());
    let waker = Waker::new(client.clone(), names.wake.clone(), Arc::clone(&outage));
    let listener = Listener::new(client.clone(), names.nudge.clone(), Arc::clone(&outage));
    let line = Line::new(&client, names, clock, outage).map_err(|_| BadRedisUrl)?;
    Ok(Ends { line, waker, listener })
}

/// Announces no library name: that would be one more command to permit.
fn client(url: &str) -> RedisResult<Client> {
    let info = url.into_connection_info()?;
    let settings = info.redis_settings().clone().set_skip_set_lib_name();
    Client::open(info.set_redis_settings(settings))
}

/// What the set and the channel are called.
#[derive(Clone)]
struct Names {
    wake: String,
    nudge: String,
}
