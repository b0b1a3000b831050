//! A reaction as it came, in our own terms.

use serenity::all::{self as discord, ReactionType};
use shared::ids::{ChannelId, DiscordUserId, GuildId, MessageId, RoleId};

/// An emoji that a person put under a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// Who.
    pub by: DiscordUserId,
    /// Under which message.
    pub message: MessageId,
    /// Where that stands.
    pub channel: ChannelId,
    /// In which server; none in direct messages.
    pub guild: Option<GuildId>,
    /// Their roles in that server.
    pub roles: Vec<RoleId>,
    /// What.
    pub emoji: String,
}

impl Reaction {
    /// `None` for those of bots, and for a server's own emoji.
    pub(super) fn by_person(reaction: &discord::Reaction) -> Option<Self> {
        let ReactionType::Unicode(emoji) = &reaction.emoji else { return None };
        if reaction.member.as_ref().is_some_and(|member| member.user.bot) {
            return None;
        }
        Some(Self {
            by: reaction.user_id?.get().into(),
            message: reaction.message_id.get().into(),
            channel: reaction.channel_id.get().into(),
            guild: reaction.guild_id.map(|guild| guild.get().into()),
            roles: reaction.member.iter().flat_map(roles).collect(),
            emoji: emoji.clone(),
        })
    }
}

fn roles(member: &discord::Member) -> impl Iterator<Item = RoleId> + use<'_> {
    member.roles.iter().map(|role| role.get().into())
}
