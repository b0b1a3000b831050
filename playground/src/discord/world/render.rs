//! The objects of Discord's API whose fields come from several corners of the world.

use serde_json::{Value, json};

use super::{Author, Channel, Guild, Message, Permissions, User, World, webhook_author};
use crate::discord::snowflake::Snowflake;

impl World {
    /// A user object, also for ids that nobody has.
    pub(crate) fn user_json(&self, id: Snowflake) -> Value {
        self.users.get(&id).map_or_else(
            || json!({"id": id, "username": "deleted-user", "discriminator": "0", "global_name": null, "avatar": null, "public_flags": 0, "flags": 0, "primary_guild": null}),
            User::to_json,
        )
    }

    pub(crate) fn channel_json(&self, channel: &Channel) -> Value {
        let recipients: Vec<&User> =
            channel.recipient().and_then(|id| self.users.get(&id)).into_iter().collect();
        let mut json = channel.to_json(&recipients);
        let last = self
            .messages(channel.id)
            .rfind(|message| !message.deleted && message.only_for.is_none());
        json["last_message_id"] = json!(last.map(|message| message.id));
        json
    }

    /// Somebody's membership in a server, with the user.
    pub(crate) fn member_json(&self, guild: Snowflake, who: Snowflake) -> Value {
        let found = self.guilds.get(&guild).zip(self.users.get(&who));
        found.map_or(Value::Null, |(guild, user)| guild.member(user))
    }

    /// A channel as an interaction of this person describes it.
    pub(crate) fn interaction_channel_json(&self, channel: &Channel, who: Snowflake) -> Value {
        let mut json = self.channel_json(channel);
        if channel.guild.is_some() {
            json["permissions"] = json!(self.permissions(who, channel).to_string());
            json["app_permissions"] = json!(self.bot_permissions(channel).to_string());
        }
        json
    }

    pub(crate) fn guild_json(&self, guild: &Guild) -> Value {
        let members: Vec<&User> =
            guild.members.iter().filter_map(|id| self.users.get(id)).collect();
        let visible = |channel: &&Channel| {
            channel.guild == Some(guild.id)
                && self.bot_permissions(channel).contains(Permissions::VIEW_CHANNEL)
        };
        let channels: Vec<&Channel> = self.channels.values().filter(visible).collect();
        guild.to_json(&members, &channels)
    }

    /// A message as REST answers it.
    pub(crate) fn message_json(&self, message: &Message) -> Value {
        let mut json = self.message_referring(message);
        if let Some(replied) = message.reply_to {
            let replied = self.messages.get(&replied).filter(|replied| !replied.deleted);
            json["referenced_message"] =
                replied.map_or(Value::Null, |replied| self.message_referring(replied));
        }
        json
    }

    /// A message as it stands in one that answers it: with what it answers itself, by number alone.
    fn message_referring(&self, message: &Message) -> Value {
        let mut json = self.message_alone(message);
        if let Some(replied) = message.reply_to {
            json["message_reference"] =
                json!({"type": 0, "channel_id": message.channel, "message_id": replied});
            if let Some(guild) = message.guild {
                json["message_reference"]["guild_id"] = json!(guild);
            }
        }
        json
    }

    fn message_alone(&self, message: &Message) -> Value {
        let mut json = message.to_json(self.bot);
        json["author"] = match &message.author {
            Author::User(id) => self.user_json(*id),
            Author::Webhook { webhook, name, .. } => webhook_author(*webhook, name),
        };
        json["mentions"] = message.pings.users.iter().map(|id| self.user_json(*id)).collect();
        json
    }

    /// What a message says, without who wrote it: what stays of it where it is passed on.
    pub(crate) fn snapshot(&self, message: &Message) -> Value {
        if let Some(forward) = &message.forward {
            return forward.snapshot.clone();
        }
        let mut json = self.message_alone(message);
        let kept = [
            "type",
            "content",
            "mentions",
            "mention_roles",
            "attachments",
            "embeds",
            "timestamp",
            "edited_timestamp",
            "flags",
            "components",
            "sticker_items",
        ];
        if let Some(fields) = json.as_object_mut() {
            fields.retain(|name, _| kept.contains(&name.as_str()));
        }
        json
    }

    /// A message as the gateway tells it.
    pub(crate) fn message_event(&self, message: &Message) -> Value {
        let mut json = self.message_json(message);
        let Some(guild) = message.guild.and_then(|id| self.guilds.get(&id)) else { return json };
        json["guild_id"] = json!(guild.id);
        if let Author::User(author) = message.author
            && message.interaction.is_none()
        {
            json["member"] = guild.membership(author);
        }
        let mentioned = json["mentions"].as_array_mut().into_iter().flatten();
        for (user, id) in mentioned.zip(&message.pings.users) {
            user["member"] = guild.membership(*id);
        }
        json
    }
}
