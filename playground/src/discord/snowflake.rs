//! Discord's ids, and the clock that makes them.
//!
//! A snowflake is a time and a counter: milliseconds since 2015, shifted by 22 bits. Ids only ever
//! grow, which is what lets a client say "the messages after this one".

use std::{fmt, num::ParseIntError, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

/// 2015-01-01T00:00:00Z in Unix milliseconds.
const DISCORD_EPOCH: i64 = 1_420_070_400_000;

/// The id of anything on Discord: a number that travels as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Snowflake(u64);

impl Snowflake {
    /// The number itself.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The id in a request's body. Discord takes numbers for texts there, and discord.py sends them.
    pub(super) fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => text.parse().ok(),
            Value::Number(number) => number.as_u64().map(Self),
            _ => None,
        }
    }

    /// The shard, of `shards`, that hears about the server with this id.
    #[must_use]
    pub const fn shard(self, shards: u64) -> u64 {
        if shards == 0 { 0 } else { (self.0 >> 22) % shards }
    }
}

impl From<u64> for Snowflake {
    fn from(id: u64) -> Self {
        Self(id)
    }
}

impl fmt::Display for Snowflake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for Snowflake {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl Serialize for Snowflake {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Snowflake {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// 2024-01-01T00:00:00Z, in milliseconds since [`DISCORD_EPOCH`].
const BEFORE_EVERYTHING: u64 = 283_996_800_000;

/// Makes ids that grow, however fast they are asked for.
///
/// Until [`go_live`](Self::go_live) they don't depend on the time: who and what is there from the
/// beginning has the same ids at every start, so that what a bot stored of them stays true.
#[derive(Debug)]
pub(crate) struct Snowflakes {
    last: u64,
    live: bool,
}

impl Default for Snowflakes {
    fn default() -> Self {
        Self { last: BEFORE_EVERYTHING << 22, live: false }
    }
}

impl Snowflakes {
    pub(super) fn next(&mut self) -> Snowflake {
        self.last = if self.live {
            let millis = now().timestamp_millis() - DISCORD_EPOCH;
            (self.last + 1).max(u64::try_from(millis).unwrap_or_default() << 22)
        } else {
            self.last + (1 << 22)
        };
        Snowflake(self.last)
    }

    /// From now on ids tell the time at which they were made.
    pub(super) fn go_live(&mut self) {
        self.live = true;
    }
}

/// The world's time.
#[expect(
    clippy::disallowed_methods,
    reason = "this crate knows none of the product's; it plays a remote server, whose clock nobody sets"
)]
pub(super) fn now() -> DateTime<Utc> {
    Utc::now()
}

/// A time as Discord writes it.
pub(crate) fn iso(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_within_a_millisecond() {
        let mut ids = Snowflakes::default();
        let first = ids.next();
        assert_eq!(first, Snowflakes::default().next());
        ids.go_live();
        let made: Vec<_> = (0..10_000).map(|_| ids.next()).collect();
        assert!(first < made[0] && made.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn an_id_travels_as_text() {
        let id = Snowflake::from(u64::MAX);
        assert_eq!(serde_json::to_value(id).unwrap(), u64::MAX.to_string());
        assert_eq!(serde_json::from_value::<Snowflake>(u64::MAX.to_string().into()).unwrap(), id);
    }
}
