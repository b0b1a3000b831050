//! People of the older system.

use serde_json::json;

use super::{
    super::db::{Tx, on_tx},
    Done, Importer,
    ledger::Kind,
};
use crate::{
    ids::{DiscordUserId, UserId},
    store::Result,
    timezone::Timezone,
};

/// A row of its `users`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OlderUser {
    /// Who.
    pub account: DiscordUserId,
    /// Their name.
    pub username: String,
    /// The zone in which their days begin.
    pub timezone: Option<Timezone>,
    /// Whether they may manage the bot.
    pub is_superuser: bool,
}

impl Importer {
    /// Takes a person over. Somebody who is here already keeps what they have here.
    pub async fn user(&mut self, user: &OlderUser) -> Result<Done> {
        const SQL: &str = "UPDATE users SET timezone = $2, is_superuser = $3 WHERE id = $1";
        let mut tx = self.begin().await?;
        let done = if known(&mut tx, user.account).await?.is_some() {
            Done::Unchanged
        } else {
            let id = self.person_in(&mut tx, user.account, &user.username).await?;
            on_tx!(&mut tx, |c| sqlx::query(SQL)
                .bind(id)
                .bind(user.timezone.unwrap_or_default())
                .bind(user.is_superuser)
                .execute(c)
                .await?
                .rows_affected());
            Done::Created
        };
        self.end(tx).await?;
        Ok(done)
    }

    /// Makes sure that the bot's owner is here and may manage the bot.
    pub async fn owner(&mut self, account: DiscordUserId) -> Result<Done> {
        const LOOK: &str = "SELECT is_superuser FROM users WHERE id = $1";
        const SQL: &str = "UPDATE users SET is_superuser = TRUE WHERE id = $1";
        let mut tx = self.begin().await?;
        let found = known(&mut tx, account).await?;
        let id = self.person_in(&mut tx, account, "").await?;
        let (is_superuser,): (bool,) =
            on_tx!(&mut tx, |c| sqlx::query_as(LOOK).bind(id).fetch_one(c).await?);
        if !is_superuser {
            if found.is_some() {
                let before = json!({ "is_superuser": false });
                self.note(&mut tx, Kind::User, id.uuid(), Some(before), None).await?;
            }
            on_tx!(&mut tx, |c| sqlx::query(SQL).bind(id).execute(c).await?.rows_affected());
        }
        self.end(tx).await?;
        Ok(match (found, is_superuser) {
            (None, _) => Done::Created,
            (Some(_), false) => Done::Updated,
            (Some(_), true) => Done::Unchanged,
        })
    }

    /// The person with this account, here from now on.
    pub(super) async fn person_in(
        &mut self,
        tx: &mut Tx,
        account: DiscordUserId,
        username: &str,
    ) -> Result<UserId> {
        if let Some(id) = known(tx, account).await? {
            return Ok(id);
        }
        let store = self.store.clone();
        let id = store.ensure_user_in(tx, account, username).await?;
        self.note(tx, Kind::User, id.uuid(), None, None).await?;
        Ok(id)
    }
}

pub(super) async fn known(tx: &mut Tx, account: DiscordUserId) -> Result<Option<UserId>> {
    const SQL: &str = "SELECT id FROM users WHERE discord_id = $1";
    let found: Option<(UserId,)> =
        on_tx!(tx, |c| sqlx::query_as(SQL).bind(account).fetch_optional(c).await?);
    Ok(found.map(|(id,)| id))
}
