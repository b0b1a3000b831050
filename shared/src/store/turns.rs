//! What was said in a conversation.

use chrono::{DateTime, Utc};
use sqlx::types::Json;

use super::{RequestContext, Result, Store, db::on_db};
use crate::ids::{ChannelId, PersonalityId, UserId};

/// What a person said, and what they were answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The person's words.
    pub user_text: String,
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
    context: Option<Json<RequestContext>>,
    assistant_text: String,
    created_at: DateTime<Utc>,
}

impl From<TurnRow> for Turn {
    fn from(row: TurnRow) -> Self {
        Self {
            user_text: row.user_text,
            context: row.context.map(|context| context.0).unwrap_or_default(),
            assistant_text: row.assistant_text,
            at: row.created_at,
        }
    }
}

impl Store {
    /// The last turns of a conversation, the oldest first.
    pub async fn recent_turns(&self, of: Conversation, limit: i64) -> Result<Vec<Turn>> {
        const SQL: &str = "
            SELECT user_text, context, assistant_text, created_at FROM turns
             WHERE channel_id = $1 AND personality_id = $2 AND ($3 OR user_id = $4)
             ORDER BY source_id DESC LIMIT $5";
        let rows: Vec<TurnRow> = on_db!(&self.db, |c| sqlx::query_as(SQL)
            .bind(of.channel)
            .bind(of.personality)
            .bind(of.is_shared)
            .bind(of.user)
            .bind(limit)
            .fetch_all(c)
            .await?);
        Ok(rows.into_iter().rev().map(Turn::from).collect())
    }
}
