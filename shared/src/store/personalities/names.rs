//! Which names are free.
//!
//! A name is one personality's among those that everybody sees, and one among its owner's. What is
//! private elsewhere takes no name from anybody, or the refusal would tell of it.

use super::super::db::{Tx, on_tx};
use crate::{
    ids::{PersonalityId, UserId},
    personality::{Definition, PersonalityName},
    store::{Result, Store},
};

impl Store {
    /// The first of a definition's names that somebody else has whom `owner` can see.
    pub(super) async fn first_taken(
        tx: &mut Tx,
        id: PersonalityId,
        owner: Option<UserId>,
        definition: &Definition,
    ) -> Result<Option<PersonalityName>> {
        const SQL: &str = "
            SELECT COUNT(*) FROM personality_names
             WHERE folded = $1 AND personality_id <> $2 AND (owner_id = $3 OR (is_public AND $4))";
        for name in std::iter::once(&definition.display_name).chain(&definition.aliases) {
            let (taken,): (i64,) = on_tx!(&mut *tx, |c| sqlx::query_as(SQL)
                .bind(name.folded())
                .bind(id)
                .bind(owner)
                .bind(definition.is_public)
                .fetch_one(c)
                .await?);
            if taken > 0 {
                return Ok(Some(name.clone()));
            }
        }
        Ok(None)
    }

    /// Registers a definition's names in the place of those of before. An alias that is another name
    /// once more is left out.
    pub(super) async fn register_names(
        tx: &mut Tx,
        id: PersonalityId,
        owner: Option<UserId>,
        definition: &Definition,
    ) -> Result<()> {
        const CLEAR: &str = "DELETE FROM personality_names WHERE personality_id = $1";
        const ADD: &str = "
            INSERT INTO personality_names
                (personality_id, folded, kind, owner_id, is_public, shown, position)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (personality_id, folded) DO NOTHING";
        on_tx!(&mut *tx, |c| sqlx::query(CLEAR).bind(id).execute(c).await?.rows_affected());
        let names = std::iter::once(("name", &definition.display_name));
        let names = names.chain(definition.aliases.iter().map(|alias| ("alias", alias)));
        for (position, (kind, name)) in (0_i64..).zip(names) {
            on_tx!(&mut *tx, |c| sqlx::query(ADD)
                .bind(id)
                .bind(name.folded())
                .bind(kind)
                .bind(owner)
                .bind(definition.is_public)
                .bind(name.as_str())
                .bind(position)
                .execute(c)
                .await?
                .rows_affected());
        }
        Ok(())
    }
}
