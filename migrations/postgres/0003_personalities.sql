-- Personalities that people manage: bounds on their settings, pictures of our own, a death that leaves usage behind.

-- avatar_kind and avatar_hash are there when `avatar` is. deleted_at: nobody sees it any more; the row stays
-- until what runs on it has ended, and loses its names, its prompt and its settings at once.
ALTER TABLE personalities ADD COLUMN avatar_kind varchar(5);
ALTER TABLE personalities ADD COLUMN avatar_hash varchar(64);
ALTER TABLE personalities ADD COLUMN deleted_at timestamptz;
-- How the name is shown, and its place among the aliases.
ALTER TABLE personality_names ADD COLUMN shown varchar(80);
ALTER TABLE personality_names ADD COLUMN position bigint NOT NULL DEFAULT 0;
CREATE INDEX personalities_owner ON personalities (owner_id);

-- No command could set any of these before, so nothing needs to be changed on the way.
ALTER TABLE llm_configs ADD CHECK (temperature BETWEEN 0 AND 2);
ALTER TABLE llm_configs ADD CHECK (top_p BETWEEN 0 AND 1);
ALTER TABLE llm_configs ADD CHECK (max_tokens >= 1);
ALTER TABLE llm_configs ADD CHECK (memory_score_threshold BETWEEN 0 AND 1);
ALTER TABLE llm_configs ADD CHECK (memory_limit BETWEEN 0 AND 1000);
ALTER TABLE llm_configs ADD CHECK (max_conversation_history BETWEEN 0 AND 200);
ALTER TABLE llm_configs ADD CHECK (max_referenced_messages BETWEEN 1 AND 50);
ALTER TABLE llm_configs ADD CHECK (max_mentions_per_message BETWEEN 1 AND 50);
ALTER TABLE llm_configs ADD CHECK (max_channels_per_message BETWEEN 1 AND 20);
ALTER TABLE llm_configs ADD CHECK (max_roles_per_message BETWEEN 1 AND 20);
ALTER TABLE llm_configs ADD CHECK (ltm_search_history_turns BETWEEN 0 AND 10);

-- What somebody typed into a form that could not be taken, so that they need not type it again.
CREATE TABLE personality_drafts (
    id              uuid         PRIMARY KEY,
    user_id         uuid         NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    personality_id  uuid         REFERENCES personalities (id) ON DELETE CASCADE,
    form            varchar(20)  NOT NULL,
    fields          jsonb        NOT NULL,
    created_at      timestamptz  NOT NULL,
    expires_at      timestamptz  NOT NULL
);
CREATE INDEX personality_drafts_user ON personality_drafts (user_id);
