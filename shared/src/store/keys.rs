//! Users' keys: sealed, one live key per user and provider.

use chrono::{DateTime, Utc};

use super::{
    Result, Store,
    db::{Tx, on_db, on_tx},
    lock_user,
};
use crate::{
    ids::{ApiKeyId, UserId},
    model::{InactiveReason, Provider},
    secret::Last4,
    vault::{MalformedSeal, Sealed},
};

/// A live key as its owner may see it, with nothing of the key but its end.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LiveKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Who takes it.
    pub provider: Provider,
    /// Its end.
    pub last4: Last4,
    /// Whether it stands in where there is none for the model's provider.
    pub is_default: bool,
    /// Whether it is used.
    pub is_active: bool,
    /// Why not.
    pub inactive_reason: Option<InactiveReason>,
    /// When the provider last said that it is good.
    pub last_validated_at: Option<DateTime<Utc>>,
    /// When it last paid for a call.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
}

/// What became of a wish about a live key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyChange {
    /// It is so from now on.
    Done,
    /// It was so before.
    Already,
    /// The key is switched off because its provider refuses it, and stays so.
    Refused,
    /// There is no such key.
    NoKey,
}

/// A live key as the worker opens it.
pub struct SealedKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Whose.
    pub user_id: UserId,
    /// Who takes it.
    pub provider: Provider,
    /// The key; an error when somebody changed the row.
    pub sealed: std::result::Result<Sealed, MalformedSeal>,
}

#[derive(sqlx::FromRow)]
struct SealedKeyRow {
    id: ApiKeyId,
    user_id: UserId,
    provider: Provider,
    iv: String,
    content: String,
    tag: String,
    key_id: String,
}

impl From<SealedKeyRow> for SealedKey {
    fn from(row: SealedKeyRow) -> Self {
        let SealedKeyRow { id, user_id, provider, iv, content, tag, key_id } = row;
        let sealed = Sealed::from_columns(&iv, &content, &tag, &key_id);
        Self { id, user_id, provider, sealed }
    }
}

/// A checked key on its way to becoming the live one.
pub(super) struct CheckedKey<'a> {
    pub(super) user: UserId,
    pub(super) provider: Provider,
    pub(super) sealed: &'a Sealed,
    pub(super) fingerprint: &'a str,
    pub(super) last4: &'a Last4,
}

impl Store {
    /// A person's live keys.
    pub async fn live_keys(&self, user: UserId) -> Result<Vec<LiveKey>> {
        const SQL: &str = "
            SELECT id, provider, last4, is_default, is_active, inactive_reason, last_validated_at, last_used_at, created_at
              FROM user_api_keys WHERE user_id = $1 AND removed_at IS NULL ORDER BY provider";
        Ok(on_db!(&self.db, |c| sqlx::query_as(SQL).bind(user).fetch_all(c).await?))
    }

    /// The sealed text of a person's live key, for the worker alone.
    pub async fn sealed_key(&self, user: UserId, provider: Provider) -> Result<Option<SealedKey>> {
        const SQL: &str = "
            SELECT id, user_id, provider, iv, content, tag, key_id FROM user_api_keys
             WHERE user_id = $1 AND provider = $2 AND removed_at IS NULL";
        let row: Option<SealedKeyRow> = on_db!(&self.db, |c| sqlx::query_as(SQL)
            .bind(user)
            .bind(provider)
            .fetch_optional(c)
            .await?);
        Ok(row.map(SealedKey::from))
    }

    /// Removes a person's live key for good: its sealed text is erased, the trace stays. `false` when
    /// there was none. What still waits for it fails at the fence.
    pub async fn remove_key(&self, user: UserId, provider: Provider) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        lock_user(&mut tx, user).await?;
        let removed = self.erase_live_key(&mut tx, user, provider).await?;
        self.promote_default(&mut tx, user).await?;
        tx.commit().await?;
        Ok(removed)
    }

    /// Switches a key off that its provider refused twice over. `true` for the one who did it, so that
    /// its owner is told once.
    pub async fn switch_off_key(&self, key: ApiKeyId, reason: InactiveReason) -> Result<bool> {
        const SQL: &str = "
            UPDATE user_api_keys SET is_active = FALSE, inactive_reason = $2, updated_at = $3
             WHERE id = $1 AND is_active AND removed_at IS NULL";
        let mut tx = self.db.begin().await?;
        let changed = on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(key)
            .bind(reason)
            .bind(self.clock.now())
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await?;
        Ok(changed == 1)
    }

    /// Sets a key aside, or takes it up again. What waits for a key that is set aside fails at the fence.
    pub async fn pause_key(
        &self,
        user: UserId,
        provider: Provider,
        pause: bool,
    ) -> Result<KeyChange> {
        const PAUSE: &str = "
            UPDATE user_api_keys SET is_active = FALSE, inactive_reason = $3, updated_at = $4
             WHERE user_id = $1 AND provider = $2 AND removed_at IS NULL AND is_active";
        const RESUME: &str = "
            UPDATE user_api_keys SET is_active = TRUE, inactive_reason = NULL, updated_at = $4
             WHERE user_id = $1 AND provider = $2 AND removed_at IS NULL
               AND NOT is_active AND inactive_reason = $3";
        let mut tx = self.db.begin().await?;
        lock_user(&mut tx, user).await?;
        let sql = if pause { PAUSE } else { RESUME };
        let changed = on_tx!(&mut tx, |c| sqlx::query(sql)
            .bind(user)
            .bind(provider)
            .bind(InactiveReason::Paused)
            .bind(self.clock.now())
            .execute(c)
            .await?
            .rows_affected());
        let outcome = match (changed, state_of(&mut tx, user, provider).await?) {
            (_, None) => KeyChange::NoKey,
            (1, _) => KeyChange::Done,
            (_, Some((false, Some(InactiveReason::Rejected) | None))) => KeyChange::Refused,
            _ => KeyChange::Already,
        };
        tx.commit().await?;
        Ok(outcome)
    }

    /// Makes a key the one that stands in where there is none for the model's provider.
    pub async fn make_default_key(&self, user: UserId, provider: Provider) -> Result<KeyChange> {
        const CLEAR: &str = "
            UPDATE user_api_keys SET is_default = FALSE, updated_at = $3
             WHERE user_id = $1 AND provider <> $2 AND is_default AND removed_at IS NULL";
        const SET: &str = "
            UPDATE user_api_keys SET is_default = TRUE, updated_at = $3
             WHERE user_id = $1 AND provider = $2 AND NOT is_default AND removed_at IS NULL";
        let mut tx = self.db.begin().await?;
        lock_user(&mut tx, user).await?;
        if state_of(&mut tx, user, provider).await?.is_none() {
            return Ok(KeyChange::NoKey);
        }
        let now = self.clock.now();
        let mut changed = 0;
        for sql in [CLEAR, SET] {
            changed = on_tx!(&mut tx, |c| sqlx::query(sql)
                .bind(user)
                .bind(provider)
                .bind(now)
                .execute(c)
                .await?
                .rows_affected());
        }
        tx.commit().await?;
        Ok(if changed == 1 { KeyChange::Done } else { KeyChange::Already })
    }

    async fn erase_live_key(&self, tx: &mut Tx, user: UserId, provider: Provider) -> Result<bool> {
        const SQL: &str = "
            UPDATE user_api_keys
               SET iv = NULL, content = NULL, tag = NULL, fingerprint = NULL, is_active = FALSE,
                   is_default = FALSE, removed_at = $3, updated_at = $3
             WHERE user_id = $1 AND provider = $2 AND removed_at IS NULL";
        let erased = on_tx!(tx, |c| sqlx::query(SQL)
            .bind(user)
            .bind(provider)
            .bind(self.clock.now())
            .execute(c)
            .await?
            .rows_affected());
        Ok(erased == 1)
    }

    /// Without a default key, the oldest becomes it.
    async fn promote_default(&self, tx: &mut Tx, user: UserId) -> Result<()> {
        const SQL: &str = "
            UPDATE user_api_keys SET is_default = TRUE, updated_at = $2
             WHERE id = (SELECT id FROM user_api_keys WHERE user_id = $1 AND removed_at IS NULL ORDER BY id LIMIT 1)
               AND NOT EXISTS (SELECT 1 FROM user_api_keys d
                                WHERE d.user_id = $1 AND d.is_default AND d.removed_at IS NULL)";
        on_tx!(tx, |c| sqlx::query(SQL)
            .bind(user)
            .bind(self.clock.now())
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Puts a valid key in the place of the one before. Requests that wait go on with it: the payer
    /// and the provider stay the same.
    pub(super) async fn replace_live_key(
        &self,
        tx: &mut Tx,
        key: &CheckedKey<'_>,
    ) -> Result<ApiKeyId> {
        const DEFAULT: &str = "
            SELECT COUNT(*) FROM user_api_keys
             WHERE user_id = $1 AND provider <> $2 AND is_default AND removed_at IS NULL";
        const MODEL: &str = "
            SELECT model_name FROM user_api_keys
             WHERE user_id = $1 AND provider = $2 AND removed_at IS NULL";
        const INSERT: &str = "
            INSERT INTO user_api_keys
                (id, user_id, provider, iv, content, tag, key_id, fingerprint, last4, model_name, is_default, is_active,
                 last_validated_at, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, TRUE, $12, $12, $12)";
        const REPOINT: &str = "
            UPDATE requests SET api_key_id = $3
             WHERE user_id = $1 AND provider = $2 AND key_source = 'user'
               AND state IN ('gathering', 'queued', 'claimed')";
        let (others,): (i64,) = on_tx!(&mut *tx, |c| sqlx::query_as(DEFAULT)
            .bind(key.user)
            .bind(key.provider)
            .fetch_one(c)
            .await?);
        let model: Option<(Option<String>,)> = on_tx!(&mut *tx, |c| sqlx::query_as(MODEL)
            .bind(key.user)
            .bind(key.provider)
            .fetch_optional(c)
            .await?);
        self.erase_live_key(tx, key.user, key.provider).await?;
        let id = ApiKeyId::new(self.clock());
        on_tx!(tx, |c| sqlx::query(INSERT)
            .bind(id)
            .bind(key.user)
            .bind(key.provider)
            .bind(key.sealed.iv())
            .bind(key.sealed.content())
            .bind(key.sealed.tag())
            .bind(key.sealed.key_id().to_string())
            .bind(key.fingerprint)
            .bind(key.last4)
            .bind(model.and_then(|(model,)| model))
            .bind(others == 0)
            .bind(self.clock.now())
            .execute(c)
            .await?
            .rows_affected());
        on_tx!(tx, |c| sqlx::query(REPOINT)
            .bind(key.user)
            .bind(key.provider)
            .bind(id)
            .execute(c)
            .await?
            .rows_affected());
        Ok(id)
    }
}

/// Whether a person's live key is used, and why not; `None` when there is none.
async fn state_of(
    tx: &mut Tx,
    user: UserId,
    provider: Provider,
) -> Result<Option<(bool, Option<InactiveReason>)>> {
    const SQL: &str = "
        SELECT is_active, inactive_reason FROM user_api_keys
         WHERE user_id = $1 AND provider = $2 AND removed_at IS NULL";
    Ok(on_tx!(tx, |c| sqlx::query_as(SQL).bind(user).bind(provider).fetch_optional(c).await?))
}
