//! Which names are free.
//!
//! A public name is one personality's among the public ones, a private one among its owner's. What is
//! private takes no name from anybody else, and no answer to anybody else depends on it.

use super::super::db::{Tx, on_tx};
use crate::{
    ids::{PersonalityId, UserId},
    personality::{Definition, PersonalityName},
    store::{Result, Store, StoreError},
};

/// How many numbers are tried behind a name that the receiver has already.
const NUMBERS: std::ops::RangeInclusive<u32> = 2..=99;

impl Store {
    /// The first of a definition's names that stands against another one's: a public one's, or, where
    /// the definition is private, one of its owner's own.
    pub(super) async fn first_taken(
        tx: &mut Tx,
        id: PersonalityId,
        owner: Option<UserId>,
        definition: &Definition,
    ) -> Result<Option<PersonalityName>> {
        for name in std::iter::once(&definition.display_name).chain(&definition.aliases) {
            if is_taken(tx, id, owner, definition.is_public, name).await? {
                return Ok(Some(name.clone()));
            }
        }
        Ok(None)
    }

    /// Makes a definition's names fit beside those of a new owner: an alias that they have goes, a
    /// name that they have gets a number. A refusal would tell the giver of what is private.
    pub(super) async fn fit_names(
        tx: &mut Tx,
        id: PersonalityId,
        owner: UserId,
        definition: &mut Definition,
    ) -> Result<()> {
        let is_public = definition.is_public;
        let mut aliases = Vec::with_capacity(definition.aliases.len());
        for alias in &definition.aliases {
            if !is_taken(tx, id, Some(owner), is_public, alias).await? {
                aliases.push(alias.clone());
            }
        }
        definition.aliases = aliases;
        let name = definition.display_name.clone();
        let numbered = NUMBERS.filter_map(|number| name.numbered(number));
        for name in std::iter::once(name.clone()).chain(numbered) {
            if !is_taken(tx, id, Some(owner), is_public, &name).await? {
                definition.display_name = name;
                return Ok(());
            }
        }
        Err(StoreError::Conflict)
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

async fn is_taken(
    tx: &mut Tx,
    id: PersonalityId,
    owner: Option<UserId>,
    is_public: bool,
    name: &PersonalityName,
) -> Result<bool> {
    const SQL: &str = "
        SELECT COUNT(*) FROM personality_names
         WHERE folded = $1 AND personality_id <> $2
           AND CASE WHEN $4 THEN is_public ELSE owner_id = $3 END";
    let (taken,): (i64,) = on_tx!(tx, |c| sqlx::query_as(SQL)
        .bind(name.folded())
        .bind(id)
        .bind(owner)
        .bind(is_public)
        .fetch_one(c)
        .await?);
    Ok(taken > 0)
}
