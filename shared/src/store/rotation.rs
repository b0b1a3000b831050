//! What is sealed with which master key, and sealing it anew.
//!
//! A row is replaced by a compare-and-swap on the very ciphertext that was read: a key that its owner
//! has set or removed meanwhile stays as they left it. A batch is one transaction, so a rotation that is
//! killed anywhere has done whole batches, and the next run finds what is left. Nothing is remembered of
//! a run but the rows themselves.

use uuid::Uuid;

use super::{
    Result, Store,
    columns::SealColumns,
    db::{Tx, on_db, on_tx},
    lock_user,
};
use crate::{
    ids::{KeyCheckId, UserId},
    vault::{BoundTo, KeyId, MalformedSeal, Resealed, Sealed},
};

/// Where something lies that the master key sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SealedIn {
    /// Users' keys.
    UserKeys,
    /// Keys that wait for a verdict.
    KeyChecks,
    /// Tokens of commands that wait for a verdict.
    CheckAnswers,
    /// Tokens of commands that wait for a reply.
    Deliveries,
    /// Verifiers that wait for their code.
    Verifiers,
    /// Codes that wait to be exchanged.
    Codes,
}

/// A row, as it was read.
pub struct SealedRow {
    /// Where it lies.
    pub place: SealedIn,
    /// Its id there.
    pub id: Uuid,
    /// What it is bound to.
    pub bound: BoundTo,
    /// The seal; an error when somebody changed the row.
    pub sealed: std::result::Result<Sealed, MalformedSeal>,
    user: UserId,
    fingerprint: Option<String>,
}

/// How many rows of a place name a master key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealCount {
    /// Where they lie.
    pub place: SealedIn,
    /// The key that they name; what stands there may be none.
    pub key_id: String,
    /// How many they are.
    pub rows: u64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    user_id: UserId,
    provider: String,
    fingerprint: Option<String>,
    iv: Option<String>,
    content: Option<String>,
    tag: Option<String>,
    key_id: Option<String>,
}

/// The statements for one place: `$prefix` stands before the names of the four columns of its seal.
struct Statements {
    count: &'static str,
    page: &'static str,
    swap: &'static str,
}

macro_rules! statements {
    ($table:literal, $prefix:literal, read $more:literal, write $also:literal) => {
        Statements {
            count: concat!(
                "SELECT COALESCE(",
                $prefix,
                "key_id, ''), COUNT(*) FROM ",
                $table,
                " WHERE ",
                $prefix,
                "content IS NOT NULL GROUP BY 1"
            ),
            page: concat!(
                "SELECT id, user_id, ",
                $more,
                ", ",
                $prefix,
                "iv AS iv, ",
                $prefix,
                "content AS content, ",
                $prefix,
                "tag AS tag, ",
                $prefix,
                "key_id AS key_id FROM ",
                $table,
                " WHERE ",
                $prefix,
                "content IS NOT NULL AND ",
                $prefix,
                "key_id IS DISTINCT FROM $1",
                " AND id > $2 ORDER BY id LIMIT $3"
            ),
            swap: concat!(
                "UPDATE ",
                $table,
                " SET ",
                $prefix,
                "iv = $2, ",
                $prefix,
                "content = $3, ",
                $prefix,
                "tag = $4, ",
                $prefix,
                "key_id = $5",
                $also,
                " WHERE id = $1 AND ",
                $prefix,
                "iv = $6 AND ",
                $prefix,
                "content = $7 AND ",
                $prefix,
                "tag = $8 AND ",
                $prefix,
                "key_id = $9"
            ),
        }
    };
}

impl SealedIn {
    /// Every place there is.
    pub const ALL: [Self; 6] = [
        Self::UserKeys,
        Self::KeyChecks,
        Self::CheckAnswers,
        Self::Deliveries,
        Self::Verifiers,
        Self::Codes,
    ];

    /// The column that names the master key, with its table.
    #[must_use]
    pub const fn column(self) -> &'static str {
        match self {
            Self::UserKeys => "user_api_keys.key_id",
            Self::KeyChecks => "key_checks.key_id",
            Self::CheckAnswers => "key_checks.answer_key_id",
            Self::Deliveries => "deliveries.token_key_id",
            Self::Verifiers => "key_connections.verifier_key_id",
            Self::Codes => "key_connections.code_key_id",
        }
    }

    const fn statements(self) -> Statements {
        match self {
            Self::UserKeys => statements!(
                "user_api_keys", "",
                read "provider, fingerprint",
                write ", fingerprint = $10"
            ),
            Self::KeyChecks => statements!(
                "key_checks", "",
                read "provider, fingerprint",
                write ", fingerprint = $10"
            ),
            Self::CheckAnswers => statements!(
                "key_checks", "answer_",
                read "provider, CAST(NULL AS text) AS fingerprint",
                write ""
            ),
            Self::Deliveries => statements!(
                "deliveries", "token_",
                read "'' AS provider, CAST(NULL AS text) AS fingerprint",
                write ""
            ),
            Self::Verifiers => statements!(
                "key_connections", "verifier_",
                read "'' AS provider, CAST(NULL AS text) AS fingerprint",
                write ""
            ),
            Self::Codes => statements!(
                "key_connections", "code_",
                read "'' AS provider, CAST(NULL AS text) AS fingerprint",
                write ""
            ),
        }
    }

    const fn has_fingerprint(self) -> bool {
        matches!(self, Self::UserKeys | Self::KeyChecks)
    }

    fn row(self, row: Row) -> SealedRow {
        let Row { id, user_id: user, provider, fingerprint, iv, content, tag, key_id } = row;
        let bound = match self {
            Self::UserKeys | Self::KeyChecks => BoundTo::UserKey { user, provider },
            Self::CheckAnswers | Self::Deliveries => BoundTo::BotSecret(id),
            Self::Verifiers => BoundTo::Verifier { user, check: KeyCheckId::from(id) },
            Self::Codes => BoundTo::Code { user, check: KeyCheckId::from(id) },
        };
        let columns = [&iv, &content, &tag, &key_id].map(Option::as_ref);
        let [iv, content, tag, key_id] = columns;
        let sealed = SealColumns::read(iv, content, tag, key_id);
        let sealed = sealed.unwrap_or(Err(if key_id.is_none() {
            MalformedSeal::KeyId
        } else if iv.is_none() {
            MalformedSeal::Iv
        } else {
            MalformedSeal::Tag
        }));
        SealedRow { place: self, id, bound, sealed, user, fingerprint }
    }
}

impl Store {
    /// How much is sealed with which master key.
    pub async fn seal_counts(&self) -> Result<Vec<SealCount>> {
        let mut counts = Vec::new();
        for place in SealedIn::ALL {
            let sql = place.statements().count;
            let rows: Vec<(String, i64)> =
                on_db!(&self.db, |c| sqlx::query_as(sql).fetch_all(c).await?);
            counts.extend(rows.into_iter().map(|(key_id, rows)| SealCount {
                place,
                key_id,
                rows: rows.cast_unsigned(),
            }));
        }
        Ok(counts)
    }

    /// How many users' keys were removed: traces without a seal.
    pub async fn erased_keys(&self) -> Result<u64> {
        const SQL: &str = "SELECT COUNT(*) FROM user_api_keys WHERE content IS NULL";
        let (rows,): (i64,) = on_db!(&self.db, |c| sqlx::query_as(SQL).fetch_one(c).await?);
        Ok(rows.cast_unsigned())
    }

    /// The next rows behind `after`, in the order of their ids, that another master key sealed.
    pub async fn sealed_with_others(
        &self,
        place: SealedIn,
        current: KeyId,
        after: Uuid,
        limit: u32,
    ) -> Result<Vec<SealedRow>> {
        let sql = place.statements().page;
        let rows: Vec<Row> = on_db!(&self.db, |c| sqlx::query_as(sql)
            .bind(current.to_string())
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(c)
            .await?);
        Ok(rows.into_iter().map(|row| place.row(row)).collect())
    }

    /// Puts new seals in the place of those that were read, all in one transaction. How many were: the
    /// others are not what they were any more, and stay as they are.
    pub async fn reseal(&self, rows: &[(SealedRow, Resealed)]) -> Result<u64> {
        let mut users: Vec<UserId> = rows.iter().map(|(row, _)| row.user).collect();
        // in one order, or two rotations would wait for each other
        users.sort_unstable();
        users.dedup();
        let mut tx = self.db.begin().await?;
        for user in users {
            lock_user(&mut tx, user).await?;
        }
        let mut written = 0;
        for (row, new) in rows {
            let Ok(old) = &row.sealed else { continue };
            if swap(&mut tx, row, old, new).await? {
                written += 1;
                follow(&mut tx, row, new).await?;
            }
        }
        tx.commit().await?;
        Ok(written)
    }

    /// What was erased is under no master key: takes the name of one out of the traces.
    pub async fn unname_erased_keys(&self, current: KeyId) -> Result<u64> {
        const SQL: &str = "
            UPDATE user_api_keys SET key_id = NULL
             WHERE content IS NULL AND key_id IS NOT NULL AND key_id <> $1";
        let mut tx = self.db.begin().await?;
        let changed = on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(current.to_string())
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await?;
        Ok(changed)
    }

    /// Forgets the constants of master keys that nothing needs any more: a start without them is
    /// right from now on.
    pub async fn retire_canaries(&self, retired: &[KeyId]) -> Result<()> {
        const SQL: &str = "DELETE FROM vault_canary WHERE key_id = $1";
        let mut tx = self.db.begin().await?;
        for key in retired {
            on_tx!(&mut tx, |c| sqlx::query(SQL)
                .bind(key.to_string())
                .execute(c)
                .await?
                .rows_affected());
        }
        tx.commit().await
    }
}

async fn swap(tx: &mut Tx, row: &SealedRow, old: &Sealed, new: &Resealed) -> Result<bool> {
    let sql = row.place.statements().swap;
    let changed = on_tx!(tx, |c| {
        let query = sqlx::query(sql)
            .bind(row.id)
            .bind(new.sealed.iv())
            .bind(new.sealed.content())
            .bind(new.sealed.tag())
            .bind(new.sealed.key_id().to_string())
            .bind(old.iv())
            .bind(old.content())
            .bind(old.tag())
            .bind(old.key_id().to_string());
        let query = if row.place.has_fingerprint() {
            query.bind(new.fingerprint.as_ref().map(|fingerprint| fingerprint.as_str().to_owned()))
        } else {
            query
        };
        query.execute(c).await?.rows_affected()
    });
    Ok(changed == 1)
}

/// A test of a stored key that is under way knows by the fingerprint which key it is about.
async fn follow(tx: &mut Tx, row: &SealedRow, new: &Resealed) -> Result<()> {
    const SQL: &str = "
        UPDATE key_checks SET fingerprint = $3
         WHERE user_id = $1 AND purpose = 'test_stored' AND state = 'claimed' AND fingerprint = $2";
    let (SealedIn::UserKeys, Some(old), Some(fingerprint)) =
        (row.place, &row.fingerprint, &new.fingerprint)
    else {
        return Ok(());
    };
    on_tx!(tx, |c| sqlx::query(SQL)
        .bind(row.user)
        .bind(old)
        .bind(fingerprint.as_str())
        .execute(c)
        .await?
        .rows_affected());
    Ok(())
}
