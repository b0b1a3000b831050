//! Roles: permissions with a name, given to people.

use serde_json::{Value, json};

use super::{super::snowflake::Snowflake, permissions::Permissions};

/// A role of a server.
#[derive(Clone, Debug)]
pub struct Role {
    /// The role's id; that of `@everyone` is the server's.
    pub id: Snowflake,
    /// Its name.
    pub name: String,
    /// How high it stands; `@everyone` is at 0.
    pub position: usize,
    /// What it allows.
    pub permissions: Permissions,
    /// Whether everybody may mention it.
    pub mentionable: bool,
    /// The application whose own role it is.
    pub of_application: Option<Snowflake>,
}

impl Role {
    /// The role object of Discord's API.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut role = json!({
            "id": self.id, "name": self.name, "color": 0,
            "colors": {"primary_color": 0, "secondary_color": null, "tertiary_color": null},
            "hoist": false, "position": self.position, "permissions": self.permissions.to_string(),
            "managed": self.of_application.is_some(), "mentionable": self.mentionable, "flags": 0,
            "icon": null, "unicode_emoji": null,
        });
        if let Some(application) = self.of_application {
            role["tags"] = json!({"bot_id": application});
        }
        role
    }
}
