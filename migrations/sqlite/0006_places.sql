-- What moderators decide about their server, who hears a whole channel, and what people take back.

-- Channels and personalities are listed below: as the only ones, or as the ones left out. No row: all is open.
CREATE TABLE server_policies (
    guild_id            INTEGER  NOT NULL PRIMARY KEY,
    is_off              INTEGER  NOT NULL DEFAULT FALSE,
    only_channels       INTEGER  NOT NULL DEFAULT FALSE,
    only_personalities  INTEGER  NOT NULL DEFAULT FALSE,
    updated_at          TEXT     NOT NULL
) STRICT;

CREATE TABLE server_channels (
    guild_id    INTEGER  NOT NULL REFERENCES server_policies (guild_id) ON DELETE CASCADE,
    channel_id  INTEGER  NOT NULL,
    PRIMARY KEY (guild_id, channel_id)
) STRICT;

CREATE TABLE server_personalities (
    guild_id        INTEGER  NOT NULL REFERENCES server_policies (guild_id) ON DELETE CASCADE,
    personality_id  BLOB     NOT NULL REFERENCES personalities (id) ON DELETE CASCADE,
    PRIMARY KEY (guild_id, personality_id)
) STRICT;

-- A channel or thread that has decided for itself who hears it, if only that nobody does. A thread without a row
-- does as its channel does.
CREATE TABLE active_channels (
    channel_id  INTEGER  NOT NULL PRIMARY KEY,
    guild_id    INTEGER  NOT NULL,
    updated_at  TEXT     NOT NULL
) STRICT;
CREATE INDEX active_channels_guild ON active_channels (guild_id);

CREATE TABLE activations (
    channel_id      INTEGER  NOT NULL REFERENCES active_channels (channel_id) ON DELETE CASCADE,
    personality_id  BLOB     NOT NULL REFERENCES personalities (id) ON DELETE CASCADE,
    position        INTEGER  NOT NULL,
    PRIMARY KEY (channel_id, personality_id)
) STRICT;

-- Counts the changes of a request's words before the call: a prompt that was made of older ones is not sent.
ALTER TABLE requests ADD COLUMN words_rev INTEGER NOT NULL DEFAULT 0;
-- The first of the requests that ask for another answer to the same words.
ALTER TABLE requests ADD COLUMN again_of BLOB;
CREATE INDEX regenerated ON requests (again_of) WHERE again_of IS NOT NULL;
-- Somebody who may wants the reply gone: its messages are deleted, and nothing of it is said any more.
ALTER TABLE deliveries ADD COLUMN unsaid INTEGER NOT NULL DEFAULT FALSE;
-- Turns that were cleared together, until they are erased or brought back.
ALTER TABLE turns ADD COLUMN clearing BLOB;
ALTER TABLE turns ADD COLUMN cleared_at TEXT;
CREATE INDEX cleared_turns ON turns (cleared_at) WHERE cleared_at IS NOT NULL;
