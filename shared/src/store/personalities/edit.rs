//! A personality changes, or changes hands.
//!
//! Who may do so is decided here, in the same transaction, and an edit says what it is based on: one
//! that was made over a newer one is refused, not lost.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::db::{Tx, on_db, on_tx};
use crate::{
    ids::{PersonalityId, UserId},
    personality::{Definition, PersonalityName},
    store::{Result, Store, StoreError},
};

/// Somebody who changes a personality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Editor {
    /// Who.
    pub user: UserId,
    /// May change what is public, whoever owns it: the bot's owner and superusers.
    pub manages: bool,
}

/// What became of an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replaced {
    /// It holds; the next edit is based on this.
    Done(DateTime<Utc>),
    /// Another one has this name.
    Taken(PersonalityName),
    /// Somebody changed it meanwhile.
    Stale,
    /// It belongs to nobody, so nobody would see it any more.
    Ownerless,
    /// Only its owner may make it private.
    NotToHide,
    /// It is somebody else's.
    NotYours,
    /// There is none, as far as the editor can see.
    Gone,
}

/// What became of a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transferred {
    /// It is theirs.
    Done,
    /// Somebody changed it at the same moment.
    Stale,
    /// It is somebody else's.
    NotYours,
    /// There is none, as far as the giver can see.
    Gone,
}

/// Whether somebody may change a personality, and what stands in its row.
pub(super) enum Held {
    Yes { owner: Option<UserId>, updated_at: DateTime<Utc> },
    NotYours,
    Gone,
}

#[derive(sqlx::FromRow)]
struct HeldRow {
    owner_id: Option<UserId>,
    is_public: bool,
    updated_at: DateTime<Utc>,
}

impl Store {
    /// Puts a [checked](Definition::check) definition in the place of the one that was changed at
    /// `expected`.
    pub async fn replace_definition(
        &self,
        id: PersonalityId,
        by: Editor,
        definition: &Definition,
        expected: DateTime<Utc>,
    ) -> Result<Replaced> {
        let mut tx = self.db.begin().await?;
        let (owner, updated_at) = match Self::hold(&mut tx, id, by).await? {
            Held::Yes { owner, updated_at } => (owner, updated_at),
            Held::NotYours => return Ok(Replaced::NotYours),
            Held::Gone => return Ok(Replaced::Gone),
        };
        if updated_at != expected {
            return Ok(Replaced::Stale);
        }
        if !definition.is_public && owner != Some(by.user) {
            let refused = if owner.is_none() { Replaced::Ownerless } else { Replaced::NotToHide };
            return Ok(refused);
        }
        match self.replace_definition_in(&mut tx, id, owner, definition, updated_at).await {
            Ok(Replaced::Done(at)) => {
                tx.commit().await?;
                Ok(Replaced::Done(at))
            }
            // somebody took it between our look and our writing
            Err(StoreError::Conflict) => Ok(Replaced::Taken(definition.display_name.clone())),
            other => other,
        }
    }

    /// The same within a larger undertaking, whose author may do everything. A name that is taken
    /// leaves everything as it is.
    pub(in crate::store) async fn replace_definition_in(
        &self,
        tx: &mut Tx,
        id: PersonalityId,
        owner: Option<UserId>,
        definition: &Definition,
        updated_at: DateTime<Utc>,
    ) -> Result<Replaced> {
        if let Some(taken) = Self::first_taken(tx, id, owner, definition).await? {
            return Ok(Replaced::Taken(taken));
        }
        let now = self.after(updated_at);
        if !Self::update_row(tx, id, definition, now).await? {
            return Ok(Replaced::Gone);
        }
        Self::update_settings(tx, id, &definition.settings).await?;
        Self::register_names(tx, id, owner, definition).await?;
        Ok(Replaced::Done(now))
    }

    /// Gives a personality to somebody else, with its names as far as those are free there.
    pub async fn transfer_personality(
        &self,
        id: PersonalityId,
        by: Editor,
        to: UserId,
    ) -> Result<Transferred> {
        const ROW: &str = "UPDATE personalities SET owner_id = $2 WHERE id = $1";
        const DRAFTS: &str = "DELETE FROM personality_drafts WHERE personality_id = $1";
        let Some((mut definition, read)) = self.definition(id).await? else {
            return Ok(Transferred::Gone);
        };
        let mut tx = self.db.begin().await?;
        let updated_at = match Self::hold(&mut tx, id, by).await? {
            Held::Yes { updated_at, .. } => updated_at,
            Held::NotYours => return Ok(Transferred::NotYours),
            Held::Gone => return Ok(Transferred::Gone),
        };
        if updated_at != read.updated_at {
            return Ok(Transferred::Stale);
        }
        // what is public has its names already
        if !definition.is_public {
            Self::fit_names(&mut tx, id, to, &mut definition).await?;
        }
        on_tx!(&mut tx, |c| {
            sqlx::query(ROW).bind(id).bind(to).execute(&mut *c).await?;
            sqlx::query(DRAFTS).bind(id).execute(c).await?.rows_affected()
        });
        Self::update_row(&mut tx, id, &definition, self.after(updated_at)).await?;
        Self::register_names(&mut tx, id, Some(to), &definition).await?;
        tx.commit().await?;
        Ok(Transferred::Done)
    }

    /// How many people other than its owner have talked with it.
    pub async fn others_talking(&self, id: PersonalityId) -> Result<i64> {
        const SQL: &str = "
            SELECT COUNT(DISTINCT t.user_id) FROM turns t JOIN personalities p ON p.id = t.personality_id
             WHERE p.id = $1 AND (p.owner_id IS NULL OR t.user_id <> p.owner_id)";
        let (count,): (i64,) =
            on_db!(&self.db, |c| sqlx::query_as(SQL).bind(id).fetch_one(c).await?);
        Ok(count)
    }

    /// A time after the last change, even where the clock stands still.
    fn after(&self, last: DateTime<Utc>) -> DateTime<Utc> {
        self.clock.now().max(last + TimeDelta::microseconds(1))
    }

    /// Locks a personality's row for somebody who may change it.
    pub(super) async fn hold(tx: &mut Tx, id: PersonalityId, by: Editor) -> Result<Held> {
        // writing the row locks it on both engines, so nobody changes it under us
        const SQL: &str = "
            UPDATE personalities SET updated_at = updated_at WHERE id = $1 AND deleted_at IS NULL
            RETURNING owner_id, is_public, updated_at";
        let row: Option<HeldRow> =
            on_tx!(tx, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await?);
        Ok(match row {
            Some(HeldRow { owner_id: owner, is_public, updated_at })
                if owner == Some(by.user) || (is_public && by.manages) =>
            {
                Held::Yes { owner, updated_at }
            }
            Some(HeldRow { is_public: true, .. }) => Held::NotYours,
            Some(_) | None => Held::Gone,
        })
    }
}
