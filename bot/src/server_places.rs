//! What is decided about servers, remembered for a moment.
//!
//! Every message of every channel asks whether somebody is active there. A few seconds of memory
//! spare the database most of it; who decides something here sees it at once, as a server's commands
//! and messages come to the same process. Nothing is lost by an old answer: the store looks again
//! when a message is accepted, and before its call.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use shared::{
    ids::GuildId,
    store::{Place, ServerPlaces, Store, StoreError},
};
use tokio::time::Instant;

use crate::app::in_time;

/// How long it is remembered.
const FRESH: Duration = Duration::from_secs(5);
/// Servers that are remembered at once.
const MAX_SERVERS: usize = 10_000;

/// What is decided, by server.
#[derive(Debug, Default)]
pub(crate) struct Decided(Mutex<HashMap<GuildId, (Instant, Arc<ServerPlaces>)>>);

impl Decided {
    /// What is decided about the server of a place; nothing about direct messages.
    pub(crate) async fn about(
        &self,
        place: &Place,
        store: &Store,
    ) -> Result<Arc<ServerPlaces>, StoreError> {
        let Some(guild) = place.guild else { return Ok(Arc::default()) };
        if let Some(places) = self.remembered(guild) {
            return Ok(places);
        }
        let asked = Instant::now();
        let places = Arc::new(in_time(store.server_places(guild)).await?);
        let mut servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if servers.len() >= MAX_SERVERS {
            servers.retain(|_, (since, _)| since.elapsed() < FRESH);
            if servers.len() >= MAX_SERVERS {
                servers.clear();
            }
        }
        servers.insert(guild, (asked, Arc::clone(&places)));
        Ok(places)
    }

    /// Something was decided: the next one who asks hears of it.
    pub(crate) fn forget(&self, guild: GuildId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&guild);
    }

    fn remembered(&self, guild: GuildId) -> Option<Arc<ServerPlaces>> {
        let servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, places) = servers.get(&guild)?;
        (since.elapsed() < FRESH).then(|| Arc::clone(places))
    }
}
