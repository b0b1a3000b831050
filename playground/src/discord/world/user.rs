//! People and bots.

use serde_json::{Value, json};

use super::super::snowflake::Snowflake;

/// Somebody with an account: a person, or our bot.
#[derive(Clone, Debug)]
pub struct User {
    /// The account's id.
    pub id: Snowflake,
    /// The account's name, by which tests address it.
    pub name: String,
    /// The name that people see.
    pub display_name: String,
    /// Whether this is an application's account.
    pub bot: bool,
    /// Whether the person takes no direct messages (Discord's error 50007).
    pub closed_to_messages: bool,
}

impl User {
    /// The user object of Discord's API.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut user = json!({
            "id": self.id,
            "username": self.name,
            "discriminator": if self.bot { "0000" } else { "0" },
            "global_name": if self.bot { Value::Null } else { json!(self.display_name) },
            "avatar": null, "banner": null, "accent_color": null,
            "public_flags": 0, "flags": 0, "primary_guild": null,
        });
        if self.bot {
            user["bot"] = json!(true);
        }
        user
    }

    /// What an account is told about itself.
    #[must_use]
    pub fn to_json_for_itself(&self) -> Value {
        let mut user = self.to_json();
        user["verified"] = json!(true);
        user["mfa_enabled"] = json!(false);
        user["email"] = Value::Null;
        user["locale"] = json!("en-US");
        user["premium_type"] = json!(0);
        user
    }
}
