//! What is kept of people: a name, their keys, and keys on their way to a verdict.

use chrono::{DateTime, Utc};

use crate::{
    ids::{ApiKeyId, KeyCheckId, UserId},
    store::{db::on_db, testing::TestDb},
};

/// A key's row, also when the key was removed and the row is all that is left.
#[derive(sqlx::FromRow)]
pub struct SeenKey {
    key_id: Option<String>,
    iv: Option<String>,
    content: Option<String>,
    tag: Option<String>,
    fingerprint: Option<String>,
    removed_at: Option<DateTime<Utc>>,
}

impl SeenKey {
    /// How many of the four columns that come from the key itself are filled: its seal and its
    /// fingerprint.
    #[must_use]
    pub fn sealed_columns(&self) -> usize {
        [&self.iv, &self.content, &self.tag, &self.fingerprint].into_iter().flatten().count()
    }

    /// The master key that it names.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// By which it is recognised.
    #[must_use]
    pub fn fingerprint(&self) -> Option<&str> {
        self.fingerprint.as_deref()
    }

    /// Whether it is a mere trace.
    #[must_use]
    pub const fn is_removed(&self) -> bool {
        self.removed_at.is_some()
    }
}

/// A check's row.
#[derive(sqlx::FromRow)]
pub struct SeenCheck {
    state: String,
    iv: Option<String>,
    content: Option<String>,
    tag: Option<String>,
    fingerprint: Option<String>,
    answer_iv: Option<String>,
    answer_content: Option<String>,
    answer_tag: Option<String>,
}

impl SeenCheck {
    /// Whether it waits for a worker.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.state == "pending"
    }

    /// How many of the four columns that come from the typed key are filled.
    #[must_use]
    pub fn candidate_columns(&self) -> usize {
        [&self.iv, &self.content, &self.tag, &self.fingerprint].into_iter().flatten().count()
    }

    /// How many of the three columns of the sealed token that waits for the verdict are filled.
    #[must_use]
    pub fn answer_columns(&self) -> usize {
        let answer = [&self.answer_iv, &self.answer_content, &self.answer_tag];
        answer.into_iter().flatten().count()
    }
}

impl TestDb {
    /// The name under which a person is known.
    pub async fn username(&self, user: UserId) -> String {
        const SQL: &str = "SELECT username FROM users WHERE id = $1";
        on_db!(self.db(), |c| sqlx::query_scalar(SQL).bind(user).fetch_one(c).await)
            .expect("a name")
    }

    /// Everybody's keys, removed ones too.
    pub async fn keys(&self) -> Vec<SeenKey> {
        const SQL: &str = "SELECT * FROM user_api_keys ORDER BY created_at, id";
        on_db!(self.db(), |c| sqlx::query_as(SQL).fetch_all(c).await).expect("keys")
    }

    /// One person's keys, removed ones too.
    pub async fn keys_of(&self, user: UserId) -> Vec<SeenKey> {
        const SQL: &str = "SELECT * FROM user_api_keys WHERE user_id = $1 ORDER BY created_at, id";
        on_db!(self.db(), |c| sqlx::query_as(SQL).bind(user).fetch_all(c).await).expect("keys")
    }

    /// This very key.
    pub async fn key(&self, id: ApiKeyId) -> SeenKey {
        const SQL: &str = "SELECT * FROM user_api_keys WHERE id = $1";
        on_db!(self.db(), |c| sqlx::query_as(SQL).bind(id).fetch_one(c).await).expect("a key")
    }

    /// Everybody's checks of keys, made or not.
    pub async fn checks(&self) -> Vec<SeenCheck> {
        const SQL: &str = "SELECT * FROM key_checks ORDER BY created_at, id";
        on_db!(self.db(), |c| sqlx::query_as(SQL).fetch_all(c).await).expect("checks")
    }

    /// How many `/wallet connect` are under way.
    pub async fn connections(&self) -> i64 {
        const SQL: &str = "SELECT COUNT(*) FROM key_connections";
        on_db!(self.db(), |c| sqlx::query_scalar(SQL).fetch_one(c).await).expect("a count")
    }

    /// This very check.
    pub async fn check(&self, id: KeyCheckId) -> SeenCheck {
        const SQL: &str = "SELECT * FROM key_checks WHERE id = $1";
        on_db!(self.db(), |c| sqlx::query_as(SQL).bind(id).fetch_one(c).await).expect("a check")
    }
}
