//! The commands that the bot registered.

use serde_json::{Value, json};

use super::{super::snowflake::Snowflake, channel::Channel, permissions::Permissions};

/// A registered application command.
#[derive(Clone, Debug)]
pub struct Command {
    /// The command's id.
    pub id: Snowflake,
    /// The server it exists in; none if it exists everywhere.
    pub guild: Option<Snowflake>,
    /// Its name.
    pub name: String,
    /// 1 for slash commands, 2 and 3 for those of the menu of a user or message.
    pub kind: u64,
    /// The command object as Discord answers it.
    pub definition: Value,
}

impl Command {
    /// Takes a command as the bot sent it, and fills in what Discord fills in.
    pub(crate) fn new(
        id: Snowflake,
        application: Snowflake,
        guild: Option<Snowflake>,
        mut sent: Value,
    ) -> Self {
        let defaults = json!({
            "type": 1, "default_member_permissions": null, "nsfw": false, "description": "",
        });
        drop_nulls(&mut sent);
        let (Value::Object(sent), Value::Object(mut definition)) = (sent, defaults) else {
            return Self { id, guild, name: String::new(), kind: 1, definition: Value::Null };
        };
        definition.extend(sent);
        let mut definition = Value::Object(definition);
        definition["id"] = json!(id);
        definition["version"] = json!(id);
        definition["application_id"] = json!(application);
        if let Some(guild) = guild {
            definition["guild_id"] = json!(guild);
        }
        Self {
            id,
            guild,
            name: definition["name"].as_str().unwrap_or_default().to_owned(),
            kind: definition["type"].as_u64().unwrap_or(1),
            definition,
        }
    }

    /// What somebody in a server needs to use it; none if nothing. An empty set is for
    /// administrators alone.
    #[must_use]
    pub fn needs(&self) -> Option<Permissions> {
        let bits = self.definition["default_member_permissions"].as_str()?.parse().ok()?;
        Some(Permissions::from_bits(bits))
    }

    /// Whether it is offered in a place.
    #[must_use]
    pub fn is_offered_in(&self, place: &Channel) -> bool {
        match place.guild {
            Some(guild) if self.guild.is_some() => self.guild == Some(guild),
            Some(_) => self.works_in_servers(),
            None => self.works_in_direct_messages(),
        }
    }

    /// Whether it is offered in direct messages with the bot (context 1).
    #[must_use]
    pub fn works_in_direct_messages(&self) -> bool {
        let contexts = &self.definition["contexts"];
        self.guild.is_none()
            && contexts
                .as_array()
                .is_none_or(|contexts| contexts.iter().any(|c| c.as_u64() == Some(1)))
    }

    /// Whether it is offered in servers (context 0).
    #[must_use]
    pub fn works_in_servers(&self) -> bool {
        let contexts = &self.definition["contexts"];
        contexts.as_array().is_none_or(|contexts| contexts.iter().any(|c| c.as_u64() == Some(0)))
    }
}

/// Discord never sends back the fields that a client sent as null.
pub(crate) fn drop_nulls(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        _ => {}
    }
}
