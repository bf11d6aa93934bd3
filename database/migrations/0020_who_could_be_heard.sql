-- Since when a host has been heard without a gap: before that another one's silence may have been the server's own.

ALTER TABLE agent_heartbeats ADD COLUMN heard_since DATETIME(6) NULL AFTER contact_at;
