-- A `/wallet connect` under way: the verifier waits for its code, for ten minutes. Both sealed; the row goes when they
-- are used. The id becomes that of the check which exchanges them.
CREATE TABLE key_connections (
    id                uuid         PRIMARY KEY,
    user_id           uuid         NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    verifier_iv       varchar(32)  NOT NULL,
    verifier_content  text         NOT NULL,
    verifier_tag      varchar(32)  NOT NULL,
    verifier_key_id   varchar(8)   NOT NULL,
    code_iv           varchar(32),
    code_content      text,
    code_tag          varchar(32),
    code_key_id       varchar(8),
    created_at        timestamptz  NOT NULL,
    expires_at        timestamptz  NOT NULL
);
CREATE INDEX key_connections_user ON key_connections (user_id);
CREATE INDEX key_connections_expiry ON key_connections (expires_at);
