-- A guest's request to a personality of somebody whom the operator does not answer for: nothing of what that one's owner
-- set may cost the operator more than the settings do.
ALTER TABLE requests ADD COLUMN defaults_only boolean NOT NULL DEFAULT FALSE;
