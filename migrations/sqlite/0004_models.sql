-- What is known of the models, as a worker last read it from the provider's public list.
-- `position` is the provider's order; `facts` is everything else.
CREATE TABLE models (
    provider  TEXT     NOT NULL,
    id        TEXT     NOT NULL,
    position  INTEGER  NOT NULL,
    facts     TEXT     NOT NULL,
    PRIMARY KEY (provider, id)
) STRICT;

-- One row for each provider whose list is read: when somebody last tried, and when it was last read.
CREATE TABLE catalogues (
    provider      TEXT  NOT NULL PRIMARY KEY,
    tried_at      TEXT  NOT NULL,
    refreshed_at  TEXT
) STRICT;

-- The model that a person wants on their own key: for one personality, or (NULL) for all others.
CREATE TABLE user_models (
    user_id         BLOB  NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    personality_id  BLOB  REFERENCES personalities (id) ON DELETE CASCADE,
    provider        TEXT  NOT NULL,
    model           TEXT  NOT NULL,
    updated_at      TEXT  NOT NULL
) STRICT;
CREATE UNIQUE INDEX user_models_chosen ON user_models (user_id, personality_id) WHERE personality_id IS NOT NULL;
CREATE UNIQUE INDEX user_models_default ON user_models (user_id) WHERE personality_id IS NULL;
CREATE INDEX user_models_personality ON user_models (personality_id);
