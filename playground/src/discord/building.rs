//! Changing the world from outside: what a server's administrators and Discord itself do.

use bytes::Bytes;
use serde_json::Value;

use super::{
    people::{ActError, Place},
    server::LocalDiscord,
    snowflake::Snowflake,
    world::{Channel, ChannelKind, Overwrite, Permissions, Webhook, Whom},
};

#[expect(
    clippy::must_use_candidate,
    reason = "made for their effects; the ids are there for who wants them"
)]
impl LocalDiscord {
    /// Makes a server with everybody in it.
    pub fn add_guild(&self, name: &str) -> Snowflake {
        let mut world = self.world();
        let id = world.ids.next();
        let bots_role = world.ids.next();
        world.add_guild(id, bots_role, name)
    }

    /// Makes a server with a chosen id, and so on a chosen shard: `(id >> 22) % shards`.
    pub fn add_guild_with_id(&self, name: &str, id: u64) -> Snowflake {
        let mut world = self.world();
        let bots_role = world.ids.next();
        world.add_guild(id.into(), bots_role, name)
    }

    /// The first server, in which everybody is.
    #[must_use]
    pub fn house(&self) -> Snowflake {
        let world = self.world();
        world.guilds.keys().next().copied().unwrap_or(world.owner)
    }

    /// Makes a text channel in a server.
    pub fn add_channel(&self, guild: Snowflake, name: &str) -> Snowflake {
        self.world().add_channel(guild, name)
    }

    /// Makes a thread under a channel, started by the owner of the first server.
    pub fn add_thread(&self, parent: impl Into<Place>, name: &str) -> Result<Snowflake, ActError> {
        let mut world = self.world();
        let parent = parent.into().find(&world)?;
        let guild = world.channel(parent).and_then(|channel| channel.guild);
        let owner = world.owner;
        Ok(world.add_place(name, guild, ChannelKind::Thread { parent, owner, private: false }))
    }

    /// Makes a thread under a channel that only these, the bot and those who manage threads see.
    pub fn add_private_thread(
        &self,
        parent: impl Into<Place>,
        name: &str,
        members: &[Snowflake],
    ) -> Result<Snowflake, ActError> {
        let mut world = self.world();
        let parent = parent.into().find(&world)?;
        let guild = world.channel(parent).and_then(|channel| channel.guild);
        let (id, owner) = (world.ids.next(), world.owner);
        let thread = Channel {
            id,
            kind: ChannelKind::Thread { parent, owner, private: true },
            name: name.to_owned(),
            guild,
            overwrites: Vec::new(),
            members: members.to_vec(),
        };
        world.add_place_with(thread);
        drop(world);
        self.server.bell.ring();
        Ok(id)
    }

    /// A channel's id.
    pub fn channel(&self, place: impl Into<Place>) -> Result<Snowflake, ActError> {
        place.into().find(&self.world())
    }

    /// Makes a text channel in a server that only these, the bot and administrators see.
    pub fn add_private_channel(&self, guild: Snowflake, name: &str, open_to: &[Whom]) -> Snowflake {
        let id = self.world().add_private_channel(guild, name, open_to);
        self.server.bell.ring();
        id
    }

    /// Makes a role in a server; nobody has it yet.
    pub fn add_role(&self, guild: Snowflake, name: &str, permissions: Permissions) -> Snowflake {
        let role = self.world().add_role(guild, name, permissions);
        self.server.bell.ring();
        role
    }

    /// Changes what a role allows. The role of everybody has the server's own id.
    pub fn change_role(&self, guild: Snowflake, role: Snowflake, permissions: Permissions) {
        self.world().change_role(guild, role, permissions);
        self.server.bell.ring();
    }

    /// Lets everybody use a command, whatever permissions it asks for, as a server's settings can.
    pub fn let_everybody_use(&self, command: &str) {
        let mut world = self.world();
        for command in world.commands.iter_mut().filter(|it| it.name == command) {
            command.definition["default_member_permissions"] = Value::Null;
        }
    }

    /// Gives somebody a role of a server.
    pub fn give_role(&self, guild: Snowflake, who: Snowflake, role: Snowflake) {
        self.world().set_role(guild, who, role, true);
        self.server.bell.ring();
    }

    /// Takes a role of a server from somebody.
    pub fn take_role(&self, guild: Snowflake, who: Snowflake, role: Snowflake) {
        self.world().set_role(guild, who, role, false);
        self.server.bell.ring();
    }

    /// A role of a server by its name.
    #[must_use]
    pub fn role(&self, guild: Snowflake, name: &str) -> Option<Snowflake> {
        self.look(|world| Some(world.guild(guild)?.role_named(name)?.id))
    }

    /// Sets what the bot may not do in a channel; [`Permissions::NONE`] gives everything back.
    pub fn deny(&self, place: impl Into<Place>, denied: Permissions) -> Result<(), ActError> {
        self.deny_for(place, Whom::Member(self.bot()), denied)
    }

    /// Sets what somebody may not do in a channel, in place of what was denied to them there before.
    pub fn deny_for(
        &self,
        place: impl Into<Place>,
        whom: Whom,
        deny: Permissions,
    ) -> Result<(), ActError> {
        self.overwrite(&place.into(), whom, |said| Overwrite {
            allow: said.allow.without(deny),
            deny,
            ..said
        })
    }

    /// Sets what somebody may do in a channel, in place of what was allowed to them there before.
    pub fn allow_for(
        &self,
        place: impl Into<Place>,
        whom: Whom,
        allow: Permissions,
    ) -> Result<(), ActError> {
        self.overwrite(&place.into(), whom, |said| Overwrite {
            deny: said.deny.without(allow),
            allow,
            ..said
        })
    }

    /// Changes what a channel says of somebody; for a thread, what its parent says.
    fn overwrite(
        &self,
        place: &Place,
        whom: Whom,
        change: impl FnOnce(Overwrite) -> Overwrite,
    ) -> Result<(), ActError> {
        let mut world = self.world();
        let id = place.find(&world)?;
        let home = world.channel(id).map_or(id, Channel::webhook_home);
        world.change_channel(home, |channel| {
            channel.set_overwrite(change(channel.overwrite(whom)));
        });
        drop(world);
        self.server.bell.ring();
        Ok(())
    }

    /// Makes a webhook in a channel, as somebody in its settings would. A channel has at most 15 of
    /// them, whoever made them; more than that are refused to the bot.
    pub fn add_webhook(&self, place: impl Into<Place>, name: &str) -> Result<Snowflake, ActError> {
        let mut world = self.world();
        let place = place.into().find(&world)?;
        let channel = world.channel(place).map_or(place, Channel::webhook_home);
        let guild = world.channel(channel).and_then(|channel| channel.guild);
        let id = world.ids.next();
        let token = format!("hook-token-{id}");
        let name = name.to_owned();
        world.add_webhook(Webhook { id, channel, guild, name, token, application: None });
        drop(world);
        self.server.bell.ring();
        Ok(id)
    }

    /// Deletes a webhook, as somebody in the server's settings would. `false` if there is none.
    pub fn delete_webhook(&self, id: Snowflake) -> bool {
        let deleted = self.world().remove_webhook(id).is_some();
        self.server.bell.ring();
        deleted
    }

    /// Puts previews of its links under a message, as Discord does a moment after it was written:
    /// a `MESSAGE_UPDATE` of a message that nobody has edited.
    pub fn unfurl(&self, message: Snowflake, embeds: Vec<Value>) {
        self.world().unfurl(message, embeds);
        self.server.bell.ring();
    }

    /// Serves a file that belongs to no message, and returns its address.
    pub fn host(&self, filename: &str, content_type: &str, bytes: impl Into<Bytes>) -> String {
        let mut world = self.world();
        let owner = world.owner;
        let file = world.attachment(owner, filename, Some(content_type), bytes.into());
        let url = file.url.clone();
        world.uploads.keep(file);
        url
    }

    /// Sends a message's `MESSAGE_CREATE` once more, as a gateway does that lost track.
    pub fn redeliver(&self, message: Snowflake) {
        self.world().announce_message("MESSAGE_CREATE", message);
    }

    /// Lets an interaction's time run out: its token does nothing from now on.
    pub fn expire_interaction(&self, token: &str) {
        let mut world = self.world();
        let past = world.options.token_lifetime + world.options.answer_deadline;
        if let Some(interaction) = world.interactions.get_mut(token)
            && let Some(created) = interaction.created.checked_sub(past)
        {
            interaction.created = created;
        }
    }
}
