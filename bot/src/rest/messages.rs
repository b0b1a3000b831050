//! Plain messages: in direct messages, as notices, and to look at what stands in a channel.

use std::fmt::Write;

use http::Method;
use serde::Serialize;
use shared::ids::{ChannelId, DiscordUserId, MessageId};

use super::{
    Rest, RestError,
    body::{Create, Edit, Message},
    error::About,
    read::{Channel, StoredMessage, WireChannel, WireMessage},
    snowflake::Snowflake,
};

/// What a new message has besides its text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewMessage<'a> {
    /// At most 25 characters. A second message with it, within minutes, is the first one again.
    pub nonce: Option<&'a str>,
    /// The message that it answers; if that one is gone, it answers nothing.
    pub reply_to: Option<MessageId>,
}

/// Which messages of a channel, newest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum History {
    /// The newest.
    #[default]
    Newest,
    /// The newest before this one.
    Before(MessageId),
    /// The oldest after this one.
    After(MessageId),
}

#[derive(Serialize)]
struct More<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enforce_nonce: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_reference: Option<Reference>,
}

#[derive(Serialize)]
struct Reference {
    message_id: Snowflake,
    fail_if_not_exists: bool,
}

#[derive(Serialize)]
struct Recipient {
    recipient_id: Snowflake,
}

impl Rest {
    /// Says something as the bot itself. With a nonce, it may be repeated.
    pub async fn create_message(
        &self,
        channel: ChannelId,
        message: &Message,
        new: NewMessage<'_>,
    ) -> Result<MessageId, RestError> {
        let more = More {
            nonce: new.nonce,
            enforce_nonce: new.nonce.map(|_| true),
            message_reference: new
                .reply_to
                .map(|id| Reference { message_id: Snowflake(id.get()), fail_if_not_exists: false }),
        };
        let call = self.call(About::Bot, Method::POST, format!("channels/{channel}/messages"));
        let posted: WireMessage = call.json(&Create::new(message, more)).read().await?;
        Ok(posted.id.into())
    }

    /// Changes a message of the bot's own. May be repeated.
    pub async fn edit_message(
        &self,
        channel: ChannelId,
        id: MessageId,
        message: &Message,
    ) -> Result<(), RestError> {
        self.call(About::Bot, Method::PATCH, format!("channels/{channel}/messages/{id}"))
            .json(&Edit::new(message))
            .done()
            .await
    }

    /// Deletes a message.
    pub async fn delete_message(&self, channel: ChannelId, id: MessageId) -> Result<(), RestError> {
        self.call(About::Bot, Method::DELETE, format!("channels/{channel}/messages/{id}"))
            .done()
            .await
    }

    /// One message.
    pub async fn message(
        &self,
        channel: ChannelId,
        id: MessageId,
    ) -> Result<StoredMessage, RestError> {
        self.call(About::Bot, Method::GET, format!("channels/{channel}/messages/{id}"))
            .read::<WireMessage>()
            .await
            .map(StoredMessage::from)
    }

    /// Messages of a channel, at most 100.
    pub async fn messages(
        &self,
        channel: ChannelId,
        history: History,
        most: u8,
    ) -> Result<Vec<StoredMessage>, RestError> {
        let call = self
            .call(About::Bot, Method::GET, format!("channels/{channel}/messages"))
            .query("limit", most.clamp(1, 100));
        let call = match history {
            History::Newest => call,
            History::Before(id) => call.query("before", id),
            History::After(id) => call.query("after", id),
        };
        let wires: Vec<WireMessage> = call.read().await?;
        Ok(wires.into_iter().map(StoredMessage::from).collect())
    }

    /// Shows for ten seconds that the bot is typing, in the bot's own name.
    pub async fn typing(&self, channel: ChannelId) -> Result<(), RestError> {
        self.call(About::Bot, Method::POST, format!("channels/{channel}/typing")).done().await
    }

    /// Puts an emoji under a message.
    pub async fn react(
        &self,
        channel: ChannelId,
        id: MessageId,
        emoji: &str,
    ) -> Result<(), RestError> {
        self.call(About::Bot, Method::PUT, reaction(channel, id, emoji, "@me")).done().await
    }

    /// Takes the bot's own emoji away.
    pub async fn unreact(
        &self,
        channel: ChannelId,
        id: MessageId,
        emoji: &str,
    ) -> Result<(), RestError> {
        self.call(About::Bot, Method::DELETE, reaction(channel, id, emoji, "@me")).done().await
    }

    /// Takes somebody's emoji away.
    pub async fn remove_reaction(
        &self,
        channel: ChannelId,
        id: MessageId,
        emoji: &str,
        by: DiscordUserId,
    ) -> Result<(), RestError> {
        let path = reaction(channel, id, emoji, &by.to_string());
        self.call(About::Bot, Method::DELETE, path).done().await
    }

    /// The channel for direct messages to a person. They may still not take any.
    pub async fn open_direct(&self, person: DiscordUserId) -> Result<ChannelId, RestError> {
        let body = Recipient { recipient_id: Snowflake(person.get()) };
        let call = self.call(About::Bot, Method::POST, "users/@me/channels").json(&body);
        Ok(Channel::from(call.read::<WireChannel>().await?).id)
    }

    /// A channel or thread.
    pub async fn channel(&self, channel: ChannelId) -> Result<Channel, RestError> {
        self.call(About::Bot, Method::GET, format!("channels/{channel}"))
            .read::<WireChannel>()
            .await
            .map(Channel::from)
    }
}

fn reaction(channel: ChannelId, id: MessageId, emoji: &str, by: &str) -> String {
    let mut escaped = String::new();
    for byte in emoji.bytes() {
        let _infallible = write!(escaped, "%{byte:02X}");
    }
    format!("channels/{channel}/messages/{id}/reactions/{escaped}/{by}")
}
