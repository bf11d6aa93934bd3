-- Models of interruption risk, what they predicted, and what happened.

CREATE TABLE ml_models (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  model_version VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  manifest LONGTEXT NOT NULL,
  sha256 BINARY(32) NOT NULL,
  status ENUM('validated', 'rejected', 'shadow', 'active', 'retired', 'demoted') NOT NULL,
  checks LONGTEXT NOT NULL,
  created_at DATETIME(6) NOT NULL,
  changed_at DATETIME(6) NOT NULL,
  active_slot TINYINT UNSIGNED GENERATED ALWAYS AS (CASE WHEN status = 'active' THEN 1 ELSE NULL END) STORED,
  UNIQUE KEY uq_model_uuid (uuid),
  UNIQUE KEY uq_model_name (name, model_version),
  UNIQUE KEY uq_one_active_model (active_slot),
  KEY ix_model_status (status, changed_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE ml_model_parts (
  model_id BIGINT UNSIGNED NOT NULL,
  part SMALLINT UNSIGNED NOT NULL,
  bytes MEDIUMBLOB NOT NULL,
  PRIMARY KEY (model_id, part),
  CONSTRAINT fk_model_part FOREIGN KEY (model_id) REFERENCES ml_models (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE ml_sessions (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  model_id BIGINT UNSIGNED NULL,
  kind ENUM('upload', 'shadow', 'activation', 'fallback', 'demotion', 'retirement') NOT NULL,
  sentence VARCHAR(255) NOT NULL,
  actor_id VARCHAR(64) NOT NULL,
  at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_model_session_uuid (uuid),
  KEY ix_model_session_at (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE predictions (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  model_id BIGINT UNSIGNED NOT NULL DEFAULT 0,
  instance_id BIGINT UNSIGNED NOT NULL,
  pool_id VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  predicted_at DATETIME(6) NOT NULL,
  horizon_at DATETIME(6) NOT NULL,
  probability DECIMAL(9,8) NOT NULL,
  confidence DECIMAL(9,8) NOT NULL,
  features LONGTEXT NOT NULL,
  latency_ms DECIMAL(10,3) NOT NULL,
  outcome ENUM('interrupted', 'survived', 'unknown') NULL,
  outcome_at DATETIME(6) NULL,
  UNIQUE KEY uq_prediction (model_id, instance_id, horizon_at),
  KEY ix_prediction_due (outcome, horizon_at),
  KEY ix_prediction_scored (model_id, outcome, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
