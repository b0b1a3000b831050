//! What Discord tells of messages, channels and webhooks, read leniently: a field that we don't
//! need may be missing, new or of another kind.

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::Deserialize;
use shared::{
    context::{Carried, Forward},
    ids::{ChannelId, DiscordUserId, GuildId, MessageId, WebhookId},
};

use super::{
    carried::{WireCarried, forwards, list},
    guilds::WireOverwrite,
    snowflake::{ApplicationId, Snowflake},
};
use crate::permissions::Overwrite;

/// A message that stands in a channel.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredMessage {
    /// Its id.
    pub id: MessageId,
    /// Where it stands.
    pub channel: ChannelId,
    /// Who wrote it. For a webhook's message the id is the webhook's.
    pub author: Author,
    /// The webhook that it came through.
    pub webhook: Option<WebhookId>,
    /// Its text.
    pub content: String,
    /// When it was sent.
    pub sent: Option<DateTime<Utc>>,
    /// The message that it answers.
    pub reply_to: Option<MessageId>,
    /// The people mentioned in it.
    pub mentions: Vec<Author>,
    /// What it carries besides its text.
    pub carried: Carried,
    /// Messages passed on with it.
    pub forwarded: Vec<Forward>,
    /// The ids of its buttons: they tell which delivery it belongs to.
    pub custom_ids: Vec<String>,
    /// The nonce it was sent with.
    pub nonce: Option<String>,
    /// Whether a person or bot wrote it: ordinary or a reply, not "X joined".
    pub is_ordinary: bool,
}

/// Who wrote a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// Their id.
    pub id: DiscordUserId,
    /// The name they show, where it's known; else the account's.
    pub name: String,
    /// Whether it's a program.
    pub bot: bool,
}

/// A webhook, with its token if the bot may use it.
#[derive(Clone, Debug)]
pub struct StoredWebhook {
    /// Its id.
    pub id: WebhookId,
    /// Where it writes; webhooks can be moved.
    pub channel: Option<ChannelId>,
    /// Its name.
    pub name: Option<String>,
    /// Whose it is.
    pub application: Option<ApplicationId>,
    /// What proves that we may write through it.
    pub token: Option<SecretString>,
}

/// A place for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its id.
    pub id: ChannelId,
    /// Its server.
    pub guild: Option<GuildId>,
    /// A thread's channel, which its webhooks belong to; another channel's category.
    pub parent: Option<ChannelId>,
    /// Its name.
    pub name: Option<String>,
    /// What it is.
    pub kind: ChannelKind,
    /// A thread that only its members see.
    pub is_private_thread: bool,
    /// A voice channel, which one has to enter to read what is written in it.
    pub is_voice: bool,
    /// What it says otherwise than its server; a thread has nothing of its own.
    pub overwrites: Vec<Overwrite>,
}

/// What a channel is, as far as it matters for writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelKind {
    /// With one person, or a few.
    Direct,
    /// Part of another channel.
    Thread,
    /// Takes posts, which are threads.
    Forum,
    /// Anything else that has messages.
    Channel,
}

#[derive(Deserialize)]
pub(super) struct WireMessage {
    pub(super) id: Snowflake,
    channel_id: Snowflake,
    author: WireUser,
    webhook_id: Option<Snowflake>,
    #[serde(default)]
    content: String,
    timestamp: Option<DateTime<Utc>>,
    message_reference: Option<WireReference>,
    #[serde(default)]
    mentions: serde_json::Value,
    #[serde(flatten)]
    carried: WireCarried,
    #[serde(default)]
    message_snapshots: serde_json::Value,
    #[serde(default)]
    components: serde_json::Value,
    nonce: Option<serde_json::Value>,
    #[serde(default, rename = "type")]
    kind: u8,
}

#[derive(Deserialize)]
struct WireUser {
    id: Snowflake,
    username: String,
    global_name: Option<String>,
    #[serde(default)]
    bot: bool,
}

#[derive(Deserialize)]
struct WireReference {
    message_id: Option<Snowflake>,
    #[serde(default, rename = "type")]
    kind: u8,
}

#[derive(Deserialize)]
pub(super) struct WireWebhook {
    id: Snowflake,
    channel_id: Option<Snowflake>,
    name: Option<String>,
    application_id: Option<Snowflake>,
    token: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct WireChannel {
    id: Snowflake,
    guild_id: Option<Snowflake>,
    parent_id: Option<Snowflake>,
    name: Option<String>,
    #[serde(rename = "type")]
    kind: u8,
    #[serde(default)]
    permission_overwrites: Vec<WireOverwrite>,
}

impl From<WireMessage> for StoredMessage {
    fn from(wire: WireMessage) -> Self {
        let mut custom_ids = Vec::new();
        collect_custom_ids(&wire.components, &mut custom_ids);
        Self {
            id: wire.id.into(),
            channel: wire.channel_id.into(),
            author: wire.author.into(),
            webhook: wire.webhook_id.map(Snowflake::into),
            content: wire.content,
            sent: wire.timestamp,
            reply_to: wire
                .message_reference
                .filter(|reference| reference.kind == 0)
                .and_then(|reference| reference.message_id)
                .map(Snowflake::into),
            mentions: list::<WireUser>(&wire.mentions).into_iter().map(Author::from).collect(),
            carried: wire.carried.into(),
            forwarded: forwards(&wire.message_snapshots),
            custom_ids,
            nonce: wire.nonce.and_then(|nonce| match nonce {
                serde_json::Value::String(nonce) => Some(nonce),
                serde_json::Value::Number(nonce) => Some(nonce.to_string()),
                _ => None,
            }),
            is_ordinary: matches!(wire.kind, 0 | 19 | 20 | 23),
        }
    }
}

impl From<WireUser> for Author {
    fn from(wire: WireUser) -> Self {
        let WireUser { id, username, global_name, bot } = wire;
        Self { id: id.into(), name: global_name.unwrap_or(username), bot }
    }
}

/// Components nest in ways that change; what we look for is always called the same.
fn collect_custom_ids(value: &serde_json::Value, ids: &mut Vec<String>) {
    match value {
        serde_json::Value::Array(values) => {
            for value in values {
                collect_custom_ids(value, ids);
            }
        }
        serde_json::Value::Object(fields) => {
            ids.extend(fields.get("custom_id").and_then(|id| id.as_str()).map(str::to_owned));
            for value in fields.values() {
                collect_custom_ids(value, ids);
            }
        }
        _ => {}
    }
}

impl From<WireWebhook> for StoredWebhook {
    fn from(wire: WireWebhook) -> Self {
        Self {
            id: wire.id.into(),
            channel: wire.channel_id.map(Snowflake::into),
            name: wire.name,
            application: wire.application_id.map(Snowflake::into),
            token: wire.token.map(SecretString::from),
        }
    }
}

impl From<WireChannel> for Channel {
    fn from(wire: WireChannel) -> Self {
        Self {
            id: wire.id.into(),
            guild: wire.guild_id.map(Snowflake::into),
            parent: wire.parent_id.map(Snowflake::into),
            name: wire.name,
            kind: match wire.kind {
                1 | 3 => ChannelKind::Direct,
                10..=12 => ChannelKind::Thread,
                15 | 16 => ChannelKind::Forum,
                _ => ChannelKind::Channel,
            },
            is_private_thread: wire.kind == 12,
            is_voice: matches!(wire.kind, 2 | 13),
            overwrites: wire.permission_overwrites.iter().filter_map(WireOverwrite::read).collect(),
        }
    }
}
