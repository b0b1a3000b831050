-- Personalities that people manage: bounds on their settings, pictures of our own, a death that leaves usage behind.

-- avatar_kind and avatar_hash are there when `avatar` is. deleted_at: nobody sees it any more; the row stays
-- until what runs on it has ended, and loses its names, its prompt and its settings at once.
ALTER TABLE personalities ADD COLUMN avatar_kind TEXT;
ALTER TABLE personalities ADD COLUMN avatar_hash TEXT;
ALTER TABLE personalities ADD COLUMN deleted_at TEXT;
-- How the name is shown, and its place among the aliases.
ALTER TABLE personality_names ADD COLUMN shown TEXT;
ALTER TABLE personality_names ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
CREATE INDEX personalities_owner ON personalities (owner_id);

-- The same table with its bounds: SQLite adds no constraint to one that is there. No command could set any
-- of these before, so nothing needs to be changed on the way.
CREATE TABLE llm_configs_with_bounds (
    personality_id            BLOB     NOT NULL PRIMARY KEY REFERENCES personalities (id) ON DELETE CASCADE,
    provider                  TEXT     NOT NULL DEFAULT 'openrouter',
    model                     TEXT,
    vision_model              TEXT,
    temperature               REAL     CHECK (temperature BETWEEN 0 AND 2),
    top_p                     REAL     CHECK (top_p BETWEEN 0 AND 1),
    max_tokens                INTEGER  CHECK (max_tokens >= 1),
    memory_score_threshold    REAL     CHECK (memory_score_threshold BETWEEN 0 AND 1),
    memory_limit              INTEGER  CHECK (memory_limit BETWEEN 0 AND 1000),
    max_conversation_history  INTEGER  CHECK (max_conversation_history BETWEEN 0 AND 200),
    max_referenced_messages   INTEGER  CHECK (max_referenced_messages BETWEEN 1 AND 50),
    max_mentions_per_message  INTEGER  CHECK (max_mentions_per_message BETWEEN 1 AND 50),
    max_channels_per_message  INTEGER  CHECK (max_channels_per_message BETWEEN 1 AND 20),
    max_roles_per_message     INTEGER  CHECK (max_roles_per_message BETWEEN 1 AND 20),
    ltm_search_history_turns  INTEGER  CHECK (ltm_search_history_turns BETWEEN 0 AND 10),
    advanced_parameters       TEXT     NOT NULL DEFAULT '{}'
) STRICT;
INSERT INTO llm_configs_with_bounds
SELECT personality_id, provider, model, vision_model, temperature, top_p, max_tokens, memory_score_threshold,
       memory_limit, max_conversation_history, max_referenced_messages, max_mentions_per_message,
       max_channels_per_message, max_roles_per_message, ltm_search_history_turns, advanced_parameters
  FROM llm_configs;
DROP TABLE llm_configs;
ALTER TABLE llm_configs_with_bounds RENAME TO llm_configs;

-- What somebody typed into a form that could not be taken, so that they need not type it again.
CREATE TABLE personality_drafts (
    id              BLOB  NOT NULL PRIMARY KEY,
    user_id         BLOB  NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    personality_id  BLOB  REFERENCES personalities (id) ON DELETE CASCADE,
    form            TEXT  NOT NULL,
    fields          TEXT  NOT NULL,
    created_at      TEXT  NOT NULL,
    expires_at      TEXT  NOT NULL
) STRICT;
CREATE INDEX personality_drafts_user ON personality_drafts (user_id);
