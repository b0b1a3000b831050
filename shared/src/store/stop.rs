//! T7 and Retry: what the author of a request may do to it, through the buttons under the reply.

use chrono::TimeDelta;
use sqlx::types::Json;

use super::{
    Limits, Place, Refusal, ReplyBy, RequestContext, Result, Store, SystemKey,
    accept::{NewRequest, count_waiting, take_seqs},
    db::{Tx, on_tx},
    lock_user,
    payer::{Payer, not_used},
    regenerate::has_words,
};
use crate::{
    ids::{
        ChannelId, DeliveryId, DiscordUserId, GuildId, PersonalityId, RequestId, SourceId, UserId,
    },
    model::{DeliveryKind, InactiveReason, KeySource, Provider, RequestState},
};

/// What became of a press of Stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It had not begun, and now will not.
    Cancelled {
        /// Whose, to be shown.
        user: UserId,
    },
    /// The worker that has it will stop within a second.
    Asked,
    /// It had ended.
    TooLate,
    /// Only its author may stop it.
    NotYours,
    /// There is no such request.
    Unknown,
}

/// What became of a press of Retry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Retried {
    /// A new request, with its author's new consent to pay.
    Taken {
        /// Whose, to be woken.
        user: UserId,
        /// The new one.
        request: RequestId,
    },
    /// It was retried before.
    Already,
    /// It cannot be taken now.
    Refused(Refusal),
    /// It did not fail, or nothing is left of what was said.
    NotNeeded,
    /// Only its author may retry it.
    NotYours,
    /// There is no such request.
    Unknown,
}

/// The request behind a button or a reply.
#[derive(sqlx::FromRow)]
pub(super) struct PressedRow {
    pub(super) request_id: RequestId,
    pub(super) user_id: UserId,
    pub(super) discord_id: DiscordUserId,
    pub(super) state: RequestState,
    guild_id: Option<GuildId>,
    channel_id: ChannelId,
    thread_id: Option<ChannelId>,
    lane_channel: ChannelId,
    kind: DeliveryKind,
    pub(super) personality_id: PersonalityId,
    key_source: KeySource,
    provider: Provider,
    context: Json<RequestContext>,
    pub(super) again_of: Option<RequestId>,
}

impl PressedRow {
    pub(super) fn place(&self) -> Place {
        Place { guild: self.guild_id, channel: self.channel_id, thread: self.thread_id }
    }
}

/// Why the words of a request are asked once more.
#[derive(Clone, Copy)]
pub(super) enum Once {
    /// It failed; once.
    Retry,
    /// Another answer is wanted, to the words of this request.
    Again(RequestId),
}

impl Store {
    /// The author presses Stop under a reply.
    pub async fn stop(&self, delivery: DeliveryId, by: DiscordUserId) -> Result<Stopped> {
        const ASK: &str =
            "UPDATE requests SET stop_requested = TRUE, updated_at = $2 WHERE id = $1";
        let mut tx = self.db.begin().await?;
        let Some(pressed) = pressed(&mut tx, delivery).await? else { return Ok(Stopped::Unknown) };
        if pressed.discord_id != by {
            return Ok(Stopped::NotYours);
        }
        let stopped = match pressed.state {
            RequestState::Gathering | RequestState::Queued => {
                self.end_unspent(&mut tx, pressed.request_id, RequestState::Cancelled, None)
                    .await?;
                Stopped::Cancelled { user: pressed.user_id }
            }
            RequestState::Claimed | RequestState::Calling => {
                on_tx!(&mut tx, |c| sqlx::query(ASK)
                    .bind(pressed.request_id)
                    .bind(self.clock.now())
                    .execute(c)
                    .await?
                    .rows_affected());
                Stopped::Asked
            }
            _ => return Ok(Stopped::TooLate),
        };
        tx.commit().await?;
        Ok(stopped)
    }

    /// The author presses Retry under a reply that failed or broke off: a new request with the same
    /// words, once. `source` is the press itself.
    pub async fn retry(
        &self,
        delivery: DeliveryId,
        by: DiscordUserId,
        source: SourceId,
        limits: &Limits,
        system: &SystemKey,
    ) -> Result<Retried> {
        const BEFORE: &str = "SELECT COUNT(*) FROM requests WHERE retry_of = $1";
        let mut tx = self.db.begin().await?;
        let Some(pressed) = pressed(&mut tx, delivery).await? else { return Ok(Retried::Unknown) };
        if pressed.discord_id != by {
            return Ok(Retried::NotYours);
        }
        if !matches!(
            pressed.state,
            RequestState::Interrupted
                | RequestState::Failed
                | RequestState::Expired
                | RequestState::Cancelled
        ) {
            return Ok(Retried::NotNeeded);
        }
        let (before,): (i64,) = on_tx!(&mut tx, |c| sqlx::query_as(BEFORE)
            .bind(pressed.request_id)
            .fetch_one(c)
            .await?);
        if before > 0 {
            return Ok(Retried::Already);
        }
        if !has_words(&mut tx, pressed.request_id).await? {
            return Ok(Retried::NotNeeded);
        }
        if let Some(why) = self.not_now(&mut tx, &pressed, limits).await? {
            return Ok(Retried::Refused(why));
        }
        let payer = match self.payer_of_retry(&mut tx, &pressed, system).await? {
            Ok(payer) => payer,
            Err(why) => return Ok(Retried::Refused(why)),
        };
        let request =
            self.insert_again(&mut tx, &pressed, &payer, source, limits, Once::Retry).await?;
        tx.commit().await?;
        Ok(Retried::Taken { user: pressed.user_id, request })
    }

    /// Who paid, pays again; the key may have been replaced meanwhile, or another model chosen, which
    /// is often why Retry is pressed. What the operator paid for is asked of the operator anew, within the guest's limit.
    async fn payer_of_retry(
        &self,
        tx: &mut Tx,
        pressed: &PressedRow,
        system: &SystemKey,
    ) -> Result<Result<Payer, Refusal>> {
        const SQL: &str = "
            SELECT is_active, inactive_reason, last4 FROM user_api_keys
             WHERE user_id = $1 AND provider = $2 AND removed_at IS NULL";
        if pressed.key_source != KeySource::User {
            return self.choose_payer(tx, pressed.user_id, pressed.personality_id, system).await;
        }
        let key: Option<(bool, Option<InactiveReason>, crate::secret::Last4)> =
            on_tx!(tx, |c| sqlx::query_as(SQL)
                .bind(pressed.user_id)
                .bind(pressed.provider)
                .fetch_optional(c)
                .await?);
        match key {
            Some((true, ..)) => {
                self.choose_payer(tx, pressed.user_id, pressed.personality_id, system).await
            }
            Some((false, reason, last4)) => Ok(Err(not_used(last4, reason))),
            None => Ok(Err(Refusal::NoKey)),
        }
    }

    /// Why a request can't be asked once more at this time.
    pub(super) async fn not_now(
        &self,
        tx: &mut Tx,
        pressed: &PressedRow,
        limits: &Limits,
    ) -> Result<Option<Refusal>> {
        if !Self::exists_for(tx, pressed.personality_id, pressed.user_id).await? {
            return Ok(Some(Refusal::NoSuchPersonality));
        }
        if self.is_forbidden(tx, &pressed.place(), pressed.personality_id).await? {
            return Ok(Some(Refusal::Forbidden));
        }
        let waiting = count_waiting(tx, pressed.user_id).await?;
        Ok((waiting >= limits.max_queued).then_some(Refusal::Busy { waiting }))
    }

    /// A new request with the words of an old one.
    pub(super) async fn insert_again(
        &self,
        tx: &mut Tx,
        pressed: &PressedRow,
        payer: &Payer,
        source: SourceId,
        limits: &Limits,
        once: Once,
    ) -> Result<RequestId> {
        let seq = take_seqs(tx, pressed.user_id, 1).await?;
        // what was waited for in vain is not waited for again
        let context = RequestContext { awaited: Vec::new(), ..pressed.context.0.clone() };
        let id = RequestId::new(self.clock());
        let row = NewRequest {
            id,
            user: pressed.user_id,
            seq,
            guild: pressed.guild_id,
            channel: pressed.lane_channel,
            personality: pressed.personality_id,
            key_source: payer.source,
            api_key: payer.key,
            provider: payer.provider,
            model: &payer.model,
            defaults_only: payer.defaults_only,
            context: &context,
            deadline_at: self.clock.now()
                + TimeDelta::from_std(limits.deadline).unwrap_or(TimeDelta::MAX),
            retry_of: matches!(once, Once::Retry).then_some(pressed.request_id),
            again_of: match once {
                // what replaces an answer, and failed, still replaces it
                Once::Retry => pressed.again_of,
                Once::Again(first) => Some(first),
            },
        };
        self.insert_request(tx, &row).await?;
        self.copy_sources(tx, pressed, source, id).await?;
        let place = pressed.place();
        // the command's token may be gone; the new answer is an ordinary message
        let reply_by = match (pressed.kind, pressed.guild_id) {
            (DeliveryKind::Direct, _) | (_, None) => ReplyBy::Direct,
            _ => ReplyBy::Webhook,
        };
        self.insert_delivery(tx, id, pressed.user_id, place, &reply_by).await?;
        Ok(id)
    }

    /// The words stay those of their messages, so that a change or deletion of these reaches them until
    /// the call. The press itself says nothing; its row tells that it was heeded, and when.
    async fn copy_sources(
        &self,
        tx: &mut Tx,
        pressed: &PressedRow,
        press: SourceId,
        into: RequestId,
    ) -> Result<()> {
        const PRESS: &str = "
            INSERT INTO request_sources (source_id, personality_id, request_id, content, withdrawn, created_at)
            VALUES ($1, $2, $3, '', TRUE, $4)";
        const COPY: &str = "
            INSERT INTO request_sources (source_id, personality_id, request_id, content, copied, created_at)
            SELECT source_id, personality_id, $2, content, TRUE, $3
              FROM request_sources WHERE request_id = $1 AND NOT withdrawn";
        let now = self.clock.now();
        on_tx!(&mut *tx, |c| sqlx::query(PRESS)
            .bind(press)
            .bind(pressed.personality_id)
            .bind(into)
            .bind(now)
            .execute(c)
            .await?
            .rows_affected());
        on_tx!(tx, |c| sqlx::query(COPY)
            .bind(pressed.request_id)
            .bind(into)
            .bind(now)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }
}

/// The request behind a button or a reply, with its author's lock held.
pub(super) async fn pressed(tx: &mut Tx, delivery: DeliveryId) -> Result<Option<PressedRow>> {
    const WHOSE: &str = "SELECT user_id FROM deliveries WHERE id = $1";
    const SQL: &str = "
        SELECT r.id AS request_id, r.user_id, u.discord_id, r.state, r.guild_id, d.channel_id, d.thread_id,
               r.channel_id AS lane_channel, d.kind, r.personality_id, r.key_source, r.provider, r.context,
               r.again_of
          FROM deliveries d JOIN requests r ON r.id = d.request_id JOIN users u ON u.id = r.user_id
         WHERE d.id = $1";
    let whose: Option<(UserId,)> =
        on_tx!(&mut *tx, |c| sqlx::query_as(WHOSE).bind(delivery).fetch_optional(c).await?);
    let Some((user,)) = whose else { return Ok(None) };
    lock_user(tx, user).await?;
    Ok(on_tx!(tx, |c| sqlx::query_as(SQL).bind(delivery).fetch_optional(c).await?))
}
