//! A typed key on its way to a verdict: the bot seals it here, a worker asks the provider, the bot
//! answers. Free calls, so a check may run twice; a key becomes live only with a good verdict, in the
//! same transaction.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::types::Json;

use super::{
    Result, ShardRange, Store,
    columns::SealColumns,
    db::{Tx, on_db, on_tx},
    keys::CheckedKey,
    lock_user,
};
use crate::{
    ids::{GuildId, KeyCheckId, UserId, WorkerId},
    model::{InactiveReason, KeyVerdict, Provider, text_enum},
    secret::Last4,
    vault::{Fingerprint, MalformedSeal, Sealed},
};

text_enum! {
    /// What a check is for.
    pub enum CheckPurpose {
        /// To store the typed key, if it is good.
        Set = "set",
        /// To tell about a typed key and write nothing.
        TestNew = "test_new",
        /// To tell about the stored key.
        TestStored = "test_stored",
        /// To get a key for a code, and store it, if it is good.
        Connect = "connect",
    }
}

/// The sealed token of the interaction that waits for an answer.
pub struct AnswerToken {
    /// The token.
    pub sealed: Sealed,
    /// When Discord forgets it.
    pub expires_at: DateTime<Utc>,
}

/// A check to be made.
pub struct NewKeyCheck {
    /// Made before, because the answer's token is sealed for it.
    pub id: KeyCheckId,
    /// Whose key.
    pub user: UserId,
    /// Where the command was given; decides which bot process answers.
    pub guild: Option<GuildId>,
    /// Who takes the key.
    pub provider: Provider,
    /// What for.
    pub purpose: CheckPurpose,
    /// The typed key, sealed, with its fingerprint and end; none for the stored one.
    pub candidate: Option<(Sealed, Fingerprint, Last4)>,
    /// Where the verdict goes.
    pub answer: AnswerToken,
    /// When nobody waits any more.
    pub expires_at: DateTime<Utc>,
}

/// So many checks a person may ask for within [`ATTEMPTS_WITHIN`].
pub const MAX_ATTEMPTS: i64 = 10;
/// For so long a check counts as an attempt.
pub const ATTEMPTS_WITHIN: TimeDelta = TimeDelta::minutes(15);

/// What became of a wish for a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckAsked {
    /// It waits for a worker.
    Kept,
    /// The person has asked too often: nothing is kept.
    TooMany {
        /// When the next one is taken.
        again_at: DateTime<Utc>,
    },
}

/// A check that this worker makes.
pub struct ClaimedCheck {
    /// Its id.
    pub id: KeyCheckId,
    /// Whose key.
    pub user: UserId,
    /// Who takes it.
    pub provider: Provider,
    /// What for.
    pub purpose: CheckPurpose,
    /// The typed key; none for the stored one.
    pub candidate: Option<std::result::Result<Sealed, MalformedSeal>>,
}

/// What a verdict led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerdictOutcome {
    /// It is written, and the bot will answer.
    Written,
    /// Somebody else, or time, was faster.
    TooLate,
}

/// A check whose verdict the person has not seen.
pub struct Unanswered {
    /// Its id.
    pub id: KeyCheckId,
    /// Whose key.
    pub user: UserId,
    /// Who takes it.
    pub provider: Provider,
    /// What it was for.
    pub purpose: CheckPurpose,
    /// The end of the key in question.
    pub last4: Option<Last4>,
    /// The verdict; none when no worker gave one in time.
    pub verdict: Option<KeyVerdict>,
    /// The interaction that waits.
    pub answer: AnswerToken,
}

#[derive(sqlx::FromRow)]
struct CheckRow {
    id: KeyCheckId,
    user_id: UserId,
    provider: Provider,
    purpose: CheckPurpose,
    iv: Option<String>,
    content: Option<String>,
    tag: Option<String>,
    key_id: Option<String>,
    fingerprint: Option<String>,
    last4: Option<Last4>,
}

impl CheckRow {
    fn candidate(&self) -> Option<std::result::Result<Sealed, MalformedSeal>> {
        SealColumns::read(
            self.iv.as_ref(),
            self.content.as_ref(),
            self.tag.as_ref(),
            self.key_id.as_ref(),
        )
    }
}

#[derive(sqlx::FromRow)]
struct UnansweredRow {
    id: KeyCheckId,
    user_id: UserId,
    provider: Provider,
    purpose: CheckPurpose,
    last4: Option<Last4>,
    verdict: Option<Json<KeyVerdict>>,
    answer_iv: Option<String>,
    answer_content: Option<String>,
    answer_tag: Option<String>,
    answer_key_id: Option<String>,
    answer_expires_at: DateTime<Utc>,
}

impl Store {
    /// Keeps a check for a worker to make, unless the person has asked for [`MAX_ATTEMPTS`] lately:
    /// nobody tries out keys with our help. Counted here, so that a restart forgets nothing.
    pub async fn add_key_check(&self, check: &NewKeyCheck) -> Result<CheckAsked> {
        let mut tx = self.db.begin().await?;
        lock_user(&mut tx, check.user).await?;
        let asked = self.insert_key_check(&mut tx, check).await?;
        if asked == CheckAsked::Kept {
            tx.commit().await?;
        }
        Ok(asked)
    }

    /// The same, within a transaction that holds the user's lock.
    pub(super) async fn insert_key_check(
        &self,
        tx: &mut Tx,
        check: &NewKeyCheck,
    ) -> Result<CheckAsked> {
        const LATELY: &str = "
            SELECT COUNT(*) FROM key_checks WHERE user_id = $1 AND created_at > $2";
        const OLDEST: &str = "
            SELECT created_at FROM key_checks WHERE user_id = $1 AND created_at > $2
             ORDER BY created_at DESC LIMIT 1 OFFSET $3";
        const SQL: &str = "
            INSERT INTO key_checks
                (id, user_id, guild_id, provider, purpose, state, iv, content, tag, key_id, fingerprint, last4,
                 answer_iv, answer_content, answer_tag, answer_key_id, answer_expires_at, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, 'pending', $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
        let candidate = check.candidate.as_ref();
        let sealed = SealColumns::of(candidate.map(|(sealed, _, _)| sealed));
        let answer = SealColumns::of(Some(&check.answer.sealed));
        let now = self.clock.now();
        let since = now - ATTEMPTS_WITHIN;
        let (lately,): (i64,) = on_tx!(tx, |c| sqlx::query_as(LATELY)
            .bind(check.user)
            .bind(since)
            .fetch_one(c)
            .await?);
        if lately >= MAX_ATTEMPTS {
            let (oldest,): (DateTime<Utc>,) = on_tx!(tx, |c| sqlx::query_as(OLDEST)
                .bind(check.user)
                .bind(since)
                .bind(MAX_ATTEMPTS - 1)
                .fetch_one(c)
                .await?);
            return Ok(CheckAsked::TooMany { again_at: oldest + ATTEMPTS_WITHIN });
        }
        on_tx!(tx, |c| sqlx::query(SQL)
            .bind(check.id)
            .bind(check.user)
            .bind(check.guild)
            .bind(check.provider)
            .bind(check.purpose)
            .bind(&sealed.iv)
            .bind(&sealed.content)
            .bind(&sealed.tag)
            .bind(&sealed.key_id)
            .bind(candidate.map(|(_, fingerprint, _)| fingerprint.as_str()))
            .bind(candidate.map(|(_, _, last4)| last4))
            .bind(&answer.iv)
            .bind(&answer.content)
            .bind(&answer.tag)
            .bind(&answer.key_id)
            .bind(check.answer.expires_at)
            .bind(now)
            .bind(check.expires_at)
            .execute(c)
            .await?
            .rows_affected());
        Ok(CheckAsked::Kept)
    }

    /// Takes a user's oldest waiting check for this worker. A check of the stored key notes which key
    /// that is: the verdict is not for one that replaces it meanwhile.
    pub async fn claim_key_check(
        &self,
        worker: WorkerId,
        user: UserId,
    ) -> Result<Option<ClaimedCheck>> {
        const SQL: &str = "
            UPDATE key_checks
               SET state = 'claimed', owner = $1,
                   fingerprint = CASE WHEN purpose <> 'test_stored' THEN fingerprint
                                      ELSE (SELECT u.fingerprint FROM user_api_keys u
                                             WHERE u.user_id = key_checks.user_id
                                               AND u.provider = key_checks.provider AND u.removed_at IS NULL) END
             WHERE state = 'pending'
               AND id = (SELECT k.id FROM key_checks k
                          WHERE k.user_id = $2 AND k.state = 'pending' AND k.expires_at > $3
                          ORDER BY k.created_at, k.id LIMIT 1)
            RETURNING id, user_id, provider, purpose, iv, content, tag, key_id, fingerprint, last4";
        let mut tx = self.db.begin_relaxed().await?;
        lock_user(&mut tx, user).await?;
        let row: Option<CheckRow> = on_tx!(&mut tx, |c| sqlx::query_as(SQL)
            .bind(worker)
            .bind(user)
            .bind(self.clock.now())
            .fetch_optional(c)
            .await?);
        tx.commit().await?;
        Ok(row.map(|row| ClaimedCheck {
            id: row.id,
            user: row.user_id,
            provider: row.provider,
            purpose: row.purpose,
            candidate: row.candidate(),
        }))
    }

    /// Writes the verdict, and what follows from it for the live key, at once. The candidate's sealed
    /// text is erased whatever the verdict.
    pub async fn finish_key_check(
        &self,
        check: &ClaimedCheck,
        worker: WorkerId,
        verdict: &KeyVerdict,
    ) -> Result<VerdictOutcome> {
        const READ: &str = "
            SELECT id, user_id, provider, purpose, iv, content, tag, key_id, fingerprint, last4
              FROM key_checks WHERE id = $1 AND owner = $2 AND state = 'claimed'";
        const DONE: &str = "
            UPDATE key_checks
               SET state = 'done', verdict = $2, iv = NULL, content = NULL, tag = NULL, fingerprint = NULL
             WHERE id = $1";
        let mut tx = self.db.begin().await?;
        lock_user(&mut tx, check.user).await?;
        let row: Option<CheckRow> = on_tx!(&mut tx, |c| sqlx::query_as(READ)
            .bind(check.id)
            .bind(worker)
            .fetch_optional(c)
            .await?);
        let Some(row) = row else { return Ok(VerdictOutcome::TooLate) };
        match (row.purpose, verdict) {
            (CheckPurpose::Set | CheckPurpose::Connect, KeyVerdict::Valid(_)) => {
                if let (Some(Ok(sealed)), Some(fingerprint), Some(last4)) =
                    (row.candidate(), &row.fingerprint, &row.last4)
                {
                    let key = CheckedKey {
                        user: row.user_id,
                        provider: row.provider,
                        sealed: &sealed,
                        fingerprint,
                        last4,
                    };
                    self.replace_live_key(&mut tx, &key).await?;
                }
            }
            (CheckPurpose::TestStored, KeyVerdict::Valid(_)) => {
                self.mark_live_key(&mut tx, &row, true).await?;
            }
            (CheckPurpose::TestStored, KeyVerdict::Rejected) => {
                self.mark_live_key(&mut tx, &row, false).await?;
            }
            _ => {}
        }
        if row.purpose == CheckPurpose::Connect {
            self.erase_connection(&mut tx, check.id).await?;
        }
        on_tx!(&mut tx, |c| sqlx::query(DONE)
            .bind(check.id)
            .bind(Json(verdict))
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await?;
        Ok(VerdictOutcome::Written)
    }

    async fn mark_live_key(&self, tx: &mut Tx, row: &CheckRow, good: bool) -> Result<()> {
        const GOOD: &str = "
            UPDATE user_api_keys
               SET is_active = CASE WHEN inactive_reason = $5 THEN TRUE ELSE is_active END,
                   inactive_reason = CASE WHEN inactive_reason = $5 THEN NULL ELSE inactive_reason END,
                   last_validated_at = $3, updated_at = $3
             WHERE user_id = $1 AND provider = $2 AND removed_at IS NULL AND fingerprint = $4";
        const BAD: &str = "
            UPDATE user_api_keys SET is_active = FALSE, inactive_reason = $5, updated_at = $3
             WHERE user_id = $1 AND provider = $2 AND removed_at IS NULL AND fingerprint = $4";
        let now = self.clock.now();
        on_tx!(tx, |c| sqlx::query(if good { GOOD } else { BAD })
            .bind(row.user_id)
            .bind(row.provider)
            .bind(now)
            .bind(&row.fingerprint)
            .bind(InactiveReason::Rejected)
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Gives a check back that could not be made now: another worker may have the master key.
    pub async fn give_back_key_check(&self, check: &ClaimedCheck, worker: WorkerId) -> Result<()> {
        const SQL: &str = "
            UPDATE key_checks SET state = 'pending', owner = NULL
             WHERE id = $1 AND owner = $2 AND state = 'claimed'";
        let mut tx = self.db.begin_relaxed().await?;
        on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(check.id)
            .bind(worker)
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await
    }

    /// The users who have a check waiting for a worker.
    pub async fn users_with_key_checks(&self, limit: i64) -> Result<Vec<UserId>> {
        const SQL: &str = "
            SELECT user_id FROM key_checks WHERE state = 'pending' AND expires_at > $1
             GROUP BY user_id ORDER BY MIN(created_at) LIMIT $2";
        let rows: Vec<(UserId,)> = on_db!(&self.db, |c| sqlx::query_as(SQL)
            .bind(self.clock.now())
            .bind(limit)
            .fetch_all(c)
            .await?);
        Ok(rows.into_iter().map(|(user,)| user).collect())
    }

    /// Checks with a verdict, or without one in time, that nobody has answered yet; for the bot
    /// process that holds these shards. What ran out of time is closed, its candidate erased.
    pub async fn unanswered_key_checks(&self, range: ShardRange) -> Result<Vec<Unanswered>> {
        const OVERDUE: &str =
            "SELECT COUNT(*) FROM key_checks WHERE state <> 'done' AND expires_at <= $1";
        const CLOSE: &str = "
            UPDATE key_checks
               SET state = 'done', iv = NULL, content = NULL, tag = NULL, fingerprint = NULL
             WHERE state <> 'done' AND expires_at <= $1";
        const LIST: &str = "
            SELECT id, user_id, provider, purpose, last4, verdict,
                   answer_iv, answer_content, answer_tag, answer_key_id, answer_expires_at
              FROM key_checks
             WHERE answered_at IS NULL AND state = 'done'
               AND (CASE WHEN guild_id IS NULL THEN 0 ELSE (guild_id >> 22) % $1 END) BETWEEN $2 AND $3
             ORDER BY created_at LIMIT 100";
        let now = self.clock.now();
        let (overdue,): (i64,) =
            on_db!(&self.db, |c| sqlx::query_as(OVERDUE).bind(now).fetch_one(c).await?);
        if overdue > 0 {
            let mut tx = self.db.begin_relaxed().await?;
            on_tx!(&mut tx, |c| sqlx::query(CLOSE).bind(now).execute(c).await?.rows_affected());
            tx.commit().await?;
        }
        self.erase_old_connections().await?;
        let rows: Vec<UnansweredRow> = on_db!(&self.db, |c| sqlx::query_as(LIST)
            .bind(range.shards())
            .bind(range.first())
            .bind(range.last())
            .fetch_all(c)
            .await?);
        Ok(rows.into_iter().filter_map(Unanswered::from_row).collect())
    }

    /// Notes that the person has the answer, and erases the interaction's token.
    pub async fn mark_key_check_answered(&self, id: KeyCheckId) -> Result<()> {
        const SQL: &str = "
            UPDATE key_checks
               SET answered_at = $2, answer_iv = NULL, answer_content = NULL, answer_tag = NULL
             WHERE id = $1";
        let mut tx = self.db.begin_relaxed().await?;
        on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(id)
            .bind(self.clock.now())
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await
    }
}

impl Unanswered {
    fn from_row(row: UnansweredRow) -> Option<Self> {
        let token = SealColumns::read(
            row.answer_iv.as_ref(),
            row.answer_content.as_ref(),
            row.answer_tag.as_ref(),
            row.answer_key_id.as_ref(),
        )?
        .ok()?;
        Some(Self {
            id: row.id,
            user: row.user_id,
            provider: row.provider,
            purpose: row.purpose,
            last4: row.last4,
            verdict: row.verdict.map(|Json(verdict)| verdict),
            answer: AnswerToken { sealed: token, expires_at: row.answer_expires_at },
        })
    }
}
