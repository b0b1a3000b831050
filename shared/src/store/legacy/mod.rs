//! The database of an older system, read and never written.
//!
//! Its tables differ from version to version, and so do the names of its columns. So a row is read as
//! the JSON that Postgres makes of it, its columns in `snake_case`, and a table that is not there has no
//! rows. Everything is read in one transaction: what the older system does meanwhile does not matter.

use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use sqlx::{AssertSqlSafe, Connection, PgConnection, postgres::PgConnectOptions, types::Json};

use crate::formats::older::snake_case;

/// A row, its columns in `snake_case`.
pub type Row = Map<String, Value>;

/// A table that may be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// `users`.
    Users,
    /// `personas`: under which a user speaks.
    Personas,
    /// `system_prompts`.
    SystemPrompts,
    /// `personalities`.
    Personalities,
    /// `llm_configs`.
    LlmConfigs,
    /// `personality_default_configs`.
    DefaultConfigs,
    /// `personality_owners`.
    Owners,
    /// `personality_aliases`.
    Aliases,
    /// `activated_channels`.
    Channels,
    /// `conversation_history`.
    History,
    /// `usage_logs`.
    Usage,
    /// `user_api_keys`.
    Keys,
}

impl Table {
    const fn name(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Personas => "personas",
            Self::SystemPrompts => "system_prompts",
            Self::Personalities => "personalities",
            Self::LlmConfigs => "llm_configs",
            Self::DefaultConfigs => "personality_default_configs",
            Self::Owners => "personality_owners",
            Self::Aliases => "personality_aliases",
            Self::Channels => "activated_channels",
            Self::History => "conversation_history",
            Self::Usage => "usage_logs",
            Self::Keys => "user_api_keys",
        }
    }
}

/// Why the older database can't be read. Holds nothing of its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LegacyProblem {
    /// No address of a Postgres database.
    #[error("IMPORT_DATABASE_URL is not an address of a Postgres database")]
    Address,
    /// The server takes neither user nor password.
    #[error("the server refuses the user or password of IMPORT_DATABASE_URL")]
    Refused,
    /// The server has no such database.
    #[error("the server of IMPORT_DATABASE_URL has no database of that name")]
    NoDatabase,
    /// Nobody answers there.
    #[error("the database of IMPORT_DATABASE_URL does not answer")]
    Unavailable,
    /// A table can't be read.
    #[error("the database of IMPORT_DATABASE_URL can't be read: may its user read all tables?")]
    Unreadable,
}

impl From<sqlx::Error> for LegacyProblem {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => match error.code().as_deref() {
                Some("28000" | "28P01") => Self::Refused,
                Some("3D000") => Self::NoDatabase,
                _ => Self::Unreadable,
            },
            sqlx::Error::Configuration(_) => Self::Address,
            _ => Self::Unavailable,
        }
    }
}

/// The older database, as it was when it was opened.
pub struct LegacyDatabase(PgConnection);

impl LegacyDatabase {
    /// Connects, and takes a picture of what is there.
    pub async fn open(url: &SecretString) -> Result<Self, LegacyProblem> {
        let options = PgConnectOptions::from_str(url.expose_secret())
            .map_err(|_| LegacyProblem::Address)?
            .application_name("troupe import");
        let mut connection = PgConnection::connect_with(&options).await?;
        sqlx::query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .execute(&mut connection)
            .await?;
        Ok(Self(connection))
    }

    /// Whether a table is there.
    pub async fn has(&mut self, table: Table) -> Result<bool, LegacyProblem> {
        let found: Option<String> = sqlx::query_scalar("SELECT to_regclass($1)::text")
            .bind(table.name())
            .fetch_one(&mut self.0)
            .await?;
        Ok(found.is_some())
    }

    /// How many rows a table has.
    pub async fn count(&mut self, table: Table) -> Result<u64, LegacyProblem> {
        if !self.has(table).await? {
            return Ok(0);
        }
        let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM {}", table.name()));
        let count: i64 = sqlx::query_scalar(sql).fetch_one(&mut self.0).await?;
        Ok(count.unsigned_abs())
    }

    /// All rows of a table, in an order that is the same each time.
    pub async fn rows(&mut self, table: Table) -> Result<Vec<Row>, LegacyProblem> {
        if !self.has(table).await? {
            return Ok(Vec::new());
        }
        let sql = format!("SELECT to_jsonb(t) FROM {} t ORDER BY to_jsonb(t)::text", table.name());
        self.read(sql, None).await
    }

    /// Begins to read a table that may be too large to be held at once: [`next_page`](Self::next_page)
    /// gives its rows, in an order that is the same each time. `false` where it is not there.
    pub async fn begin_pages(&mut self, table: Table) -> Result<bool, LegacyProblem> {
        if !self.has(table).await? {
            return Ok(false);
        }
        // ends with the transaction
        let sql = format!(
            "DECLARE pages NO SCROLL CURSOR FOR SELECT to_jsonb(t) FROM {} t ORDER BY to_jsonb(t)::text",
            table.name()
        );
        sqlx::query(AssertSqlSafe(sql)).execute(&mut self.0).await?;
        Ok(true)
    }

    /// The next rows, at most so many; none at the end, which ends the reading.
    pub async fn next_page(&mut self, rows: u32) -> Result<Vec<Row>, LegacyProblem> {
        let page = self.read(format!("FETCH {rows} FROM pages"), None).await?;
        if page.is_empty() {
            sqlx::query("CLOSE pages").execute(&mut self.0).await?;
        }
        Ok(page)
    }

    /// The rows whose column `column` holds `value`: `column` in `snake_case`, in whichever spelling it
    /// is there.
    pub async fn rows_with(
        &mut self,
        table: Table,
        column: &'static str,
        value: &str,
    ) -> Result<Vec<Row>, LegacyProblem> {
        let Some(column) = self.column(table, column).await? else { return Ok(Vec::new()) };
        let sql = format!(
            "SELECT to_jsonb(t) FROM {} t WHERE t.\"{column}\"::text = $1 ORDER BY to_jsonb(t)::text",
            table.name(),
        );
        self.read(sql, Some(value)).await
    }

    /// The ids of all personalities, the oldest first: the first one keeps its name.
    pub async fn personality_ids(&mut self) -> Result<Vec<String>, LegacyProblem> {
        let Some(id) = self.column(Table::Personalities, "id").await? else {
            return Ok(Vec::new());
        };
        let age = self.column(Table::Personalities, "created_at").await?;
        let age = age.unwrap_or_else(|| id.clone());
        let sql = format!(
            "SELECT t.\"{id}\"::text FROM personalities t ORDER BY t.\"{age}\", t.\"{id}\"::text"
        );
        Ok(sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut self.0).await?)
    }

    /// How a column is spelt, if it is there.
    async fn column(
        &mut self,
        table: Table,
        column: &'static str,
    ) -> Result<Option<String>, LegacyProblem> {
        const SQL: &str = "
            SELECT attname::text FROM pg_attribute
             WHERE attrelid = to_regclass($1) AND attname = $2 AND attnum > 0 AND NOT attisdropped";
        for spelling in [column.to_owned(), camel_case(column)] {
            let found: Option<String> = sqlx::query_scalar(SQL)
                .bind(table.name())
                .bind(spelling)
                .fetch_optional(&mut self.0)
                .await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Ends the connection.
    pub async fn close(self) {
        // nothing was written, so nothing can be lost by an end that fails
        let _ = self.0.close().await;
    }

    async fn read(&mut self, sql: String, value: Option<&str>) -> Result<Vec<Row>, LegacyProblem> {
        // the names in it are ours
        let mut query = sqlx::query_scalar::<_, Json<Row>>(AssertSqlSafe(sql));
        if let Some(value) = value {
            query = query.bind(value.to_owned());
        }
        let rows = query.fetch_all(&mut self.0).await?;
        Ok(rows.into_iter().map(|row| with_snake_case(row.0)).collect())
    }
}

fn with_snake_case(row: Row) -> Row {
    row.into_iter().map(|(column, value)| (snake_case(&column), value)).collect()
}

fn camel_case(column: &str) -> String {
    let mut words = column.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (head, tail) = word.split_at_checked(1).unwrap_or((word, ""));
        name + &head.to_ascii_uppercase() + tail
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_two_spellings() {
        assert_eq!(camel_case("personality_id"), "personalityId");
        assert_eq!(camel_case("id"), "id");
        assert_eq!(snake_case(&camel_case("ltm_search_history_turns")), "ltm_search_history_turns");
    }
}
