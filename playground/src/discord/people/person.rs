//! Somebody who acts.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use super::{
    interact::{self, Doing},
    invocation::Invocation,
    place::{ActError, Place},
};
use crate::discord::{
    mentions::{Defaults, Pings},
    server::Server,
    snowflake::Snowflake,
    world::{Author, Edit, InteractionKind, Message, Permissions, World},
};

/// A person on the local Discord. Clones are the same person.
#[derive(Clone)]
pub struct Person {
    pub(super) server: Arc<Server>,
    pub(super) id: Snowflake,
}

/// A file that somebody gives away.
#[derive(Clone, Debug)]
pub struct File {
    /// Its name.
    pub filename: String,
    /// Its media type.
    pub content_type: String,
    /// What is in it.
    pub bytes: Bytes,
}

impl Person {
    pub(crate) fn new(server: Arc<Server>, id: Snowflake) -> Self {
        Self { server, id }
    }

    /// The person's account.
    #[must_use]
    pub fn id(&self) -> Snowflake {
        self.id
    }

    /// How to mention the person in a text.
    #[must_use]
    pub fn mention(&self) -> String {
        format!("<@{}>", self.id)
    }

    /// Writes a message.
    pub fn say(&self, place: impl Into<Place>, text: &str) -> Result<Snowflake, ActError> {
        self.post(place, text, None, Vec::new())
    }

    /// Writes a message with a file.
    pub fn say_with_file(
        &self,
        place: impl Into<Place>,
        text: &str,
        filename: &str,
        content_type: &str,
        bytes: impl Into<Bytes>,
    ) -> Result<Snowflake, ActError> {
        let (filename, content_type) = (filename.to_owned(), content_type.to_owned());
        self.post(place, text, None, vec![File { filename, content_type, bytes: bytes.into() }])
    }

    /// Answers a message.
    pub fn reply(
        &self,
        place: impl Into<Place>,
        to: Snowflake,
        text: &str,
    ) -> Result<Snowflake, ActError> {
        self.post(place, text, Some(to), Vec::new())
    }

    /// Writes a message that may answer another one and carry files.
    pub fn post(
        &self,
        place: impl Into<Place>,
        text: &str,
        reply_to: Option<Snowflake>,
        files: Vec<File>,
    ) -> Result<Snowflake, ActError> {
        let place = place.into();
        self.act(|world| {
            let channel = place.find_to_write(world, self.id)?;
            if !files.is_empty() {
                place.find_to(world, self.id, Permissions::ATTACH_FILES, "attach files")?;
            }
            let mut message = Message::draft(channel, Author::User(self.id), text);
            let replied = reply_to.map(|to| answerable(world, self.id, to, channel)).transpose()?;
            let author = replied.and_then(account);
            if reply_to.is_some() {
                message.kind = 19;
                message.reply_to = reply_to;
            }
            message.pings = Pings::of(&message.content, &Value::Null, Defaults::Everything, author);
            let attach = |file: File| {
                world.attachment(channel, &file.filename, Some(&file.content_type), file.bytes)
            };
            message.attachments = files.into_iter().map(attach).collect();
            Ok(world.post(message))
        })
    }

    /// Writes to the bot in private.
    pub fn dm(&self, text: &str) -> Result<Snowflake, ActError> {
        self.say(self.dm_channel(), text)
    }

    /// The direct-message channel with the bot, opened if there is none.
    #[must_use]
    pub fn dm_channel(&self) -> Snowflake {
        self.server.world().open_direct_messages(self.id)
    }

    /// Takes no direct messages from now on, or takes them again.
    pub fn close_dms(&self, closed: bool) {
        if let Some(user) = self.server.world().users.get_mut(&self.id) {
            user.closed_to_messages = closed;
        }
    }

    /// Changes a message of their own.
    pub fn edit(&self, message: Snowflake, text: &str) -> Result<(), ActError> {
        self.act(|world| {
            self.own(world, message)?;
            let text = text.trim();
            let before = world.message(message);
            let files = before.is_some_and(|it| !it.attachments.is_empty());
            if text.is_empty() && !files {
                return Err(ActError::MayNot("leave a message without text or files"));
            }
            let replied = before.and_then(|it| world.message(it.reply_to?)).and_then(account);
            let pings = Pings::of(text, &Value::Null, Defaults::Everything, replied);
            world.edit(message, Edit { content: Some(text.to_owned()), pings, ..Edit::default() });
            Ok(())
        })
    }

    /// Deletes a message: their own, or, as somebody who may, anybody's.
    pub fn delete(&self, message: Snowflake) -> Result<(), ActError> {
        self.act(|world| {
            let found = visible(world, self.id, message)?;
            let own = found.author == Author::User(self.id) || found.only_for.is_some();
            if !own
                && (found.guild.is_none() || !self.may(world, found, Permissions::MANAGE_MESSAGES))
            {
                return Err(ActError::MayNot("delete what others wrote"));
            }
            world.delete(message);
            Ok(())
        })
    }

    /// Gives a message a reaction.
    pub fn react(&self, message: Snowflake, emoji: &str) -> Result<(), ActError> {
        self.set_reaction(message, emoji, true)
    }

    /// Gives a message a reaction, or takes it back.
    pub fn set_reaction(&self, message: Snowflake, emoji: &str, on: bool) -> Result<(), ActError> {
        self.act(|world| {
            let found = shared(world, self.id, message)?;
            // who joins in a reaction adds none
            let new = on && !found.reactions.contains_key(emoji);
            if new && !self.may(world, found, Permissions::ADD_REACTIONS) {
                return Err(ActError::MayNot("add reactions"));
            }
            world.react(message, self.id, emoji, on);
            Ok(())
        })
    }

    /// Is seen typing.
    pub fn type_in(&self, place: impl Into<Place>) -> Result<(), ActError> {
        let place = place.into();
        self.act(|world| {
            let channel = place.find_to_write(world, self.id)?;
            world.show_typing(channel, self.id);
            Ok(())
        })
    }

    /// Whether the person may do it where a message stands.
    fn may(&self, world: &World, message: &Message, permission: Permissions) -> bool {
        let channel = world.channel(message.channel);
        channel.is_some_and(|channel| world.may(self.id, channel, permission))
    }

    fn own(&self, world: &World, message: Snowflake) -> Result<(), ActError> {
        let message = visible(world, self.id, message)?;
        if message.author == Author::User(self.id) {
            Ok(())
        } else {
            Err(ActError::NoSuchMessage(message.id))
        }
    }

    pub(super) fn interact(
        &self,
        world: &mut World,
        channel: Snowflake,
        kind: InteractionKind,
        data: Value,
        message: Option<Snowflake>,
    ) -> Result<Invocation, ActError> {
        let token = interact::begin(
            world,
            Doing { user: self.id, channel, kind, data, message, opened_by: None },
        )?;
        Ok(Invocation::new(Arc::clone(&self.server), token))
    }

    pub(super) fn act<T>(
        &self,
        act: impl FnOnce(&mut World) -> Result<T, ActError>,
    ) -> Result<T, ActError> {
        let done = act(&mut self.server.world());
        self.server.bell.ring();
        done
    }
}

/// The account that wrote a message; none if a webhook did.
fn account(message: &Message) -> Option<Snowflake> {
    match message.author {
        Author::User(id) => Some(id),
        Author::Webhook { .. } => None,
    }
}

pub(super) fn visible(
    world: &World,
    viewer: Snowflake,
    message: Snowflake,
) -> Result<&Message, ActError> {
    let message_id = message;
    let message = world.message(message_id).filter(|message| world.shows(message, viewer));
    message.ok_or(ActError::NoSuchMessage(message_id))
}

/// A message that a person sees, and everybody else in its channel too.
pub(super) fn shared(
    world: &World,
    viewer: Snowflake,
    message: Snowflake,
) -> Result<&Message, ActError> {
    let found = visible(world, viewer, message)?;
    if found.only_for.is_none() { Ok(found) } else { Err(ActError::NoSuchMessage(message)) }
}

/// A message that a person can answer in a channel.
fn answerable(
    world: &World,
    viewer: Snowflake,
    message: Snowflake,
    channel: Snowflake,
) -> Result<&Message, ActError> {
    let found = shared(world, viewer, message)?;
    if found.channel == channel { Ok(found) } else { Err(ActError::NoSuchMessage(message)) }
}
