//! A message that its author changes before it is answered: what counts is what stands there when
//! the model is asked.

use super::{
    Result, Store,
    columns::storable,
    db::{on_db, on_tx},
    lock_user,
    withdraw::words_changed,
};
use crate::{
    context::Names,
    ids::{DiscordUserId, RequestId, SourceId, UserId},
};

/// Requests of a message that have not been called, those that ask for its words once more included.
const WAITING: &str = "
    SELECT r.id, r.user_id FROM request_sources s
      JOIN requests r ON r.id = s.request_id JOIN users u ON u.id = r.user_id
     WHERE s.source_id = $1 AND u.discord_id = $2 AND NOT s.withdrawn
       AND r.state IN ('gathering', 'queued', 'claimed')";

impl Store {
    /// Whether a message of this author's still waits for its answer, so that a change of it matters.
    pub async fn may_be_edited(&self, source: SourceId, author: DiscordUserId) -> Result<bool> {
        let found: Vec<(RequestId, UserId)> = on_db!(&self.db, |c| sqlx::query_as(WAITING)
            .bind(source)
            .bind(author)
            .fetch_all(c)
            .await?);
        Ok(!found.is_empty())
    }

    /// Puts the new words of a message into every request that has not been called, and the names of what
    /// they mention. Who is to answer, what it refers to and what it carries stays: that was decided when
    /// it was sent. Gives the author, if anything changed. What is being
    /// called goes on as it was: it is paid for.
    pub async fn message_edited(
        &self,
        source: SourceId,
        author: DiscordUserId,
        words: &str,
        names: &Names,
    ) -> Result<Option<UserId>> {
        const REPLACE: &str = "
            UPDATE request_sources SET content = $3
             WHERE request_id = $1 AND source_id = $2 AND NOT withdrawn AND content <> $3
               AND EXISTS (SELECT 1 FROM requests r
                            WHERE r.id = request_id AND r.state IN ('gathering', 'queued', 'claimed'))";
        let Some(user) = self.find_user(author).await? else { return Ok(None) };
        let mut tx = self.db.begin().await?;
        lock_user(&mut tx, user.id).await?;
        let found: Vec<(RequestId, UserId)> = on_tx!(&mut tx, |c| sqlx::query_as(WAITING)
            .bind(source)
            .bind(author)
            .fetch_all(c)
            .await?);
        let mut changed = None;
        for (request, user) in found {
            let replaced = on_tx!(&mut tx, |c| sqlx::query(REPLACE)
                .bind(request)
                .bind(source)
                .bind(storable(words).into_owned())
                .execute(c)
                .await?
                .rows_affected());
            if replaced > 0 {
                self.name_in_context(&mut tx, request, source, names).await?;
                words_changed(&mut tx, request).await?;
                changed = Some(user);
            }
        }
        tx.commit().await?;
        Ok(changed)
    }
}
