//! What Discord tells of messages, channels and webhooks, read leniently: a field that we don't
//! need may be missing, new or of another kind.

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::Deserialize;
use shared::ids::{ChannelId, DiscordUserId, GuildId, MessageId, WebhookId};

use super::snowflake::{ApplicationId, Snowflake};

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
    /// Its files.
    pub attachments: Vec<Attachment>,
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

/// A file at a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its id, which stays when its address changes.
    pub id: u64,
    /// Its name.
    pub filename: String,
    /// Its media type, as the sender's client gave it.
    pub content_type: Option<String>,
    /// Its size in bytes.
    pub size: u64,
    /// A signed address that expires: fetch it at once, never store it.
    pub url: String,
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
    attachments: Vec<WireAttachment>,
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
struct WireAttachment {
    id: Snowflake,
    filename: String,
    content_type: Option<String>,
    size: u64,
    url: String,
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
}

impl From<WireMessage> for StoredMessage {
    fn from(wire: WireMessage) -> Self {
        let mut custom_ids = Vec::new();
        collect_custom_ids(&wire.components, &mut custom_ids);
        let WireUser { id, username, global_name, bot } = wire.author;
        Self {
            id: wire.id.into(),
            channel: wire.channel_id.into(),
            author: Author { id: id.into(), name: global_name.unwrap_or(username), bot },
            webhook: wire.webhook_id.map(Snowflake::into),
            content: wire.content,
            sent: wire.timestamp,
            reply_to: wire
                .message_reference
                .filter(|reference| reference.kind == 0)
                .and_then(|reference| reference.message_id)
                .map(Snowflake::into),
            attachments: wire.attachments.into_iter().map(Attachment::from).collect(),
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

impl From<WireAttachment> for Attachment {
    fn from(wire: WireAttachment) -> Self {
        let WireAttachment { id, filename, content_type, size, url } = wire;
        Self { id: id.0, filename, content_type, size, url }
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
        }
    }
}
