-- What the spine needs. Every table here has a twin of the same name and columns in ../sqlite.

CREATE TABLE users (
    id            uuid         PRIMARY KEY,
    discord_id    bigint       NOT NULL UNIQUE,
    username      varchar(64)  NOT NULL,
    timezone      text         NOT NULL DEFAULT 'UTC',
    is_superuser  boolean      NOT NULL DEFAULT FALSE,
    created_at    timestamptz  NOT NULL,
    updated_at    timestamptz  NOT NULL
);

-- The lock under which everything about one user is decided, taken before any row of `requests`,
-- and the source of that user's order.
CREATE TABLE user_queues (
    user_id   uuid    PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    next_seq  bigint  NOT NULL DEFAULT 0
);

-- iv, content and tag are hex. Removing a key erases them and keeps the trace.
CREATE TABLE user_api_keys (
    id                 uuid         PRIMARY KEY,
    user_id            uuid         NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider           varchar(20)  NOT NULL DEFAULT 'openrouter',
    iv                 varchar(32),
    content            text,
    tag                varchar(32),
    key_id             varchar(8),
    fingerprint        varchar(32),
    last4              varchar(4)   NOT NULL,
    model_name         varchar(100),
    is_default         boolean      NOT NULL DEFAULT FALSE,
    is_active          boolean      NOT NULL DEFAULT TRUE,
    inactive_reason    varchar(20),
    last_validated_at  timestamptz,
    last_used_at       timestamptz,
    created_at         timestamptz  NOT NULL,
    updated_at         timestamptz  NOT NULL,
    removed_at         timestamptz
);
CREATE INDEX user_api_keys_user ON user_api_keys (user_id);
CREATE INDEX user_api_keys_provider ON user_api_keys (provider);
CREATE INDEX user_api_keys_key_id ON user_api_keys (key_id);
CREATE UNIQUE INDEX one_live_key ON user_api_keys (user_id, provider) WHERE removed_at IS NULL;

-- A key that was typed, or a stored one to be tested, on its way to the worker and back.
-- answer_* is the sealed token of the interaction that waits for the verdict.
CREATE TABLE key_checks (
    id                 uuid         PRIMARY KEY,
    user_id            uuid         NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    guild_id           bigint,
    provider           varchar(20)  NOT NULL,
    purpose            varchar(12)  NOT NULL,
    state              varchar(8)   NOT NULL,
    owner              uuid,
    iv                 varchar(32),
    content            text,
    tag                varchar(32),
    key_id             varchar(8),
    fingerprint        varchar(32),
    last4              varchar(4),
    verdict            jsonb,
    answer_iv          varchar(32),
    answer_content     text,
    answer_tag         varchar(32),
    answer_key_id      varchar(8),
    answer_expires_at  timestamptz  NOT NULL,
    answered_at        timestamptz,
    created_at         timestamptz  NOT NULL,
    expires_at         timestamptz  NOT NULL
);
CREATE INDEX key_checks_pending ON key_checks (user_id) WHERE state <> 'done';
CREATE INDEX key_checks_unanswered ON key_checks (created_at) WHERE answered_at IS NULL;

CREATE TABLE personalities (
    id             uuid         PRIMARY KEY,
    display_name   varchar(80)  NOT NULL,
    avatar_url     text,
    avatar         bytea,
    system_prompt  text         NOT NULL,
    error_message  text,
    birth_month    bigint,
    birth_day      bigint,
    birth_year     bigint,
    owner_id       uuid         REFERENCES users (id) ON DELETE SET NULL,
    is_public      boolean      NOT NULL DEFAULT TRUE,
    custom_fields  jsonb        NOT NULL DEFAULT '{}',
    created_at     timestamptz  NOT NULL,
    updated_at     timestamptz  NOT NULL
);

-- Unique among the public ones and per owner: a name that is private elsewhere is free, so nothing leaks.
CREATE TABLE personality_names (
    personality_id  uuid          NOT NULL REFERENCES personalities (id) ON DELETE CASCADE,
    folded          varchar(160)  NOT NULL,
    kind            varchar(5)    NOT NULL,
    owner_id        uuid          REFERENCES users (id) ON DELETE SET NULL,
    is_public       boolean       NOT NULL,
    PRIMARY KEY (personality_id, folded)
);
CREATE UNIQUE INDEX public_name ON personality_names (folded) WHERE is_public;
CREATE UNIQUE INDEX private_name ON personality_names (owner_id, folded) WHERE NOT is_public;

-- One per personality. NULL is "the system's default", never zero.
CREATE TABLE llm_configs (
    personality_id            uuid              PRIMARY KEY REFERENCES personalities (id) ON DELETE CASCADE,
    provider                  varchar(20)       NOT NULL DEFAULT 'openrouter',
    model                     varchar(100),
    vision_model              varchar(100),
    temperature               double precision,
    top_p                     double precision,
    max_tokens                bigint,
    memory_score_threshold    double precision,
    memory_limit              bigint,
    max_conversation_history  bigint,
    max_referenced_messages   bigint,
    max_mentions_per_message  bigint,
    max_channels_per_message  bigint,
    max_roles_per_message     bigint,
    ltm_search_history_turns  bigint,
    advanced_parameters       jsonb             NOT NULL DEFAULT '{}'
);

-- States and transitions: docs/ARCHITECTURE.md. A lane is (user, channel, personality).
CREATE TABLE requests (
    id                  uuid          PRIMARY KEY,
    user_id             uuid          NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    seq                 bigint        NOT NULL,
    state               varchar(12)   NOT NULL,
    guild_id            bigint,
    channel_id          bigint        NOT NULL,
    personality_id      uuid          NOT NULL REFERENCES personalities (id) ON DELETE CASCADE,
    key_source          varchar(8)    NOT NULL,
    api_key_id          uuid          REFERENCES user_api_keys (id) ON DELETE SET NULL,
    provider            varchar(20)   NOT NULL,
    model               varchar(100)  NOT NULL,
    context             jsonb         NOT NULL,
    attempt             bigint        NOT NULL DEFAULT 0,
    dispatches          bigint        NOT NULL DEFAULT 0,
    claim_token         uuid,
    owner               uuid,
    stop_requested      boolean       NOT NULL DEFAULT FALSE,
    not_before          timestamptz   NOT NULL,
    deadline_at         timestamptz   NOT NULL,
    dispatched_at       timestamptz,
    generation_id       varchar(100),
    answer              text,
    finish_reason       varchar(16),
    failure             varchar(24),
    retry_of            uuid          UNIQUE,
    reconcile_at        timestamptz,
    reconcile_attempts  bigint        NOT NULL DEFAULT 0,
    created_at          timestamptz   NOT NULL,
    updated_at          timestamptz   NOT NULL,
    finished_at         timestamptz,
    UNIQUE (user_id, seq)
) WITH (fillfactor = 60);
CREATE UNIQUE INDEX one_active ON requests (user_id, channel_id, personality_id) WHERE state IN ('claimed', 'calling');
CREATE INDEX lanes ON requests (user_id, channel_id, personality_id, seq);
CREATE INDEX live ON requests (user_id, seq) WHERE state IN ('gathering', 'queued', 'claimed', 'calling');
CREATE INDEX waiting ON requests (not_before) WHERE state = 'queued';
CREATE INDEX held ON requests (owner) WHERE state IN ('claimed', 'calling');
CREATE INDEX to_reconcile ON requests (reconcile_at) WHERE reconcile_at IS NOT NULL;

-- The messages of a request, in their order. One message is accepted once per personality.
CREATE TABLE request_sources (
    source_id       bigint       NOT NULL,
    personality_id  uuid         NOT NULL,
    request_id      uuid         NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    content         text         NOT NULL,
    created_at      timestamptz  NOT NULL
);
CREATE UNIQUE INDEX accepted_once ON request_sources (source_id, personality_id);
CREATE INDEX request_sources_request ON request_sources (request_id);

-- The text so far of a call that streams.
CREATE TABLE partials (
    request_id  uuid    PRIMARY KEY REFERENCES requests (id) ON DELETE CASCADE,
    token       uuid    NOT NULL,
    rev         bigint  NOT NULL,
    text        text    NOT NULL
) WITH (fillfactor = 50);

-- The visible side of a request. channel_id is the channel whose webhook speaks, thread_id the thread
-- in it. `owner` is the bot process that shows it, and guards all that process writes. token_* is the sealed token of the command that waits, erased at the outcome. `posting_part`
-- is set before a message is posted and cleared when its id is stored: what lies between is looked for.
CREATE TABLE deliveries (
    id                uuid         PRIMARY KEY,
    request_id        uuid         NOT NULL UNIQUE REFERENCES requests (id) ON DELETE CASCADE,
    user_id           uuid         NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind              varchar(12)  NOT NULL,
    guild_id          bigint,
    channel_id        bigint       NOT NULL,
    thread_id         bigint,
    want_rev          bigint       NOT NULL DEFAULT 0,
    shown_rev         bigint       NOT NULL DEFAULT 0,
    final             boolean      NOT NULL DEFAULT FALSE,
    posting_part      bigint,
    owner             uuid,
    attempts          bigint       NOT NULL DEFAULT 0,
    next_at           timestamptz  NOT NULL,
    outcome           varchar(16),
    token_iv          varchar(32),
    token_content     text,
    token_tag         varchar(32),
    token_key_id      varchar(8),
    token_expires_at  timestamptz,
    created_at        timestamptz  NOT NULL,
    updated_at        timestamptz  NOT NULL
) WITH (fillfactor = 60);
CREATE INDEX open_deliveries ON deliveries (user_id) WHERE outcome IS NULL;

-- The Discord messages of a delivery; also answers "which personality said this?".
CREATE TABLE delivery_parts (
    delivery_id  uuid    NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    part         bigint  NOT NULL,
    message_id   bigint  NOT NULL UNIQUE,
    webhook_id   bigint,
    PRIMARY KEY (delivery_id, part)
);

-- A user-and-assistant pair, ordered by the source message's snowflake.
CREATE TABLE turns (
    id              uuid         PRIMARY KEY,
    request_id      uuid         NOT NULL UNIQUE,
    user_id         uuid         NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    channel_id      bigint       NOT NULL,
    personality_id  uuid         NOT NULL REFERENCES personalities (id) ON DELETE CASCADE,
    source_id       bigint       NOT NULL,
    user_text       text         NOT NULL,
    assistant_text  text         NOT NULL,
    created_at      timestamptz  NOT NULL
);
CREATE INDEX turns_lane ON turns (user_id, channel_id, personality_id, source_id);

-- Outlives its user without naming them. NULL counts are "not said", never zero.
CREATE TABLE usage_logs (
    id                      uuid          PRIMARY KEY,
    request_id              uuid          NOT NULL,
    user_id                 uuid          REFERENCES users (id) ON DELETE SET NULL,
    api_key_id              uuid          REFERENCES user_api_keys (id) ON DELETE SET NULL,
    personality_id          uuid          REFERENCES personalities (id) ON DELETE SET NULL,
    guild_id                bigint,
    provider                varchar(20)   NOT NULL,
    model                   varchar(100)  NOT NULL,
    tokens_in               bigint,
    tokens_out              bigint,
    tokens_total            bigint,
    tokens_cached           bigint,
    tokens_reasoning        bigint,
    cost_nano_usd           bigint,
    cost_source             varchar(10)   NOT NULL,
    usage_source            varchar(10)   NOT NULL,
    key_source              varchar(8)    NOT NULL,
    request_type            varchar(8)    NOT NULL DEFAULT 'text',
    outcome                 varchar(12)   NOT NULL,
    latency_ms              bigint,
    time_to_first_token_ms  bigint,
    generation_id           varchar(100),
    timestamp               timestamptz   NOT NULL
);
CREATE UNIQUE INDEX usage_once ON usage_logs (request_id);
CREATE INDEX usage_logs_user ON usage_logs (user_id, timestamp);
CREATE INDEX usage_logs_personality ON usage_logs (personality_id, timestamp);
CREATE INDEX usage_logs_guild ON usage_logs (guild_id, timestamp);
CREATE INDEX usage_logs_provider ON usage_logs (provider, timestamp);
CREATE INDEX usage_logs_timestamp ON usage_logs (timestamp);
CREATE INDEX usage_logs_type ON usage_logs (request_type);

-- Something to tell a person in private: once per person, kind and hour.
CREATE TABLE notices (
    id          uuid         PRIMARY KEY,
    user_id     uuid         NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind        varchar(32)  NOT NULL,
    hour        timestamptz  NOT NULL,
    request_id  uuid,
    channel_id  bigint,
    attempts    bigint       NOT NULL DEFAULT 0,
    next_at     timestamptz  NOT NULL,
    sent_at     timestamptz,
    created_at  timestamptz  NOT NULL,
    UNIQUE (user_id, kind, hour)
);
CREATE INDEX unsent_notices ON notices (next_at) WHERE sent_at IS NULL;

-- A worker lives as long as its beat grows: nobody compares clocks.
CREATE TABLE workers (
    id          uuid         PRIMARY KEY,
    beat        bigint       NOT NULL DEFAULT 0,
    draining    boolean      NOT NULL DEFAULT FALSE,
    started_at  timestamptz  NOT NULL
) WITH (fillfactor = 50);

-- Which bot process answers for which shard of how many; held as long as the beat grows.
CREATE TABLE shard_leases (
    shards  bigint  NOT NULL,
    shard   bigint  NOT NULL,
    owner   uuid    NOT NULL,
    beat    bigint  NOT NULL DEFAULT 0,
    PRIMARY KEY (shards, shard)
) WITH (fillfactor = 50);

-- One sealed constant per master key: the wrong key is noticed before it can call a user's key bad.
CREATE TABLE vault_canary (
    key_id      varchar(8)   PRIMARY KEY,
    iv          varchar(32)  NOT NULL,
    content     text         NOT NULL,
    tag         varchar(32)  NOT NULL,
    created_at  timestamptz  NOT NULL
);
