//! People, by their Discord account.

use super::{
    Result, Store,
    columns::storable,
    db::{Tx, on_db, on_tx},
};
use crate::{
    ids::{DiscordUserId, UserId},
    timezone::Timezone,
};

/// A person who has used the bot.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct User {
    /// Ours.
    pub id: UserId,
    /// Discord's.
    pub discord_id: DiscordUserId,
    /// The zone in which their days begin.
    pub timezone: Timezone,
    /// May manage the bot.
    pub is_superuser: bool,
}

impl Store {
    /// The person with this account, if they have used the bot.
    pub async fn find_user(&self, discord_id: DiscordUserId) -> Result<Option<User>> {
        const SQL: &str =
            "SELECT id, discord_id, timezone, is_superuser FROM users WHERE discord_id = $1";
        Ok(on_db!(&self.db, |c| sqlx::query_as(SQL).bind(discord_id).fetch_optional(c).await?))
    }

    /// The person with this id.
    pub async fn user(&self, id: UserId) -> Result<Option<User>> {
        const SQL: &str = "SELECT id, discord_id, timezone, is_superuser FROM users WHERE id = $1";
        Ok(on_db!(&self.db, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await?))
    }

    /// The person with this account, known from now on.
    pub async fn ensure_user(&self, discord_id: DiscordUserId, username: &str) -> Result<User> {
        if let Some(user) = self.find_user(discord_id).await? {
            return Ok(user);
        }
        let mut tx = self.db.begin().await?;
        let id = self.ensure_user_in(&mut tx, discord_id, username).await?;
        tx.commit().await?;
        self.user(id).await?.ok_or(super::StoreError::Inconsistent("users"))
    }

    pub(super) async fn ensure_user_in(
        &self,
        tx: &mut Tx,
        discord_id: DiscordUserId,
        username: &str,
    ) -> Result<UserId> {
        const FIND: &str = "SELECT id, username FROM users WHERE discord_id = $1";
        const UPSERT: &str = "
            INSERT INTO users (id, discord_id, username, timezone, is_superuser, created_at, updated_at)
            VALUES ($1, $2, $3, 'UTC', FALSE, $4, $4)
            ON CONFLICT (discord_id) DO UPDATE SET username = excluded.username, updated_at = excluded.updated_at
            RETURNING id";
        const QUEUE: &str = "INSERT INTO user_queues (user_id, next_seq) VALUES ($1, 0) ON CONFLICT (user_id) DO NOTHING";
        let username: String = storable(username).chars().take(64).collect();
        let known: Option<(UserId, String)> =
            on_tx!(tx, |c| sqlx::query_as(FIND).bind(discord_id).fetch_optional(c).await?);
        if let Some((id, name)) = known
            && name == username
        {
            return Ok(id);
        }
        let (id,): (UserId,) = on_tx!(tx, |c| sqlx::query_as(UPSERT)
            .bind(UserId::new(self.clock()))
            .bind(discord_id)
            .bind(&username)
            .bind(self.clock.now())
            .fetch_one(c)
            .await?);
        on_tx!(tx, |c| sqlx::query(QUEUE).bind(id).execute(c).await?.rows_affected());
        Ok(id)
    }

    /// Sets the zone in which a person's days begin.
    pub async fn set_timezone(&self, user: UserId, timezone: Timezone) -> Result<()> {
        const SQL: &str = "UPDATE users SET timezone = $2, updated_at = $3 WHERE id = $1";
        let mut tx = self.db.begin().await?;
        on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(user)
            .bind(timezone)
            .bind(self.clock.now())
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await
    }

    /// Gives a person the right to manage the bot, or takes it.
    pub async fn set_superuser(&self, user: UserId, is_superuser: bool) -> Result<()> {
        const SQL: &str = "UPDATE users SET is_superuser = $2, updated_at = $3 WHERE id = $1";
        let mut tx = self.db.begin().await?;
        on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(user)
            .bind(is_superuser)
            .bind(self.clock.now())
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await
    }

    /// Everybody who may manage the bot.
    pub async fn superusers(&self) -> Result<Vec<User>> {
        const SQL: &str = "
            SELECT id, discord_id, timezone, is_superuser FROM users
             WHERE is_superuser ORDER BY created_at, id";
        Ok(on_db!(&self.db, |c| sqlx::query_as(SQL).fetch_all(c).await?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_zone_is_stored_by_its_name() {
        let pool = sqlx::SqlitePool::connect("sqlite::memory:").await.unwrap();
        let paris: Timezone = "Europe/Paris".parse().unwrap();
        let stored: (Timezone, String) =
            sqlx::query_as("SELECT ?1, upper(?1)").bind(paris).fetch_one(&pool).await.unwrap();
        assert_eq!(stored, (paris, "EUROPE/PARIS".to_owned()));
        let unknown = sqlx::query_scalar::<_, Timezone>("SELECT 'Mars/Olympus'");
        assert!(unknown.fetch_one(&pool).await.is_err());
    }
}
