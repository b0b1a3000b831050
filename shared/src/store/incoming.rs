//! What the bot hands over for a message, and what it learns.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::{
    context::RequestContext,
    ids::{
        ChannelId, DeliveryId, DiscordUserId, GuildId, PersonalityId, RequestId, SourceId, UserId,
    },
    model::{DeliveryKind, Provider},
    offered::Offered,
    secret::Last4,
    vault::Sealed,
};

/// A message or command that addresses personalities, as the gateway gave it.
pub struct Incoming {
    /// The message or interaction. Accepted once, however often it arrives.
    pub source: SourceId,
    /// Who wrote it, and so who pays.
    pub author: DiscordUserId,
    /// The author's account name.
    pub username: String,
    /// Where.
    pub place: Place,
    /// Who is addressed, in this order.
    pub personalities: Vec<PersonalityId>,
    /// What was said, without the address.
    pub text: String,
    /// What the prompt needs besides. A message that it [awaits](RequestContext::awaited) lets the
    /// request gather before it is queued.
    pub context: RequestContext,
    /// How the answer becomes visible.
    pub reply_by: ReplyBy,
}

impl Incoming {
    /// Who is addressed, each once: a name and an alias may mean the same personality.
    pub(super) fn addressed(&self) -> Vec<PersonalityId> {
        let mut each = Vec::with_capacity(self.personalities.len());
        for personality in &self.personalities {
            if !each.contains(personality) {
                each.push(*personality);
            }
        }
        each
    }
}

/// Where a message was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The server; none in direct messages.
    pub guild: Option<GuildId>,
    /// The channel that has the webhook: the parent, for a thread.
    pub channel: ChannelId,
    /// The thread, if it was one.
    pub thread: Option<ChannelId>,
}

impl Place {
    /// The channel of the conversation: the thread, where there is one.
    #[must_use]
    pub fn lane_channel(&self) -> ChannelId {
        self.thread.unwrap_or(self.channel)
    }
}

/// How an answer becomes visible.
pub enum ReplyBy {
    /// Through the channel's webhook.
    Webhook,
    /// As a message in the direct-message channel.
    Direct,
    /// By editing the deferred answer to a command.
    Interaction {
        /// The delivery for which the token is sealed.
        delivery: DeliveryId,
        /// The interaction's token.
        token: Sealed,
        /// When Discord forgets it.
        expires_at: DateTime<Utc>,
    },
}

impl ReplyBy {
    pub(super) fn kind(&self) -> DeliveryKind {
        match self {
            Self::Webhook => DeliveryKind::Webhook,
            Self::Direct => DeliveryKind::Direct,
            Self::Interaction { .. } => DeliveryKind::Interaction,
        }
    }
}

/// How much is taken from one person.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Requests that may wait.
    pub max_queued: i64,
    /// Messages that may join one waiting request.
    pub max_joined: i64,
    /// Characters that they may have together.
    pub max_joined_chars: i64,
    /// How long an answer makes sense.
    pub deadline: Duration,
}

/// What stands in when the user has named no model or no key, and who pays for guests.
#[derive(Clone, Debug)]
pub struct SystemKey {
    /// The providers there are, and the models for those who chose none.
    pub offered: Offered,
    /// Requests a day that the operator pays for each guest; none: no guests.
    pub guest_daily_limit: Option<i64>,
    /// Who owns the bot: what their personalities set is paid for.
    pub owners: Vec<DiscordUserId>,
}

/// What became of a message.
#[derive(Debug, PartialEq, Eq)]
pub enum Accepted {
    /// It will be answered.
    Taken {
        /// Whose; to be woken.
        user: UserId,
        /// One for each personality addressed.
        requests: Vec<RequestId>,
    },
    /// It was taken before.
    Already,
    /// It will not be answered, and the author should be told why.
    Refused {
        /// Who.
        user: UserId,
        /// Why.
        why: Refusal,
    },
}

/// Why a message is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The personality was deleted, or is somebody else's alone now.
    NoSuchPersonality,
    /// The author has no key.
    NoKey,
    /// The author's key was switched off, because the provider refuses it.
    KeySwitchedOff {
        /// Which.
        last4: Last4,
    },
    /// The author has paused their key.
    KeyPaused {
        /// Which.
        last4: Last4,
    },
    /// The author has a key, and nobody said which model it is for.
    NoModel {
        /// Who made the key.
        provider: Provider,
    },
    /// The operator's gift for today is used up.
    GuestLimit,
    /// The moderators of the server don't let this personality speak there.
    Forbidden,
    /// Too many of the author's requests wait.
    Busy {
        /// How many.
        waiting: i64,
    },
}
