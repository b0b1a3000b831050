//! May somebody read there, or know of it? Asked of Discord, with nothing remembered from other
//! messages.
//!
//! Whoever writes a link chooses its numbers, so nothing in it is believed: the channel says itself
//! which server it belongs to, and the rights are worked out from that server's roles, the person's
//! roles in it and the channel's own rules. What can't be asked is not allowed.

use std::{collections::HashMap, sync::Arc};

use shared::ids::{ChannelId, GuildId, RoleId};

use super::Reader;
use crate::{
    app::App,
    permissions::{Member, Permissions, ServerRules},
    rest::{Channel, ChannelKind, Rest, RestError, Server},
};

/// What one person may read, as far as it was asked.
pub(super) struct Access<'a> {
    app: &'a App,
    reader: &'a Reader,
    decided: HashMap<(Option<GuildId>, ChannelId), bool>,
    servers: HashMap<GuildId, Arc<Server>>,
}

impl<'a> Access<'a> {
    pub(super) fn new(app: &'a App, reader: &'a Reader) -> Self {
        Self { app, reader, decided: HashMap::new(), servers: HashMap::new() }
    }

    /// For whom.
    pub(super) const fn reader(&self) -> &'a Reader {
        self.reader
    }

    /// Whether the person may read what was said in a channel, which is said to belong to this server,
    /// or to be one for direct messages.
    pub(super) async fn may_read(&mut self, guild: Option<GuildId>, channel: ChannelId) -> bool {
        if let Some(decided) = self.decided.get(&(guild, channel)) {
            return *decided;
        }
        let may = match guild {
            Some(guild) => self.in_server(guild, channel).await,
            None => {
                self.app.direct.of(&self.app.rest, self.reader.id).await.map(|own| own == channel)
            }
        };
        let may = may.unwrap_or_else(|error| {
            tracing::debug!(error = %error, "a channel's rules could not be asked");
            false
        });
        self.decided.insert((guild, channel), may);
        may
    }

    /// What a channel of the person's home server is called; `None` if they can't see it.
    pub(super) async fn name_of_channel(
        &mut self,
        channel: ChannelId,
    ) -> Result<Option<String>, RestError> {
        let Some((guild, _)) = self.reader.member() else { return Ok(None) };
        let Some(place) = Asked::of(&self.app.rest, guild, channel).await? else { return Ok(None) };
        let seen = !place.channel.is_private_thread
            && self.rights(guild, place.ruling()).await?.contains(Permissions::VIEW_CHANNEL);
        Ok(place.channel.name.filter(|_| seen))
    }

    /// What a role of the person's home server is called, which everybody there may know.
    pub(super) async fn name_of_role(&mut self, role: RoleId) -> Result<Option<String>, RestError> {
        let Some((guild, _)) = self.reader.member() else { return Ok(None) };
        let server = self.server(guild).await?;
        Ok(server.role_names.iter().find(|(id, _)| *id == role).map(|(_, name)| name.clone()))
    }

    async fn in_server(&mut self, guild: GuildId, channel: ChannelId) -> Result<bool, RestError> {
        let Some(place) = Asked::of(&self.app.rest, guild, channel).await? else {
            return Ok(false);
        };
        let rights = self.rights(guild, place.ruling()).await?;
        let mut needed = Permissions::VIEW_CHANNEL | Permissions::READ_MESSAGE_HISTORY;
        if place.ruling().is_voice {
            needed = needed | Permissions::CONNECT;
        }
        if !rights.contains(needed) {
            return Ok(false);
        }
        if !place.channel.is_private_thread || rights.contains(Permissions::MANAGE_THREADS) {
            return Ok(true);
        }
        self.app.rest.is_in_thread(channel, self.reader.id).await
    }

    async fn rights(
        &mut self,
        guild: GuildId,
        channel: &Channel,
    ) -> Result<Permissions, RestError> {
        let server = self.server(guild).await?;
        let rules = ServerRules { guild, owner: Some(server.owner), roles: &server.roles };
        let elsewhere: Vec<RoleId>;
        let member = match self.reader.member() {
            Some((home, member)) if home == guild => member,
            _ => {
                elsewhere = self.app.rest.roles_of(guild, self.reader.id).await?;
                Member { id: self.reader.id, roles: &elsewhere }
            }
        };
        Ok(rules.in_channel(member, &channel.overwrites))
    }

    async fn server(&mut self, guild: GuildId) -> Result<Arc<Server>, RestError> {
        if let Some(known) = self.servers.get(&guild) {
            return Ok(Arc::clone(known));
        }
        let server = Arc::new(self.app.rest.server(guild).await?);
        self.servers.insert(guild, Arc::clone(&server));
        Ok(server)
    }
}

/// A channel, and for a thread the one above it.
struct Asked {
    channel: Channel,
    above: Option<Channel>,
}

/// What a member of a server may do in a channel or thread of it now; nothing where it is not one of its.
pub(crate) async fn rights_in(
    rest: &Rest,
    guild: GuildId,
    channel: ChannelId,
    member: Member<'_>,
) -> Result<Permissions, RestError> {
    let Some(place) = Asked::of(rest, guild, channel).await? else {
        return Ok(Permissions::default());
    };
    let server = rest.server(guild).await?;
    let rules = ServerRules { guild, owner: Some(server.owner), roles: &server.roles };
    Ok(rules.in_channel(member, &place.ruling().overwrites))
}

impl Asked {
    /// A channel, if it is of that server.
    async fn of(rest: &Rest, guild: GuildId, id: ChannelId) -> Result<Option<Self>, RestError> {
        let channel = rest.channel(id).await?;
        let above = match (channel.kind, channel.parent) {
            (ChannelKind::Thread, Some(parent)) => Some(rest.channel(parent).await?),
            (ChannelKind::Thread, None) => return Ok(None),
            _ => None,
        };
        let place = Self { channel, above };
        let is_of = |channel: &Channel| channel.guild == Some(guild);
        Ok((is_of(&place.channel) && is_of(place.ruling())).then_some(place))
    }

    /// The channel whose rules hold.
    fn ruling(&self) -> &Channel {
        self.above.as_ref().unwrap_or(&self.channel)
    }
}
