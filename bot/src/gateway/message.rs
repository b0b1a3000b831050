//! A message as it arrived, in our own terms.

use serenity::all::{Message, MessageReferenceKind, MessageType, User};
use shared::ids::{ChannelId, DiscordUserId, GuildId, MessageId, SourceId, WebhookId};

use crate::{
    rest::{Attachment, Author},
    triggers::Heard,
};

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
    /// Its text; empty where the bot may not read it.
    pub content: String,
    /// The people mentioned.
    pub mentions: Vec<Author>,
    /// What it answers.
    pub replied: Option<Replied>,
    /// Its files.
    pub attachments: Vec<Attachment>,
    /// Messages passed on with it.
    pub forwarded: Vec<Forwarded>,
    /// The names of its stickers.
    pub stickers: Vec<String>,
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
    /// Its files.
    pub attachments: Vec<Attachment>,
}

/// A message passed on. Whose it was isn't told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forwarded {
    /// Its text.
    pub content: String,
    /// Its files.
    pub attachments: Vec<Attachment>,
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
            content: message.content.clone(),
            mentions: message.mentions.iter().map(self::author).collect(),
            replied: replied(message),
            attachments: attachments(&message.attachments),
            forwarded: message
                .message_snapshots
                .iter()
                .map(|snapshot| Forwarded {
                    content: snapshot.content.clone(),
                    attachments: attachments(&snapshot.attachments),
                })
                .collect(),
            stickers: message.sticker_items.iter().map(|sticker| sticker.name.clone()).collect(),
        })
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
            carries_more: !(self.attachments.is_empty()
                && self.forwarded.is_empty()
                && self.stickers.is_empty()),
        }
    }
}

fn replied(message: &Message) -> Option<Replied> {
    let reference = message.message_reference.as_ref()?;
    if reference.kind != MessageReferenceKind::Default {
        return None;
    }
    Some(Replied {
        id: reference.message_id?.get().into(),
        message: message.referenced_message.as_ref().map(|replied| RepliedMessage {
            author: author(&replied.author),
            webhook: replied.webhook_id.map(|webhook| webhook.get().into()),
            content: replied.content.clone(),
            attachments: attachments(&replied.attachments),
        }),
    })
}

fn author(user: &User) -> Author {
    Author { id: user.id.get().into(), name: user.display_name().to_owned(), bot: user.bot }
}

fn attachments(attachments: &[serenity::all::Attachment]) -> Vec<Attachment> {
    attachments
        .iter()
        .map(|attachment| Attachment {
            id: attachment.id.get(),
            filename: attachment.filename.clone(),
            content_type: attachment.content_type.clone(),
            size: attachment.size.into(),
            url: attachment.url.clone(),
        })
        .collect()
}
