//! A message as it arrived, in our own terms.

use serenity::all::{Message, MessageReferenceKind, MessageType, MessageUpdateEvent, User};
use shared::{
    context::{Carried, Forward},
    ids::{ChannelId, DiscordUserId, GuildId, MessageId, RoleId, SourceId, WebhookId},
};

use super::carried::{carried, forwards};
use crate::{rest::Author, triggers::Heard};

/// A person's message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageEvent {
    /// Its id.
    pub id: MessageId,
    /// Where it was written.
    pub channel: ChannelId,
    /// In which server; none in direct messages.
    pub guild: Option<GuildId>,
    /// Who wrote it, by the name they have there. Whoever pays is this one and nobody else.
    pub author: Author,
    /// Their roles in that server.
    pub roles: Vec<RoleId>,
    /// Its text; empty where the bot may not read it.
    pub content: String,
    /// The people mentioned.
    pub mentions: Vec<Author>,
    /// What it answers.
    pub replied: Option<Replied>,
    /// What it carries besides its text.
    pub carried: Carried,
    /// Messages passed on with it.
    pub forwarded: Vec<Forward>,
}

/// The message that another one answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replied {
    /// Its id.
    pub id: MessageId,
    /// What it is, unless Discord didn't send it or it's deleted.
    pub message: Option<RepliedMessage>,
}

/// What stands in a message that is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepliedMessage {
    /// Who wrote it.
    pub author: Author,
    /// The webhook that it came through.
    pub webhook: Option<WebhookId>,
    /// Its text.
    pub content: String,
    /// The people mentioned in it.
    pub mentions: Vec<Author>,
    /// What it carries besides.
    pub carried: Carried,
    /// Messages passed on with it.
    pub forwarded: Vec<Forward>,
    /// What it answers itself, which the gateway doesn't send.
    pub reply_to: Option<MessageId>,
}

impl RepliedMessage {
    /// Whether a bot wrote it, or it came through a webhook.
    #[must_use]
    pub fn is_by_program(&self) -> bool {
        self.author.bot || self.webhook.is_some()
    }
}

impl MessageEvent {
    /// `None` for what programs wrote, and for what nobody wrote ("X joined", "X pinned").
    pub(super) fn by_person(message: &Message) -> Option<Self> {
        let machine = message.author.bot || message.webhook_id.is_some() || message.author.system;
        let said = matches!(message.kind, MessageType::Regular | MessageType::InlineReply);
        if machine || !said {
            return None;
        }
        let nick = message.member.as_ref().and_then(|member| member.nick.clone());
        let mut author = author(&message.author);
        author.name = nick.unwrap_or(author.name);
        Some(Self {
            id: message.id.get().into(),
            channel: message.channel_id.get().into(),
            guild: message.guild_id.map(|guild| guild.get().into()),
            author,
            roles: roles(message),
            content: message.content.clone(),
            mentions: message.mentions.iter().map(self::author).collect(),
            replied: replied(message),
            carried: carried(message),
            forwarded: forwards(&message.message_snapshots),
        })
    }

    /// A message as it stands after a change, and which change that is. `None` for what is no change
    /// of a person's words: Discord also tells of embeds that it has added.
    pub(super) fn changed(event: &MessageUpdateEvent) -> Option<(Self, i64)> {
        event.author.as_ref()?;
        event.content.as_ref()?;
        let at = event.edited_timestamp?;
        let mut message = Message::default();
        event.apply_to_message(&mut message);
        Some((Self::by_person(&message)?, at.timestamp_millis()))
    }

    /// What names the request that it becomes.
    #[must_use]
    pub fn source(&self) -> SourceId {
        self.id.get().into()
    }

    /// What decides whom it is for.
    #[must_use]
    pub fn heard(&self, bot: DiscordUserId) -> Heard<'_> {
        Heard {
            content: &self.content,
            by_machine: self.author.bot || self.author.id == bot,
            bot,
            mentions_bot: self.mentions.iter().any(|mentioned| mentioned.id == bot),
            direct: self.guild.is_none(),
            forwards: !self.forwarded.is_empty(),
            carries_more: !(self.carried.is_empty() && self.forwarded.is_empty()),
        }
    }
}

fn roles(message: &Message) -> Vec<RoleId> {
    let member = message.member.as_ref();
    member
        .map(|member| member.roles.iter().map(|role| role.get().into()).collect())
        .unwrap_or_default()
}

fn replied(message: &Message) -> Option<Replied> {
    Some(Replied {
        id: answered(message)?,
        message: message.referenced_message.as_ref().map(|replied| RepliedMessage {
            author: author(&replied.author),
            webhook: replied.webhook_id.map(|webhook| webhook.get().into()),
            content: replied.content.clone(),
            mentions: replied.mentions.iter().map(author).collect(),
            carried: carried(replied),
            forwarded: forwards(&replied.message_snapshots),
            reply_to: answered(replied),
        }),
    })
}

/// The message that one answers; not one that it passes on.
fn answered(message: &Message) -> Option<MessageId> {
    let reference = message.message_reference.as_ref()?;
    let is_reply = reference.kind == MessageReferenceKind::Default;
    reference.message_id.filter(|_| is_reply).map(|id| id.get().into())
}

fn author(user: &User) -> Author {
    Author { id: user.id.get().into(), name: user.display_name().to_owned(), bot: user.bot }
}
