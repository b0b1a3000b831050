//! What was typed into a form and could not be taken.
//!
//! Discord forgets a form when it is sent. So what could not be taken is kept for an hour, for the one
//! who typed it alone, and the button under the answer opens the form with it again.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use sqlx::types::Json;

use super::super::{
    columns::storable,
    db::{on_db, on_tx},
};
use crate::{
    ids::{DiscordUserId, DraftId, PersonalityId, UserId},
    store::{Result, Store},
};

/// How long a draft is kept.
const KEPT: TimeDelta = TimeDelta::hours(1);
/// How many of one person's.
const MAX_EACH: i64 = 10;

/// Something to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDraft {
    /// Who typed it.
    pub user: UserId,
    /// About whom; nobody yet.
    pub personality: Option<PersonalityId>,
    /// The form's own name.
    pub form: String,
    /// Each field's name, and what was typed into it.
    pub fields: BTreeMap<String, String>,
}

/// Something that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// About whom; nobody yet.
    pub personality: Option<PersonalityId>,
    /// The form's own name.
    pub form: String,
    /// Each field's name, and what was typed into it.
    pub fields: BTreeMap<String, String>,
}

type DraftRow = (Option<PersonalityId>, String, Json<BTreeMap<String, String>>);

impl Store {
    /// Keeps what was typed, for an hour. What is too old, or too much of one person's, goes.
    pub async fn keep_draft(&self, draft: &NewDraft) -> Result<DraftId> {
        const EXPIRED: &str = "DELETE FROM personality_drafts WHERE expires_at <= $1";
        const TOO_MANY: &str = "
            DELETE FROM personality_drafts
             WHERE user_id = $1 AND id NOT IN (
                   SELECT id FROM personality_drafts WHERE user_id = $1
                    ORDER BY created_at DESC, id DESC LIMIT $2)";
        const KEEP: &str = "
            INSERT INTO personality_drafts
                (id, user_id, personality_id, form, fields, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let (id, now) = (DraftId::new(self.clock()), self.clock.now());
        let fields: BTreeMap<&String, String> =
            draft.fields.iter().map(|(name, text)| (name, storable(text).into_owned())).collect();
        let mut tx = self.db.begin().await?;
        on_tx!(&mut tx, |c| {
            sqlx::query(EXPIRED).bind(now).execute(&mut *c).await?;
            let keep = sqlx::query(KEEP).bind(id).bind(draft.user).bind(draft.personality);
            let keep = keep.bind(&draft.form).bind(Json(&fields)).bind(now).bind(now + KEPT);
            keep.execute(&mut *c).await?;
            sqlx::query(TOO_MANY).bind(draft.user).bind(MAX_EACH).execute(c).await?.rows_affected()
        });
        tx.commit().await?;
        Ok(id)
    }

    /// What was kept, for the one who typed it.
    pub async fn draft(&self, id: DraftId, by: DiscordUserId) -> Result<Option<Draft>> {
        const SQL: &str = "
            SELECT d.personality_id, d.form, d.fields
              FROM personality_drafts d JOIN users u ON u.id = d.user_id
             WHERE d.id = $1 AND u.discord_id = $2 AND d.expires_at > $3";
        let found: Option<DraftRow> = on_db!(&self.db, |c| sqlx::query_as(SQL)
            .bind(id)
            .bind(by)
            .bind(self.clock.now())
            .fetch_optional(c)
            .await?);
        Ok(found.map(|(personality, form, fields)| Draft { personality, form, fields: fields.0 }))
    }
}
