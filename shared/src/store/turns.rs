//! What was said in a conversation.

use super::{Result, Store, db::on_db};
use crate::ids::{ChannelId, PersonalityId, UserId};

/// What a person said, and what they were answered.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Turn {
    /// The person's words.
    pub user_text: String,
    /// The personality's.
    pub assistant_text: String,
}

impl Store {
    /// The last turns of a conversation, the oldest first.
    pub async fn recent_turns(
        &self,
        user: UserId,
        channel: ChannelId,
        personality: PersonalityId,
        limit: i64,
    ) -> Result<Vec<Turn>> {
        const SQL: &str = "
            SELECT user_text, assistant_text FROM turns
             WHERE user_id = $1 AND channel_id = $2 AND personality_id = $3
             ORDER BY source_id DESC LIMIT $4";
        let mut turns: Vec<Turn> = on_db!(&self.db, |c| sqlx::query_as(SQL)
            .bind(user)
            .bind(channel)
            .bind(personality)
            .bind(limit)
            .fetch_all(c)
            .await?);
        turns.reverse();
        Ok(turns)
    }
}
