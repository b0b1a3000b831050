//! Ids, each of its own type, so that a channel can't be passed for a user, nor a Discord id for
//! one of ours.
//!
//! Ours are UUIDv7: made in Rust, ordered by time. Discord's are snowflakes: 64 bits on the wire,
//! `bigint` at rest (63 bits last until the year 2084).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::{NoContext, Timestamp, Uuid};

use crate::clock::Clock;

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
        #[sqlx(transparent)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id: the clock's milliseconds, then bits from the operating system.
            #[must_use]
            pub fn new(clock: &dyn Clock) -> Self {
                let now = clock.now();
                let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
                Self(Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos())))
            }

            /// The id as it stands in the database.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )*};
}

uuid_ids! {
    /// A person who talks to personalities. The only thing that Redis ever holds.
    UserId,
    /// A stored provider key.
    ApiKeyId,
    /// A key that was typed and waits for the worker's verdict.
    KeyCheckId,
    /// A personality.
    PersonalityId,
    /// One run of an import.
    ImportRunId,
    /// What was typed into a form and could not be taken.
    DraftId,
    /// One accepted message, or several that were joined, on their way to one answer.
    RequestId,
    /// The visible side of a request.
    DeliveryId,
    /// A row of the usage log.
    UsageId,
    /// A user-and-assistant pair of a conversation.
    TurnId,
    /// Turns that were cleared together.
    ClearingId,
    /// Something to tell a person in private.
    NoticeId,
    /// One start of a worker process; never reused.
    WorkerId,
    /// One start of a bot process; never reused.
    BotId,
    /// One start of any process that has the master key; never reused.
    ProcessId,
    /// Proof that its holder made the claim on a row.
    ClaimToken,
}

macro_rules! snowflakes {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
        #[sqlx(transparent)]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            /// The number that Discord knows.
            #[must_use]
            pub const fn get(self) -> u64 {
                self.0.cast_unsigned()
            }
        }

        impl From<u64> for $name {
            fn from(id: u64) -> Self {
                Self(id.cast_signed())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.get(), f)
            }
        }

        impl FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse::<u64>().map(Self::from)
            }
        }
    )*};
}

snowflakes! {
    /// A Discord account.
    DiscordUserId,
    /// A server.
    GuildId,
    /// A channel, a thread or a direct-message channel.
    ChannelId,
    /// A message that Discord stores.
    MessageId,
    /// A role of a server.
    RoleId,
    /// A webhook.
    WebhookId,
    /// What made a request: the message, or the interaction. Grows with time, so it orders turns.
    SourceId,
}

impl GuildId {
    /// The shard that receives this server's events, of `shards` in all (Discord, "Sharding").
    #[must_use]
    pub const fn shard(self, shards: u32) -> u32 {
        #[expect(clippy::cast_possible_truncation, reason = "a remainder of a u32")]
        {
            ((self.get() >> 22) % shards as u64) as u32
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{ManualClock, SystemClock};

    #[test]
    fn an_id_carries_the_clocks_time() {
        let clock = ManualClock::new("2031-05-06T07:08:09Z".parse().unwrap());
        let (seconds, _) = UserId::new(&clock).uuid().get_timestamp().unwrap().to_unix();
        assert_eq!(seconds, clock.now().timestamp().cast_unsigned());
        assert_ne!(UserId::new(&clock), UserId::new(&clock));
    }

    #[test]
    fn ids_read_what_they_print() {
        let id = RequestId::new(&SystemClock);
        assert_eq!(id.to_string().parse::<RequestId>().unwrap(), id);
        let channel = ChannelId::from(u64::MAX);
        assert_eq!(channel.to_string().parse::<ChannelId>().unwrap(), channel);
    }

    #[test]
    fn a_servers_shard_is_discords_formula() {
        assert_eq!(GuildId::from(0).shard(4), 0);
        assert_eq!(GuildId::from((7 << 22) + 12).shard(4), 3);
    }
}
