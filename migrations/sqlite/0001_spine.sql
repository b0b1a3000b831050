-- What the spine needs. Every table here has a twin of the same name and columns in ../postgres.
-- STRICT: SQLite enforces the declared storage classes instead of guessing an affinity.

CREATE TABLE users (
    id            BLOB     NOT NULL PRIMARY KEY,
    discord_id    INTEGER  NOT NULL UNIQUE,
    username      TEXT     NOT NULL,
    timezone      TEXT     NOT NULL DEFAULT 'UTC',
    is_superuser  INTEGER  NOT NULL DEFAULT FALSE,
    created_at    TEXT     NOT NULL,
    updated_at    TEXT     NOT NULL
) STRICT;

-- The lock under which everything about one user is decided, taken before any row of `requests`,
-- and the source of that user's order.
CREATE TABLE user_queues (
    user_id   BLOB     NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    next_seq  INTEGER  NOT NULL DEFAULT 0
) STRICT;

-- iv, content and tag are hex. Removing a key erases them and keeps the trace.
CREATE TABLE user_api_keys (
    id                 BLOB     NOT NULL PRIMARY KEY,
    user_id            BLOB     NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider           TEXT     NOT NULL DEFAULT 'openrouter',
    iv                 TEXT,
    content            TEXT,
    tag                TEXT,
    key_id             TEXT,
    fingerprint        TEXT,
    last4              TEXT     NOT NULL,
    model_name         TEXT,
    is_default         INTEGER  NOT NULL DEFAULT FALSE,
    is_active          INTEGER  NOT NULL DEFAULT TRUE,
    inactive_reason    TEXT,
    last_validated_at  TEXT,
    last_used_at       TEXT,
    created_at         TEXT     NOT NULL,
    updated_at         TEXT     NOT NULL,
    removed_at         TEXT
) STRICT;
CREATE INDEX user_api_keys_user ON user_api_keys (user_id);
CREATE INDEX user_api_keys_provider ON user_api_keys (provider);
CREATE INDEX user_api_keys_key_id ON user_api_keys (key_id);
CREATE UNIQUE INDEX one_live_key ON user_api_keys (user_id, provider) WHERE removed_at IS NULL;

-- A key that was typed, or a stored one to be tested, on its way to the worker and back.
-- answer_* is the sealed token of the interaction that waits for the verdict.
CREATE TABLE key_checks (
    id                 BLOB     NOT NULL PRIMARY KEY,
    user_id            BLOB     NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    guild_id           INTEGER,
    provider           TEXT     NOT NULL,
    purpose            TEXT     NOT NULL,
    state              TEXT     NOT NULL,
    owner              BLOB,
    iv                 TEXT,
    content            TEXT,
    tag                TEXT,
    key_id             TEXT,
    fingerprint        TEXT,
    last4              TEXT,
    verdict            TEXT,
    answer_iv          TEXT,
    answer_content     TEXT,
    answer_tag         TEXT,
    answer_key_id      TEXT,
    answer_expires_at  TEXT     NOT NULL,
    answered_at        TEXT,
    created_at         TEXT     NOT NULL,
    expires_at         TEXT     NOT NULL
) STRICT;
CREATE INDEX key_checks_pending ON key_checks (user_id) WHERE state <> 'done';
CREATE INDEX key_checks_unanswered ON key_checks (created_at) WHERE answered_at IS NULL;

CREATE TABLE personalities (
    id             BLOB     NOT NULL PRIMARY KEY,
    display_name   TEXT     NOT NULL,
    avatar_url     TEXT,
    avatar         BLOB,
    system_prompt  TEXT     NOT NULL,
    error_message  TEXT,
    birth_month    INTEGER,
    birth_day      INTEGER,
    birth_year     INTEGER,
    owner_id       BLOB     REFERENCES users (id) ON DELETE SET NULL,
    is_public      INTEGER  NOT NULL DEFAULT TRUE,
    custom_fields  TEXT     NOT NULL DEFAULT '{}',
    created_at     TEXT     NOT NULL,
    updated_at     TEXT     NOT NULL
) STRICT;

-- Unique among the public ones and per owner: a name that is private elsewhere is free, so nothing leaks.
CREATE TABLE personality_names (
    personality_id  BLOB     NOT NULL REFERENCES personalities (id) ON DELETE CASCADE,
    folded          TEXT     NOT NULL,
    kind            TEXT     NOT NULL,
    owner_id        BLOB     REFERENCES users (id) ON DELETE SET NULL,
    is_public       INTEGER  NOT NULL,
    PRIMARY KEY (personality_id, folded)
) STRICT;
CREATE UNIQUE INDEX public_name ON personality_names (folded) WHERE is_public;
CREATE UNIQUE INDEX private_name ON personality_names (owner_id, folded) WHERE NOT is_public;

-- One per personality. NULL is "the system's default", never zero.
CREATE TABLE llm_configs (
    personality_id            BLOB     NOT NULL PRIMARY KEY REFERENCES personalities (id) ON DELETE CASCADE,
    provider                  TEXT     NOT NULL DEFAULT 'openrouter',
    model                     TEXT,
    vision_model              TEXT,
    temperature               REAL,
    top_p                     REAL,
    max_tokens                INTEGER,
    memory_score_threshold    REAL,
    memory_limit              INTEGER,
    max_conversation_history  INTEGER,
    max_referenced_messages   INTEGER,
    max_mentions_per_message  INTEGER,
    max_channels_per_message  INTEGER,
    max_roles_per_message     INTEGER,
    ltm_search_history_turns  INTEGER,
    advanced_parameters       TEXT     NOT NULL DEFAULT '{}'
) STRICT;

-- States and transitions: docs/ARCHITECTURE.md. A lane is (user, channel, personality).
CREATE TABLE requests (
    id                  BLOB     NOT NULL PRIMARY KEY,
    user_id             BLOB     NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    seq                 INTEGER  NOT NULL,
    state               TEXT     NOT NULL,
    guild_id            INTEGER,
    channel_id          INTEGER  NOT NULL,
    personality_id      BLOB     NOT NULL REFERENCES personalities (id) ON DELETE CASCADE,
    key_source          TEXT     NOT NULL,
    api_key_id          BLOB     REFERENCES user_api_keys (id) ON DELETE SET NULL,
    provider            TEXT     NOT NULL,
    model               TEXT     NOT NULL,
    context             TEXT     NOT NULL,
    attempt             INTEGER  NOT NULL DEFAULT 0,
    dispatches          INTEGER  NOT NULL DEFAULT 0,
    claim_token         BLOB,
    owner               BLOB,
    stop_requested      INTEGER  NOT NULL DEFAULT FALSE,
    not_before          TEXT     NOT NULL,
    deadline_at         TEXT     NOT NULL,
    dispatched_at       TEXT,
    generation_id       TEXT,
    answer              TEXT,
    finish_reason       TEXT,
    failure             TEXT,
    retry_of            BLOB     UNIQUE,
    reconcile_at        TEXT,
    reconcile_attempts  INTEGER  NOT NULL DEFAULT 0,
    created_at          TEXT     NOT NULL,
    updated_at          TEXT     NOT NULL,
    finished_at         TEXT,
    UNIQUE (user_id, seq)
) STRICT;
CREATE UNIQUE INDEX one_active ON requests (user_id, channel_id, personality_id) WHERE state IN ('claimed', 'calling');
CREATE INDEX lanes ON requests (user_id, channel_id, personality_id, seq);
CREATE INDEX live ON requests (user_id, seq) WHERE state IN ('gathering', 'queued', 'claimed', 'calling');
CREATE INDEX waiting ON requests (not_before) WHERE state = 'queued';
CREATE INDEX held ON requests (owner) WHERE state IN ('claimed', 'calling');
CREATE INDEX to_reconcile ON requests (reconcile_at) WHERE reconcile_at IS NOT NULL;

-- The messages of a request, in their order. One message is accepted once per personality.
CREATE TABLE request_sources (
    source_id       INTEGER  NOT NULL,
    personality_id  BLOB     NOT NULL,
    request_id      BLOB     NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    content         TEXT     NOT NULL,
    created_at      TEXT     NOT NULL
) STRICT;
CREATE UNIQUE INDEX accepted_once ON request_sources (source_id, personality_id);
CREATE INDEX request_sources_request ON request_sources (request_id);

-- The text so far of a call that streams.
CREATE TABLE partials (
    request_id  BLOB     NOT NULL PRIMARY KEY REFERENCES requests (id) ON DELETE CASCADE,
    token       BLOB     NOT NULL,
    rev         INTEGER  NOT NULL,
    text        TEXT     NOT NULL
) STRICT;

-- The visible side of a request. channel_id is the channel whose webhook speaks, thread_id the thread
-- in it. `owner` is the bot process that shows it, and guards all that process writes. token_* is the sealed token of the command that waits, erased at the outcome. `posting_part`
-- is set before a message is posted and cleared when its id is stored: what lies between is looked for.
CREATE TABLE deliveries (
    id                BLOB     NOT NULL PRIMARY KEY,
    request_id        BLOB     NOT NULL UNIQUE REFERENCES requests (id) ON DELETE CASCADE,
    user_id           BLOB     NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind              TEXT     NOT NULL,
    guild_id          INTEGER,
    channel_id        INTEGER  NOT NULL,
    thread_id         INTEGER,
    want_rev          INTEGER  NOT NULL DEFAULT 0,
    shown_rev         INTEGER  NOT NULL DEFAULT 0,
    final             INTEGER  NOT NULL DEFAULT FALSE,
    posting_part      INTEGER,
    owner             BLOB,
    attempts          INTEGER  NOT NULL DEFAULT 0,
    next_at           TEXT     NOT NULL,
    outcome           TEXT,
    token_iv          TEXT,
    token_content     TEXT,
    token_tag         TEXT,
    token_key_id      TEXT,
    token_expires_at  TEXT,
    created_at        TEXT     NOT NULL,
    updated_at        TEXT     NOT NULL
) STRICT;
CREATE INDEX open_deliveries ON deliveries (user_id) WHERE outcome IS NULL;

-- The Discord messages of a delivery; also answers "which personality said this?".
CREATE TABLE delivery_parts (
    delivery_id  BLOB     NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    part         INTEGER  NOT NULL,
    message_id   INTEGER  NOT NULL UNIQUE,
    webhook_id   INTEGER,
    PRIMARY KEY (delivery_id, part)
) STRICT;

-- A user-and-assistant pair, ordered by the source message's snowflake.
CREATE TABLE turns (
    id              BLOB     NOT NULL PRIMARY KEY,
    request_id      BLOB     NOT NULL UNIQUE,
    user_id         BLOB     NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    channel_id      INTEGER  NOT NULL,
    personality_id  BLOB     NOT NULL REFERENCES personalities (id) ON DELETE CASCADE,
    source_id       INTEGER  NOT NULL,
    user_text       TEXT     NOT NULL,
    assistant_text  TEXT     NOT NULL,
    created_at      TEXT     NOT NULL
) STRICT;
CREATE INDEX turns_lane ON turns (user_id, channel_id, personality_id, source_id);

-- Outlives its user without naming them. NULL counts are "not said", never zero.
CREATE TABLE usage_logs (
    id                      BLOB     NOT NULL PRIMARY KEY,
    request_id              BLOB     NOT NULL,
    user_id                 BLOB     REFERENCES users (id) ON DELETE SET NULL,
    api_key_id              BLOB     REFERENCES user_api_keys (id) ON DELETE SET NULL,
    personality_id          BLOB     REFERENCES personalities (id) ON DELETE SET NULL,
    guild_id                INTEGER,
    provider                TEXT     NOT NULL,
    model                   TEXT     NOT NULL,
    tokens_in               INTEGER,
    tokens_out              INTEGER,
    tokens_total            INTEGER,
    tokens_cached           INTEGER,
    tokens_reasoning        INTEGER,
    cost_nano_usd           INTEGER,
    cost_source             TEXT     NOT NULL,
    usage_source            TEXT     NOT NULL,
    key_source              TEXT     NOT NULL,
    request_type            TEXT     NOT NULL DEFAULT 'text',
    outcome                 TEXT     NOT NULL,
    latency_ms              INTEGER,
    time_to_first_token_ms  INTEGER,
    generation_id           TEXT,
    timestamp               TEXT     NOT NULL
) STRICT;
CREATE UNIQUE INDEX usage_once ON usage_logs (request_id);
CREATE INDEX usage_logs_user ON usage_logs (user_id, timestamp);
CREATE INDEX usage_logs_personality ON usage_logs (personality_id, timestamp);
CREATE INDEX usage_logs_guild ON usage_logs (guild_id, timestamp);
CREATE INDEX usage_logs_provider ON usage_logs (provider, timestamp);
CREATE INDEX usage_logs_timestamp ON usage_logs (timestamp);
CREATE INDEX usage_logs_type ON usage_logs (request_type);

-- Something to tell a person in private: once per person, kind and hour.
CREATE TABLE notices (
    id          BLOB     NOT NULL PRIMARY KEY,
    user_id     BLOB     NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind        TEXT     NOT NULL,
    hour        TEXT     NOT NULL,
    request_id  BLOB,
    channel_id  INTEGER,
    attempts    INTEGER  NOT NULL DEFAULT 0,
    next_at     TEXT     NOT NULL,
    sent_at     TEXT,
    created_at  TEXT     NOT NULL,
    UNIQUE (user_id, kind, hour)
) STRICT;
CREATE INDEX unsent_notices ON notices (next_at) WHERE sent_at IS NULL;

-- A worker lives as long as its beat grows: nobody compares clocks.
CREATE TABLE workers (
    id          BLOB     NOT NULL PRIMARY KEY,
    beat        INTEGER  NOT NULL DEFAULT 0,
    draining    INTEGER  NOT NULL DEFAULT FALSE,
    started_at  TEXT     NOT NULL
) STRICT;

-- Which bot process answers for which shard of how many; held as long as the beat grows.
CREATE TABLE shard_leases (
    shards  INTEGER  NOT NULL,
    shard   INTEGER  NOT NULL,
    owner   BLOB     NOT NULL,
    beat    INTEGER  NOT NULL DEFAULT 0,
    PRIMARY KEY (shards, shard)
) STRICT;

-- One sealed constant per master key: the wrong key is noticed before it can call a user's key bad.
CREATE TABLE vault_canary (
    key_id      TEXT  NOT NULL PRIMARY KEY,
    iv          TEXT  NOT NULL,
    content     TEXT  NOT NULL,
    tag         TEXT  NOT NULL,
    created_at  TEXT  NOT NULL
) STRICT;
