//! Webhooks: the way a bot speaks under many names.

use serde_json::{Value, json};

use super::{super::snowflake::Snowflake, user::User};

/// A webhook of a channel, made by the bot.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// The webhook's id, which is also the author of what it posts.
    pub id: Snowflake,
    /// The channel it belongs to.
    pub channel: Snowflake,
    /// That channel's server.
    pub guild: Option<Snowflake>,
    /// Its own name, shown where a post names none.
    pub name: String,
    /// Who has this may post.
    pub token: String,
    /// The application that made it; none for one that a person made.
    pub application: Option<Snowflake>,
}

impl Webhook {
    /// The webhook object of Discord's API, as its maker sees it.
    #[must_use]
    pub fn to_json(&self, maker: Option<&User>) -> Value {
        let mut webhook = json!({
            "id": self.id, "type": 1, "guild_id": self.guild, "channel_id": self.channel,
            "name": self.name, "avatar": null, "application_id": self.application,
            "token": self.token,
            "url": format!("https://discord.com/api/webhooks/{}/{}", self.id, self.token),
        });
        if let Some(maker) = maker {
            webhook["user"] = maker.to_json();
        }
        webhook
    }
}
