//! What decides who may read what: a server's roles, a member's, and who is in a thread.

use http::Method;
use serde::Deserialize;
use shared::ids::{ChannelId, DiscordUserId, GuildId, RoleId};

use super::{Rest, RestError, error::About, snowflake::Snowflake};
use crate::permissions::{Overwrite, Permissions, Whom};

/// What decides in a whole server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Whose it is.
    pub owner: DiscordUserId,
    /// What each role may.
    pub roles: Vec<(RoleId, Permissions)>,
    /// What each role is called.
    pub role_names: Vec<(RoleId, String)>,
}

#[derive(Deserialize)]
struct WireGuild {
    owner_id: Snowflake,
    roles: Vec<WireRole>,
}

#[derive(Deserialize)]
struct WireRole {
    id: Snowflake,
    #[serde(default)]
    name: String,
    permissions: String,
}

#[derive(Deserialize)]
struct WireMember {
    #[serde(default)]
    roles: Vec<Snowflake>,
}

#[derive(Deserialize)]
pub(super) struct WireOverwrite {
    id: Snowflake,
    #[serde(rename = "type")]
    kind: u8,
    #[serde(default)]
    allow: String,
    #[serde(default)]
    deny: String,
}

impl WireOverwrite {
    /// An overwrite that can't be read denies everything to whom it is about: nobody gains by it.
    pub(super) fn read(&self) -> Option<Overwrite> {
        let whom = match self.kind {
            0 => Whom::Role(self.id.into()),
            1 => Whom::Member(self.id.into()),
            _ => return None,
        };
        Some(match (self.allow.parse(), self.deny.parse()) {
            (Ok(allow), Ok(deny)) => Overwrite {
                whom,
                allow: Permissions::from_bits(allow),
                deny: Permissions::from_bits(deny),
            },
            _ => Overwrite { whom, allow: Permissions::default(), deny: Permissions::ALL },
        })
    }
}

impl Rest {
    /// Whose a server is, and what each role of it may and is called. A role that can't be read may nothing.
    pub async fn server(&self, guild: GuildId) -> Result<Server, RestError> {
        let wire: WireGuild =
            self.call(About::Bot, Method::GET, format!("guilds/{guild}")).read().await?;
        let rights = |text: &str| Permissions::from_bits(text.parse().unwrap_or_default());
        let roles = wire.roles.iter().map(|role| (role.id.into(), rights(&role.permissions)));
        let roles = roles.collect();
        let role_names = wire.roles.into_iter().map(|role| (role.id.into(), role.name)).collect();
        Ok(Server { owner: wire.owner_id.into(), roles, role_names })
    }

    /// A member's roles in a server. [`RestError::Gone`] if they are none, or the bot isn't there.
    pub async fn roles_of(
        &self,
        guild: GuildId,
        member: DiscordUserId,
    ) -> Result<Vec<RoleId>, RestError> {
        let path = format!("guilds/{guild}/members/{member}");
        let wire: WireMember = self.call(About::Bot, Method::GET, path).read().await?;
        Ok(wire.roles.into_iter().map(Snowflake::into).collect())
    }

    /// Whether somebody is in a thread.
    pub async fn is_in_thread(
        &self,
        thread: ChannelId,
        member: DiscordUserId,
    ) -> Result<bool, RestError> {
        let path = format!("channels/{thread}/thread-members/{member}");
        match self.call(About::Bot, Method::GET, path).done().await {
            Ok(()) => Ok(true),
            Err(RestError::Gone(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
