//! Servers, which the API calls guilds.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{super::snowflake::Snowflake, channel::Channel, role::Role, user::User};

/// A server that the bot is in.
#[derive(Clone, Debug)]
pub struct Guild {
    /// The server's id, which decides its shard.
    pub id: Snowflake,
    /// Its name.
    pub name: String,
    /// The person it belongs to.
    pub owner: Snowflake,
    /// Everybody in it, the bot included.
    pub members: Vec<Snowflake>,
    /// Its roles, `@everyone` first.
    pub roles: Vec<Role>,
    /// Who has which roles besides `@everyone`.
    pub given: BTreeMap<Snowflake, Vec<Snowflake>>,
}

impl Guild {
    /// The body of a `GUILD_CREATE`.
    pub(crate) fn to_json(&self, members: &[&User], channels: &[&Channel]) -> Value {
        let (threads, places): (Vec<&Channel>, Vec<&Channel>) =
            channels.iter().copied().partition(|c| c.is_thread());
        let present = json!({
            "joined_at": "2024-01-01T00:00:00.000000+00:00",
            "large": false, "unavailable": false, "member_count": members.len(),
            "voice_states": [], "presences": [], "stage_instances": [],
            "guild_scheduled_events": [], "soundboard_sounds": [],
            "members": members.iter().map(|user| self.member(user)).collect::<Vec<_>>(),
            "channels": places.iter().map(|channel| channel.to_json(&[])).collect::<Vec<_>>(),
            "threads": threads.iter().map(|thread| thread.to_json(&[])).collect::<Vec<_>>(),
        });
        let parts = [self.settings(), nothing_set(), present];
        parts.into_iter().filter_map(|part| part.as_object().cloned()).flatten().collect()
    }

    /// What a server's settings say.
    fn settings(&self) -> Value {
        json!({
            "id": self.id, "name": self.name, "owner_id": self.owner,
            "roles": self.roles.iter().map(Role::to_json).collect::<Vec<_>>(),
            "region": "deprecated", "afk_timeout": 300, "verification_level": 0,
            "default_message_notifications": 0, "explicit_content_filter": 0, "mfa_level": 0,
            "system_channel_flags": 0, "max_members": 500_000, "premium_tier": 0,
            "premium_subscription_count": 0, "preferred_locale": "en-US",
            "max_video_channel_users": 25, "max_stage_video_channel_users": 50, "nsfw_level": 0,
            "nsfw": false, "premium_progress_bar_enabled": false, "widget_enabled": false,
        })
    }

    /// A role by its id.
    #[must_use]
    pub fn role(&self, id: Snowflake) -> Option<&Role> {
        self.roles.iter().find(|role| role.id == id)
    }

    /// A role by its name.
    #[must_use]
    pub fn role_named(&self, name: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.name == name)
    }

    /// The roles of somebody besides `@everyone`.
    pub fn roles_of(&self, who: Snowflake) -> impl Iterator<Item = &Role> {
        let given = self.given.get(&who).into_iter().flatten();
        given.filter_map(|id| self.role(*id))
    }

    /// Somebody's membership, without the user.
    pub(crate) fn membership(&self, who: Snowflake) -> Value {
        let roles: Vec<Snowflake> = self.roles_of(who).map(|role| role.id).collect();
        json!({
            "roles": roles, "joined_at": "2024-01-01T00:00:00.000000+00:00", "deaf": false,
            "mute": false, "flags": 0, "pending": false, "nick": null, "avatar": null,
            "banner": null, "premium_since": null, "communication_disabled_until": null,
        })
    }

    /// A member with its user.
    pub(crate) fn member(&self, user: &User) -> Value {
        let mut member = self.membership(user.id);
        member["user"] = user.to_json();
        member
    }
}

/// What a server may have and ours has not.
fn nothing_set() -> Value {
    json!({
        "icon": null, "icon_hash": null, "splash": null, "discovery_splash": null, "banner": null,
        "description": null, "afk_channel_id": null, "application_id": null,
        "system_channel_id": null, "rules_channel_id": null, "max_presences": null,
        "vanity_url_code": null, "public_updates_channel_id": null,
        "safety_alerts_channel_id": null, "home_header": null, "hub_type": null,
        "incidents_data": null, "widget_channel_id": null, "emojis": [], "stickers": [], "features": [],
    })
}
