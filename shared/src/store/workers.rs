//! Who is alive, decided without clocks, and what becomes of a dead worker's requests.
//!
//! Each worker adds one to its beat. A reaper that reads the same beat for long enough, by its own
//! monotonic time, [buries](Store::bury) the worker: what was only claimed goes back, since nothing
//! was spent; what was calling is interrupted and never repeated.

use super::{
    Result, Store,
    db::{Tx, on_db, on_tx},
    lock_user,
};
use crate::{
    ids::{ClaimToken, RequestId, UserId, WorkerId},
    model::{FailureKind, RequestState},
};

/// So many workers may take a request and die before it is given up.
const MAX_ATTEMPTS: i64 = 3;

impl Store {
    /// Makes a worker known, alive from now on.
    pub async fn register_worker(&self, worker: WorkerId) -> Result<()> {
        const SQL: &str = "
            INSERT INTO workers (id, beat, draining, started_at) VALUES ($1, 0, FALSE, $2)
            ON CONFLICT (id) DO NOTHING";
        let mut tx = self.db.begin_relaxed().await?;
        on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(worker)
            .bind(self.clock.now())
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await
    }

    /// One beat. `false` when the worker was buried: it must go on under a new id.
    pub async fn beat_worker(&self, worker: WorkerId) -> Result<bool> {
        const SQL: &str = "UPDATE workers SET beat = beat + 1 WHERE id = $1";
        let mut tx = self.db.begin_relaxed().await?;
        let changed =
            on_tx!(&mut tx, |c| sqlx::query(SQL).bind(worker).execute(c).await?.rows_affected());
        tx.commit().await?;
        Ok(changed == 1)
    }

    /// Every worker's beat; and, with none, workers that hold requests but are not known.
    pub async fn worker_beats(&self) -> Result<Vec<(WorkerId, Option<i64>)>> {
        const SQL: &str = "
            SELECT id, beat FROM workers
            UNION
            SELECT DISTINCT r.owner, CAST(NULL AS bigint) FROM requests r
             WHERE r.state IN ('claimed', 'calling') AND r.owner IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM workers w WHERE w.id = r.owner)
            UNION
            SELECT DISTINCT k.owner, CAST(NULL AS bigint) FROM key_checks k
             WHERE k.state = 'claimed' AND k.owner IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM workers w WHERE w.id = k.owner)";
        Ok(on_db!(&self.db, |c| sqlx::query_as(SQL).fetch_all(c).await?))
    }

    /// Deals with what a dead worker held. Does nothing if its beat has moved on from `beat`.
    /// Gives the users who may have something to claim now, and those who have something to see.
    pub async fn bury(&self, dead: WorkerId, beat: Option<i64>) -> Result<Vec<UserId>> {
        const HELD: &str = "
            SELECT DISTINCT user_id FROM requests WHERE owner = $1 AND state IN ('claimed', 'calling')";
        const CHECKS: &str = "UPDATE key_checks SET state = 'pending', owner = NULL WHERE owner = $1 AND state = 'claimed'";
        const GONE: &str = "DELETE FROM workers WHERE id = $1 AND beat = $2";
        let users: Vec<(UserId,)> =
            on_db!(&self.db, |c| sqlx::query_as(HELD).bind(dead).fetch_all(c).await?);
        for (user,) in &users {
            let mut tx = self.db.begin().await?;
            lock_user(&mut tx, *user).await?;
            if !has_beat(&mut tx, dead, beat).await? {
                return Ok(Vec::new());
            }
            self.release_held(&mut tx, *user, dead).await?;
            tx.commit().await?;
        }
        let mut tx = self.db.begin().await?;
        if has_beat(&mut tx, dead, beat).await? {
            on_tx!(&mut tx, |c| sqlx::query(CHECKS).bind(dead).execute(c).await?.rows_affected());
            on_tx!(&mut tx, |c| sqlx::query(GONE)
                .bind(dead)
                .bind(beat)
                .execute(c)
                .await?
                .rows_affected());
            tx.commit().await?;
        }
        Ok(users.into_iter().map(|(user,)| user).collect())
    }

    async fn release_held(&self, tx: &mut Tx, user: UserId, dead: WorkerId) -> Result<()> {
        const HELD: &str = "
            SELECT id, state, claim_token, attempt FROM requests
             WHERE user_id = $1 AND owner = $2 AND state IN ('claimed', 'calling')";
        const BACK: &str = "
            UPDATE requests SET state = 'queued', claim_token = NULL, owner = NULL, updated_at = $2 WHERE id = $1";
        let held: Vec<(RequestId, RequestState, ClaimToken, i64)> =
            on_tx!(tx, |c| sqlx::query_as(HELD).bind(user).bind(dead).fetch_all(c).await?);
        for (request, state, token, attempt) in held {
            if state == RequestState::Calling {
                self.interrupt(tx, request, token).await?;
            } else if attempt >= MAX_ATTEMPTS {
                self.end_unspent(tx, request, RequestState::Failed, Some(FailureKind::Poison))
                    .await?;
            } else {
                on_tx!(tx, |c| sqlx::query(BACK)
                    .bind(request)
                    .bind(self.clock.now())
                    .execute(c)
                    .await?
                    .rows_affected());
            }
        }
        Ok(())
    }

    /// A worker stops: it takes nothing more.
    pub async fn drain_worker(&self, worker: WorkerId) -> Result<()> {
        const SQL: &str = "UPDATE workers SET draining = TRUE WHERE id = $1";
        let mut tx = self.db.begin_relaxed().await?;
        on_tx!(&mut tx, |c| sqlx::query(SQL).bind(worker).execute(c).await?.rows_affected());
        tx.commit().await
    }

    /// A worker has stopped, and holds nothing.
    pub async fn unregister_worker(&self, worker: WorkerId) -> Result<()> {
        const SQL: &str = "DELETE FROM workers WHERE id = $1";
        let mut tx = self.db.begin_relaxed().await?;
        on_tx!(&mut tx, |c| sqlx::query(SQL).bind(worker).execute(c).await?.rows_affected());
        tx.commit().await
    }
}

async fn has_beat(tx: &mut Tx, worker: WorkerId, beat: Option<i64>) -> Result<bool> {
    const SQL: &str = "SELECT beat FROM workers WHERE id = $1";
    let found: Option<(i64,)> =
        on_tx!(tx, |c| sqlx::query_as(SQL).bind(worker).fetch_optional(c).await?);
    Ok(found.map(|(found,)| found) == beat)
}
