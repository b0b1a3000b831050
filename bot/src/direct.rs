//! Direct messages: the way to tell one person something that nobody else should read.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use shared::ids::{ChannelId, DiscordUserId};

use crate::rest::{Message, NewMessage, Rest, RestError};

/// People whose channel is remembered at once.
const MAX_PEOPLE: usize = 10_000;

/// The direct-message channels that were opened; Discord counts how often one asks.
#[derive(Debug, Default)]
pub(crate) struct DirectChannels(Mutex<HashMap<DiscordUserId, ChannelId>>);

impl DirectChannels {
    /// Tells a person something. With a nonce (at most 25 characters) it may be repeated.
    ///
    /// [`RestError::Forbidden`]: they take no direct messages from here.
    pub(crate) async fn tell(
        &self,
        rest: &Rest,
        person: DiscordUserId,
        text: &str,
        nonce: &str,
    ) -> Result<(), RestError> {
        self.send(rest, person, &Message::text(text), nonce).await
    }

    /// The same, with buttons.
    pub(crate) async fn send(
        &self,
        rest: &Rest,
        person: DiscordUserId,
        message: &Message,
        nonce: &str,
    ) -> Result<(), RestError> {
        let channel = self.of(rest, person).await?;
        let new = NewMessage { nonce: Some(nonce), ..NewMessage::default() };
        let sent = rest.create_message(channel, message, new).await;
        if matches!(sent, Err(RestError::Gone(_))) {
            self.lock().remove(&person);
        }
        sent.map(drop)
    }

    /// The channel between a person and the bot.
    pub(crate) async fn of(
        &self,
        rest: &Rest,
        person: DiscordUserId,
    ) -> Result<ChannelId, RestError> {
        let known = self.lock().get(&person).copied();
        if let Some(channel) = known {
            return Ok(channel);
        }
        let channel = rest.open_direct(person).await?;
        let mut people = self.lock();
        if people.len() >= MAX_PEOPLE {
            people.clear();
        }
        people.insert(person, channel);
        Ok(channel)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<DiscordUserId, ChannelId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end of an id, which is random, as a nonce that Discord takes.
#[must_use]
pub(crate) fn nonce(id: uuid::Uuid) -> String {
    let id = id.simple().to_string();
    id.get(id.len().saturating_sub(25)..).unwrap_or_default().to_owned()
}
