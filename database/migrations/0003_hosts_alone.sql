-- Level 3: machines that hosts launched while no server answered; and what hosts say of their notice path.
ALTER TABLE replica_instances MODIFY COLUMN mode ENUM('manual', 'emergency', 'level3') NOT NULL;
ALTER TABLE agent_heartbeats
  ADD COLUMN imds_ok TINYINT NULL AFTER dead_notices,
  ADD COLUMN imds_silent_since DATETIME(6) NULL AFTER imds_ok,
  ADD COLUMN host_events LONGTEXT NULL AFTER imds_silent_since,
  ADD COLUMN missed_beats INT UNSIGNED NOT NULL DEFAULT 0 AFTER host_events;
