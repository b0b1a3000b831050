//! T2 and T3: the fence before the call, and what is noted while it streams.

use super::{
    ClaimedRequest, NoticeKind, Result, Spending, Store,
    columns::storable,
    db::{Db, Tx, on_tx},
    lock_user,
    outcome::close_delivery,
    personalities::visible_to,
    replies::say_nothing,
};
use crate::{
    ids::{ApiKeyId, ClaimToken, RequestId},
    model::{FailureKind, KeySource, RequestState},
};

/// What the fence said.
#[derive(Debug, PartialEq, Eq)]
pub enum Fenced {
    /// The call may be made, at once and once.
    MayCall,
    /// It must not be made.
    Refused(FenceRefusal),
}

/// Why a call must not be made. All but the last three have ended the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FenceRefusal {
    /// Its author stopped it.
    Stopped,
    /// It waited too long.
    Expired,
    /// The personality was deleted, or is somebody else's alone now.
    PersonalityGone,
    /// Moderators forbid it: the personality, the channel, or the bot in their server.
    Forbidden,
    /// The key was removed or switched off.
    KeyGone,
    /// It could go past a limit that its payer set.
    OverBudget,
    /// The guest has used up what the operator gives for a day.
    GuestBudget,
    /// The user has stored another key since the worker opened the old one: give the request back.
    KeyReplaced,
    /// What was said has changed since the claim: give the request back, and read it again.
    WordsChanged,
    /// The claim is lost: the request is somebody else's.
    Lost,
}

/// The text so far of a call that streams.
#[derive(Clone, Debug)]
pub struct PartialText {
    /// Which request.
    pub request: RequestId,
    /// The proof of the claim.
    pub token: ClaimToken,
    /// Counts up with every change.
    pub rev: i64,
    /// All of it.
    pub text: String,
}

impl Store {
    /// The fence: after this commit the call may have been made, and is never repeated by itself.
    ///
    /// `opened` is the key that the worker holds in clear. What the call can cost at most is reserved
    /// with it.
    pub async fn fence(
        &self,
        request: &ClaimedRequest,
        opened: Option<ApiKeyId>,
        spending: &Spending,
    ) -> Result<Fenced> {
        const LOOK: &str = concat!(
            "SELECT stop_requested, deadline_at <= $3, words_rev, api_key_id,
                    EXISTS (SELECT 1 FROM user_api_keys k
                             WHERE k.id = requests.api_key_id AND k.is_active AND k.removed_at IS NULL),
                    EXISTS (SELECT 1 FROM personalities p WHERE p.id = requests.personality_id AND ",
            visible_to!("requests.user_id"),
            ") FROM requests WHERE id = $1 AND claim_token = $2 AND state = 'claimed'"
        );
        const CALL: &str = "
            UPDATE requests
               SET state = 'calling', dispatched_at = $3, dispatches = dispatches + 1, updated_at = $3,
                   reserved_tokens = $4, reserved_nano_usd = $5
             WHERE id = $1 AND claim_token = $2 AND state = 'claimed'";
        const USED: &str = "UPDATE user_api_keys SET last_used_at = $2 WHERE id = $1";
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        lock_user(&mut tx, request.user_id).await?;
        let row: Option<(bool, bool, i64, Option<ApiKeyId>, bool, bool)> =
            on_tx!(&mut tx, |c| sqlx::query_as(LOOK)
                .bind(request.id)
                .bind(request.token)
                .bind(now)
                .fetch_optional(c)
                .await?);
        let Some((stopped, too_late, words_rev, key, key_is_live, exists)) = row else {
            return Ok(Fenced::Refused(FenceRefusal::Lost));
        };
        let users_key = request.key_source == KeySource::User;
        let refusal = if stopped {
            FenceRefusal::Stopped
        } else if too_late {
            FenceRefusal::Expired
        } else if !exists {
            FenceRefusal::PersonalityGone
        } else if self.is_request_forbidden(&mut tx, request.id, request.personality_id).await? {
            FenceRefusal::Forbidden
        } else if users_key && !key_is_live {
            FenceRefusal::KeyGone
        } else if users_key && key != opened {
            return Ok(Fenced::Refused(FenceRefusal::KeyReplaced));
        } else if words_rev != request.words_rev {
            return Ok(Fenced::Refused(FenceRefusal::WordsChanged));
        } else if let Some(refusal) = self.over_budget(&mut tx, request, spending).await? {
            refusal
        } else {
            let called = on_tx!(&mut tx, |c| sqlx::query(CALL)
                .bind(request.id)
                .bind(request.token)
                .bind(now)
                .bind(spending.worst.tokens)
                .bind(spending.worst.cost)
                .execute(c)
                .await?
                .rows_affected());
            if let Some(key) = key {
                on_tx!(&mut tx, |c| sqlx::query(USED)
                    .bind(key)
                    .bind(now)
                    .execute(c)
                    .await?
                    .rows_affected());
            }
            tx.commit().await?;
            return Ok(if called == 1 {
                Fenced::MayCall
            } else {
                Fenced::Refused(FenceRefusal::Lost)
            });
        };
        let (state, failure) = match refusal {
            FenceRefusal::Stopped | FenceRefusal::Forbidden => (RequestState::Cancelled, None),
            FenceRefusal::Expired => (RequestState::Expired, Some(FailureKind::Expired)),
            FenceRefusal::PersonalityGone => {
                (RequestState::Failed, Some(FailureKind::PersonalityGone))
            }
            FenceRefusal::OverBudget => (RequestState::Failed, Some(FailureKind::OverBudget)),
            FenceRefusal::GuestBudget => (RequestState::Failed, Some(FailureKind::GuestBudget)),
            _ => (RequestState::Failed, Some(FailureKind::KeyGone)),
        };
        self.end_unspent(&mut tx, request.id, state, failure).await?;
        if refusal == FenceRefusal::Forbidden {
            // in private alone: where nobody may speak, not even a hint is said
            say_nothing(&mut tx, request.id).await?;
            let (user, kind) = (request.user_id, NoticeKind::Forbidden);
            self.add_notice_in(&mut tx, user, kind, Some(request.id), None).await?;
        }
        tx.commit().await?;
        Ok(Fenced::Refused(refusal))
    }

    /// Keeps the provider's name for the call, by which its cost can be asked for afterwards.
    pub async fn note_generation(&self, request: &ClaimedRequest, generation: &str) -> Result<()> {
        const SQL: &str = "
            UPDATE requests
               SET generation_id = $3, reconcile_at = CASE WHEN state = 'interrupted' THEN $4 ELSE reconcile_at END
             WHERE id = $1 AND claim_token = $2";
        let generation: String = storable(generation).chars().take(100).collect();
        let mut tx = self.db.begin_relaxed().await?;
        on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(request.id)
            .bind(request.token)
            .bind(generation)
            .bind(self.clock.now())
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await
    }

    /// Keeps what has arrived, for the bot to show and for the user to have if this process dies.
    pub async fn save_partials(&self, partials: &[PartialText]) -> Result<()> {
        const SQL: &str = "
            INSERT INTO partials (request_id, token, rev, text)
            SELECT r.id, r.claim_token, $3, $4 FROM requests r
             WHERE r.id = $1 AND r.claim_token = $2 AND r.state = 'calling'
            ON CONFLICT (request_id) DO UPDATE
               SET token = excluded.token, rev = excluded.rev, text = excluded.text
             WHERE partials.rev < excluded.rev OR partials.token <> excluded.token";
        let mut tx = self.db.begin_relaxed().await?;
        for partial in partials {
            on_tx!(&mut tx, |c| sqlx::query(SQL)
                .bind(partial.request)
                .bind(partial.token)
                .bind(partial.rev)
                .bind(storable(&partial.text).into_owned())
                .execute(c)
                .await?
                .rows_affected());
        }
        tx.commit().await
    }

    /// The texts that have grown since the revisions the caller knows.
    pub async fn newer_partials(
        &self,
        known: &[(RequestId, i64)],
    ) -> Result<Vec<(RequestId, i64, String)>> {
        // SQLite has no arrays and needs none: it runs in this process
        const SQLITE: &str =
            "SELECT request_id, rev, text FROM partials WHERE request_id = $1 AND rev > $2";
        const POSTGRES: &str = "
            SELECT p.request_id, p.rev, p.text
              FROM unnest($1::uuid[], $2::bigint[]) AS known (request_id, rev)
              JOIN partials p ON p.request_id = known.request_id WHERE p.rev > known.rev";
        if known.is_empty() {
            return Ok(Vec::new());
        }
        match &self.db {
            Db::Sqlite(sqlite) => {
                let mut newer = Vec::new();
                for (request, rev) in known {
                    newer.extend(
                        sqlx::query_as(SQLITE)
                            .bind(request)
                            .bind(rev)
                            .fetch_optional(sqlite.reader())
                            .await?,
                    );
                }
                Ok(newer)
            }
            Db::Postgres(pool) => {
                let (ids, revs): (Vec<_>, Vec<_>) =
                    known.iter().map(|(request, rev)| (request.uuid(), *rev)).unzip();
                Ok(sqlx::query_as(POSTGRES).bind(ids).bind(revs).fetch_all(pool).await?)
            }
        }
    }

    /// Which of a worker's calls their authors want stopped.
    pub async fn stop_requested(&self, worker: crate::ids::WorkerId) -> Result<Vec<RequestId>> {
        const SQL: &str = "
            SELECT id FROM requests WHERE owner = $1 AND state IN ('claimed', 'calling') AND stop_requested";
        let rows: Vec<(RequestId,)> =
            super::db::on_db!(&self.db, |c| sqlx::query_as(SQL).bind(worker).fetch_all(c).await?);
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Fails a claimed request before anything was spent.
    pub async fn fail_unspent(
        &self,
        request: &ClaimedRequest,
        failure: FailureKind,
    ) -> Result<bool> {
        const MINE: &str = "SELECT COUNT(*) FROM requests WHERE id = $1 AND claim_token = $2 AND state = 'claimed'";
        let mut tx = self.db.begin().await?;
        lock_user(&mut tx, request.user_id).await?;
        let (mine,): (i64,) = on_tx!(&mut tx, |c| sqlx::query_as(MINE)
            .bind(request.id)
            .bind(request.token)
            .fetch_one(c)
            .await?);
        if mine == 0 {
            return Ok(false);
        }
        self.end_unspent(&mut tx, request.id, RequestState::Failed, Some(failure)).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Ends a request that has cost nothing, and lets the bot show it. The caller holds the lock and
    /// has checked the state.
    pub(super) async fn end_unspent(
        &self,
        tx: &mut Tx,
        request: RequestId,
        state: RequestState,
        failure: Option<FailureKind>,
    ) -> Result<()> {
        const SQL: &str = "
            UPDATE requests
               SET state = $2, failure = $3, claim_token = NULL, owner = NULL, finished_at = $4, updated_at = $4
             WHERE id = $1";
        let now = self.clock.now();
        on_tx!(tx, |c| sqlx::query(SQL)
            .bind(request)
            .bind(state)
            .bind(failure)
            .bind(now)
            .execute(c)
            .await?
            .rows_affected());
        if let Some(failure) = failure {
            self.tell_payer(tx, request, failure).await?;
        }
        close_delivery(tx, request, now).await
    }
}
