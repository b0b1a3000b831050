//! What a bot asks before it serves: who it is, on how many shards it runs, and whose it is.

use std::{num::NonZeroU16, time::Duration};

use shared::{
    config::DiscordConfig,
    ids::DiscordUserId,
    store::{Store, StoreError},
};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::BotError;
use crate::{
    gateway::Shards,
    rest::{Application, Rest, RestError},
};

/// Between two questions to a Discord that does not answer at the start.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Discord lets a bot make 50 requests a second in all: with several processes on one token each
/// takes its part, as large as its part of the shards.
pub(super) fn share_of_requests(discord: &DiscordConfig) -> NonZeroU16 {
    const ALL: u32 = 50;
    let share = discord.shards.as_ref().map_or(ALL, |shards| {
        let held = shards.range.end() - shards.range.start() + 1;
        ALL * held / shards.total.get()
    });
    u16::try_from(share).ok().and_then(NonZeroU16::new).unwrap_or(NonZeroU16::MIN)
}

/// Asks Discord who we are and on how many shards we run. `None`: told to stop before.
pub(super) async fn acquaint(
    rest: &Rest,
    config: &DiscordConfig,
    stop: &CancellationToken,
) -> Result<Option<(Application, Shards)>, BotError> {
    let asking = async {
        let application = patiently(|| rest.application()).await?;
        let shards = if let Some(ours) = &config.shards {
            let (first, last) = (*ours.range.start(), *ours.range.end());
            Shards::new(first, last - first + 1, ours.total.get())
        } else {
            let total = patiently(|| rest.recommended_shards()).await?.max(1);
            Shards::new(0, total, total)
        };
        Ok((application, shards.ok_or(BotError::Shards)?))
    };
    tokio::select! {
        known = asking => known.map(Some),
        () = stop.cancelled() => Ok(None),
    }
}

async fn patiently<T, F>(mut ask: impl FnMut() -> F) -> Result<T, BotError>
where
    F: Future<Output = Result<T, RestError>>,
{
    let mut wait = FIRST_WAIT;
    loop {
        match ask().await {
            Ok(answer) => return Ok(answer),
            Err(RestError::TokenRejected) => return Err(BotError::TokenRejected),
            Err(error @ (RestError::Unavailable | RestError::Limited(_))) => {
                tracing::warn!(error = %error, "waiting for Discord");
            }
            Err(error) => return Err(error.into()),
        }
        sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// The owner: who was named, else whom Discord names.
pub(super) async fn name_superusers(
    store: &Store,
    owners: &[DiscordUserId],
) -> Result<(), StoreError> {
    for &owner in owners {
        let user = match store.find_user(owner).await? {
            Some(user) => user,
            None => store.ensure_user(owner, "owner").await?,
        };
        if !user.is_superuser {
            store.set_superuser(user.id, true).await?;
            tracing::info!(user.id = %user.id, "the owner may manage the bot");
        }
    }
    Ok(())
}
