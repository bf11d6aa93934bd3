-- Prices from staging to canonical, feeds that may fall silent, and what is learned of pools.

-- Staging lies in the order in which consolidation reads it; a host's row and a collector's row never collide.
ALTER TABLE spot_price_snapshots
  DROP PRIMARY KEY,
  DROP COLUMN id,
  DROP KEY uq_snapshot,
  MODIFY source ENUM('agent', 'collector', 'import') NOT NULL,
  ADD PRIMARY KEY (pool_id, observed_at, instance_id);

CREATE TABLE price_series (
  pool_no INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pool_id VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  restart_bucket INT UNSIGNED NULL,
  history_bucket INT UNSIGNED NULL,
  history_price DECIMAL(12,6) NULL,
  thinned_bucket INT UNSIGNED NOT NULL DEFAULT 0,
  is_pending TINYINT NOT NULL DEFAULT 0,
  run_id INT UNSIGNED NOT NULL DEFAULT 0,
  UNIQUE KEY uq_series_pool (pool_id),
  KEY ix_series_pending (is_pending)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE pricing_consolidated (
  pool_no INT UNSIGNED NOT NULL,
  bucket_at DATETIME NOT NULL,
  price DECIMAL(12,6) NOT NULL,
  data_source ENUM('agent', 'interpolated', 'backfilled') NOT NULL,
  run_id INT UNSIGNED NOT NULL,
  PRIMARY KEY (pool_no, bucket_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE pricing_canonical (
  pool_no INT UNSIGNED NOT NULL,
  hour_at DATETIME NOT NULL,
  price DECIMAL(12,6) NOT NULL,
  data_source ENUM('agent', 'interpolated', 'backfilled') NOT NULL,
  hour TINYINT UNSIGNED NOT NULL,
  weekday TINYINT UNSIGNED NOT NULL,
  on_demand_ratio DOUBLE NULL,
  volatility DOUBLE NOT NULL,
  age_seconds INT UNSIGNED NULL,
  share_1h DOUBLE NULL,
  share_6h DOUBLE NULL,
  share_24h DOUBLE NULL,
  share_7d DOUBLE NULL,
  losses_6h SMALLINT UNSIGNED NULL,
  losses_24h SMALLINT UNSIGNED NULL,
  lost_within_1h TINYINT NULL,
  run_id INT UNSIGNED NOT NULL,
  PRIMARY KEY (pool_no, hour_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE consolidation_jobs (
  run_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  status ENUM('queued', 'running', 'done', 'failed') NOT NULL DEFAULT 'queued',
  open_slot TINYINT UNSIGNED NULL DEFAULT 1,
  fence INT UNSIGNED NOT NULL DEFAULT 0,
  requested_by VARCHAR(64) NOT NULL,
  window_from DATETIME(6) NULL,
  window_to DATETIME(6) NULL,
  pools INT UNSIGNED NOT NULL DEFAULT 0,
  rows_in INT UNSIGNED NOT NULL DEFAULT 0,
  rows_deduplicated INT UNSIGNED NOT NULL DEFAULT 0,
  rows_interpolated INT UNSIGNED NOT NULL DEFAULT 0,
  rows_backfilled INT UNSIGNED NOT NULL DEFAULT 0,
  rows_out INT UNSIGNED NOT NULL DEFAULT 0,
  rows_canonical INT UNSIGNED NOT NULL DEFAULT 0,
  requested_at DATETIME(6) NOT NULL,
  started_at DATETIME(6) NULL,
  touched_at DATETIME(6) NULL,
  finished_at DATETIME(6) NULL,
  error VARCHAR(255) NULL,
  UNIQUE KEY uq_consolidation_uuid (uuid),
  UNIQUE KEY uq_one_consolidation (open_slot),
  KEY ix_consolidation_requested (requested_at),
  CONSTRAINT ck_consolidation_open CHECK ((open_slot IS NULL) = (finished_at IS NOT NULL))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE price_feeds (
  region VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  feed ENUM('spot', 'on_demand', 'advisor') NOT NULL,
  watermark_at DATETIME(6) NULL,
  last_ok_at DATETIME(6) NULL,
  stale_since DATETIME(6) NULL,
  note VARCHAR(255) NULL,
  PRIMARY KEY (region, feed)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE interruption_rates (
  region VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  os VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  instance_type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  bucket TINYINT UNSIGNED NOT NULL,
  savings_pct TINYINT UNSIGNED NOT NULL,
  snapshot_date DATE NOT NULL,
  PRIMARY KEY (region, os, instance_type),
  CONSTRAINT ck_advisor_bucket CHECK (bucket <= 4)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE placement_scores (
  region VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  az_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  instance_type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  score TINYINT UNSIGNED NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  PRIMARY KEY (region, az_id, instance_type)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE global_risk_events (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pool_id VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  event_type ENUM('rebalance_notice', 'termination_notice', 'capacity_error') NOT NULL,
  client_id BIGINT UNSIGNED NOT NULL,
  reported_at DATETIME(6) NOT NULL,
  event_at DATETIME(6) NOT NULL,
  verified TINYINT NOT NULL DEFAULT 0,
  verified_by VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  expires_at DATETIME(6) NOT NULL,
  KEY ix_risk_event_pool (pool_id, expires_at),
  KEY ix_risk_event_client (client_id, reported_at),
  KEY ix_risk_event_expiry (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE pool_observations (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pool_id VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind ENUM('launched', 'refused', 'lost', 'noticed', 'false_alarm', 'available', 'unavailable') NOT NULL,
  at DATETIME(6) NOT NULL,
  source VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  UNIQUE KEY uq_observation (pool_id, at, kind, source),
  KEY ix_observation_at (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE risk_models (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  trained_at DATETIME(6) NOT NULL,
  is_active TINYINT NOT NULL,
  samples INT UNSIGNED NOT NULL,
  span_days DOUBLE NOT NULL,
  brier_model DOUBLE NULL,
  brier_table DOUBLE NULL,
  brier_base DOUBLE NULL,
  params LONGTEXT NOT NULL,
  why VARCHAR(255) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
