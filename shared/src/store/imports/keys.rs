//! Users' keys of the older system.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    super::{
        db::{Tx, on_tx},
        lock_user,
    },
    Done, Importer, Skipped,
    ledger::{Kind, Origin, digest},
};
use crate::{
    ids::{ApiKeyId, DiscordUserId, UserId},
    model::Provider,
    secret::Last4,
    store::{Result, StoreError},
    vault::{Fingerprint, Sealed},
};

/// A row of its `user_api_keys`, without the key itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OlderKey {
    /// Its id there.
    pub origin: String,
    /// What is sealed there, only to notice a change of it.
    pub sealed_there: String,
    /// Whose.
    pub account: DiscordUserId,
    /// Who takes it.
    pub provider: Provider,
    /// Whether it is used.
    pub is_active: bool,
    /// When it was stored.
    pub created_at: Option<DateTime<Utc>>,
    /// When it last paid for a call.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// The same key, sealed here.
pub struct NewKey {
    /// The key.
    pub sealed: Sealed,
    /// By what it is recognised.
    pub fingerprint: Fingerprint,
    /// Its end.
    pub last4: Last4,
}

impl Importer {
    /// Takes a key over, sealed anew by `seal` for the person that it belongs to here. A live key that
    /// the person has stays.
    pub async fn key(
        &mut self,
        key: &OlderKey,
        seal: impl FnOnce(UserId) -> Result<NewKey, Skipped>,
    ) -> Result<Done> {
        const LIVE: &str = "
            SELECT COUNT(*) FROM user_api_keys
             WHERE user_id = $1 AND provider = $2 AND removed_at IS NULL";
        const INSERT: &str = "
            INSERT INTO user_api_keys
                (id, user_id, provider, iv, content, tag, key_id, fingerprint, last4, is_default, is_active,
                 last_used_at, created_at, updated_at)
            SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9,
                   NOT EXISTS (SELECT 1 FROM user_api_keys d
                                WHERE d.user_id = $2 AND d.is_default AND d.removed_at IS NULL),
                   $10, $11, $12, $13";
        let mut tx = self.begin().await?;
        let came = digest(key.sealed_there.as_bytes());
        if let Some(origin) = self.origin(&mut tx, Kind::Key, &key.origin).await? {
            self.end(tx).await?;
            let same = origin.digest == came;
            return Ok(if same { Done::Unchanged } else { Done::Skipped(Skipped::ChangedHere) });
        }
        let user = self.person_in(&mut tx, key.account, "").await?;
        lock_user(&mut tx, user).await?;
        let (live,): (i64,) = on_tx!(&mut tx, |c| sqlx::query_as(LIVE)
            .bind(user)
            .bind(key.provider)
            .fetch_one(c)
            .await?);
        let sealed = if live > 0 { Err(Skipped::HasKey) } else { seal(user) };
        let done = match sealed {
            Err(skipped) => Done::Skipped(skipped),
            Ok(NewKey { sealed, fingerprint, last4 }) => {
                let (id, now) = (ApiKeyId::new(self.store.clock()), self.store.clock.now());
                on_tx!(&mut tx, |c| sqlx::query(INSERT)
                    .bind(id)
                    .bind(user)
                    .bind(key.provider)
                    .bind(sealed.iv())
                    .bind(sealed.content())
                    .bind(sealed.tag())
                    .bind(sealed.key_id().to_string())
                    .bind(fingerprint.as_str())
                    .bind(&last4)
                    .bind(key.is_active)
                    .bind(key.last_used_at)
                    .bind(key.created_at.unwrap_or(now))
                    .bind(now)
                    .execute(c)
                    .await?
                    .rows_affected());
                let state = stored_key(&mut tx, id.uuid()).await?;
                let state = state.ok_or(StoreError::Inconsistent("user_api_keys"))?.as_noted();
                self.note(&mut tx, Kind::Key, id.uuid(), None, Some(&state)).await?;
                let origin = Origin { row_id: id.uuid(), digest: came, written: String::new() };
                self.remember(&mut tx, Kind::Key, &key.origin, &origin).await?;
                Done::Created
            }
        };
        self.end(tx).await?;
        Ok(done)
    }
}

/// What says whether a key was used or changed.
#[derive(sqlx::FromRow)]
struct StoredKey {
    is_active: bool,
    last_used_at: Option<DateTime<Utc>>,
    removed_at: Option<DateTime<Utc>>,
    requests: i64,
}

impl StoredKey {
    /// As a run notes what it made: equal while nobody has touched the key.
    fn as_noted(&self) -> String {
        let Self { is_active, last_used_at, removed_at, requests } = self;
        let [used, removed] =
            [last_used_at, removed_at].map(|at| at.map(|at| at.timestamp_micros()));
        format!("active {is_active}, used {used:?}, removed {removed:?}, {requests} requests")
    }
}

async fn stored_key(tx: &mut Tx, id: Uuid) -> Result<Option<StoredKey>> {
    const SQL: &str = "
        SELECT is_active, last_used_at, removed_at,
               (SELECT COUNT(*) FROM requests r WHERE r.api_key_id = user_api_keys.id) AS requests
          FROM user_api_keys WHERE id = $1";
    Ok(on_tx!(tx, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await?))
}

/// Takes back a key that a run has made; `Err` says why not. One that has paid since, or that its
/// provider refused, stays: without it the person would count as one who never stored a key.
pub(super) async fn undo(
    tx: &mut Tx,
    id: Uuid,
    made: Option<&str>,
) -> Result<Result<(), &'static str>> {
    const SQL: &str = "DELETE FROM user_api_keys WHERE id = $1";
    let Some(key) = stored_key(tx, id).await? else { return Ok(Ok(())) };
    if made != Some(key.as_noted().as_str()) {
        return Ok(Err("it was used, changed or removed since"));
    }
    on_tx!(tx, |c| sqlx::query(SQL).bind(id).execute(c).await?.rows_affected());
    Ok(Ok(()))
}
