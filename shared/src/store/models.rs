//! The catalogue of models: written by a worker, read by everybody.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::types::Json;

use super::{
    Result, Store,
    db::{on_db, on_tx},
};
use crate::{
    catalogue::{Catalogue, Model},
    model::Provider,
};

/// What became of a provider's new list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CatalogueOutcome {
    /// It took the place of the one before.
    Replaced,
    /// It has less than half of what there was a moment ago: the copy of before stays.
    Implausible {
        /// How many models were known.
        had: i64,
        /// How many the new list has.
        got: i64,
    },
}

/// A list that shrinks is believed when the copy of before is as old as this.
const BELIEVED_AFTER: TimeDelta = TimeDelta::hours(24);
/// With fewer models than this, losing half of them is nothing special.
const FEW: i64 = 20;

impl Store {
    /// The models of `OpenRouter`, as they were last read. Empty until a worker has read them.
    pub async fn catalogue(&self) -> Result<Catalogue> {
        const SQL: &str = "SELECT facts FROM models WHERE provider = $1 ORDER BY position";
        let rows: Vec<(Json<Model>,)> = on_db!(&self.db, |c| sqlx::query_as(SQL)
            .bind(Provider::OpenRouter)
            .fetch_all(c)
            .await?);
        Ok(Catalogue::new(rows.into_iter().map(|(Json(model),)| model).collect()))
    }

    /// When the catalogue was last read from its provider: changes with every new copy.
    pub async fn catalogue_version(&self, provider: Provider) -> Result<Option<DateTime<Utc>>> {
        const SQL: &str = "SELECT refreshed_at FROM catalogues WHERE provider = $1";
        let row: Option<(Option<DateTime<Utc>>,)> =
            on_db!(&self.db, |c| sqlx::query_as(SQL).bind(provider).fetch_optional(c).await?);
        Ok(row.and_then(|(refreshed_at,)| refreshed_at))
    }

    /// Takes on to read a provider's list: `true` for one worker, once the copy is as old as
    /// `stale_after` and nobody tried within `again_after`.
    pub async fn take_catalogue_refresh(
        &self,
        provider: Provider,
        stale_after: TimeDelta,
        again_after: TimeDelta,
    ) -> Result<bool> {
        const SQL: &str = "
            INSERT INTO catalogues (provider, tried_at) VALUES ($1, $2)
            ON CONFLICT (provider) DO UPDATE SET tried_at = excluded.tried_at
             WHERE (catalogues.refreshed_at IS NULL OR catalogues.refreshed_at <= $3)
               AND catalogues.tried_at <= $4";
        let now = self.clock.now();
        let mut tx = self.db.begin_relaxed().await?;
        let taken = on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(provider)
            .bind(now)
            .bind(now - stale_after)
            .bind(now - again_after)
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await?;
        Ok(taken == 1)
    }

    /// Puts a provider's new list in the place of the one before, unless it looks like a mistake: an
    /// empty list never replaces anything.
    pub async fn replace_catalogue(
        &self,
        provider: Provider,
        models: &[Model],
    ) -> Result<CatalogueOutcome> {
        const COUNT: &str = "SELECT COUNT(*) FROM models WHERE provider = $1";
        const AGE: &str = "SELECT refreshed_at FROM catalogues WHERE provider = $1";
        const CLEAR: &str = "DELETE FROM models WHERE provider = $1";
        const REFRESHED: &str = "
            INSERT INTO catalogues (provider, tried_at, refreshed_at) VALUES ($1, $2, $2)
            ON CONFLICT (provider) DO UPDATE SET refreshed_at = excluded.refreshed_at";
        let now = self.clock.now();
        let mut tx = self.db.begin_relaxed().await?;
        // first, so that two workers who read at once come one after the other
        on_tx!(&mut tx, |c| sqlx::query(
            "UPDATE catalogues SET tried_at = tried_at WHERE provider = $1"
        )
        .bind(provider)
        .execute(c)
        .await?
        .rows_affected());
        let (had,): (i64,) =
            on_tx!(&mut tx, |c| sqlx::query_as(COUNT).bind(provider).fetch_one(c).await?);
        let read_at: Option<(Option<DateTime<Utc>>,)> =
            on_tx!(&mut tx, |c| sqlx::query_as(AGE).bind(provider).fetch_optional(c).await?);
        let got = i64::try_from(models.len()).unwrap_or(i64::MAX);
        let is_recent = read_at
            .and_then(|(read_at,)| read_at)
            .is_some_and(|read_at| now - read_at < BELIEVED_AFTER);
        if got == 0 || (had >= FEW && got < had / 2 && is_recent) {
            return Ok(CatalogueOutcome::Implausible { had, got });
        }
        on_tx!(&mut tx, |c| sqlx::query(CLEAR).bind(provider).execute(c).await?.rows_affected());
        for (position, model) in (0_i64..).zip(models) {
            const INSERT: &str = "
                INSERT INTO models (provider, id, position, facts) VALUES ($1, $2, $3, $4)
                ON CONFLICT (provider, id) DO NOTHING";
            on_tx!(&mut tx, |c| sqlx::query(INSERT)
                .bind(provider)
                .bind(model.id.as_str())
                .bind(position)
                .bind(Json(model))
                .execute(c)
                .await?
                .rows_affected());
        }
        on_tx!(&mut tx, |c| sqlx::query(REFRESHED)
            .bind(provider)
            .bind(now)
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await?;
        Ok(CatalogueOutcome::Replaced)
    }
}
