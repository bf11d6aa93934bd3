-- What every process counts and how long it took, how busy each is; what a model of risk was trained on.

CREATE TABLE measured_calls (
  day DATE NOT NULL,
  name VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  what VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  result VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  upto_ms INT UNSIGNED NOT NULL,
  n BIGINT UNSIGNED NOT NULL,
  micros BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (day, name, what, result, upto_ms)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE server_processes (
  process VARCHAR(64) NOT NULL PRIMARY KEY,
  cpu_share DOUBLE NULL,
  rss_mb INT UNSIGNED NOT NULL,
  seen_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE ml_training_datasets (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  from_at DATETIME(6) NOT NULL,
  to_at DATETIME(6) NOT NULL,
  features VARCHAR(1000) NOT NULL,
  source VARCHAR(255) NOT NULL,
  row_count INT UNSIGNED NOT NULL,
  sha256 BINARY(32) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_training_set (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

ALTER TABLE risk_models ADD COLUMN dataset_id BIGINT UNSIGNED NULL;
