//! A message that is deleted before it was answered: nobody should pay for it.

use super::{
    Result, Store,
    db::{Tx, on_db, on_tx},
    lock_user,
    replies::say_nothing,
};
use crate::{
    ids::{RequestId, SourceId, UserId},
    model::RequestState,
};

impl Store {
    /// Takes a deleted message's words out of every request that has not been called; one that has no
    /// other words ends, and nothing is said of it. Gives the author, if anything changed. What is being called goes on: it is
    /// paid for.
    pub async fn message_deleted(&self, source: SourceId) -> Result<Option<UserId>> {
        const FIND: &str = "
            SELECT r.id, r.user_id FROM request_sources s JOIN requests r ON r.id = s.request_id
             WHERE s.source_id = $1 AND NOT s.withdrawn AND r.state IN ('gathering', 'queued', 'claimed')";
        let found: Vec<(RequestId, UserId)> =
            on_db!(&self.db, |c| sqlx::query_as(FIND).bind(source).fetch_all(c).await?);
        let Some((_, author)) = found.first().copied() else { return Ok(None) };
        let mut tx = self.db.begin().await?;
        lock_user(&mut tx, author).await?;
        for (request, _) in found {
            self.withdraw(&mut tx, request, source).await?;
        }
        tx.commit().await?;
        Ok(Some(author))
    }

    async fn withdraw(&self, tx: &mut Tx, request: RequestId, source: SourceId) -> Result<()> {
        const BLANK: &str = "
            UPDATE request_sources SET content = '', withdrawn = TRUE
             WHERE request_id = $1 AND source_id = $2";
        const LEFT: &str = "
            SELECT r.state, (SELECT COUNT(*) FROM request_sources s
                              WHERE s.request_id = r.id AND NOT s.withdrawn)
              FROM requests r WHERE r.id = $1";
        const STOP: &str =
            "UPDATE requests SET stop_requested = TRUE, updated_at = $2 WHERE id = $1";
        on_tx!(&mut *tx, |c| sqlx::query(BLANK)
            .bind(request)
            .bind(source)
            .execute(c)
            .await?
            .rows_affected());
        words_changed(tx, request).await?;
        let (state, left): (RequestState, i64) =
            on_tx!(&mut *tx, |c| sqlx::query_as(LEFT).bind(request).fetch_one(c).await?);
        self.forget_context(tx, request, source).await?;
        if left == 0 {
            say_nothing(tx, request).await?;
        }
        match state {
            RequestState::Gathering | RequestState::Queued if left == 0 => {
                self.end_unspent(tx, request, RequestState::Cancelled, None).await
            }
            RequestState::Claimed if left == 0 => {
                let now = self.clock.now();
                on_tx!(tx, |c| sqlx::query(STOP)
                    .bind(request)
                    .bind(now)
                    .execute(c)
                    .await?
                    .rows_affected());
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// A prompt that was made before this is not sent: the [fence](Store::fence) gives it back.
pub(super) async fn words_changed(tx: &mut Tx, request: RequestId) -> Result<()> {
    const SQL: &str = "UPDATE requests SET words_rev = words_rev + 1 WHERE id = $1";
    on_tx!(tx, |c| sqlx::query(SQL).bind(request).execute(c).await?.rows_affected());
    Ok(())
}
