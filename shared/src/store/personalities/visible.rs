//! Who sees whom.
//!
//! A private personality exists for its owner alone. Every look-up by a person goes through one
//! predicate, in the statement itself: what a person may not see is never fetched, so it can show in
//! no text, no count and no time that the answer takes.

use chrono::{DateTime, Utc};

use super::{
    super::db::{Tx, on_db, on_tx},
    rows::{DefinitionRow, definition_select},
};
use crate::{
    ids::{DiscordUserId, PersonalityId, UserId},
    personality::Definition,
    store::{Result, Store, personalities::Ownership},
};

/// The condition under which a row `p` of `personalities` exists for somebody: the SQL for their
/// internal id goes in.
macro_rules! visible_to {
    ($person:literal) => {
        concat!("(p.deleted_at IS NULL AND (p.is_public OR p.owner_id = ", $person, "))")
    };
    (account $account:literal) => {
        concat!(
            "(p.deleted_at IS NULL AND (p.is_public OR p.owner_id = ",
            "(SELECT id FROM users WHERE discord_id = ",
            $account,
            ")))"
        )
    };
}
pub(in crate::store) use visible_to;

/// A name or an alias under which somebody may address a personality.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct VisibleName {
    /// Whose name.
    pub personality_id: PersonalityId,
    /// As [`fold_name`](crate::names::fold_name) gives it.
    pub folded: String,
    /// The name that it speaks under.
    pub display_name: String,
}

/// A personality as somebody who may see it sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// Its id.
    pub id: PersonalityId,
    /// All that its owner decided.
    pub definition: Definition,
    /// Whose it is, and since when.
    pub ownership: Ownership,
}

/// A line of a list.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Listed {
    /// Its id.
    pub id: PersonalityId,
    /// The name that it speaks under.
    pub display_name: String,
    /// Whether everybody sees it.
    pub is_public: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Which personalities a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListOf {
    /// The viewer's own.
    Mine,
    /// Those that everybody sees.
    Public,
}

impl Store {
    /// Every name and alias under which `viewer` can address somebody: their own private ones, then the
    /// public ones, names before aliases. The first of two that are alike is meant. A private
    /// personality of another person and one that does not exist look the same.
    pub async fn names_visible_to(&self, viewer: DiscordUserId) -> Result<Vec<VisibleName>> {
        const SQL: &str = concat!(
            "SELECT n.personality_id, n.folded, p.display_name
               FROM personality_names n JOIN personalities p ON p.id = n.personality_id
              WHERE ",
            visible_to!(account "$1"),
            " ORDER BY CASE WHEN p.is_public THEN 1 ELSE 0 END,
                       CASE n.kind WHEN 'name' THEN 0 ELSE 1 END, p.created_at, n.folded"
        );
        Ok(on_db!(&self.db, |c| sqlx::query_as(SQL).bind(viewer).fetch_all(c).await?))
    }

    /// Whom `viewer` means by a folded name.
    pub async fn named_by(
        &self,
        viewer: DiscordUserId,
        folded: &str,
    ) -> Result<Option<PersonalityId>> {
        const SQL: &str = concat!(
            "SELECT n.personality_id
               FROM personality_names n JOIN personalities p ON p.id = n.personality_id
              WHERE n.folded = $2 AND ",
            visible_to!(account "$1"),
            " ORDER BY CASE WHEN p.is_public THEN 1 ELSE 0 END LIMIT 1"
        );
        let found: Option<(PersonalityId,)> = on_db!(&self.db, |c| sqlx::query_as(SQL)
            .bind(viewer)
            .bind(folded)
            .fetch_optional(c)
            .await?);
        Ok(found.map(|(id,)| id))
    }

    /// A personality with all that its owner decided, if it exists for `viewer`.
    pub async fn personality_seen_by(
        &self,
        id: PersonalityId,
        viewer: DiscordUserId,
    ) -> Result<Option<Seen>> {
        const SQL: &str =
            concat!(definition_select!(), " WHERE p.id = $2 AND ", visible_to!(account "$1"));
        let row: Option<DefinitionRow> = on_db!(&self.db, |c| sqlx::query_as(SQL)
            .bind(viewer)
            .bind(id)
            .fetch_optional(c)
            .await?);
        self.seen(row).await
    }

    /// A page of what exists for `viewer`, by name, and how many there are in all.
    pub async fn list_visible(
        &self,
        viewer: DiscordUserId,
        of: ListOf,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<Listed>, i64)> {
        const LIST: &str = concat!(
            "SELECT p.id, p.display_name, p.is_public, p.created_at FROM personalities p
              WHERE ",
            visible_to!(account "$1"),
            " AND CASE WHEN $2 = 'mine'
                       THEN p.owner_id = (SELECT id FROM users WHERE discord_id = $1)
                       ELSE p.is_public END
              ORDER BY lower(p.display_name), p.id LIMIT $3 OFFSET $4"
        );
        const COUNT: &str = concat!(
            "SELECT COUNT(*) FROM personalities p WHERE ",
            visible_to!(account "$1"),
            " AND CASE WHEN $2 = 'mine'
                       THEN p.owner_id = (SELECT id FROM users WHERE discord_id = $1)
                       ELSE p.is_public END"
        );
        let of = match of {
            ListOf::Mine => "mine",
            ListOf::Public => "public",
        };
        let listed: Vec<Listed> = on_db!(&self.db, |c| sqlx::query_as(LIST)
            .bind(viewer)
            .bind(of)
            .bind(limit)
            .bind(offset)
            .fetch_all(c)
            .await?);
        let (count,): (i64,) =
            on_db!(&self.db, |c| sqlx::query_as(COUNT).bind(viewer).bind(of).fetch_one(c).await?);
        Ok((listed, count))
    }

    /// Whether a personality exists for a person, for those who hold that person's lock.
    pub(in crate::store) async fn exists_for(
        tx: &mut Tx,
        personality: PersonalityId,
        user: UserId,
    ) -> Result<bool> {
        const SQL: &str =
            concat!("SELECT COUNT(*) FROM personalities p WHERE p.id = $1 AND ", visible_to!("$2"));
        let (count,): (i64,) =
            on_tx!(tx, |c| sqlx::query_as(SQL).bind(personality).bind(user).fetch_one(c).await?);
        Ok(count == 1)
    }
}
