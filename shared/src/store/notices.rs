//! What a person has to be told in private: once per person, kind and hour, so that nobody is
//! flooded and Discord sees no bot that sends many direct messages.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use super::{
    Result, Store, StoreError,
    db::{Tx, on_db, on_tx},
};
use crate::{
    budget::BudgetId,
    ids::{ChannelId, DiscordUserId, NoticeId, RequestId, UserId},
    model::FailureKind,
};

/// What a notice is about. The bot words it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// The person has no key.
    NoKey,
    /// Their key was switched off.
    KeySwitchedOff,
    /// They have paused their key.
    KeyPaused,
    /// They have a key and nobody said which model it is for.
    NoModel,
    /// The operator's gift for today is used up.
    GuestLimit,
    /// Too much of theirs waits.
    Busy,
    /// A message could not be accepted, because the database did not answer.
    NotAccepted,
    /// An answer could not be shown where it was asked for.
    Undeliverable,
    /// Moderators forbid what was asked for.
    Forbidden,
    /// The bot lacks the permission to give a personality its own name and picture.
    NoWebhookAllowed,
    /// The channel has as many webhooks as Discord allows, all of others.
    NoRoomForWebhook,
    /// A part of a budget is used.
    Budget {
        /// Of which.
        budget: BudgetId,
        /// How much of it.
        percent: i64,
    },
    /// A request failed.
    Failed(FailureKind),
}

impl NoticeKind {
    fn stored(self) -> String {
        match self {
            Self::NoKey => "no_key".into(),
            Self::KeySwitchedOff => "key_switched_off".into(),
            Self::KeyPaused => "key_paused".into(),
            Self::NoModel => "no_model".into(),
            Self::GuestLimit => "guest_limit".into(),
            Self::Busy => "busy".into(),
            Self::NotAccepted => "not_accepted".into(),
            Self::Undeliverable => "undeliverable".into(),
            Self::Forbidden => "forbidden".into(),
            Self::NoWebhookAllowed => "no_webhook_allowed".into(),
            Self::NoRoomForWebhook => "no_room_for_webhook".into(),
            Self::Budget { budget, percent } => format!("budget/{budget}/{percent}"),
            Self::Failed(failure) => format!("failed/{failure}"),
        }
    }

    /// What is no trouble of the person's own, and stays as it is, is not told again the same day.
    fn again_after(self) -> TimeDelta {
        match self {
            Self::NoWebhookAllowed | Self::NoRoomForWebhook => TimeDelta::days(1),
            _ => TimeDelta::hours(1),
        }
    }

    fn from_stored(text: &str) -> Option<Self> {
        Some(match text {
            "no_key" => Self::NoKey,
            "key_switched_off" => Self::KeySwitchedOff,
            "key_paused" => Self::KeyPaused,
            "no_model" => Self::NoModel,
            "guest_limit" => Self::GuestLimit,
            "busy" => Self::Busy,
            "not_accepted" => Self::NotAccepted,
            "undeliverable" => Self::Undeliverable,
            "forbidden" => Self::Forbidden,
            "no_webhook_allowed" => Self::NoWebhookAllowed,
            "no_room_for_webhook" => Self::NoRoomForWebhook,
            _ => match text.split_once('/')? {
                ("failed", failure) => Self::Failed(FailureKind::from_stored(failure)?),
                ("budget", rest) => {
                    let (budget, percent) = rest.split_once('/')?;
                    Self::Budget { budget: BudgetId::read(budget)?, percent: percent.parse().ok()? }
                }
                _ => return None,
            },
        })
    }
}

/// Something to tell.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// Whom.
    pub user: UserId,
    /// Their account.
    pub discord_id: DiscordUserId,
    /// What.
    pub kind: NoticeKind,
    /// The request that it is about.
    pub request: Option<RequestId>,
    /// Where it happened: the way out when the person takes no direct messages.
    pub channel: Option<ChannelId>,
    /// How often telling failed.
    pub attempts: i64,
}

#[derive(sqlx::FromRow)]
struct NoticeRow {
    id: NoticeId,
    user_id: UserId,
    discord_id: DiscordUserId,
    kind: String,
    request_id: Option<RequestId>,
    channel_id: Option<ChannelId>,
    attempts: i64,
}

impl Store {
    /// Keeps something to tell. `false` when the person was told of its kind within the hour, or the
    /// day.
    pub async fn add_notice(
        &self,
        user: UserId,
        kind: NoticeKind,
        request: Option<RequestId>,
        channel: Option<ChannelId>,
    ) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        let added = self.add_notice_in(&mut tx, user, kind, request, channel).await?;
        tx.commit().await?;
        Ok(added)
    }

    pub(super) async fn add_notice_in(
        &self,
        tx: &mut Tx,
        user: UserId,
        kind: NoticeKind,
        request: Option<RequestId>,
        channel: Option<ChannelId>,
    ) -> Result<bool> {
        const SQL: &str = "
            INSERT INTO notices (id, user_id, kind, hour, request_id, channel_id, next_at, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (user_id, kind, hour) DO NOTHING";
        let now = self.clock.now();
        let hour = now
            .duration_trunc(kind.again_after())
            .map_err(|_| StoreError::Inconsistent("clock"))?;
        let added = on_tx!(tx, |c| sqlx::query(SQL)
            .bind(NoticeId::new(self.clock()))
            .bind(user)
            .bind(kind.stored())
            .bind(hour)
            .bind(request)
            .bind(channel)
            .bind(now)
            .execute(c)
            .await?
            .rows_affected());
        Ok(added == 1)
    }

    /// The payer of a request learns privately why it failed.
    pub(super) async fn tell_payer(
        &self,
        tx: &mut Tx,
        request: RequestId,
        failure: FailureKind,
    ) -> Result<()> {
        const WHOSE: &str = "SELECT user_id, channel_id FROM requests WHERE id = $1";
        let (user, channel): (UserId, ChannelId) =
            on_tx!(tx, |c| sqlx::query_as(WHOSE).bind(request).fetch_one(c).await?);
        self.add_notice_in(tx, user, NoticeKind::Failed(failure), Some(request), Some(channel))
            .await?;
        Ok(())
    }

    /// What is to be told now. A failure whose command still waits is told there, by its delivery.
    pub async fn due_notices(&self) -> Result<Vec<Notice>> {
        const SQL: &str = "
            SELECT n.id, n.user_id, u.discord_id, n.kind, n.request_id, n.channel_id, n.attempts
              FROM notices n JOIN users u ON u.id = n.user_id
             WHERE n.sent_at IS NULL AND n.next_at <= $1
               AND NOT EXISTS (SELECT 1 FROM deliveries d
                                WHERE d.request_id = n.request_id AND d.kind = 'interaction' AND d.outcome IS NULL)
             ORDER BY n.next_at LIMIT 50";
        let rows: Vec<NoticeRow> =
            on_db!(&self.db, |c| sqlx::query_as(SQL).bind(self.clock.now()).fetch_all(c).await?);
        Ok(rows
            .into_iter()
            .filter_map(|row| {
                Some(Notice {
                    id: row.id,
                    user: row.user_id,
                    discord_id: row.discord_id,
                    kind: NoticeKind::from_stored(&row.kind)?,
                    request: row.request_id,
                    channel: row.channel_id,
                    attempts: row.attempts,
                })
            })
            .collect())
    }

    /// The person has been told, or can't be.
    pub async fn close_notice(&self, id: NoticeId) -> Result<()> {
        const SQL: &str = "UPDATE notices SET sent_at = $2 WHERE id = $1";
        let mut tx = self.db.begin().await?;
        on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(id)
            .bind(self.clock.now())
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await
    }

    /// The person has been told of this request's failure where they asked.
    pub async fn close_notices_of(&self, request: RequestId) -> Result<()> {
        const SQL: &str =
            "UPDATE notices SET sent_at = $2 WHERE request_id = $1 AND sent_at IS NULL";
        let mut tx = self.db.begin().await?;
        on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(request)
            .bind(self.clock.now())
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await
    }

    /// Telling failed; it is tried again at `next_at`.
    pub async fn postpone_notice(&self, id: NoticeId, next_at: DateTime<Utc>) -> Result<()> {
        const SQL: &str = "UPDATE notices SET attempts = attempts + 1, next_at = $2 WHERE id = $1";
        let mut tx = self.db.begin_relaxed().await?;
        on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(id)
            .bind(next_at)
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await
    }
}
