//! What somebody may do.

use std::{fmt, ops::BitOr};

/// A set of Discord's permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u64);

impl Permissions {
    /// None at all.
    pub const NONE: Self = Self(0);
    /// Everything, whatever a channel says.
    pub const ADMINISTRATOR: Self = Self(1 << 3);
    /// To make, change and delete channels.
    pub const MANAGE_CHANNELS: Self = Self(1 << 4);
    /// To change the server's settings.
    pub const MANAGE_GUILD: Self = Self(1 << 5);
    /// To put reactions on messages.
    pub const ADD_REACTIONS: Self = Self(1 << 6);
    /// To know of the channel. Without it, everything else fails with 50001.
    pub const VIEW_CHANNEL: Self = Self(1 << 10);
    /// To write.
    pub const SEND_MESSAGES: Self = Self(1 << 11);
    /// To delete what others wrote.
    pub const MANAGE_MESSAGES: Self = Self(1 << 13);
    /// To have links previewed, and as a bot to send embeds.
    pub const EMBED_LINKS: Self = Self(1 << 14);
    /// To attach files.
    pub const ATTACH_FILES: Self = Self(1 << 15);
    /// To read what was written before.
    pub const READ_MESSAGE_HISTORY: Self = Self(1 << 16);
    /// To notify everybody, and every role.
    pub const MENTION_EVERYONE: Self = Self(1 << 17);
    /// To make, change, give and take roles.
    pub const MANAGE_ROLES: Self = Self(1 << 28);
    /// To make, list and delete webhooks.
    pub const MANAGE_WEBHOOKS: Self = Self(1 << 29);
    /// To use the commands of applications.
    pub const USE_APPLICATION_COMMANDS: Self = Self(1 << 31);
    /// To change, archive and delete threads, and to see the private ones.
    pub const MANAGE_THREADS: Self = Self(1 << 34);
    /// To start threads.
    pub const CREATE_PUBLIC_THREADS: Self = Self(1 << 35);
    /// To write in threads.
    pub const SEND_MESSAGES_IN_THREADS: Self = Self(1 << 38);
    /// To hold somebody's tongue for a while.
    pub const MODERATE_MEMBERS: Self = Self(1 << 40);
    /// To start polls.
    pub const SEND_POLLS: Self = Self(1 << 49);
    /// To pin messages.
    pub const PIN_MESSAGES: Self = Self(1 << 51);
    /// Everything that an administrator of a server has.
    pub const ALL: Self = Self((1 << 53) - 1);
    /// What everybody may do in a new server: to invite, see, write, react, speak, and so on.
    pub const EVERYBODY: Self = Self(
        1 | Self::ADD_REACTIONS.0
            | 1 << 9
            | Self::VIEW_CHANNEL.0
            | Self::SEND_MESSAGES.0
            | Self::EMBED_LINKS.0
            | Self::ATTACH_FILES.0
            | Self::READ_MESSAGE_HISTORY.0
            | Self::MENTION_EVERYONE.0
            | 1 << 18
            | 1 << 20
            | 1 << 21
            | 1 << 25
            | 1 << 26
            | Self::USE_APPLICATION_COMMANDS.0
            | Self::CREATE_PUBLIC_THREADS.0
            | 1 << 36
            | 1 << 37
            | Self::SEND_MESSAGES_IN_THREADS.0
            | 1 << 46
            | Self::SEND_POLLS.0
            | 1 << 50,
    );
    /// What moderators usually have besides.
    pub const MODERATORS: Self = Self(
        Self::MANAGE_CHANNELS.0
            | Self::MANAGE_GUILD.0
            | Self::MANAGE_MESSAGES.0
            | Self::MANAGE_THREADS.0
            | Self::MODERATE_MEMBERS.0
            | Self::PIN_MESSAGES.0,
    );

    /// The set that Discord writes as this number.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

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
