//! Requests that nobody took in time: with no worker running, nothing else would end them.

use super::{
    Result, Store,
    db::{on_db, on_tx},
    lock_user,
};
use crate::{
    ids::{DiscordUserId, RequestId, SourceId, UserId},
    model::{FailureKind, RequestState},
};

impl Store {
    /// Ends what still waits past its deadline, so that it is shown and its payer told. Any process may
    /// do it. Gives how many requests ended.
    pub async fn expire_overdue(&self) -> Result<usize> {
        const OVERDUE: &str = "
            SELECT id, user_id FROM requests
             WHERE state IN ('gathering', 'queued') AND deadline_at <= $1 ORDER BY deadline_at LIMIT 50";
        const STILL: &str = "
            SELECT COUNT(*) FROM requests
             WHERE id = $1 AND state IN ('gathering', 'queued') AND deadline_at <= $2";
        let now = self.clock.now();
        let overdue: Vec<(RequestId, UserId)> =
            on_db!(&self.db, |c| sqlx::query_as(OVERDUE).bind(now).fetch_all(c).await?);
        let mut ended = 0;
        for (request, user) in overdue {
            let mut tx = self.db.begin().await?;
            lock_user(&mut tx, user).await?;
            let (still,): (i64,) = on_tx!(&mut tx, |c| sqlx::query_as(STILL)
                .bind(request)
                .bind(now)
                .fetch_one(c)
                .await?);
            if still == 1 {
                let expired = (RequestState::Expired, Some(FailureKind::Expired));
                self.end_unspent(&mut tx, request, expired.0, expired.1).await?;
                tx.commit().await?;
                ended += 1;
            }
        }
        Ok(ended)
    }

    /// Whether a message was taken after all, when [`accept`](Self::accept) gave no answer: waits for a
    /// commit that is under way.
    pub async fn was_accepted(&self, source: SourceId, author: DiscordUserId) -> Result<bool> {
        const SQL: &str = "SELECT COUNT(*) FROM request_sources WHERE source_id = $1";
        let Some(user) = self.find_user(author).await? else { return Ok(false) };
        let mut tx = self.db.begin_relaxed().await?;
        lock_user(&mut tx, user.id).await?;
        let (count,): (i64,) =
            on_tx!(&mut tx, |c| sqlx::query_as(SQL).bind(source).fetch_one(c).await?);
        tx.commit().await?;
        Ok(count > 0)
    }
}
