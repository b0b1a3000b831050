-- Changing the master key: who holds which, and what is sealed anew.

-- A process that has the master key lives as long as its beat grows: nobody compares clocks. key_ids: those that it
-- opens with, with spaces between; the first is the one that it seals with.
CREATE TABLE key_holders (
    id          BLOB     NOT NULL PRIMARY KEY,
    role        TEXT     NOT NULL,
    pid         INTEGER  NOT NULL,
    key_ids     TEXT     NOT NULL,
    beat        INTEGER  NOT NULL DEFAULT 0,
    started_at  TEXT     NOT NULL
) STRICT;

-- Few of the rows hold a token that is not erased yet.
CREATE INDEX deliveries_sealed ON deliveries (id) WHERE token_content IS NOT NULL;
CREATE INDEX key_checks_sealed ON key_checks (id) WHERE content IS NOT NULL;
CREATE INDEX key_checks_answer_sealed ON key_checks (id) WHERE answer_content IS NOT NULL;
