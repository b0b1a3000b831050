//! A personality ends.
//!
//! Its row stays until whatever still runs for it has ended: an answer that is being paid for comes to
//! its visible end under the name it began with, and its usage is written. Everything else goes at
//! once.

use chrono::TimeDelta;

use super::{
    super::db::on_tx,
    edit::{Editor, Held},
};
use crate::{
    ids::PersonalityId,
    store::{Result, Store},
};

/// How long the row of a deleted personality stays at least.
const KEPT: TimeDelta = TimeDelta::days(1);

/// What became of a deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deleted {
    /// It is gone.
    Done,
    /// It is somebody else's.
    NotYours,
    /// There is none, as far as the person can see.
    Gone,
}

/// A personality's requests of which nothing is to be shown any more.
macro_rules! ended {
    () => {
        "(SELECT r.id FROM requests r JOIN deliveries d ON d.request_id = r.id
           WHERE r.personality_id = $1 AND d.outcome IS NOT NULL
             AND r.state NOT IN ('gathering', 'queued', 'claimed', 'calling'))"
    };
}

impl Store {
    /// Deletes a personality for good, with its names, its settings, what was said with it and what
    /// was being typed about it. Usage stays.
    pub async fn delete_personality(&self, id: PersonalityId, by: Editor) -> Result<Deleted> {
        const BURY: &str = "
            UPDATE personalities
               SET deleted_at = $2, updated_at = $2, system_prompt = '', custom_fields = '{}',
                   birth_month = NULL, birth_day = NULL, birth_year = NULL
             WHERE id = $1";
        // the texts of what has ended come first: who ends a request takes its row, and then its turn
        const GONE_WITH_IT: [&str; 6] = [
            concat!("UPDATE request_sources SET content = '' WHERE request_id IN ", ended!()),
            concat!(
                "UPDATE requests SET answer = CASE WHEN answer IS NULL THEN NULL ELSE '' END, context = '{\"author_name\":\"\"}' WHERE id IN ",
                ended!()
            ),
            "DELETE FROM personality_names WHERE personality_id = $1",
            "DELETE FROM llm_configs WHERE personality_id = $1",
            "DELETE FROM turns WHERE personality_id = $1",
            "DELETE FROM personality_drafts WHERE personality_id = $1",
        ];
        let mut tx = self.db.begin().await?;
        match Self::hold(&mut tx, id, by).await? {
            Held::Yes { .. } => {}
            Held::NotYours => return Ok(Deleted::NotYours),
            Held::Gone => return Ok(Deleted::Gone),
        }
        on_tx!(&mut tx, |c| sqlx::query(BURY)
            .bind(id)
            .bind(self.clock.now())
            .execute(c)
            .await?
            .rows_affected());
        for sql in GONE_WITH_IT {
            on_tx!(&mut tx, |c| sqlx::query(sql).bind(id).execute(c).await?.rows_affected());
        }
        tx.commit().await?;
        Ok(Deleted::Done)
    }

    /// Removes the rows of personalities that were deleted some time ago and for which nothing runs
    /// any more. Gives how many.
    pub async fn purge_deleted_personalities(&self) -> Result<u64> {
        const SQL: &str = "
            DELETE FROM personalities
             WHERE deleted_at IS NOT NULL AND deleted_at < $1
               AND NOT EXISTS (
                   SELECT 1 FROM requests r LEFT JOIN deliveries d ON d.request_id = r.id
                    WHERE r.personality_id = personalities.id
                      AND (r.state IN ('gathering', 'queued', 'claimed', 'calling')
                           OR r.reconcile_at IS NOT NULL
                           OR (d.id IS NOT NULL AND d.outcome IS NULL)))";
        let mut tx = self.db.begin_relaxed().await?;
        let purged = on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(self.clock.now() - KEPT)
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await?;
        Ok(purged)
    }
}
