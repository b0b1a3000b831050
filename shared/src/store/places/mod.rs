//! What may be said where: what moderators decide about their server, and who hears a whole channel.
//!
//! | file | what it knows |
//! |---|---|
//! | `rule` | everything but some, or only some (pure) |
//! | `policy` | on or off, which channels, which personalities |
//! | `activation` | which personalities hear every message of a channel or thread |
//!
//! The bot looks here before it takes a message, and [`fence`](Store::fence) once more before the
//! call: what a moderator forbids, nothing that a person has set overrides.

mod activation;
mod policy;
mod rule;

use std::collections::HashMap;

pub use self::{
    activation::{Activated, ActiveHere},
    policy::{ServerPolicy, ServerStatus},
    rule::Rule,
};
use super::{Place, Result, Store};
use crate::ids::{ChannelId, GuildId, PersonalityId};

/// What is decided about a server: whether somebody may speak there, and who hears everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerPlaces {
    /// What its moderators allow.
    pub policy: ServerPolicy,
    /// By channel or thread, those that decided for themselves: the personalities that hear every
    /// message, in the order in which they were activated.
    active: HashMap<ChannelId, Vec<PersonalityId>>,
}

impl ServerPlaces {
    /// Who hears every message that is written there, and may answer it. A thread that has decided
    /// nothing does as its channel does.
    #[must_use]
    pub fn active_in(&self, place: &Place) -> Vec<PersonalityId> {
        let own = place.thread.and_then(|thread| self.active.get(&thread));
        let here = own.or_else(|| self.active.get(&place.channel));
        let allowed = |personality: &&PersonalityId| self.policy.allows(place, **personality);
        here.into_iter().flatten().filter(allowed).copied().collect()
    }
}

impl Store {
    /// All that is decided about a server.
    pub async fn server_places(&self, guild: GuildId) -> Result<ServerPlaces> {
        Ok(ServerPlaces {
            policy: self.server_policy(guild).await?,
            active: self.active_channels(guild).await?,
        })
    }
}
