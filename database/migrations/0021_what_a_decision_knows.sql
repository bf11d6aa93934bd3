-- What decisions know: why they can be trusted, in words beside the figure; what a type has besides CPU and memory;
-- how much of its CPU a host has used.

ALTER TABLE ml_decisions ADD COLUMN confidence_why VARCHAR(255) NULL AFTER confidence;

CREATE TABLE instance_types (
  instance_type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  gpus SMALLINT UNSIGNED NULL,
  ebs_mbps INT UNSIGNED NULL,
  instance_store_gib INT UNSIGNED NULL,
  updated_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

ALTER TABLE agent_heartbeats ADD COLUMN cpu_mean DOUBLE NULL AFTER figures;
