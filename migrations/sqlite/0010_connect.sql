-- A `/wallet connect` under way: the verifier waits for its code, for ten minutes. Both sealed; the row goes when they
-- are used. The id becomes that of the check which exchanges them.
CREATE TABLE key_connections (
    id                BLOB  NOT NULL PRIMARY KEY,
    user_id           BLOB  NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    verifier_iv       TEXT  NOT NULL,
    verifier_content  TEXT  NOT NULL,
    verifier_tag      TEXT  NOT NULL,
    verifier_key_id   TEXT  NOT NULL,
    code_iv           TEXT,
    code_content      TEXT,
    code_tag          TEXT,
    code_key_id       TEXT,
    created_at        TEXT  NOT NULL,
    expires_at        TEXT  NOT NULL
) STRICT;
CREATE INDEX key_connections_user ON key_connections (user_id);
CREATE INDEX key_connections_expiry ON key_connections (expires_at);
