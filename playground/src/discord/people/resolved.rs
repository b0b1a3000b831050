//! What ids in options and forms stand for, spelled out for the bot.

use serde_json::{Map, Value, json};

use crate::discord::{
    form::items,
    snowflake::Snowflake,
    world::{Channel, Message, User, World},
};

/// The `resolved` of an interaction. Each method finds something, keeps it, and returns its id as it
/// travels.
pub(super) struct Resolved {
    /// Who does it.
    viewer: Snowflake,
    /// Where it happens.
    channel: Snowflake,
    /// The server it happens in. Only what is there can be named.
    guild: Option<Snowflake>,
    objects: Map<String, Value>,
}

impl Resolved {
    /// For what somebody does in a channel.
    pub(super) fn for_use(world: &World, viewer: Snowflake, channel: Snowflake) -> Self {
        let guild = world.channel(channel).and_then(|channel| channel.guild);
        Self { viewer, channel, guild, objects: Map::new() }
    }

    /// A person, by id or name.
    pub(super) fn user(&mut self, world: &World, value: &Value) -> Option<Value> {
        let text = value.as_str()?;
        let user =
            text.parse().ok().and_then(|id| world.user(id)).or_else(|| world.user_named(text))?;
        Some(self.add_user(world, user))
    }

    fn add_user(&mut self, world: &World, user: &User) -> Value {
        self.add("users", user.id, user.to_json());
        let place = world.channel(self.channel);
        let here = self.guild.and_then(|guild| world.guild(guild)).zip(place);
        let Some((guild, channel)) = here else { return json!(user.id) };
        let mut member = guild.membership(user.id);
        if let Some(fields) = member.as_object_mut() {
            for key in ["deaf", "mute"] {
                fields.remove(key);
            }
        }
        member["permissions"] = json!(world.permissions(user.id, channel).to_string());
        self.add("members", user.id, member);
        json!(user.id)
    }

    /// A channel that the person sees, by id or name.
    pub(super) fn channel(&mut self, world: &World, value: &Value) -> Option<Value> {
        let text = value.as_str()?;
        let is_here = |it: &&Channel| {
            it.guild.is_some() && it.guild == self.guild && world.sees(self.viewer, it.id)
        };
        let here = || world.channels().filter(is_here);
        let id = text.parse().ok();
        let channel =
            here().find(|it| Some(it.id) == id).or_else(|| here().find(|it| it.name == text))?;
        self.add("channels", channel.id, world.interaction_channel_json(channel, self.viewer));
        Some(json!(channel.id))
    }

    /// A role, by id or name.
    pub(super) fn role(&mut self, world: &World, value: &Value) -> Option<Value> {
        let (guild, text) = (world.guild(self.guild?)?, value.as_str()?);
        let by_id = text.parse().ok().and_then(|id| guild.role(id));
        let role = by_id.or_else(|| guild.role_named(text))?;
        self.add("roles", role.id, role.to_json());
        Some(json!(role.id))
    }

    /// A person or a role.
    pub(super) fn mentionable(&mut self, world: &World, value: &Value) -> Option<Value> {
        self.user(world, value).or_else(|| self.role(world, value))
    }

    /// A file that was uploaded for this.
    pub(super) fn file(&mut self, world: &World, value: &Value) -> Option<Value> {
        let file = world.uploads.get(value.as_str()?.parse().ok()?)?;
        self.add("attachments", file.id, file.to_json());
        Some(json!(file.id))
    }

    /// The message whose menu was used.
    pub(super) fn message(&mut self, world: &World, message: &Message) {
        self.add("messages", message.id, world.message_json(message));
    }

    /// What a menu or a form's field may hold.
    pub(super) fn chosen(&mut self, world: &World, field: &Value, value: &Value) -> Option<Value> {
        match field["type"].as_u64()? {
            5 => self.user(world, value),
            6 => self.role(world, value),
            7 => self.mentionable(world, value),
            8 => self.channel(world, value).filter(|id| self.is_of(&field["channel_types"], id)),
            19 => self.file(world, value),
            _ => None,
        }
    }

    /// Whether a channel that was found is of one of these types; any will do if there are none.
    pub(super) fn is_of(&self, types: &Value, channel: &Value) -> bool {
        let found = &self.objects["channels"][channel.as_str().unwrap_or_default()]["type"];
        items(types).is_empty() || items(types).contains(found)
    }

    /// Puts it into the interaction's data, if there is anything to tell.
    pub(super) fn write_into(self, data: &mut Value) {
        if !self.objects.is_empty() {
            data["resolved"] = Value::Object(self.objects);
        }
    }

    fn add(&mut self, kind: &str, id: Snowflake, object: Value) {
        let objects = self.objects.entry(kind).or_insert_with(|| json!({}));
        objects[id.to_string()] = object;
    }
}
