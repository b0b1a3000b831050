//! Where messages stand: text channels, threads and direct messages; and who may do less or more there
//! than elsewhere in the server.

use serde_json::{Value, json};

use super::{super::snowflake::Snowflake, permissions::Permissions, user::User};

/// The members of a thread are counted up to here.
const MOST_COUNTED: usize = 50;

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
    /// What somebody may do here, other than elsewhere in the server. A thread has its parent's.
    pub overwrites: Vec<Overwrite>,
    /// Who belongs to it, if it is a thread.
    pub members: Vec<Snowflake>,
}

/// What a channel takes from somebody, and what it gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overwrite {
    /// Whom it is about.
    pub whom: Whom,
    /// What they may do here.
    pub allow: Permissions,
    /// What they may not do here.
    pub deny: Permissions,
}

/// Whom a permission is given to or taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// Everybody in the server.
    Everyone,
    /// Who has this role.
    Role(Snowflake),
    /// One account.
    Member(Snowflake),
}

/// The sorts of channels that the local Discord has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChannelKind {
    /// A text channel of a server.
    Text,
    /// Between the bot and this person.
    DirectMessage(Snowflake),
    /// A thread under this channel, started by this account.
    Thread {
        /// The channel it hangs from.
        parent: Snowflake,
        /// Who started it.
        owner: Snowflake,
        /// Whether only its members and those who manage threads see it.
        private: bool,
    },
}

impl Channel {
    /// Whether it hangs from another channel.
    #[must_use]
    pub fn is_thread(&self) -> bool {
        matches!(self.kind, ChannelKind::Thread { .. })
    }

    /// Whether it is a thread that only its members and those who manage threads see.
    #[must_use]
    pub fn is_private_thread(&self) -> bool {
        matches!(self.kind, ChannelKind::Thread { private: true, .. })
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

    /// What it says of somebody, if anything.
    pub(crate) fn overwrite(&self, whom: Whom) -> Overwrite {
        let said = self.overwrites.iter().find(|overwrite| overwrite.whom == whom);
        said.copied().unwrap_or(Overwrite {
            whom,
            allow: Permissions::NONE,
            deny: Permissions::NONE,
        })
    }

    /// Says it of somebody, in place of what was said before.
    pub(crate) fn set_overwrite(&mut self, overwrite: Overwrite) {
        self.overwrites.retain(|said| said.whom != overwrite.whom);
        if overwrite.allow | overwrite.deny != Permissions::NONE {
            self.overwrites.push(overwrite);
        }
    }

    fn overwrites_to_json(&self) -> Value {
        let one = |it: &Overwrite| {
            let (id, kind) = match it.whom {
                Whom::Everyone => (self.guild, 0),
                Whom::Role(role) => (Some(role), 0),
                Whom::Member(member) => (Some(member), 1),
            };
            json!({
                "id": id, "type": kind,
                "allow": it.allow.to_string(), "deny": it.deny.to_string(),
            })
        };
        self.overwrites.iter().map(one).collect()
    }

    /// The channel object of Discord's API. `recipients` matter to direct messages only.
    #[must_use]
    pub fn to_json(&self, recipients: &[&User]) -> Value {
        match &self.kind {
            ChannelKind::Text => json!({
                "id": self.id, "type": 0, "guild_id": self.guild, "name": self.name, "position": 0,
                "permission_overwrites": self.overwrites_to_json(), "nsfw": false, "topic": null, "parent_id": null,
                "last_message_id": null, "rate_limit_per_user": 0, "flags": 0,
            }),
            ChannelKind::DirectMessage(_) => json!({
                "id": self.id, "type": 1, "last_message_id": null, "flags": 0,
                "recipients": recipients.iter().map(|user| user.to_json()).collect::<Vec<_>>(),
            }),
            ChannelKind::Thread { parent, owner, private } => json!({
                "id": self.id, "type": if *private { 12 } else { 11 }, "guild_id": self.guild, "name": self.name,
                "parent_id": parent, "owner_id": owner, "last_message_id": null,
                "rate_limit_per_user": 0, "flags": 0, "message_count": 0,
                "member_count": self.members.len().min(MOST_COUNTED),
                "total_message_sent": 0,
                "thread_metadata": {
                    "invitable": true, "archived": false, "auto_archive_duration": 1440, "locked": false,
                    "archive_timestamp": "2024-01-01T00:00:00.000000+00:00",
                },
            }),
        }
    }
}
