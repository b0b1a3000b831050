-- What a message may carry besides its words: a message without any is not yet one that was deleted.
ALTER TABLE request_sources ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT FALSE;
UPDATE request_sources SET withdrawn = TRUE WHERE content = '';

-- Who spoke in a turn and what they sent along, for the next prompt; NULL in turns of before.
ALTER TABLE turns ADD COLUMN context TEXT;
CREATE INDEX turns_channel ON turns (channel_id, personality_id, source_id);

-- A gathering request that its bot has forgotten may be claimed as it is.
DROP INDEX waiting;
CREATE INDEX waiting ON requests (not_before) WHERE state IN ('gathering', 'queued');
