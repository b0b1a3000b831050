//! Taking a run back, exactly: in one transaction, the last change first.
//!
//! What somebody has changed or used since is left alone and told: undoing an import must not undo
//! what people did.

use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use super::{
    super::{
        db::{Tx, on_tx},
        personalities::PersonalityBackup,
    },
    ledger::{Kind, digest},
};
use crate::{
    formats::file,
    ids::{ImportRunId, PersonalityId, UserId},
    store::{Result, Store, StoreError},
};

/// What became of a run that was taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// Rows that are gone again.
    pub removed: usize,
    /// Rows that are what they were.
    pub restored: usize,
    /// Rows that somebody has changed or uses.
    pub left_alone: Vec<LeftAlone>,
}

/// A row that was not taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftAlone {
    /// "personality", "user".
    pub kind: &'static str,
    /// Its id.
    pub id: Uuid,
    /// Why.
    pub why: &'static str,
}

#[derive(sqlx::FromRow)]
struct Entry {
    position: i64,
    kind: String,
    row_id: Uuid,
    before: Option<Json<Value>>,
    after: Option<String>,
}

impl Store {
    /// Takes a run back. `None`: there is no such run, or it was taken back already.
    pub async fn undo_import(&self, run: ImportRunId) -> Result<Option<Undone>> {
        // writing the row holds it, so that nobody else takes the same run back
        const HOLD: &str = "UPDATE import_runs SET undone_at = $2 WHERE id = $1 AND undone_at IS NULL RETURNING id";
        const ENTRIES: &str = "
            SELECT position, kind, row_id, before, after FROM import_backups
             WHERE run_id = $1 ORDER BY position DESC";
        const DONE: &str = "DELETE FROM import_backups WHERE run_id = $1 AND position = $2";
        const OPEN: &str = "UPDATE import_runs SET undone_at = NULL WHERE id = $1";
        let mut tx = self.db.begin().await?;
        let held: Option<(Uuid,)> = on_tx!(&mut tx, |c| sqlx::query_as(HOLD)
            .bind(run)
            .bind(self.clock.now())
            .fetch_optional(c)
            .await?);
        if held.is_none() {
            return Ok(None);
        }
        let entries: Vec<Entry> =
            on_tx!(&mut tx, |c| sqlx::query_as(ENTRIES).bind(run).fetch_all(c).await?);
        let mut undone = Undone::default();
        for entry in entries {
            let kind = Kind::from_stored(&entry.kind);
            let kind = kind.ok_or(StoreError::Inconsistent("import_backups"))?;
            match undo(&mut tx, kind, &entry).await? {
                Ok(()) if entry.before.is_some() => undone.restored += 1,
                Ok(()) => undone.removed += 1,
                Err(why) => {
                    let left = LeftAlone { kind: kind.as_str(), id: entry.row_id, why };
                    undone.left_alone.push(left);
                    continue;
                }
            }
            on_tx!(&mut tx, |c| sqlx::query(DONE)
                .bind(run)
                .bind(entry.position)
                .execute(c)
                .await?
                .rows_affected());
        }
        if !undone.left_alone.is_empty() {
            // the rest can be taken back another time
            on_tx!(&mut tx, |c| sqlx::query(OPEN).bind(run).execute(c).await?.rows_affected());
        }
        tx.commit().await?;
        Ok(Some(undone))
    }
}

/// Takes one change back; `Err` says why not.
async fn undo(tx: &mut Tx, kind: Kind, entry: &Entry) -> Result<Result<(), &'static str>> {
    const TURN: &str = "DELETE FROM turns WHERE id = $1";
    const USAGE: &str = "DELETE FROM usage_logs WHERE id = $1";
    match kind {
        Kind::User => return undo_user(tx, entry).await,
        Kind::Personality => return undo_personality(tx, entry).await,
        Kind::Key => {
            if let Err(why) = super::keys::undo(tx, entry.row_id, entry.after.as_deref()).await? {
                return Ok(Err(why));
            }
        }
        Kind::Turn => delete(tx, TURN, entry.row_id).await?,
        Kind::Usage => delete(tx, USAGE, entry.row_id).await?,
        Kind::Activation => {
            super::channels::undo(tx, entry.after.as_deref().unwrap_or_default()).await?;
        }
    }
    forget(tx, kind, entry.row_id).await?;
    Ok(Ok(()))
}

async fn undo_user(tx: &mut Tx, entry: &Entry) -> Result<Result<(), &'static str>> {
    const RANK: &str = "UPDATE users SET is_superuser = FALSE WHERE id = $1";
    // nothing refers to the person, and they have done nothing here
    const REMOVE: &str = "
        DELETE FROM users
         WHERE id = $1 AND created_at = updated_at
           AND NOT EXISTS (SELECT 1 FROM user_queues q WHERE q.user_id = $1 AND q.next_seq > 0)
           AND NOT EXISTS (SELECT 1 FROM user_api_keys k WHERE k.user_id = $1)
           AND NOT EXISTS (SELECT 1 FROM key_checks h WHERE h.user_id = $1)
           AND NOT EXISTS (SELECT 1 FROM turns t WHERE t.user_id = $1)
           AND NOT EXISTS (SELECT 1 FROM usage_logs l WHERE l.user_id = $1)
           AND NOT EXISTS (SELECT 1 FROM user_models m WHERE m.user_id = $1)
           AND NOT EXISTS (SELECT 1 FROM personality_drafts d WHERE d.user_id = $1)
           AND NOT EXISTS (SELECT 1 FROM personalities p WHERE p.owner_id = $1)";
    const LOOK: &str = "SELECT COUNT(*) FROM users WHERE id = $1";
    if entry.before.is_some() {
        delete(tx, RANK, entry.row_id).await?;
        return Ok(Ok(()));
    }
    delete(tx, REMOVE, entry.row_id).await?;
    let (there,): (i64,) =
        on_tx!(tx, |c| sqlx::query_as(LOOK).bind(entry.row_id).fetch_one(c).await?);
    Ok(if there == 0 { Ok(()) } else { Err("they have used the bot since") })
}

async fn undo_personality(tx: &mut Tx, entry: &Entry) -> Result<Result<(), &'static str>> {
    const REMOVE: &str = "DELETE FROM personalities WHERE id = $1";
    // what the run itself brought along is gone by now: it is taken back the last change first
    const USED: &str = "
        SELECT (SELECT COUNT(*) FROM requests WHERE personality_id = $1)
             + (SELECT COUNT(*) FROM turns WHERE personality_id = $1)
             + (SELECT COUNT(*) FROM activations WHERE personality_id = $1)
             + (SELECT COUNT(*) FROM user_models WHERE personality_id = $1)
             + (SELECT COUNT(*) FROM server_personalities WHERE personality_id = $1)";
    const ORIGIN: &str = "UPDATE import_origins SET digest = $2, written = $3 WHERE row_id = $1 AND kind = 'personality'";
    let id = PersonalityId::from(entry.row_id);
    let Some((definition, ownership)) = Store::definition_in(tx, id).await? else {
        // deleted by a person since: then there is nothing left to take back
        forget(tx, Kind::Personality, entry.row_id).await?;
        return Ok(Ok(()));
    };
    let (written, owner) = made(entry.after.as_deref().unwrap_or_default());
    if written != digest(&file::to_json(&definition)) {
        return Ok(Err("it was changed since"));
    }
    let Some(before) = &entry.before else {
        if owner.is_some_and(|owner| owner != shown(ownership.owner)) {
            return Ok(Err("it was given to somebody else since"));
        }
        let (used,): (i64,) =
            on_tx!(&mut *tx, |c| sqlx::query_as(USED).bind(id).fetch_one(c).await?);
        if used > 0 {
            return Ok(Err("people have talked with it, or made it part of their settings, since"));
        }
        delete(tx, REMOVE, entry.row_id).await?;
        forget(tx, Kind::Personality, entry.row_id).await?;
        return Ok(Ok(()));
    };
    let unreadable = StoreError::Inconsistent("import_backups");
    let Ok(backup) = serde_json::from_value::<PersonalityBackup>(before.0["personality"].clone())
    else {
        return Err(unreadable);
    };
    if Store::restore_personality(tx, id, ownership.owner, &backup).await?.is_some() {
        return Ok(Err("another one has a name of it by now"));
    }
    match (before.0["origin"]["digest"].as_str(), before.0["origin"]["written"].as_str()) {
        (Some(digest), Some(written)) => {
            on_tx!(tx, |c| sqlx::query(ORIGIN)
                .bind(id)
                .bind(digest)
                .bind(written)
                .execute(c)
                .await?
                .rows_affected());
        }
        _ => forget(tx, Kind::Personality, entry.row_id).await?,
    }
    Ok(Ok(()))
}

/// What a run notes of a personality that it wrote: what is there, and whose it is.
pub(super) fn noted(written: &str, owner: Option<UserId>) -> String {
    format!("{written} {}", shown(owner))
}

fn made(noted: &str) -> (&str, Option<String>) {
    match noted.split_once(' ') {
        Some((written, owner)) => (written, Some(owner.to_owned())),
        None => (noted, None),
    }
}

fn shown(owner: Option<UserId>) -> String {
    owner.map_or_else(|| "nobody".to_owned(), |owner| owner.to_string())
}

/// Where it came from is not remembered any more: another import may bring it again.
async fn forget(tx: &mut Tx, kind: Kind, row: Uuid) -> Result<()> {
    const SQL: &str = "DELETE FROM import_origins WHERE row_id = $1 AND kind = $2";
    on_tx!(tx, |c| sqlx::query(SQL)
        .bind(row)
        .bind(kind.as_str())
        .execute(c)
        .await?
        .rows_affected());
    Ok(())
}

async fn delete(tx: &mut Tx, sql: &'static str, row: Uuid) -> Result<()> {
    on_tx!(tx, |c| sqlx::query(sql).bind(row).execute(c).await?.rows_affected());
    Ok(())
}
