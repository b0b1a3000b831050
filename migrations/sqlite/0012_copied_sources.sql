-- Words that are asked once more keep the messages that they stand in: a message is accepted once, and may be copied.
ALTER TABLE request_sources ADD COLUMN copied INTEGER NOT NULL DEFAULT FALSE;
DROP INDEX accepted_once;
CREATE UNIQUE INDEX accepted_once ON request_sources (source_id, personality_id) WHERE NOT copied;
CREATE INDEX request_sources_source ON request_sources (source_id);
