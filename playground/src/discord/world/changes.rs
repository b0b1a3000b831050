//! What happens in the world. Each change also tells the gateway's sessions, under the same lock.

use serde_json::{Value, json};

use super::{
    Attachment, Author, Channel, ChannelKind, Guild, Message, Permissions, Role, User, Webhook,
    World,
};
use crate::discord::{
    gateway::{Event, Intents},
    mentions::Pings,
    snowflake::{Snowflake, now},
};

/// What an edit changes; what is `None` stays.
#[derive(Debug, Default)]
pub(crate) struct Edit {
    pub(crate) content: Option<String>,
    pub(crate) embeds: Option<Vec<Value>>,
    pub(crate) components: Option<Vec<Value>>,
    pub(crate) attachments: Option<Vec<Attachment>>,
    pub(crate) flags: Option<u64>,
    pub(crate) pings: Pings,
}

impl World {
    pub(crate) fn add_user(&mut self, name: &str, bot: bool) -> Snowflake {
        let id = self.ids.next();
        let mut letters = name.chars();
        let display_name = letters
            .next()
            .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect());
        self.users.insert(
            id,
            User { id, name: name.to_owned(), display_name, bot, closed_to_messages: false },
        );
        self.guilds.values_mut().for_each(|guild| guild.members.push(id));
        id
    }

    /// Makes a server with everybody in it. The bot gets a role of its own, which may do everything.
    pub(crate) fn add_guild(
        &mut self,
        id: Snowflake,
        bots_role: Snowflake,
        name: &str,
    ) -> Snowflake {
        let role = |id, name: &str, permissions| Role {
            id,
            name: name.to_owned(),
            position: 0,
            permissions,
            mentionable: false,
            of_application: None,
        };
        // an administrator could be denied nothing
        let all = Permissions::ALL.without(Permissions::ADMINISTRATOR);
        let bots = Role {
            position: 1,
            of_application: Some(self.bot),
            ..role(bots_role, &self.options.bot_name, all)
        };
        let guild = Guild {
            id,
            name: name.to_owned(),
            owner: self.owner,
            members: self.users.keys().copied().collect(),
            roles: vec![role(id, "@everyone", Permissions::EVERYBODY), bots],
            given: [(self.bot, vec![bots_role])].into(),
        };
        let event = Event::guild("GUILD_CREATE", id, Intents::GUILDS, self.guild_json(&guild));
        self.guilds.insert(id, guild);
        self.switchboard.dispatch(&event);
        id
    }

    pub(crate) fn add_channel(&mut self, guild: Snowflake, name: &str) -> Snowflake {
        self.add_place(name, Some(guild), ChannelKind::Text)
    }

    pub(crate) fn add_place(
        &mut self,
        name: &str,
        guild: Option<Snowflake>,
        kind: ChannelKind,
    ) -> Snowflake {
        let channel = Channel {
            id: self.ids.next(),
            kind,
            name: name.to_owned(),
            guild,
            overwrites: Vec::new(),
            members: Vec::new(),
        };
        self.add_place_with(channel)
    }

    /// Adds a place, and tells of it if the bot sees it.
    pub(crate) fn add_place_with(&mut self, channel: Channel) -> Snowflake {
        let (id, thread) = (channel.id, channel.is_thread());
        if let Some(guild) = channel.guild
            && self.may(self.bot, &channel, Permissions::NONE)
        {
            let mut json = self.channel_json(&channel);
            json["newly_created"] = json!(true);
            let name = if thread { "THREAD_CREATE" } else { "CHANNEL_CREATE" };
            self.switchboard.dispatch(&Event::guild(name, guild, Intents::GUILDS, json));
        }
        self.channels.insert(id, channel);
        id
    }

    /// The direct-message channel with a person, made if there is none.
    pub(crate) fn open_direct_messages(&mut self, person: Snowflake) -> Snowflake {
        let open = self.direct_messages(person).map(|channel| channel.id);
        open.unwrap_or_else(|| self.add_place("", None, ChannelKind::DirectMessage(person)))
    }

    pub(crate) fn add_webhook(&mut self, webhook: Webhook) {
        self.announce_webhooks(webhook.channel);
        self.webhooks.insert(webhook.id, webhook);
    }

    pub(crate) fn remove_webhook(&mut self, id: Snowflake) -> Option<Webhook> {
        let webhook = self.webhooks.remove(&id)?;
        self.announce_webhooks(webhook.channel);
        Some(webhook)
    }

    fn announce_webhooks(&mut self, channel: Snowflake) {
        let guild = self.channels.get(&channel).and_then(|channel| channel.guild);
        if let Some(guild) = guild {
            let data = json!({"guild_id": guild, "channel_id": channel});
            self.switchboard.dispatch(&Event::guild(
                "WEBHOOKS_UPDATE",
                guild,
                Intents::GUILD_WEBHOOKS,
                data,
            ));
        }
    }

    /// Puts a draft into its channel.
    pub(crate) fn post(&mut self, mut message: Message) -> Snowflake {
        message.id = self.ids.next();
        let channel = self.channels.get(&message.channel);
        message.guild = channel.and_then(|channel| channel.guild);
        message.in_private_with = channel.and_then(Channel::recipient);
        message.written = now();
        message.remember();
        self.join_thread(message.channel, &message.author);
        let id = message.id;
        self.timelines.entry(message.channel).or_default().push(id);
        self.messages.insert(id, message);
        self.touch(id);
        self.announce_message("MESSAGE_CREATE", id);
        id
    }

    /// Who writes in a thread belongs to it from then on.
    fn join_thread(&mut self, channel: Snowflake, author: &Author) {
        let thread = self.channels.get_mut(&channel).filter(|channel| channel.is_thread());
        if let (Some(thread), Author::User(author)) = (thread, author)
            && !thread.members.contains(author)
        {
            thread.members.push(*author);
        }
    }

    /// Puts previews of links under a message, as Discord does a moment after it was written. Nobody
    /// has edited it.
    pub(crate) fn unfurl(&mut self, id: Snowflake, embeds: Vec<Value>) {
        let Some(message) = self.messages.get_mut(&id) else { return };
        message.embeds = embeds;
        self.touch(id);
        self.announce_message("MESSAGE_UPDATE", id);
    }

    /// Changes a message that exists.
    pub(crate) fn edit(&mut self, id: Snowflake, edit: Edit) {
        let Some(message) = self.messages.get_mut(&id) else { return };
        message.content = edit.content.unwrap_or_else(|| message.content.clone());
        message.embeds = edit.embeds.unwrap_or_else(|| message.embeds.clone());
        message.components = edit.components.unwrap_or_else(|| message.components.clone());
        message.attachments = edit.attachments.unwrap_or_else(|| message.attachments.clone());
        message.flags = edit.flags.unwrap_or(message.flags);
        message.pings = edit.pings;
        message.edited = Some(now());
        message.remember();
        self.touch(id);
        self.announce_message("MESSAGE_UPDATE", id);
    }

    pub(crate) fn delete(&mut self, id: Snowflake) {
        let Some(message) = self.messages.get_mut(&id).filter(|message| !message.deleted) else {
            return;
        };
        message.deleted = true;
        let (channel, guild, private) =
            (message.channel, message.guild, message.only_for.is_some());
        self.touch(id);
        if private {
            return;
        }
        let mut data = json!({"id": id, "channel_id": channel});
        if let Some(guild) = guild {
            data["guild_id"] = json!(guild);
        }
        self.tell(
            channel,
            "MESSAGE_DELETE",
            Intents::GUILD_MESSAGES,
            Intents::DIRECT_MESSAGES,
            data,
        );
    }

    /// Sends a message to the gateway's sessions once more, or for the first time.
    pub(crate) fn announce_message(&mut self, event: &'static str, id: Snowflake) {
        let Some(message) = self.messages.get(&id).filter(|message| message.only_for.is_none())
        else {
            return;
        };
        let Some(channel) = self.channels.get(&message.channel) else { return };
        if !self.bot_permissions(channel).contains(Permissions::VIEW_CHANNEL) {
            return;
        }
        let ours = match &message.author {
            Author::User(id) => *id == self.bot,
            Author::Webhook { application, .. } => *application == Some(self.bot),
        };
        let data = self.message_event(message);
        let readable = ours || message.guild.is_none() || message.pings.users.contains(&self.bot);
        let mut event = match message.guild {
            Some(guild) => Event::guild(event, guild, Intents::GUILD_MESSAGES, data),
            None => Event::direct(event, Intents::DIRECT_MESSAGES, data),
        };
        event.needs_content_intent = !readable;
        self.switchboard.dispatch(&event);
    }

    pub(crate) fn show_typing(&mut self, channel: Snowflake, user: Snowflake) {
        self.typing.show(channel, user);
        let mut data =
            json!({"channel_id": channel, "user_id": user, "timestamp": now().timestamp()});
        if let Some(guild) = self.channels.get(&channel).and_then(|channel| channel.guild) {
            data["guild_id"] = json!(guild);
            data["member"] = self.member_json(guild, user);
        }
        self.tell(
            channel,
            "TYPING_START",
            Intents::GUILD_MESSAGE_TYPING,
            Intents::DIRECT_MESSAGE_TYPING,
            data,
        );
    }

    /// Adds or removes a person's reaction.
    pub(crate) fn react(&mut self, message: Snowflake, user: Snowflake, emoji: &str, add: bool) {
        let Some(found) = self.messages.get_mut(&message) else { return };
        let people = found.reactions.entry(emoji.to_owned()).or_default();
        if people.contains(&user) == add {
            return;
        }
        if add {
            people.push(user);
        } else {
            people.retain(|person| *person != user);
        }
        found.reactions.retain(|_, people| !people.is_empty());
        let (channel, guild, author) = (found.channel, found.guild, found.author.clone());
        self.touch(message);
        let mut data = json!({
            "user_id": user, "channel_id": channel, "message_id": message, "burst": false, "type": 0,
            "emoji": super::message::emoji_to_json(emoji),
        });
        if let Some(guild) = guild {
            data["guild_id"] = json!(guild);
            if add {
                data["member"] = self.member_json(guild, user);
            }
        }
        if let (true, Author::User(author)) = (add, author) {
            data["message_author_id"] = json!(author);
        }
        let event = if add { "MESSAGE_REACTION_ADD" } else { "MESSAGE_REACTION_REMOVE" };
        self.tell(
            channel,
            event,
            Intents::GUILD_MESSAGE_REACTIONS,
            Intents::DIRECT_MESSAGE_REACTIONS,
            data,
        );
    }

    /// Takes all reactions from a message, or all with one emoji.
    pub(crate) fn clear_reactions(&mut self, message: Snowflake, emoji: Option<&str>) {
        let Some(found) = self.messages.get_mut(&message) else { return };
        let before = found.reactions.len();
        found.reactions.retain(|given, _| emoji.is_some_and(|emoji| emoji != given));
        if found.reactions.len() == before {
            return;
        }
        let (channel, guild) = (found.channel, found.guild);
        self.touch(message);
        let mut data = json!({"channel_id": channel, "message_id": message});
        if let Some(guild) = guild {
            data["guild_id"] = json!(guild);
        }
        let event = match emoji {
            None => "MESSAGE_REACTION_REMOVE_ALL",
            Some(emoji) => {
                data["emoji"] = super::message::emoji_to_json(emoji);
                "MESSAGE_REACTION_REMOVE_EMOJI"
            }
        };
        self.tell(
            channel,
            event,
            Intents::GUILD_MESSAGE_REACTIONS,
            Intents::DIRECT_MESSAGE_REACTIONS,
            data,
        );
    }

    /// Something happened to a message: whoever looks for news finds it.
    fn touch(&mut self, message: Snowflake) {
        self.revision += 1;
        if let Some(message) = self.messages.get_mut(&message) {
            message.touched = self.revision;
        }
    }

    /// Sends what happened in a channel to whoever asked for it there.
    fn tell(
        &mut self,
        channel: Snowflake,
        event: &'static str,
        in_guild: Intents,
        direct: Intents,
        data: Value,
    ) {
        let Some(channel) = self.channels.get(&channel) else { return };
        if !self.bot_permissions(channel).contains(Permissions::VIEW_CHANNEL) {
            return;
        }
        let event = match channel.guild {
            Some(guild) => Event::guild(event, guild, in_guild, data),
            None => Event::direct(event, direct, data),
        };
        self.switchboard.dispatch(&event);
    }
}
