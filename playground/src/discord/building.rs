//! Changing the world from outside: what a server's administrators and Discord itself do.

use super::{
    people::{ActError, Place},
    server::LocalDiscord,
    snowflake::Snowflake,
    world::{ChannelKind, Permissions},
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
        world.add_guild(id, name)
    }

    /// Makes a server with a chosen id, and so on a chosen shard: `(id >> 22) % shards`.
    pub fn add_guild_with_id(&self, name: &str, id: u64) -> Snowflake {
        self.world().add_guild(id.into(), name)
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
        Ok(world.add_place(name, guild, ChannelKind::Thread { parent, owner }))
    }

    /// A channel's id.
    pub fn channel(&self, place: impl Into<Place>) -> Result<Snowflake, ActError> {
        place.into().find(&self.world())
    }

    /// Sets what the bot may not do in a channel; [`Permissions::NONE`] gives everything back.
    pub fn deny(&self, place: impl Into<Place>, denied: Permissions) -> Result<(), ActError> {
        let mut world = self.world();
        let id = place.into().find(&world)?;
        if let Some(channel) = world.channels.get_mut(&id) {
            channel.denied = denied;
        }
        Ok(())
    }

    /// Deletes a webhook, as somebody in the server's settings would. `false` if there is none.
    pub fn delete_webhook(&self, id: Snowflake) -> bool {
        let deleted = self.world().remove_webhook(id).is_some();
        self.server.bell.ring();
        deleted
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
