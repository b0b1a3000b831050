//! A database in the shape of an older system, filled with generated rows.

use secrecy::{ExposeSecret, SecretString};
use sqlx::{AssertSqlSafe, PgPool, Postgres, Transaction};

use super::{TestEngine, place::Place};
use crate::{store::Engine, vault::LegacyMasterKey};

/// The lock at which [`LegacyDb::stop_reading_at`] waits.
const STOP: i64 = 4711;

/// The newest shape, as Prisma made it. Ids are texts here; the import asks for no type.
const TABLES: &str = "
    CREATE TABLE users (id text PRIMARY KEY, discord_id varchar(20) UNIQUE, username text,
        timezone text DEFAULT 'UTC', \"isSuperuser\" boolean DEFAULT FALSE,
        created_at timestamp(3) DEFAULT '2025-01-01');
    CREATE TABLE personas (id text PRIMARY KEY, owner_id text);
    CREATE TABLE system_prompts (id text PRIMARY KEY, name text, content text, is_default boolean);
    CREATE TABLE personalities (id text PRIMARY KEY, name text, display_name text, slug text UNIQUE,
        system_prompt_id text, character_info text, personality_traits text, personality_tone text,
        personality_age text, personality_appearance text, personality_likes text,
        personality_dislikes text, conversational_goals text, conversational_examples text,
        \"customFields\" json, voice_enabled boolean, voice_settings json, image_enabled boolean,
        avatar_data bytea, error_message text, birthday date, owner_id text, is_public boolean,
        created_at timestamp(3));
    CREATE TABLE llm_configs (id text PRIMARY KEY, name text, model text, vision_model text,
        temperature numeric(3,2), top_p numeric(3,2), top_k int, frequency_penalty numeric(3,2),
        presence_penalty numeric(3,2), repetition_penalty numeric(3,2), max_tokens int,
        memory_score_threshold numeric(3,2), memory_limit int, context_window_tokens int,
        is_global boolean, is_default boolean, stop json, seed int, stream_response boolean,
        provider text, max_conversation_history int, \"maxReferencedMessages\" int,
        advanced_parameters jsonb);
    CREATE TABLE personality_default_configs (personality_id text UNIQUE, llm_config_id text);
    CREATE TABLE personality_owners (personality_id text, user_id text, role text);
    CREATE TABLE personality_aliases (id text PRIMARY KEY, alias varchar(50), personality_id text);
    CREATE TABLE activated_channels (channel_id varchar(20), personality_id text, auto_respond boolean);
    CREATE TABLE conversation_history (id text PRIMARY KEY, channel_id varchar(20), guild_id varchar(20),
        personality_id text, persona_id text, role text, content text, created_at timestamp(3));
    CREATE TABLE usage_logs (id text PRIMARY KEY, user_id text, personality_id text, provider text,
        model text, tokens_in int, tokens_out int, tokens_total int, request_type text,
        \"timestamp\" timestamp(3));
    CREATE TABLE user_api_keys (id text PRIMARY KEY, user_id text, provider varchar(20), iv varchar(32),
        content text, tag varchar(32), is_active boolean, created_at timestamp(3),
        last_used_at timestamp(3))";

/// Rows for `$1` personalities: every third has no owner, every fourth is private, every fifth has its
/// error message in the custom fields alone.
const ROWS: [&str; 10] = [
    "INSERT INTO users (id, discord_id, username, timezone, \"isSuperuser\")
     SELECT 'u-' || n, (1000 + n)::text, 'person' || n,
            CASE WHEN n % 2 = 0 THEN 'Europe/Paris' ELSE 'UTC' END, n = 3
       FROM generate_series(1, $1) n",
    "INSERT INTO personas SELECT 'persona-' || n, 'u-' || n FROM generate_series(1, $1) n",
    "INSERT INTO system_prompts
     SELECT 's-' || n, 'prompt ' || n, 'You are number ' || n || '.', FALSE FROM generate_series(1, $1) n",
    "INSERT INTO personalities
     SELECT 'p-' || n, 'name' || n, 'Player ' || n, 'player-' || n, 's-' || n, 'Born in act ' || n,
            'traits', NULL, '', 'tall', 'tea', 'rain', 'win', 'a: b',
            jsonb_build_object('keywords', jsonb_build_array('k' || n), 'wackMessage', 'w')
                || CASE WHEN n % 5 = 0 THEN jsonb_build_object('errorMessage', 'custom ' || n)
                        ELSE '{}'::jsonb END
                || jsonb_build_object('aliases', jsonb_build_array('Nick ' || n)),
            FALSE, '{\"pitch\": 1}', TRUE,
            decode('89504e470d0a1a0a0000000d4948445200000001000000010800000000', 'hex'),
            CASE WHEN n % 5 <> 0 THEN 'own ' || n END,
            CASE WHEN n % 7 = 0 THEN DATE '1990-05-01' + n::int END,
            CASE WHEN n % 3 <> 0 THEN 'u-' || n END, n % 4 <> 0,
            TIMESTAMP '2025-02-01' + n * INTERVAL '1 minute'
       FROM generate_series(1, $1) n",
    "INSERT INTO llm_configs
     SELECT 'c-' || n, 'config ' || n, 'author/model-' || n, 'author/eyes', 0.75, 0.9, 40, 0.5, NULL, 1.1,
            500 + n, 0.3, 7, 8000, FALSE, FALSE, '[\"END\"]', n, TRUE, 'openrouter', 30, 11,
            '{\"minP\": 0.05, \"reasoningEffort\": \"low\", \"odd\": 1}'
       FROM generate_series(1, $1) n",
    "INSERT INTO personality_default_configs SELECT 'p-' || n, 'c-' || n FROM generate_series(1, $1) n",
    "INSERT INTO personality_aliases
     SELECT 'a-' || n, 'Alias ' || n, 'p-' || n FROM generate_series(1, $1) n",
    "INSERT INTO conversation_history
     SELECT 'h-' || n || '-' || part, (7000 + n)::text, '99', 'p-' || n, 'persona-' || n,
            CASE part WHEN 0 THEN 'user' ELSE 'assistant' END, 'line ' || part || ' of ' || n,
            TIMESTAMP '2025-03-01' + n * INTERVAL '1 minute' + part * INTERVAL '1 second'
       FROM generate_series(1, $1) n, generate_series(0, 1) part",
    "INSERT INTO activated_channels
     SELECT (7000 + n)::text, 'p-' || n, TRUE FROM generate_series(1, $1) n",
    "INSERT INTO usage_logs
     SELECT 'l-' || n, 'u-' || n, 'p-' || n, 'openrouter', 'author/model', 10, n, 10 + n, 'text',
            TIMESTAMP '2025-03-01' + n * INTERVAL '1 minute'
       FROM generate_series(1, $1) n",
];

/// A database of an older system.
pub struct LegacyDb {
    place: Place,
    pool: PgPool,
}

/// What [`LegacyDb::stop_reading_at`] holds.
#[must_use = "reading goes on when it is dropped"]
pub struct Stopped(Transaction<'static, Postgres>);

impl LegacyDb {
    /// The master key of the older system. It protects nothing.
    pub const MASTER_KEY: &str = "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";

    /// A database with the tables, empty. `None` when there is no server, and nobody insists.
    pub async fn create() -> Option<Self> {
        let place = Place::create(TestEngine::Postgres).await?;
        let Engine::Postgres(url) = place.engine() else { return None };
        let pool = PgPool::connect(url.expose_secret()).await.expect("a connection");
        let db = Self { place, pool };
        for table in TABLES.split(';') {
            db.change(table).await;
        }
        Some(db)
    }

    /// As `IMPORT_DATABASE_URL` names it.
    #[must_use]
    pub fn url(&self) -> String {
        self.place.url()
    }

    /// Fills it with this many of everything, and a sealed key for every user.
    pub async fn fill(&self, count: i64) {
        const KEY: &str = "
            INSERT INTO user_api_keys
            VALUES ($1, $2, 'openrouter', $3, $4, $5, TRUE, '2025-01-02', NULL)";
        for sql in ROWS {
            sqlx::query(sql).bind(count).execute(&self.pool).await.expect("rows");
        }
        let master = LegacyMasterKey::from_text(Self::MASTER_KEY).expect("a master key");
        for number in 1..=count {
            let [iv, content, tag] = master.seal(&Self::key(number)).expect("a seal");
            sqlx::query(KEY)
                .bind(format!("k-{number}"))
                .bind(format!("u-{number}"))
                .bind(iv)
                .bind(content)
                .bind(tag)
                .execute(&self.pool)
                .await
                .expect("a key");
        }
    }

    /// Adds calls of the first user's, every hundredth by a provider that nobody knows.
    pub async fn add_usage(&self, count: i64) {
        const SQL: &str = "
            INSERT INTO usage_logs
            SELECT 'm-' || n, 'u-1', 'p-1', CASE WHEN n % 100 = 0 THEN 'nobody' ELSE 'openrouter' END,
                   'author/model', 10, n, 10 + n, 'text', TIMESTAMP '2025-04-01' + n * INTERVAL '1 minute'
              FROM generate_series(1, $1) n";
        sqlx::query(SQL).bind(count).execute(&self.pool).await.expect("rows");
    }

    /// The key of the user of this number.
    #[must_use]
    pub fn key(number: i64) -> SecretString {
        SecretString::from(format!("sk-older-{number:016}"))
    }

    /// Gives the second personality the name of the first, and the third one an alias of the first.
    pub async fn give_names_twice(&self) {
        self.change("UPDATE personalities SET display_name = 'Player 1' WHERE id = 'p-2'").await;
        self.change("UPDATE personality_aliases SET alias = 'alias 1' WHERE id = 'a-5'").await;
    }

    /// Spoils a key, so that it does not open.
    pub async fn spoil_key(&self, number: i64) {
        let sql =
            format!("UPDATE user_api_keys SET tag = '{}' WHERE id = 'k-{number}'", "00".repeat(16));
        self.change(&sql).await;
    }

    /// Takes the tables away that older versions did not have.
    pub async fn make_older(&self) {
        for table in
            ["personality_aliases", "usage_logs", "user_api_keys", "personas", "personality_owners"]
        {
            self.change(&format!("DROP TABLE {table}")).await;
        }
        self.change("ALTER TABLE personalities DROP COLUMN error_message, DROP COLUMN birthday, DROP COLUMN owner_id, DROP COLUMN is_public").await;
        self.change("ALTER TABLE users DROP COLUMN timezone, DROP COLUMN \"isSuperuser\"").await;
    }

    /// Lets the row of one personality wait, as long as what this gives is held.
    pub async fn stop_reading_at(&self, number: i64) -> Stopped {
        for sql in [
            format!(
                "CREATE FUNCTION waits() RETURNS boolean LANGUAGE sql STABLE AS
                     'SELECT NULLIF(pg_advisory_xact_lock_shared({STOP}) IS NULL, FALSE)'"
            ),
            "ALTER TABLE personalities RENAME TO all_personalities".to_owned(),
            format!(
                "CREATE VIEW personalities AS
                     SELECT p.*, CASE WHEN p.id = 'p-{number}' THEN waits() END AS waited
                       FROM all_personalities p"
            ),
        ] {
            self.change(&sql).await;
        }
        let mut held = self.pool.begin().await.expect("a transaction");
        sqlx::query("SELECT pg_advisory_xact_lock($1)")
            .bind(STOP)
            .execute(&mut *held)
            .await
            .expect("a lock");
        Stopped(held)
    }

    /// Whether somebody waits there.
    pub async fn somebody_waits(&self) -> bool {
        const SQL: &str = "
            SELECT EXISTS (SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                            WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted)";
        sqlx::query_scalar(SQL).fetch_one(&self.pool).await.expect("an answer")
    }

    async fn change(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        sqlx::query(sql).execute(&self.pool).await.expect("a change");
    }
}

impl Stopped {
    /// Lets the row be read.
    pub async fn release(self) {
        self.0.rollback().await.expect("the lock is let go");
    }
}
