//! The webhooks through which personalities speak: one of ours in each channel.
//!
//! They are looked up when they're needed, by one task at a time for each channel, and remembered
//! with their tokens in this process only. Somebody may delete one, or move it to another channel:
//! then it's looked for once more, and made anew. Where that can't be (no permission, or fifteen
//! others are there already) personalities speak as the bot, with their name in bold; the log says
//! why once, who asked is told in private what to change, and after a minute it's tried again.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use shared::ids::{ChannelId, WebhookId};
use tokio::time::Instant;

use crate::rest::{ApplicationId, Rest, RestError, StoredWebhook, Webhook};

/// Shown in a server's settings.
const NAME: &str = "Troupe";
/// How long a channel without a webhook is left alone.
const LEFT_ALONE: Duration = Duration::from_mins(1);

/// What this process knows of the channels' webhooks.
pub(super) struct Webhooks {
    rest: Rest,
    application: ApplicationId,
    channels: Mutex<HashMap<ChannelId, Arc<tokio::sync::Mutex<Known>>>>,
}

/// Whether a personality can speak as itself in a channel.
#[derive(Clone, Debug)]
pub(super) enum Posting {
    /// Through this one.
    Through(Webhook),
    /// The bot may not have one there.
    Forbidden,
    /// Others have all that there can be.
    Full,
}

#[derive(Default)]
struct Known {
    /// Ours; new messages go through the first.
    ours: Vec<Webhook>,
    /// There can't be one before this, and why.
    none_until: Option<(Instant, Posting)>,
    /// The log says why.
    told: bool,
}

impl Webhooks {
    pub(super) fn new(rest: Rest, application: ApplicationId) -> Self {
        Self { rest, application, channels: Mutex::default() }
    }

    /// The webhook for new messages in a channel, made if there is none, or why there can't be one.
    pub(super) async fn for_posting(&self, channel: ChannelId) -> Result<Posting, RestError> {
        let known = self.known(channel);
        let mut known = known.lock().await;
        if let Some(first) = known.ours.first() {
            return Ok(Posting::Through(first.clone()));
        }
        if let Some((until, why)) = &known.none_until
            && Instant::now() < *until
        {
            return Ok(why.clone());
        }
        match self.look_or_make(channel).await {
            Ok(ours) => {
                *known = Known { ours, ..Known::default() };
                // never empty: what there can't be is an error
                known.ours.first().cloned().map(Posting::Through).ok_or(RestError::Unavailable)
            }
            Err(error @ (RestError::Forbidden(_) | RestError::Full(_))) => {
                if !known.told {
                    tracing::warn!(
                        channel.id = %channel,
                        why = %error,
                        "personalities speak as the bot here: there can be no webhook"
                    );
                }
                known.told = true;
                let why = if matches!(error, RestError::Full(_)) {
                    Posting::Full
                } else {
                    Posting::Forbidden
                };
                known.none_until = Some((Instant::now() + LEFT_ALONE, why.clone()));
                Ok(why)
            }
            Err(error) => Err(error),
        }
    }

    /// One of ours by its id, to edit what was said through it; `None` when it's gone.
    pub(super) async fn by_id(
        &self,
        channel: ChannelId,
        id: WebhookId,
    ) -> Result<Option<Webhook>, RestError> {
        let known = self.known(channel);
        let mut known = known.lock().await;
        if let Some(webhook) = known.ours.iter().find(|webhook| webhook.id == id) {
            return Ok(Some(webhook.clone()));
        }
        match self.look(channel).await {
            Ok(ours) => known.ours = ours,
            Err(RestError::Forbidden(_)) => return Ok(None),
            Err(error) => return Err(error),
        }
        Ok(known.ours.iter().find(|webhook| webhook.id == id).cloned())
    }

    /// Discord doesn't know this webhook any more, or not by this token.
    pub(super) async fn forget(&self, channel: ChannelId, id: WebhookId) {
        self.known(channel).lock().await.ours.retain(|webhook| webhook.id != id);
    }

    async fn look_or_make(&self, channel: ChannelId) -> Result<Vec<Webhook>, RestError> {
        let mut ours = self.look(channel).await?;
        if ours.is_empty() {
            // should the answer get lost, the next look finds it
            ours.extend(usable(self.rest.create_webhook(channel, NAME).await?));
        }
        if ours.is_empty() { Err(RestError::Unavailable) } else { Ok(ours) }
    }

    async fn look(&self, channel: ChannelId) -> Result<Vec<Webhook>, RestError> {
        let all = self.rest.webhooks(channel).await?;
        let ours = all.into_iter().filter(|webhook| {
            webhook.application == Some(self.application) && webhook.channel == Some(channel)
        });
        Ok(ours.filter_map(usable).collect())
    }

    fn known(&self, channel: ChannelId) -> Arc<tokio::sync::Mutex<Known>> {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(channels.entry(channel).or_default())
    }
}

fn usable(webhook: StoredWebhook) -> Option<Webhook> {
    Some(Webhook { id: webhook.id, token: webhook.token? })
}
