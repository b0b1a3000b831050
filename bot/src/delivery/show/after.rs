//! What becomes of a delivery when a step fails.

use std::time::Duration;

use chrono::TimeDelta;
use shared::store::StoreError;

use super::{
    super::{
        Stage,
        place::Voice,
        setback::{Setback, backoff, what_now},
    },
    End, Show, Trouble,
};
use crate::rest::RestError;

/// Between two edits of a text that grows, when the first one failed.
const AFTER_A_FAILED_GLIMPSE: Duration = Duration::from_secs(3);
/// How often a reply is begun anew because somebody deletes the webhook it speaks through, before
/// it's put off.
const MOST_BEGINNINGS: u32 = 3;

impl Show {
    /// What to do after a failure: how long to wait, or that it's over.
    pub(super) async fn after(&mut self, trouble: Trouble) -> Result<Duration, End> {
        let error = match trouble {
            Trouble::Store(error) => {
                tracing::warn!(
                    delivery.id = %self.delivery.id, %error, "a reply waits for the database"
                );
                return Ok(backoff(1));
            }
            Trouble::Discord(error) => error,
        };
        let setback = what_now(error, self.failures);
        tracing::debug!(
            delivery.id = %self.delivery.id, %error, ?setback, attempts = self.failures,
            "a step of a reply failed"
        );
        let done = match setback {
            Setback::Withdraw => self.withdraw().await,
            Setback::GiveUp => self.give_up(error).await,
            Setback::NoToken => return Ok(self.go_on_without_token()),
            Setback::Anew => self.begin_anew().await,
            Setback::Wait(wait) if !self.owes_something() => {
                return Ok(wait.max(AFTER_A_FAILED_GLIMPSE));
            }
            Setback::Wait(wait) => self.put_off(wait).await,
        };
        done.unwrap_or_else(|error| {
            tracing::warn!(delivery.id = %self.delivery.id, %error, "a reply waits for the database");
            Ok(backoff(1))
        })
    }

    /// Whether what failed must not be skipped: a place, or the final text.
    fn owes_something(&self) -> bool {
        self.delivery.is_final || self.parts.is_empty() || self.in_doubt.is_some()
    }

    async fn put_off(&mut self, wait: Duration) -> Result<Result<Duration, End>, StoreError> {
        let Stage { store, bot, .. } = &*self.stage;
        self.failures += 1;
        let until = TimeDelta::from_std(wait).unwrap_or_default();
        store.postpone_delivery(self.delivery.id, *bot, store.clock().now() + until).await?;
        Ok(Ok(wait))
    }

    async fn give_up(&mut self, error: RestError) -> Result<Result<Duration, End>, StoreError> {
        tracing::warn!(
            delivery.id = %self.delivery.id,
            request.id = %self.delivery.request,
            channel.id = %self.delivery.channel,
            why = %error,
            "a reply can't be shown where it was asked for"
        );
        self.stage.store.give_up_delivery(&self.delivery, self.stage.bot).await?;
        Ok(Err(End::Undeliverable))
    }

    async fn withdraw(&mut self) -> Result<Result<Duration, End>, StoreError> {
        self.stage.store.withdraw_delivery(&self.delivery, self.stage.bot).await?;
        Ok(Err(End::Withdrawn))
    }

    fn go_on_without_token(&mut self) -> Duration {
        self.token = None;
        self.voice = None;
        self.parts.retain(|part| part.message.is_some());
        Duration::ZERO
    }

    /// The webhook is gone, and nobody can edit what it said: takes that away, as far as that's
    /// allowed, and says everything anew.
    async fn begin_anew(&mut self) -> Result<Result<Duration, End>, StoreError> {
        self.beginnings += 1;
        if self.beginnings > MOST_BEGINNINGS {
            return self.put_off(backoff(self.failures)).await;
        }
        for part in &self.parts {
            let gone = self.stage.places.delete(&self.delivery, &Voice::Bot, part).await;
            if let Err(error) = gone {
                tracing::debug!(delivery.id = %self.delivery.id, %error, "an old message stays");
            }
        }
        self.voice = None;
        self.in_doubt = None;
        self.forget_from(0).await?;
        Ok(Ok(Duration::ZERO))
    }
}
