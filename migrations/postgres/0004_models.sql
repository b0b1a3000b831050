-- What is known of the models, as a worker last read it from the provider's public list.
-- `position` is the provider's order; `facts` is everything else.
CREATE TABLE models (
    provider  varchar(20)   NOT NULL,
    id        varchar(100)  NOT NULL,
    position  bigint        NOT NULL,
    facts     jsonb         NOT NULL,
    PRIMARY KEY (provider, id)
);

-- One row for each provider whose list is read: when somebody last tried, and when it was last read.
CREATE TABLE catalogues (
    provider      varchar(20)  NOT NULL PRIMARY KEY,
    tried_at      timestamptz  NOT NULL,
    refreshed_at  timestamptz
);

-- The model that a person wants on their own key: for one personality, or (NULL) for all others.
CREATE TABLE user_models (
    user_id         uuid          NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    personality_id  uuid          REFERENCES personalities (id) ON DELETE CASCADE,
    provider        varchar(20)   NOT NULL,
    model           varchar(100)  NOT NULL,
    updated_at      timestamptz   NOT NULL
);
CREATE UNIQUE INDEX user_models_chosen ON user_models (user_id, personality_id) WHERE personality_id IS NOT NULL;
CREATE UNIQUE INDEX user_models_default ON user_models (user_id) WHERE personality_id IS NULL;
CREATE INDEX user_models_personality ON user_models (personality_id);
