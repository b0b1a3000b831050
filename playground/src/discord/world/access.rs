//! Who may do what where, worked out as Discord does.

use super::{
    super::snowflake::Snowflake,
    World,
    channel::{Channel, Whom},
    command::Command,
    guild::Guild,
    message::Message,
    permissions::Permissions,
};

impl World {
    /// What somebody may do in a channel: what their roles allow, less and more what the channel says.
    #[must_use]
    pub fn permissions(&self, who: Snowflake, channel: &Channel) -> Permissions {
        let Some(guild) = channel.guild else { return self.in_private(who, channel) };
        let Some(guild) = self.guilds.get(&guild) else { return Permissions::NONE };
        let everywhere = guild.permissions(who);
        if everywhere.contains(Permissions::ADMINISTRATOR) {
            return Permissions::ALL;
        }
        let home = self.channels.get(&channel.webhook_home()).unwrap_or(channel);
        let permissions = here(everywhere, guild, home, who);
        let manages = permissions.contains(Permissions::MANAGE_THREADS);
        if channel.is_private_thread() && !manages && !channel.members.contains(&who) {
            return Permissions::NONE;
        }
        permissions
    }

    /// In direct messages there are two, who may do the same.
    fn in_private(&self, who: Snowflake, channel: &Channel) -> Permissions {
        if channel.recipient() != Some(who) && self.bot != who {
            return Permissions::NONE;
        }
        let all = Permissions::ALL.without(Permissions::ADMINISTRATOR);
        all.without(channel.overwrite(Whom::Member(who)).deny)
    }

    /// What the bot may do in a channel.
    #[must_use]
    pub fn bot_permissions(&self, channel: &Channel) -> Permissions {
        self.permissions(self.bot, channel)
    }

    /// Whether somebody may do it in a channel. Who does not see the channel may do nothing.
    #[must_use]
    pub fn may(&self, who: Snowflake, channel: &Channel, permission: Permissions) -> bool {
        self.permissions(who, channel).contains(Permissions::VIEW_CHANNEL | permission)
    }

    /// Whether somebody sees a channel, thread or direct-message channel.
    #[must_use]
    pub fn sees(&self, who: Snowflake, channel: Snowflake) -> bool {
        let channel = self.channels.get(&channel);
        channel.is_some_and(|channel| self.may(who, channel, Permissions::NONE))
    }

    /// Whether somebody sees a message: where it stands, and that it is there.
    #[must_use]
    pub fn shows(&self, message: &Message, viewer: Snowflake) -> bool {
        message.is_visible_to(viewer) && self.sees(viewer, message.channel)
    }

    /// Whether a command is offered to somebody in a channel: it works there, and they have what it
    /// asks for.
    #[must_use]
    pub fn offers(&self, command: &Command, who: Snowflake, channel: &Channel) -> bool {
        let needs = Permissions::USE_APPLICATION_COMMANDS;
        command.is_offered_in(channel)
            && (channel.guild.is_none() || self.may(who, channel, needs))
            && self.is_trusted_with(command, who, channel)
    }

    /// Whether somebody has the permissions that a command asks for. In direct messages it asks for
    /// none; a server's administrators can use everything.
    #[must_use]
    pub fn is_trusted_with(&self, command: &Command, who: Snowflake, channel: &Channel) -> bool {
        let has = self.permissions(who, channel);
        match command.needs() {
            _ if channel.guild.is_none() || has.contains(Permissions::ADMINISTRATOR) => true,
            Some(needed) => needed != Permissions::NONE && has.contains(needed),
            None => true,
        }
    }
}

impl Guild {
    /// What somebody may do in the whole server.
    #[must_use]
    pub fn permissions(&self, who: Snowflake) -> Permissions {
        if self.owner == who {
            return Permissions::ALL;
        }
        if !self.members.contains(&who) {
            return Permissions::NONE;
        }
        let everyone = self.roles.iter().filter(|role| role.id == self.id);
        let all = everyone.chain(self.roles_of(who));
        all.fold(Permissions::NONE, |sum, role| sum | role.permissions)
    }
}

/// What a channel makes of somebody's permissions: first for everyone, then for all of their roles
/// together, then for themselves; and what is denied goes before what is allowed.
fn here(everywhere: Permissions, guild: &Guild, channel: &Channel, who: Snowflake) -> Permissions {
    let everyone = channel.overwrite(Whom::Everyone);
    let roles = guild.roles_of(who).map(|role| channel.overwrite(Whom::Role(role.id)));
    let none = (Permissions::NONE, Permissions::NONE);
    let roles = roles.fold(none, |(deny, allow), it| (deny | it.deny, allow | it.allow));
    let own = channel.overwrite(Whom::Member(who));
    let steps = [(everyone.deny, everyone.allow), roles, (own.deny, own.allow)];
    steps.into_iter().fold(everywhere, |so_far, (deny, allow)| so_far.without(deny) | allow)
}
