-- How each pool stands, kept up with every sighting; decisions name who asked, whose risk it was, and why a model did not speak.

CREATE TABLE pool_standings (
  pool_id VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  samples INT UNSIGNED NOT NULL DEFAULT 0,
  seen_at DATETIME(6) NULL,
  is_down TINYINT NOT NULL DEFAULT 0,
  came_back_at DATETIME(6) NULL,
  is_whole TINYINT NOT NULL DEFAULT 1,
  history MEDIUMTEXT NULL,
  last_id BIGINT UNSIGNED NOT NULL DEFAULT 0,
  refreshed_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

ALTER TABLE ml_decisions MODIFY COLUMN model_version VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL;
ALTER TABLE ml_decisions ADD COLUMN fell_back_because VARCHAR(255) NULL AFTER model_version;
ALTER TABLE ml_decisions ADD COLUMN asked_by ENUM('host', 'planner') NOT NULL DEFAULT 'host' AFTER fell_back_because;
