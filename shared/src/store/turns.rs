//! What was said in a conversation, and its clearing.
//!
//! A person clears what they themselves said to a personality in one channel, and what they were
//! answered; nobody clears another's. From that moment no prompt that is still to be sent holds it,
//! whoever asks: in a server others are reminded of it too. For a day it can be brought back; then it
//! is erased.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::types::Json;

use super::{
    RequestContext, Result, Store,
    db::{on_db, on_tx},
    lock_user,
};
use crate::ids::{ChannelId, ClearingId, DiscordUserId, PersonalityId, RequestId, UserId};

/// For so long what was cleared can be brought back.
pub const UNDO_FOR: TimeDelta = TimeDelta::hours(24);

/// What a person said, and what they were answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The person's words.
    pub user_text: String,
    /// Whether the person who speaks now said it; what others were shown of the server is theirs.
    pub is_own: bool,
    /// Who spoke, and what they sent along; empty for turns of older versions.
    pub context: RequestContext,
    /// The personality's words.
    pub assistant_text: String,
    /// When it was answered.
    pub at: DateTime<Utc>,
}

/// Whose turns a personality is reminded of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// The person who speaks now.
    pub user: UserId,
    /// Where.
    pub channel: ChannelId,
    /// Whether others are heard there: what they said to the personality in the same channel is
    /// remembered too, since everybody there could read it.
    pub is_shared: bool,
    /// Who listens.
    pub personality: PersonalityId,
}

#[derive(sqlx::FromRow)]
struct TurnRow {
    user_text: String,
    is_own: bool,
    context: Option<Json<RequestContext>>,
    assistant_text: String,
    created_at: DateTime<Utc>,
}

impl From<TurnRow> for Turn {
    fn from(row: TurnRow) -> Self {
        Self {
            user_text: row.user_text,
            is_own: row.is_own,
            context: row.context.map(|context| context.0).unwrap_or_default(),
            assistant_text: row.assistant_text,
            at: row.created_at,
        }
    }
}

impl Store {
    /// The last turns of a conversation, the oldest first. A `request` that asks once more for an
    /// answer sees what was said before its words, and not the answers that it replaces. Of others,
    /// nothing is remembered that does not say who said it: it would stand there as anybody's words.
    pub async fn recent_turns(
        &self,
        of: Conversation,
        request: Option<RequestId>,
        limit: i64,
    ) -> Result<Vec<Turn>> {
        const SQL: &str = "
            SELECT user_text, user_id = $4 AS is_own, context, assistant_text, created_at FROM turns
             WHERE channel_id = $1 AND personality_id = $2 AND (user_id = $4 OR $3 AND context IS NOT NULL)
               AND cleared_at IS NULL
               AND source_id < COALESCE(
                       (SELECT MIN(s.source_id) FROM request_sources s JOIN requests r ON r.again_of = s.request_id
                         WHERE r.id = $5 AND NOT s.copied),
                       9223372036854775807)
             ORDER BY source_id DESC LIMIT $6";
        let rows: Vec<TurnRow> = on_db!(&self.db, |c| sqlx::query_as(SQL)
            .bind(of.channel)
            .bind(of.personality)
            .bind(of.is_shared)
            .bind(of.user)
            .bind(request)
            .bind(limit)
            .fetch_all(c)
            .await?);
        Ok(rows.into_iter().rev().map(Turn::from).collect())
    }

    /// Clears what a person and a personality said to each other in a channel; gives how many turns.
    /// A prompt that was made with them and not sent is made again, everybody's.
    pub async fn clear_history(
        &self,
        clearing: ClearingId,
        user: UserId,
        channel: ChannelId,
        personality: PersonalityId,
    ) -> Result<u64> {
        const CLEAR: &str = "
            UPDATE turns SET clearing = $4, cleared_at = $5
             WHERE user_id = $1 AND channel_id = $2 AND personality_id = $3 AND cleared_at IS NULL";
        let mut tx = self.db.begin().await?;
        lock_user(&mut tx, user).await?;
        let cleared = on_tx!(&mut tx, |c| sqlx::query(CLEAR)
            .bind(user)
            .bind(channel)
            .bind(personality)
            .bind(clearing)
            .bind(self.clock.now())
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await?;
        self.read_again(channel, personality).await?;
        Ok(cleared)
    }

    /// What a conversation was has changed, and that is committed: prompts that were made of it before
    /// and not sent are made again. Each under its own user's lock, one after the other: who holds one
    /// user's lock must not wait for another's.
    pub(super) async fn read_again(
        &self,
        channel: ChannelId,
        personality: PersonalityId,
    ) -> Result<()> {
        const WHOSE: &str = "
            SELECT DISTINCT user_id FROM requests
             WHERE channel_id = $1 AND personality_id = $2 AND state = 'claimed'";
        const READ_AGAIN: &str = "
            UPDATE requests SET words_rev = words_rev + 1
             WHERE user_id = $1 AND channel_id = $2 AND personality_id = $3 AND state = 'claimed'";
        let claimed: Vec<(UserId,)> = on_db!(&self.db, |c| sqlx::query_as(WHOSE)
            .bind(channel)
            .bind(personality)
            .fetch_all(c)
            .await?);
        for (user,) in claimed {
            let mut tx = self.db.begin().await?;
            lock_user(&mut tx, user).await?;
            on_tx!(&mut tx, |c| sqlx::query(READ_AGAIN)
                .bind(user)
                .bind(channel)
                .bind(personality)
                .execute(c)
                .await?
                .rows_affected());
            tx.commit().await?;
        }
        Ok(())
    }

    /// Brings back what its author cleared within [a day](UNDO_FOR); gives how many turns.
    pub async fn undo_clearing(&self, clearing: ClearingId, by: DiscordUserId) -> Result<u64> {
        const SQL: &str = "
            UPDATE turns SET clearing = NULL, cleared_at = NULL
             WHERE clearing = $1 AND cleared_at > $2
               AND user_id = (SELECT id FROM users WHERE discord_id = $3)";
        let mut tx = self.db.begin().await?;
        let restored = on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(clearing)
            .bind(self.clock.now() - UNDO_FOR)
            .bind(by)
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await?;
        Ok(restored)
    }

    /// Erases for good what was cleared longer ago than it can be brought back. Any process may do it.
    pub async fn erase_cleared(&self) -> Result<u64> {
        const SQL: &str = "DELETE FROM turns WHERE cleared_at <= $1";
        let mut tx = self.db.begin_relaxed().await?;
        let erased = on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(self.clock.now() - UNDO_FOR)
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await?;
        Ok(erased)
    }
}
