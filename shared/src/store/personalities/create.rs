//! A personality comes into being.

use chrono::{DateTime, Utc};

use super::super::db::{Tx, on_tx};
use crate::{
    ids::{PersonalityId, UserId},
    personality::{Definition, PersonalityName},
    store::{Result, Store, StoreError},
};

/// What became of a new personality.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Created {
    /// It is there.
    Made(PersonalityId),
    /// Another one that its owner can see has this name.
    Taken(PersonalityName),
}

/// A personality to be.
pub(in crate::store) struct NewPersonality<'a> {
    /// Its id, chosen by whoever makes it.
    pub(in crate::store) id: PersonalityId,
    /// Whose; nobody's is for everybody.
    pub(in crate::store) owner: Option<UserId>,
    /// All about it, [checked](Definition::check).
    pub(in crate::store) definition: &'a Definition,
    /// Since when.
    pub(in crate::store) created_at: DateTime<Utc>,
}

impl Store {
    /// Makes a personality of what was [checked](Definition::check).
    pub async fn create_personality(
        &self,
        owner: UserId,
        definition: &Definition,
    ) -> Result<Created> {
        let id = PersonalityId::new(self.clock());
        let created_at = self.clock.now();
        let new = NewPersonality { id, owner: Some(owner), definition, created_at };
        let mut tx = self.db.begin().await?;
        match self.create_personality_in(&mut tx, &new).await {
            Ok(Created::Made(id)) => {
                tx.commit().await?;
                Ok(Created::Made(id))
            }
            // somebody took it between our look and our writing
            Err(StoreError::Conflict) => Ok(Created::Taken(definition.display_name.clone())),
            other => other,
        }
    }

    /// The same within a larger undertaking. A name that is taken leaves everything as it is. The row of
    /// one that was deleted a moment ago, and is kept for what still runs for it, lives again.
    pub(in crate::store) async fn create_personality_in(
        &self,
        tx: &mut Tx,
        new: &NewPersonality<'_>,
    ) -> Result<Created> {
        const PERSONALITY: &str = "
            INSERT INTO personalities (id, display_name, system_prompt, owner_id, created_at, updated_at)
            VALUES ($1, $2, '', $3, $4, $4)
            ON CONFLICT (id) DO UPDATE
               SET owner_id = excluded.owner_id, created_at = excluded.created_at, deleted_at = NULL
             WHERE personalities.deleted_at IS NOT NULL";
        const SETTINGS: &str = "INSERT INTO llm_configs (personality_id) VALUES ($1)";
        let NewPersonality { id, owner, definition, created_at } = *new;
        if let Some(taken) = Self::first_taken(tx, id, owner, definition).await? {
            return Ok(Created::Taken(taken));
        }
        let made = on_tx!(&mut *tx, |c| sqlx::query(PERSONALITY)
            .bind(id)
            .bind(definition.display_name.as_str())
            .bind(owner)
            .bind(created_at)
            .execute(c)
            .await?
            .rows_affected());
        if made == 0 {
            return Err(StoreError::Conflict);
        }
        on_tx!(&mut *tx, |c| sqlx::query(SETTINGS).bind(id).execute(c).await?.rows_affected());
        Self::update_row(tx, id, definition, created_at).await?;
        Self::update_settings(tx, id, &definition.settings).await?;
        Self::register_names(tx, id, owner, definition).await?;
        Ok(Created::Made(id))
    }
}
