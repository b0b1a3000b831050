//! Where messages stand: text channels, threads and direct messages; and what the bot may do there.

use std::{fmt, ops::BitOr};

use serde_json::{Value, json};

use super::{super::snowflake::Snowflake, user::User};

/// A place for messages.
#[derive(Clone, Debug)]
pub struct Channel {
    /// The channel's id.
    pub id: Snowflake,
    /// What sort of place it is.
    pub kind: ChannelKind,
    /// Its name; empty for direct messages.
    pub name: String,
    /// The server it is in; none for direct messages.
    pub guild: Option<Snowflake>,
    /// What has been taken from the bot here.
    pub denied: Permissions,
}

/// The sorts of channels that the local Discord has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChannelKind {
    /// A text channel of a server.
    Text,
    /// Between the bot and this person.
    DirectMessage(Snowflake),
    /// A public thread under this channel, started by this account.
    Thread {
        /// The channel it hangs from.
        parent: Snowflake,
        /// Who started it.
        owner: Snowflake,
    },
}

impl Channel {
    /// Whether it hangs from another channel.
    #[must_use]
    pub fn is_thread(&self) -> bool {
        matches!(self.kind, ChannelKind::Thread { .. })
    }

    /// The channel that webhooks for this place belong to: a thread's parent, else itself.
    #[must_use]
    pub fn webhook_home(&self) -> Snowflake {
        match self.kind {
            ChannelKind::Thread { parent, .. } => parent,
            _ => self.id,
        }
    }

    /// The person at the other end, if this is a direct message.
    #[must_use]
    pub fn recipient(&self) -> Option<Snowflake> {
        match self.kind {
            ChannelKind::DirectMessage(person) => Some(person),
            _ => None,
        }
    }

    /// Whether a person sees it: all of the servers' channels, and their own direct messages.
    #[must_use]
    pub fn is_open_to(&self, person: Snowflake) -> bool {
        self.recipient().is_none_or(|recipient| recipient == person)
    }

    /// The channel object of Discord's API. `recipients` matter to direct messages only.
    #[must_use]
    pub fn to_json(&self, recipients: &[&User]) -> Value {
        match &self.kind {
            ChannelKind::Text => json!({
                "id": self.id, "type": 0, "guild_id": self.guild, "name": self.name, "position": 0,
                "permission_overwrites": [], "nsfw": false, "topic": null, "parent_id": null,
                "last_message_id": null, "rate_limit_per_user": 0, "flags": 0,
            }),
            ChannelKind::DirectMessage(_) => json!({
                "id": self.id, "type": 1, "last_message_id": null, "flags": 0,
                "recipients": recipients.iter().map(|user| user.to_json()).collect::<Vec<_>>(),
            }),
            ChannelKind::Thread { parent, owner } => json!({
                "id": self.id, "type": 11, "guild_id": self.guild, "name": self.name,
                "parent_id": parent, "owner_id": owner, "last_message_id": null,
                "rate_limit_per_user": 0, "flags": 0, "message_count": 0, "member_count": 1,
                "total_message_sent": 0,
                "thread_metadata": {
                    "archived": false, "auto_archive_duration": 1440, "locked": false,
                    "archive_timestamp": "2024-01-01T00:00:00.000000+00:00",
                },
            }),
        }
    }
}

/// A set of Discord's permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u64);

impl Permissions {
    /// None at all.
    pub const NONE: Self = Self(0);
    /// To put reactions on messages.
    pub const ADD_REACTIONS: Self = Self(1 << 6);
    /// To know of the channel. Without it, everything else fails with 50001.
    pub const VIEW_CHANNEL: Self = Self(1 << 10);
    /// To write.
    pub const SEND_MESSAGES: Self = Self(1 << 11);
    /// To delete what others wrote.
    pub const MANAGE_MESSAGES: Self = Self(1 << 13);
    /// To attach files.
    pub const ATTACH_FILES: Self = Self(1 << 15);
    /// To read what was written before.
    pub const READ_MESSAGE_HISTORY: Self = Self(1 << 16);
    /// To make, list and delete webhooks.
    pub const MANAGE_WEBHOOKS: Self = Self(1 << 29);
    /// To start threads.
    pub const CREATE_PUBLIC_THREADS: Self = Self(1 << 35);
    /// To write in threads.
    pub const SEND_MESSAGES_IN_THREADS: Self = Self(1 << 38);
    /// Everything that an administrator of a server has.
    pub const ALL: Self = Self(2_251_799_813_685_247);

    /// Whether all of `other` is in this set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// This set without `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl BitOr for Permissions {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
