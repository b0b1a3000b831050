//! May somebody read there? Asked of Discord, with nothing remembered from other messages.
//!
//! Whoever writes a link chooses its numbers, so nothing in it is believed: the channel says itself
//! which server it belongs to, and the rights are worked out from that server's roles, the person's
//! roles in it and the channel's own rules. What can't be asked is not allowed.

use std::collections::HashMap;

use shared::ids::{ChannelId, GuildId, RoleId};

use super::Reader;
use crate::{
    app::App,
    permissions::{Member, Permissions, ServerRules},
    rest::{Channel, ChannelKind, RestError},
};

/// What one person may read, as far as it was asked.
pub(super) struct Access<'a> {
    app: &'a App,
    reader: &'a Reader,
    decided: HashMap<(Option<GuildId>, ChannelId), bool>,
}

impl<'a> Access<'a> {
    pub(super) fn new(app: &'a App, reader: &'a Reader) -> Self {
        Self { app, reader, decided: HashMap::new() }
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

    async fn in_server(&self, guild: GuildId, channel: ChannelId) -> Result<bool, RestError> {
        let rest = &self.app.rest;
        let place = rest.channel(channel).await?;
        if place.guild != Some(guild) {
            return Ok(false);
        }
        let above = match (place.kind, place.parent) {
            (ChannelKind::Thread, Some(parent)) => Some(rest.channel(parent).await?),
            (ChannelKind::Thread, None) => return Ok(false),
            _ => None,
        };
        let ruling = above.as_ref().unwrap_or(&place);
        if ruling.guild != Some(guild) {
            return Ok(false);
        }
        let rights = self.rights(guild, ruling).await?;
        let mut needed = Permissions::VIEW_CHANNEL | Permissions::READ_MESSAGE_HISTORY;
        if ruling.is_voice {
            needed = needed | Permissions::CONNECT;
        }
        if !rights.contains(needed) {
            return Ok(false);
        }
        if !place.is_private_thread || rights.contains(Permissions::MANAGE_THREADS) {
            return Ok(true);
        }
        rest.is_in_thread(channel, self.reader.id).await
    }

    async fn rights(&self, guild: GuildId, channel: &Channel) -> Result<Permissions, RestError> {
        let rest = &self.app.rest;
        let server = rest.server(guild).await?;
        let rules = ServerRules { guild, owner: Some(server.owner), roles: &server.roles };
        let elsewhere: Vec<RoleId>;
        let member = match self.reader.member() {
            Some((home, member)) if home == guild => member,
            _ => {
                elsewhere = rest.roles_of(guild, self.reader.id).await?;
                Member { id: self.reader.id, roles: &elsewhere }
            }
        };
        Ok(rules.in_channel(member, &channel.overwrites))
    }
}
