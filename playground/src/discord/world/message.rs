//! Messages, with everything they ever said.

use std::{collections::BTreeMap, time::Instant};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    super::{
        mentions::Pings,
        snowflake::{Snowflake, iso},
    },
    pictures::picture_size,
};

/// A message that only its addressee sees.
pub const EPHEMERAL: u64 = 1 << 6;
/// "… is thinking": a deferred answer whose text is still to come.
pub const LOADING: u64 = 1 << 7;

/// A message that was passed on: what it says stands in its snapshot.
pub const HAS_SNAPSHOT: u64 = 1 << 14;

/// A message and its past.
#[derive(Clone, Debug)]
pub struct Message {
    /// The message's id.
    pub id: Snowflake,
    /// The channel, thread or direct-message channel it stands in.
    pub channel: Snowflake,
    /// That channel's server.
    pub guild: Option<Snowflake>,
    /// Who wrote it.
    pub author: Author,
    /// The text as it stands now.
    pub content: String,
    /// When it was written.
    pub written: DateTime<Utc>,
    /// When it was last edited.
    pub edited: Option<DateTime<Utc>>,
    /// Discord's type: 0 plain, 19 a reply, 20 the answer to a command.
    pub kind: u64,
    /// Discord's flags, such as [`EPHEMERAL`].
    pub flags: u64,
    /// Its embeds, as they were sent.
    pub embeds: Vec<Value>,
    /// Its components (rows of buttons), as they were sent.
    pub components: Vec<Value>,
    /// Its files.
    pub attachments: Vec<Attachment>,
    /// Its reactions: who gave which emoji.
    pub reactions: BTreeMap<String, Vec<Snowflake>>,
    /// The message that it answers.
    pub reply_to: Option<Snowflake>,
    /// The message that it passes on.
    pub forward: Option<Forward>,
    /// Its stickers, as messages list them.
    pub stickers: Vec<Value>,
    /// Its poll, as Discord's API has it.
    pub poll: Option<Value>,
    /// The sender's own mark, by which a repetition is recognised.
    pub nonce: Option<Value>,
    /// The only person who sees it, if it is ephemeral.
    pub only_for: Option<Snowflake>,
    /// The person in whose direct messages it stands, if it does.
    pub in_private_with: Option<Snowflake>,
    /// What of an interaction is told about the message that answers it.
    pub interaction: Option<Value>,
    /// The words of the command that it answers, such as `wallet set`.
    pub command: Option<String>,
    /// Whom the text as it stands would notify.
    pub pings: Pings,
    /// Everything it said, oldest first, ending with what it says now.
    pub history: Vec<Revision>,
    /// Whether it was deleted. Deleted messages stay here, so that tests can see them.
    pub deleted: bool,
    /// The world's revision at which something last happened to it.
    pub(crate) touched: u64,
}

/// Who wrote a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Author {
    /// A person, or the bot under its own name.
    User(Snowflake),
    /// A webhook, under the name and avatar that the post gave.
    Webhook {
        /// The webhook.
        webhook: Snowflake,
        /// The application that owns it.
        application: Option<Snowflake>,
        /// The name it used.
        name: String,
        /// The avatar's address, if the post gave one.
        avatar_url: Option<String>,
    },
}

/// A message that was passed on, as it was then.
#[derive(Clone, Debug)]
pub struct Forward {
    /// The server it stands in.
    pub guild: Option<Snowflake>,
    /// The channel it stands in.
    pub channel: Snowflake,
    /// The message itself, which may have changed since.
    pub message: Snowflake,
    /// What it said: a message object without who wrote it.
    pub snapshot: Value,
}

/// What a message said between two edits.
#[derive(Clone, Debug)]
pub struct Revision {
    /// The text.
    pub content: String,
    /// The components.
    pub components: Vec<Value>,
    /// Whom this revision would notify.
    pub pings: Pings,
    /// When it came, by a clock that tests may subtract.
    pub at: Instant,
}

/// A file on a message.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// The attachment's id.
    pub id: Snowflake,
    /// The file's name.
    pub filename: String,
    /// Its media type, if the sender gave one.
    pub content_type: Option<String>,
    /// What is in it.
    pub bytes: Bytes,
    /// Where it can be fetched.
    pub url: String,
}

impl Message {
    /// A plain message that is not in its channel yet.
    pub(crate) fn draft(channel: Snowflake, author: Author, content: &str) -> Self {
        Self {
            id: Snowflake::from(0),
            channel,
            guild: None,
            author,
            content: content.trim().to_owned(),
            written: DateTime::UNIX_EPOCH,
            edited: None,
            kind: 0,
            flags: 0,
            embeds: Vec::new(),
            components: Vec::new(),
            attachments: Vec::new(),
            reactions: BTreeMap::new(),
            reply_to: None,
            forward: None,
            stickers: Vec::new(),
            poll: None,
            nonce: None,
            only_for: None,
            in_private_with: None,
            interaction: None,
            command: None,
            pings: Pings::default(),
            history: Vec::new(),
            deleted: false,
            touched: 0,
        }
    }

    /// Whether a person can see it.
    #[must_use]
    pub fn is_visible_to(&self, viewer: Snowflake) -> bool {
        !self.deleted && self.concerns(viewer)
    }

    /// Whether a person can see it, or could before it was deleted.
    pub(crate) fn concerns(&self, viewer: Snowflake) -> bool {
        [self.only_for, self.in_private_with].into_iter().flatten().all(|person| person == viewer)
    }

    /// Whether only one person sees it.
    #[must_use]
    pub fn is_ephemeral(&self) -> bool {
        self.flags & EPHEMERAL != 0
    }

    /// Whether it still says "is thinking".
    #[must_use]
    pub fn is_loading(&self) -> bool {
        self.flags & LOADING != 0
    }

    /// The name over the message, if it is a webhook's.
    #[must_use]
    pub fn webhook_name(&self) -> Option<&str> {
        match &self.author {
            Author::Webhook { name, .. } => Some(name),
            Author::User(_) => None,
        }
    }

    /// The webhook that wrote it.
    #[must_use]
    pub fn webhook(&self) -> Option<Snowflake> {
        match &self.author {
            Author::Webhook { webhook, .. } => Some(*webhook),
            Author::User(_) => None,
        }
    }

    /// Whether any revision would have notified anybody.
    #[must_use]
    pub fn ever_pinged(&self) -> bool {
        self.history.iter().any(|revision| !revision.pings.is_empty())
    }

    /// The components one can click or choose from, in order, however deep they lie.
    pub fn buttons(&self) -> impl Iterator<Item = &Value> {
        let mut found = Vec::new();
        self.components.iter().for_each(|component| interactive(component, &mut found));
        found.into_iter()
    }

    /// Keeps what it says now as its newest revision.
    pub(crate) fn remember(&mut self) {
        self.history.push(Revision {
            content: self.content.clone(),
            components: self.components.clone(),
            pings: self.pings.clone(),
            at: Instant::now(),
        });
    }

    /// The message object, but for what only the world knows: `author`, `mentions`, `referenced_message`.
    pub(crate) fn to_json(&self, bot: Snowflake) -> Value {
        let mut message = json!({
            "id": self.id, "channel_id": self.channel, "content": self.content,
            "timestamp": iso(self.written), "edited_timestamp": self.edited.map(iso),
            "tts": false, "mention_everyone": self.pings.everyone, "mentions": [],
            "mention_roles": self.pings.roles, "embeds": self.embeds,
            "attachments": self.attachments.iter().map(Attachment::to_json).collect::<Vec<_>>(),
            "pinned": false, "type": self.kind, "flags": self.flags, "components": self.components,
        });
        if let Author::Webhook { webhook, application, .. } = &self.author {
            message["webhook_id"] = json!(webhook);
            if let Some(application) = application {
                message["application_id"] = json!(application);
            }
        }
        if let Some(interaction) = &self.interaction {
            message["interaction_metadata"] = interaction.clone();
            message["application_id"] = json!(bot);
            message["webhook_id"] = json!(bot);
        }
        if !self.stickers.is_empty() {
            message["sticker_items"] = json!(self.stickers);
        }
        if let Some(poll) = &self.poll {
            message["poll"] = poll.clone();
        }
        if let Some(forward) = &self.forward {
            message["message_reference"] = json!({
                "type": 1, "channel_id": forward.channel, "message_id": forward.message,
            });
            if let Some(guild) = forward.guild {
                message["message_reference"]["guild_id"] = json!(guild);
            }
            message["message_snapshots"] = json!([{"message": forward.snapshot}]);
        }
        if let Some(nonce) = &self.nonce {
            message["nonce"] = nonce.clone();
        }
        if !self.reactions.is_empty() {
            message["reactions"] = self.reactions_to_json(bot);
        }
        message
    }

    fn reactions_to_json(&self, bot: Snowflake) -> Value {
        let one = |(emoji, people): (&String, &Vec<Snowflake>)| {
            json!({
                "emoji": emoji_to_json(emoji), "count": people.len(), "me": people.contains(&bot),
                "count_details": {"burst": 0, "normal": people.len()}, "burst_colors": [], "me_burst": false,
            })
        };
        self.reactions.iter().map(one).collect()
    }
}

impl Attachment {
    pub(crate) fn to_json(&self) -> Value {
        let mut attachment = json!({
            "id": self.id, "filename": self.filename, "size": self.bytes.len(),
            "url": self.url, "proxy_url": self.url,
        });
        if let Some((width, height)) = picture_size(&self.bytes) {
            attachment["width"] = json!(width);
            attachment["height"] = json!(height);
        }
        if let Some(content_type) = &self.content_type {
            attachment["content_type"] = json!(content_type);
        }
        attachment
    }
}

/// Buttons and menus: alone, in rows, in containers, or beside a section's text.
fn interactive<'a>(component: &'a Value, found: &mut Vec<&'a Value>) {
    if matches!(component["type"].as_u64(), Some(2 | 3 | 5..=8)) {
        found.push(component);
    }
    let inner = component["components"].as_array().into_iter().flatten();
    inner.chain(component.get("accessory")).for_each(|inner| interactive(inner, found));
}

/// The author object of a webhook's post.
pub(crate) fn webhook_author(webhook: Snowflake, name: &str) -> Value {
    json!({
        "id": webhook, "username": name, "avatar": null, "discriminator": "0000", "bot": true,
        "global_name": null, "public_flags": 0, "flags": 0, "primary_guild": null,
    })
}

/// An emoji as paths and reactions name it: a character, or `name:id`.
pub(crate) fn emoji_to_json(emoji: &str) -> Value {
    match emoji.split_once(':') {
        Some((name, id)) => json!({"id": id, "name": name}),
        None => json!({"id": null, "name": emoji}),
    }
}
