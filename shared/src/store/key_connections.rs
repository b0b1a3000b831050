//! `/wallet connect` under way: a verifier that waits for its code, and both on their way to a worker.
//!
//! Each works once. The id of a connection becomes that of the check that exchanges its code, so what was
//! used is known by the check, and the secrets are gone with the row.

use chrono::{DateTime, Utc};

use super::{
    CheckAsked, ClaimedCheck, NewKeyCheck, Result, Store, VerdictOutcome,
    columns::SealColumns,
    db::{Tx, on_db, on_tx},
    lock_user,
};
use crate::{
    ids::{KeyCheckId, UserId, WorkerId},
    secret::Last4,
    vault::{Fingerprint, MalformedSeal, Sealed},
};

/// Somebody was given a link.
pub struct NewConnection {
    /// Made before, because the verifier is sealed for it.
    pub id: KeyCheckId,
    /// Who.
    pub user: UserId,
    /// The verifier.
    pub verifier: Sealed,
    /// When it is of no use any more.
    pub expires_at: DateTime<Utc>,
}

/// What became of a code that was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redeemed {
    /// A worker will exchange it.
    Kept,
    /// The person has asked for many checks lately. The link stays good.
    TooMany {
        /// When they may ask again.
        again_at: DateTime<Utc>,
    },
    /// The link is too old, or there is a newer one.
    Expired,
    /// A code was typed for this link before.
    Used,
    /// It is somebody else's link.
    NotYours,
}

/// Both halves of a connection.
pub struct Connection {
    /// The code.
    pub code: std::result::Result<Sealed, MalformedSeal>,
    /// Its verifier.
    pub verifier: std::result::Result<Sealed, MalformedSeal>,
}

#[derive(sqlx::FromRow)]
struct Row {
    user_id: UserId,
    verifier_iv: Option<String>,
    verifier_content: Option<String>,
    verifier_tag: Option<String>,
    verifier_key_id: Option<String>,
    code_iv: Option<String>,
    code_content: Option<String>,
    code_tag: Option<String>,
    code_key_id: Option<String>,
    expires_at: DateTime<Utc>,
}

const READ: &str = "SELECT * FROM key_connections WHERE id = $1";

impl Store {
    /// Keeps a verifier until its code comes. A link of before that nobody used is void.
    pub async fn begin_connection(&self, connection: &NewConnection) -> Result<()> {
        const VOID: &str =
            "DELETE FROM key_connections WHERE user_id = $1 AND code_content IS NULL";
        const SQL: &str = "
            INSERT INTO key_connections
                (id, user_id, verifier_iv, verifier_content, verifier_tag, verifier_key_id, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let verifier = SealColumns::of(Some(&connection.verifier));
        let mut tx = self.db.begin().await?;
        lock_user(&mut tx, connection.user).await?;
        on_tx!(&mut tx, |c| sqlx::query(VOID)
            .bind(connection.user)
            .execute(c)
            .await?
            .rows_affected());
        on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(connection.id)
            .bind(connection.user)
            .bind(&verifier.iv)
            .bind(&verifier.content)
            .bind(&verifier.tag)
            .bind(&verifier.key_id)
            .bind(self.clock.now())
            .bind(connection.expires_at)
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await
    }

    /// Puts a code beside its verifier, for a worker to exchange: the `check` has the connection's id.
    pub async fn redeem_connection(&self, check: &NewKeyCheck, code: &Sealed) -> Result<Redeemed> {
        const SQL: &str = "
            UPDATE key_connections
               SET code_iv = $2, code_content = $3, code_tag = $4, code_key_id = $5, expires_at = $6
             WHERE id = $1";
        let mut tx = self.db.begin().await?;
        lock_user(&mut tx, check.user).await?;
        let row: Option<Row> =
            on_tx!(&mut tx, |c| sqlx::query_as(READ).bind(check.id).fetch_optional(c).await?);
        let Some(row) = row else { return self.what_it_was(&mut tx, check).await };
        if row.user_id != check.user {
            return Ok(Redeemed::NotYours);
        }
        if row.code_content.is_some() {
            return Ok(Redeemed::Used);
        }
        if row.expires_at <= self.clock.now() {
            return Ok(Redeemed::Expired);
        }
        let code = SealColumns::of(Some(code));
        on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(check.id)
            .bind(&code.iv)
            .bind(&code.content)
            .bind(&code.tag)
            .bind(&code.key_id)
            .bind(check.expires_at)
            .execute(c)
            .await?
            .rows_affected());
        if let CheckAsked::TooMany { again_at } = self.insert_key_check(&mut tx, check).await? {
            return Ok(Redeemed::TooMany { again_at });
        }
        tx.commit().await?;
        Ok(Redeemed::Kept)
    }

    /// What is to be said of a connection that is gone: a check tells that it was used.
    async fn what_it_was(&self, tx: &mut Tx, check: &NewKeyCheck) -> Result<Redeemed> {
        const SQL: &str = "SELECT user_id FROM key_checks WHERE id = $1";
        let made: Option<(UserId,)> =
            on_tx!(tx, |c| sqlx::query_as(SQL).bind(check.id).fetch_optional(c).await?);
        Ok(match made {
            Some((user,)) if user == check.user => Redeemed::Used,
            Some(_) => Redeemed::NotYours,
            None => Redeemed::Expired,
        })
    }

    /// Code and verifier of a check. `None`: they were exchanged before.
    pub async fn connection(&self, check: KeyCheckId) -> Result<Option<Connection>> {
        let row: Option<Row> =
            on_db!(&self.db, |c| sqlx::query_as(READ).bind(check).fetch_optional(c).await?);
        Ok(row.and_then(|row| {
            let code = SealColumns::read(
                row.code_iv.as_ref(),
                row.code_content.as_ref(),
                row.code_tag.as_ref(),
                row.code_key_id.as_ref(),
            )?;
            let verifier = SealColumns::read(
                row.verifier_iv.as_ref(),
                row.verifier_content.as_ref(),
                row.verifier_tag.as_ref(),
                row.verifier_key_id.as_ref(),
            )?;
            Some(Connection { code, verifier })
        }))
    }

    /// Keeps the key that came for a code as the candidate of its check, and erases what it came for: a
    /// worker that dies after this is followed by one that has only to ask about the key.
    pub async fn keep_connected_key(
        &self,
        check: &ClaimedCheck,
        worker: WorkerId,
        (sealed, fingerprint, last4): &(Sealed, Fingerprint, Last4),
    ) -> Result<VerdictOutcome> {
        const SQL: &str = "
            UPDATE key_checks
               SET iv = $3, content = $4, tag = $5, key_id = $6, fingerprint = $7, last4 = $8
             WHERE id = $1 AND owner = $2 AND state = 'claimed'";
        let sealed = SealColumns::of(Some(sealed));
        let mut tx = self.db.begin().await?;
        lock_user(&mut tx, check.user).await?;
        let kept = on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(check.id)
            .bind(worker)
            .bind(&sealed.iv)
            .bind(&sealed.content)
            .bind(&sealed.tag)
            .bind(&sealed.key_id)
            .bind(fingerprint.as_str())
            .bind(last4)
            .execute(c)
            .await?
            .rows_affected());
        if kept == 0 {
            return Ok(VerdictOutcome::TooLate);
        }
        self.erase_connection(&mut tx, check.id).await?;
        tx.commit().await?;
        Ok(VerdictOutcome::Written)
    }

    pub(super) async fn erase_connection(&self, tx: &mut Tx, id: KeyCheckId) -> Result<()> {
        const SQL: &str = "DELETE FROM key_connections WHERE id = $1";
        on_tx!(tx, |c| sqlx::query(SQL).bind(id).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Erases the verifiers whose time is over.
    pub(super) async fn erase_old_connections(&self) -> Result<()> {
        const OLD: &str = "SELECT COUNT(*) FROM key_connections WHERE expires_at <= $1";
        const ERASE: &str = "DELETE FROM key_connections WHERE expires_at <= $1";
        let now = self.clock.now();
        let (old,): (i64,) =
            on_db!(&self.db, |c| sqlx::query_as(OLD).bind(now).fetch_one(c).await?);
        if old > 0 {
            let mut tx = self.db.begin_relaxed().await?;
            on_tx!(&mut tx, |c| sqlx::query(ERASE).bind(now).execute(c).await?.rows_affected());
            tx.commit().await?;
        }
        Ok(())
    }
}
