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

CREATE TABLE placement_policies (
  client_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  max_share_pct TINYINT UNSIGNED NOT NULL DEFAULT 50,
  price_increase_pct SMALLINT UNSIGNED NULL,
  price_weight DECIMAL(4,3) NULL,
  allow_types VARCHAR(1000) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  deny_types VARCHAR(1000) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  set_by VARCHAR(64) NOT NULL,
  set_at DATETIME(6) NOT NULL,
  CONSTRAINT fk_placement_client FOREIGN KEY (client_id) REFERENCES clients (id),
  CONSTRAINT ck_placement_share CHECK (max_share_pct BETWEEN 1 AND 100),
  CONSTRAINT ck_placement_weight CHECK (price_weight BETWEEN 0 AND 1)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE decision_settings (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  settings LONGTEXT NOT NULL,
  sha256 BINARY(32) NOT NULL,
  status ENUM('active', 'retired') NOT NULL,
  uploaded_by VARCHAR(64) NOT NULL,
  uploaded_at DATETIME(6) NOT NULL,
  active_slot TINYINT UNSIGNED GENERATED ALWAYS AS (CASE WHEN status = 'active' THEN 1 ELSE NULL END) STORED,
  UNIQUE KEY uq_decision_settings_uuid (uuid),
  UNIQUE KEY uq_decision_settings_name (name),
  UNIQUE KEY uq_one_active_settings (active_slot)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

ALTER TABLE ml_sessions MODIFY COLUMN kind ENUM('upload', 'shadow', 'activation', 'fallback', 'demotion', 'retirement', 'settings') NOT NULL;
