//! A personality put aside as it is, and put back exactly so: an import can be undone.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    super::db::{Tx, on_tx},
    rows::{ALIASES, DefinitionRow, Ownership, definition_select},
};
use crate::{
    formats::file,
    ids::{PersonalityId, UserId},
    personality::{Definition, PersonalityName},
    store::{Result, Store, StoreError},
};

/// All that an import may change of a personality.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct PersonalityBackup {
    file: Value,
    updated_at: DateTime<Utc>,
    names: Vec<NameRow>,
}

#[derive(Serialize, Deserialize, sqlx::FromRow)]
struct NameRow {
    folded: String,
    kind: String,
    is_public: bool,
    shown: Option<String>,
    position: i64,
}

impl Store {
    /// What stands there within a larger undertaking.
    pub(in crate::store) async fn definition_in(
        tx: &mut Tx,
        id: PersonalityId,
    ) -> Result<Option<(Definition, Ownership)>> {
        const SQL: &str =
            concat!(definition_select!(), " WHERE p.id = $1 AND p.deleted_at IS NULL");
        let row: Option<DefinitionRow> =
            on_tx!(&mut *tx, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await?);
        let Some(row) = row else { return Ok(None) };
        let aliases = on_tx!(tx, |c| sqlx::query_as(ALIASES).bind(id).fetch_all(c).await?);
        let seen = row.with_aliases(aliases);
        Ok(Some((seen.definition, seen.ownership)))
    }

    /// Puts aside what is there.
    pub(in crate::store) async fn back_up_personality(
        tx: &mut Tx,
        id: PersonalityId,
    ) -> Result<PersonalityBackup> {
        const NAMES: &str = "
            SELECT folded, kind, is_public, shown, position FROM personality_names
             WHERE personality_id = $1 ORDER BY position, folded";
        let (definition, ownership) =
            Self::definition_in(tx, id).await?.ok_or(StoreError::Inconsistent("personalities"))?;
        let names = on_tx!(tx, |c| sqlx::query_as(NAMES).bind(id).fetch_all(c).await?);
        let file = serde_json::from_slice(&file::to_json(&definition))
            .map_err(|_| StoreError::Inconsistent("personalities"))?;
        Ok(PersonalityBackup { file, updated_at: ownership.updated_at, names })
    }

    /// Puts back what was put aside, for whoever owns it now. `Some`: another one has this name by
    /// now, and everything is left as it is.
    pub(in crate::store) async fn restore_personality(
        tx: &mut Tx,
        id: PersonalityId,
        owner: Option<UserId>,
        backup: &PersonalityBackup,
    ) -> Result<Option<PersonalityName>> {
        const CLEAR: &str = "DELETE FROM personality_names WHERE personality_id = $1";
        const NAME: &str = "
            INSERT INTO personality_names
                (personality_id, folded, kind, owner_id, is_public, shown, position)
            VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let definition = file::from_json(backup.file.to_string().as_bytes())
            .map_err(|_| StoreError::Inconsistent("import_backups"))?;
        if let Some(taken) = Self::first_taken(tx, id, owner, &definition).await? {
            return Ok(Some(taken));
        }
        Self::update_row(tx, id, &definition, backup.updated_at).await?;
        Self::update_settings(tx, id, &definition.settings).await?;
        on_tx!(&mut *tx, |c| sqlx::query(CLEAR).bind(id).execute(c).await?.rows_affected());
        for name in &backup.names {
            on_tx!(&mut *tx, |c| sqlx::query(NAME)
                .bind(id)
                .bind(&name.folded)
                .bind(&name.kind)
                .bind(owner)
                .bind(name.is_public)
                .bind(&name.shown)
                .bind(name.position)
                .execute(c)
                .await?
                .rows_affected());
        }
        Ok(None)
    }
}
