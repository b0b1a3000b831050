//! Changes of roles, and of what channels say of them.

use serde_json::json;

use super::{Channel, ChannelKind, Overwrite, Permissions, Role, Whom, World};
use crate::discord::{
    gateway::{Event, Intents},
    snowflake::Snowflake,
};

impl World {
    /// Makes a role above all others.
    pub(crate) fn add_role(
        &mut self,
        guild: Snowflake,
        name: &str,
        permissions: Permissions,
    ) -> Snowflake {
        let id = self.ids.next();
        let Some(place) = self.guilds.get_mut(&guild) else { return id };
        let role = Role {
            id,
            name: name.to_owned(),
            position: place.roles.len(),
            permissions,
            mentionable: true,
            of_application: None,
        };
        let data = json!({"guild_id": guild, "role": role.to_json()});
        place.roles.push(role);
        self.switchboard.dispatch(&Event::guild("GUILD_ROLE_CREATE", guild, Intents::GUILDS, data));
        id
    }

    /// Gives somebody a role, or takes it.
    pub(crate) fn set_role(&mut self, guild: Snowflake, who: Snowflake, role: Snowflake, on: bool) {
        let Some(place) = self.guilds.get_mut(&guild) else { return };
        let given = place.given.entry(who).or_default();
        given.retain(|id| *id != role);
        if on {
            given.push(role);
        }
        let Some(user) = self.users.get(&who) else { return };
        let mut data = place.member(user);
        data["guild_id"] = json!(guild);
        let event = Event::guild("GUILD_MEMBER_UPDATE", guild, Intents::GUILD_MEMBERS, data);
        self.switchboard.dispatch(&event);
    }

    /// What a role allows from now on, in the whole server.
    pub(crate) fn change_role(
        &mut self,
        guild: Snowflake,
        role: Snowflake,
        permissions: Permissions,
    ) {
        let place = self.guilds.get_mut(&guild);
        let role = place.and_then(|place| place.roles.iter_mut().find(|it| it.id == role));
        let Some(role) = role else { return };
        role.permissions = permissions;
        let data = json!({"guild_id": guild, "role": role.to_json()});
        self.switchboard.dispatch(&Event::guild("GUILD_ROLE_UPDATE", guild, Intents::GUILDS, data));
    }

    /// Makes a text channel that only these, the bot, and administrators see. It is told of once, with
    /// all that it says of people.
    pub(crate) fn add_private_channel(
        &mut self,
        guild: Snowflake,
        name: &str,
        open_to: &[Whom],
    ) -> Snowflake {
        let view = Permissions::VIEW_CHANNEL;
        let bot = Whom::Member(self.bot);
        let mut overwrites =
            vec![Overwrite { whom: Whom::Everyone, allow: Permissions::NONE, deny: view }];
        overwrites.extend([bot].iter().chain(open_to).map(|whom| Overwrite {
            whom: *whom,
            allow: view,
            deny: Permissions::NONE,
        }));
        let id = self.ids.next();
        self.add_place_with(Channel {
            id,
            kind: ChannelKind::Text,
            name: name.to_owned(),
            guild: Some(guild),
            overwrites,
            members: Vec::new(),
        })
    }

    /// Changes a channel, and tells whoever still sees it.
    pub(crate) fn change_channel(&mut self, id: Snowflake, change: impl FnOnce(&mut Channel)) {
        let Some(channel) = self.channels.get_mut(&id) else { return };
        change(channel);
        let Some(channel) = self.channels.get(&id) else { return };
        let Some(guild) = channel.guild.filter(|_| self.sees(self.bot, id)) else { return };
        let data = self.channel_json(channel);
        self.switchboard.dispatch(&Event::guild("CHANNEL_UPDATE", guild, Intents::GUILDS, data));
    }
}
