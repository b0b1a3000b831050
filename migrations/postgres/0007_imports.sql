-- What `troupe import` did: so that doing it again changes nothing, and it can be undone.

-- A run that changed something.
CREATE TABLE import_runs (
    id           uuid         PRIMARY KEY,
    source       varchar(16)  NOT NULL,
    started_at   timestamptz  NOT NULL,
    finished_at  timestamptz,
    undone_at    timestamptz
);

-- What each row was before a run changed it; NULL: it was not there. `after` is what the run made of it: what
-- somebody has changed since is left alone.
CREATE TABLE import_backups (
    run_id    uuid         NOT NULL REFERENCES import_runs (id) ON DELETE CASCADE,
    position  bigint       NOT NULL,
    kind      varchar(16)  NOT NULL,
    row_id    uuid         NOT NULL,
    before    jsonb,
    after     text,
    PRIMARY KEY (run_id, position)
);

-- Which row came from which of the older system. `digest` is of what it said there, `written` of what was made of
-- it here.
CREATE TABLE import_origins (
    source     varchar(16)  NOT NULL,
    kind       varchar(16)  NOT NULL,
    origin_id  text         NOT NULL,
    row_id     uuid         NOT NULL,
    digest     varchar(64)  NOT NULL,
    written    varchar(64)  NOT NULL,
    PRIMARY KEY (source, kind, origin_id)
);
CREATE INDEX import_origins_row ON import_origins (row_id);
