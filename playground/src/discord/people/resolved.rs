//! What ids in options and forms stand for, spelled out for the bot.

use serde_json::{Map, Value, json};

use crate::discord::{
    snowflake::Snowflake,
    world::{Message, User, World, member},
};

/// The `resolved` of an interaction. Each method finds something, keeps it, and returns its id as it
/// travels.
#[derive(Default)]
pub(super) struct Resolved(Map<String, Value>);

impl Resolved {
    /// A person, by id or name.
    pub(super) fn user(&mut self, world: &World, value: &Value) -> Option<Value> {
        let text = value.as_str()?;
        let user =
            text.parse().ok().and_then(|id| world.user(id)).or_else(|| world.user_named(text))?;
        Some(self.add_user(user))
    }

    fn add_user(&mut self, user: &User) -> Value {
        self.add("users", user.id, user.to_json());
        let mut member = member(user);
        if let Some(fields) = member.as_object_mut() {
            for key in ["user", "deaf", "mute"] {
                fields.remove(key);
            }
            fields.insert("permissions".to_owned(), "0".into());
        }
        self.add("members", user.id, member);
        json!(user.id)
    }

    /// A channel, by id or name.
    pub(super) fn channel(&mut self, world: &World, value: &Value) -> Option<Value> {
        let text = value.as_str()?;
        let channel = text
            .parse()
            .ok()
            .and_then(|id| world.channel(id))
            .or_else(|| world.channel_named(text))?;
        self.add("channels", channel.id, world.interaction_channel_json(channel));
        Some(json!(channel.id))
    }

    /// A role: each server has the one that everybody has, under the server's own id.
    pub(super) fn role(&mut self, world: &World, value: &Value) -> Option<Value> {
        let guild = world.guild(value.as_str()?.parse().ok()?)?;
        self.add("roles", guild.id, guild.everyone());
        Some(json!(guild.id))
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

    /// Whatever a menu or form of this component type may hold.
    pub(super) fn chosen(&mut self, world: &World, kind: u64, value: &Value) -> Option<Value> {
        match kind {
            5 => self.user(world, value),
            6 => self.role(world, value),
            7 => self.mentionable(world, value),
            8 => self.channel(world, value),
            19 => self.file(world, value),
            _ => None,
        }
    }

    /// Puts it into the interaction's data, if there is anything to tell.
    pub(super) fn write_into(self, data: &mut Value) {
        if !self.0.is_empty() {
            data["resolved"] = Value::Object(self.0);
        }
    }

    fn add(&mut self, kind: &str, id: Snowflake, object: Value) {
        let objects = self.0.entry(kind).or_insert_with(|| json!({}));
        objects[id.to_string()] = object;
    }
}
