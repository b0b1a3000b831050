-- What `troupe import` did: so that doing it again changes nothing, and it can be undone.

-- A run that changed something.
CREATE TABLE import_runs (
    id           BLOB  NOT NULL PRIMARY KEY,
    source       TEXT  NOT NULL,
    started_at   TEXT  NOT NULL,
    finished_at  TEXT,
    undone_at    TEXT
) STRICT;

-- What each row was before a run changed it; NULL: it was not there. `after` is what the run made of it: what
-- somebody has changed since is left alone.
CREATE TABLE import_backups (
    run_id    BLOB     NOT NULL REFERENCES import_runs (id) ON DELETE CASCADE,
    position  INTEGER  NOT NULL,
    kind      TEXT     NOT NULL,
    row_id    BLOB     NOT NULL,
    before    TEXT,
    after     TEXT,
    PRIMARY KEY (run_id, position)
) STRICT;

-- Which row came from which of the older system. `digest` is of what it said there, `written` of what was made of
-- it here.
CREATE TABLE import_origins (
    source     TEXT  NOT NULL,
    kind       TEXT  NOT NULL,
    origin_id  TEXT  NOT NULL,
    row_id     BLOB  NOT NULL,
    digest     TEXT  NOT NULL,
    written    TEXT  NOT NULL,
    PRIMARY KEY (source, kind, origin_id)
) STRICT;
CREATE INDEX import_origins_row ON import_origins (row_id);
